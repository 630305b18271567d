//! Where callbacks may go, and the calls that say where.

use redress_server::{Callbacks, DIRECT};
use serde_json::{Value as Json, json};

use super::receiver::{Manner, Receiver};
use super::{attempted, made_up, told};
use crate::world::World;

async fn outcome(world: &World, url: &str) -> Json {
    attempted(world, &told(world, url).await, 1).await["attempts"][0]["outcome"].take()
}

#[tokio::test]
async fn callbacks_stay_on_this_machine() {
    let world = World::configured(|config| config.standby = Some(config.listen)).await;
    let receiver = Receiver::start(Manner::answer(200, "")).await;
    let port = receiver.address.port();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "2130706433"] {
        let outcome = outcome(&world, &format!("http://{host}:{port}/notify")).await;
        assert_eq!(outcome["status"], 200, "{host}: {outcome}");
    }
    let (seen, ahead) = (receiver.got().len(), world.ahead().await);
    let own = world.address().port();
    let standby = world.server.server().standby_url().unwrap();
    for url in [
        format!("http://0.0.0.0:{port}/"),
        format!("http://user@127.0.0.1:{port}/"),
        format!("http://user:word@127.0.0.1:{port}/"),
        "http://192.0.2.1/".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "http://127.0.0.1:0/".to_owned(),
        format!("http://127.0.0.1:{own}/_control/clock/step"),
        format!("http://localhost:{own}/_control/clock/step"),
        format!("https://localhost:{own}/_control/clock/step"),
        format!("{standby}/_control/clock/step"),
        format!("http://127.0.0.2:{own}/_control/clock/step"),
    ] {
        let outcome = outcome(&world, &url).await;
        // Another address of this machine may have no listener at all.
        let unheard = outcome["is"] == "unreachable" && url.contains("127.0.0.2");
        assert!(outcome["is"] == "unsent" || unheard, "{url}: {outcome}");
    }
    assert_eq!(receiver.got().len(), seen);
    assert_eq!(world.ahead().await, ahead);
}

#[tokio::test]
async fn an_option_lets_them_go_anywhere_but_home() {
    let world = World::configured(|config| config.callbacks = Callbacks::Anywhere).await;
    let receiver = Receiver::start(Manner::answer(200, "")).await;
    let any = format!("http://0.0.0.0:{}/", receiver.address.port());
    assert_eq!(outcome(&world, &any).await["status"], 200);
    for host in ["127.0.0.1", "localhost", "0.0.0.0"] {
        let own = format!("http://{host}:{}/_control/clock/step", world.address().port());
        assert_eq!(outcome(&world, &own).await["is"], "unsent", "{host}");
    }
}

#[tokio::test]
async fn a_merchant_has_an_address_for_what_no_request_names() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(200, "")).await;
    let mut nowhere = made_up("");
    nowhere.as_object_mut().unwrap().remove("url");
    let (status, shown) = world.control("POST", "/notices", &nowhere.to_string()).await;
    assert_eq!((status, shown["error"].is_string()), (409, true), "{shown}");

    let path = format!("/merchants/{DIRECT}/notify-url");
    let set = world.act(&path, json!({ "url": receiver.url() })).await;
    assert_eq!(set["notify_url"], receiver.url());
    let notice = world.act("/notices", nowhere.clone()).await;
    assert_eq!(notice["url"], receiver.url());
    receiver.until(1).await;
    assert_eq!(world.act(&path, json!({ "url": null })).await["notify_url"], Json::Null);
    assert_eq!(world.control("POST", "/notices", &nowhere.to_string()).await.0, 409);
}

#[tokio::test]
async fn calls_that_make_no_sense_are_refused() {
    let world = World::start().await;
    let with = |name: &str, value: Json| {
        let mut body = made_up("http://127.0.0.1:9/");
        body[name] = value;
        ("/notices".to_owned(), body, 400)
    };
    let url = format!("/merchants/{DIRECT}/notify-url");
    let unknown = "0".repeat(36);
    let cases = [
        with("url", json!("127.0.0.1:9")),
        with("url", json!("ftp://127.0.0.1/")),
        with("url", json!("file:///etc/passwd")),
        with("url", json!("http://127.0.0.1/?secret=1")),
        with("url", json!("http://127.0.0.1/#part")),
        with("url", json!(format!("http://127.0.0.1/{}", "x".repeat(256)))),
        with("event_type", json!("")),
        with("event_type", json!("x".repeat(33))),
        with("original_type", json!("")),
        with("original_type", json!("x".repeat(17))),
        with("summary", json!("字".repeat(17))),
        with("resource", json!("text")),
        with("resource", json!({ "text": "x".repeat(64 * 1024) })),
        with("colour", json!("red")),
        (url.clone(), json!({}), 400),
        (url.clone(), json!({ "url": "http://a?b" }), 400),
        ("/merchants/1999999999/notify-url".to_owned(), json!({ "url": null }), 404),
        (format!("/notices/{unknown}/resend"), json!({}), 404),
    ];
    for (path, body, status) in cases {
        let (given, shown) = world.control("POST", &path, &body.to_string()).await;
        assert_eq!((given, shown["error"].is_string()), (status, true), "{path} {body}: {shown}");
    }
    let mut stranger = made_up("http://127.0.0.1:9/");
    stranger["mchid"] = "1999999999".into();
    assert_eq!(world.control("POST", "/notices", &stranger.to_string()).await.0, 404);
    assert_eq!(world.control("GET", &format!("/notices/{unknown}"), "").await.0, 404);
    assert_eq!(world.show("/notices").await["items"], json!([]));
}
