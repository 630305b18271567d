//! `redress notify send|list|show|resend|url`: what a running server tells, and a listener hears.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::notify::Listener;
use crate::served::stdout;
use crate::world::World;

const DIRECT: &str = "1230000109";

impl World {
    /// The callback, once so many attempts have been made.
    fn attempted(&self, id: &str, times: usize) -> Json {
        for _ in 0..400 {
            let notice = self.json(&["notify", "show", id]);
            if notice["attempts"].as_array().is_some_and(|attempts| attempts.len() >= times) {
                return notice;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("{id} was not attempted {times} times: {}", self.json(&["notify", "show", id]))
    }
}

fn id(notice: &Json) -> String {
    notice["id"].as_str().expect("a number").to_owned()
}

#[test]
fn a_callback_is_sent_heard_listed_shown_and_sent_again() {
    let world = World::start();
    let mut listener = Listener::start(&world.served.data, &["--mchid", DIRECT]);
    let url = format!("{}paid", listener.url);
    let nowhere = world.failure(&["notify", "send", DIRECT]);
    assert!(nowhere.contains("no address"), "{nowhere}");

    assert_eq!(world.json(&["notify", "url", DIRECT, &url])["notify_url"], url.as_str());
    let resource = r#"{"out_trade_no":"tried"}"#;
    let sent = world.json(&["notify", "send", DIRECT, "--resource", resource]);
    let heard = listener.heard();
    assert_eq!((&heard["verified"], &heard["path"]), (&json!(true), &json!("/paid")));
    assert_eq!((&heard["id"], &heard["event_type"]), (&sent["id"], &json!("TRANSACTION.SUCCESS")));
    assert_eq!(heard["resource"]["out_trade_no"], "tried");
    let shown = world.attempted(&id(&sent), 1);
    assert_eq!(shown["state"], "delivered", "{shown}");
    assert_eq!(shown["resource"]["out_trade_no"], "tried");

    world.json(&["notify", "resend", &id(&sent)]);
    assert_eq!(listener.heard()["id"], sent["id"], "the same, again");
    let shown = world.attempted(&id(&sent), 2);
    assert_eq!(shown["state"], "delivered", "{shown}");

    let listed = world.json(&["notify", "list", "--mchid", DIRECT]);
    assert_eq!(listed.as_array().map(Vec::len), Some(1));
    assert_eq!(listed[0]["id"], sent["id"]);
    assert!(listed[0].get("resource").is_none(), "a list tells nothing that was sealed");
    assert_eq!(world.json(&["notify", "list", "--mchid", "1900001108"]), json!([]));
    let text = stdout(&world.run(&["notify", "list"]));
    assert!(text.contains("delivered") && text.contains("204"), "{text}");
    let text = stdout(&world.run(&["notify", "show", &id(&sent)]));
    assert!(text.contains("tried") && text.contains("ended"), "{text}");

    let none = world.json(&["notify", "url", DIRECT, "none"]);
    assert_eq!(none["notify_url"], Json::Null);
    assert!(world.failure(&["notify", "show", "nothing"]).contains("no callback nothing"));
    assert!(world.failure(&["notify", "resend", "nothing"]).contains("404"));
    let wrong = world.run(&["notify", "show", "../clock"]);
    assert_eq!(wrong.status.code(), Some(2));
    let wrong = world.failure(&["notify", "send", DIRECT, "--url", &url, "--resource", "[]"]);
    assert!(wrong.contains("--resource"), "{wrong}");
}

#[test]
fn a_callback_that_is_refused_comes_again_when_the_clock_says_so() {
    let world = World::start();
    let args = ["--mchid", DIRECT, "--status", "500", "--count", "3", "--wait", "60"];
    let mut listener = Listener::start(&world.served.data, &args);
    let sent = world.json(&["notify", "send", DIRECT, "--url", &listener.url]);
    assert_eq!(listener.heard()["answered"], 500);
    for attempt in 2..=3 {
        let shown = world.attempted(&id(&sent), attempt - 1);
        assert_eq!(shown["state"], "waiting", "{shown}");
        world.json(&["clock", "step", "15s"]);
        assert_eq!(listener.heard()["id"], sent["id"]);
    }
    let shown = world.attempted(&id(&sent), 3);
    assert!(shown["next_attempt"].is_string(), "{shown}");
    let (status, said) = listener.end();
    assert!(status.success(), "{said}");
}

#[tokio::test]
async fn a_listener_learns_of_a_new_certificate_of_the_platform() {
    let world = World::start();
    let mut listener = Listener::start(&world.served.data, &["--mchid", DIRECT]);
    let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    let control = async |path: &str, body: &str| {
        let request = http.post(format!("{}/_control{path}", world.served.base_url));
        let request = request.header("Content-Type", "application/json").body(body.to_owned());
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.text().await.expect("a body"));
    };
    let path = format!("/merchants/{DIRECT}/platform-keys");
    control(&path, r#"{"platform_keys":"certificate"}"#).await;
    let mut serials = Vec::new();
    for _ in 0..2 {
        world.json(&["notify", "send", DIRECT, "--url", &listener.url]);
        let heard = listener.heard();
        assert_eq!(heard["verified"], true, "{heard}");
        serials.push(heard["headers"]["Wechatpay-Serial"].clone());
        control("/platform/rotate", r#"{"overlap_seconds":0}"#).await;
    }
    assert_ne!(serials[0], serials[1]);
}
