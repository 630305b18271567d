//! The control API: what each path does.

use redress_server::{DIRECT, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use crate::caller::Caller;
use crate::wire::exchange;
use crate::world::{APPID, ORDER, TRANSACTION, World, reverse};

#[tokio::test]
async fn every_error_is_json() {
    let world = World::start().await;
    let cases = [
        ("GET", "/nothing", "", 404),
        ("GET", "/", "", 404),
        ("GET", "/merchants/", "", 404),
        ("DELETE", "/merchants", "", 405),
        ("POST", "/clock", "{}", 405),
        ("GET", "/clock/step", "", 405),
        ("GET", "/merchants/1999999999", "", 404),
        ("GET", "/merchants/%ff", "", 400),
        ("GET", "/bills/1900001108/nosuchbill", "", 404),
        ("GET", "/orders/1900001108/nosuchorder", "", 404),
        ("GET", "/orders?most=many", "", 400),
        ("GET", "/orders?most=-1", "", 400),
        ("GET", "/transfers?after=x", "", 400),
        ("GET", "/jobs?after=x", "", 400),
        ("POST", "/merchants", "", 400),
        ("POST", "/merchants", "{", 400),
        ("POST", "/merchants", r#"{"mchid":"../../x","roles":[]}"#, 400),
        ("POST", "/merchants", r#"{"mchid":"1900009999","roles":["emperor"]}"#, 400),
        ("POST", "/merchants", r#"{"mchid":"1900009999","roles":[],"admin":true}"#, 400),
        ("POST", "/merchants", r#"{"mchid":"1900001108","roles":[]}"#, 409),
        ("POST", "/merchants/x/confirmation", r#"{"confirmation":"none"}"#, 400),
        ("POST", "/merchants/1999999999/confirmation", r#"{"confirmation":"none"}"#, 404),
        ("POST", "/merchants/1900001108/confirmation", r#"{"confirmation":"maybe"}"#, 400),
        (
            "POST",
            "/relations",
            r#"{"platform":"1900001108","merchant":"1999999999","relation":"sponsor"}"#,
            404,
        ),
        (
            "POST",
            "/relations",
            r#"{"platform":"1900001108","merchant":"1900001108","relation":"sponsor"}"#,
            400,
        ),
        ("POST", "/credits", r#"{"mchid":"1900001109","amount":0}"#, 400),
        ("POST", "/credits", r#"{"mchid":"1900001109","amount":-1}"#, 400),
        ("POST", "/credits", r#"{"mchid":"1900001109","amount":1000000000001}"#, 400),
        ("POST", "/credits", r#"{"mchid":"1999999999","amount":1}"#, 404),
        ("POST", "/bills/1900001108/nosuchbill/payer", r#"{"answer":"confirm"}"#, 404),
        ("POST", "/bills/1900001108/a-b/payer", r#"{"answer":"confirm"}"#, 400),
        ("POST", "/bills/1900001108/nosuchbill/payer", r#"{"answer":"perhaps"}"#, 400),
    ];
    let before = (world.state().await, world.show("/merchants").await);
    for (method, path, body, status) in cases {
        let (given, shown) = world.control(method, path, body).await;
        assert_eq!(
            (given, shown["error"].is_string()),
            (status, true),
            "{method} {path} {body}: {shown}"
        );
    }
    let large =
        format!(r#"{{"mchid":"1900009999","name":"{}","roles":[]}}"#, "x".repeat(3 * 1024 * 1024));
    assert_eq!(world.control("POST", "/merchants", &large).await.0, 413);
    world.unchanged_since(&before.0).await;
    assert_eq!(world.show("/merchants").await, before.1);
}

#[tokio::test]
async fn orders_that_make_no_sense_are_refused() {
    let world = World::start().await;
    let before = world.state().await;
    let cases = [
        (json!({ "amount": 0 }), 400),
        (json!({ "amount": 100_000_000_001_i64 }), 400),
        (json!({ "payer": "" }), 400),
        (json!({ "payer": "a:b" }), 400),
        (json!({ "payer": "x".repeat(129) }), 400),
        (json!({ "out_trade_no": "short" }), 400),
        (json!({ "outcome": "failed", "trade_type": "JSAPI" }), 400),
        (json!({ "outcome": "unpaid", "refunded": 1 }), 400),
        (json!({ "refunded": 5_001 }), 400),
        (json!({ "subsidy_amount": 1 }), 400),
        (json!({ "colour": "red" }), 400),
        (json!({ "mchid": "1999999999" }), 404),
        (json!({ "sub_mchid": SUB_MERCHANT }), 409),
        (json!({ "out_trade_no": ORDER }), 409),
        (json!({ "transaction_id": TRANSACTION }), 409),
    ];
    for (fields, status) in cases {
        let mut order = json!({
            "mchid": DIRECT, "appid": APPID, "out_trade_no": "sensible", "trade_type": "MICROPAY",
            "amount": 5_000, "payer": "openid",
        });
        for (name, value) in fields.as_object().unwrap() {
            order[name] = value.clone();
        }
        let (given, shown) = world.control("POST", "/orders", &order.to_string()).await;
        assert_eq!((given, shown["error"].is_string()), (status, true), "{fields}: {shown}");
    }
    world.unchanged_since(&before).await;
}

#[tokio::test]
async fn many_orders_are_placed_at_once() {
    let world = World::start().await;
    let order = |number: usize| {
        json!({
            "mchid": DIRECT, "appid": APPID, "out_trade_no": format!("many{number}"),
            "trade_type": "MICROPAY", "amount": 5_000, "payer": "openid",
        })
    };
    let place = async |orders: Vec<Json>| {
        world.control("POST", "/orders/batch", &Json::from(orders).to_string()).await
    };
    let (status, placed) = place((0..600).map(order).collect()).await;
    assert_eq!(status, 200, "{placed}");
    let ids = placed["transaction_ids"].as_array().unwrap();
    assert_eq!(ids.len(), 600);
    for number in [0, 255, 256, 599] {
        let shown = world.show(&format!("/orders/{DIRECT}/many{number}")).await;
        assert_eq!(shown["transaction_id"], ids[number], "in the order of the list");
    }

    let (status, refused) = place(vec![order(601), order(0), order(602)]).await;
    assert_eq!(status, 409);
    assert!(refused["error"].as_str().unwrap().starts_with("order many0: "), "{refused}");
    world.show(&format!("/orders/{DIRECT}/many601")).await;

    assert_eq!(place(Vec::new()).await.1, json!({ "transaction_ids": [] }));
    let before = world.state().await;
    assert_eq!(place((1000..2001).map(order).collect()).await.0, 400, "too many");
    assert_eq!(place(vec![order(1000), json!({})]).await.0, 400, "one that is none");
    world.unchanged_since(&before).await;
    world.verify().await;

    // What was committed is counted, with fewer commits than commands.
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let metrics = exchange(world.address(), request).await.unwrap().text().to_owned();
    let count = |name: &str| -> f64 {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("{name} is missing")).parse().unwrap()
    };
    let (commits, commands) = (count("redress_commits_total"), count("redress_commands_total"));
    assert!(commits >= 1.0 && commands >= 600.0 && commits < commands, "{commits} {commands}");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let world = World::start().await;
    for turn in 0..5 {
        world.waiting(&format!("paged{turn}")).await;
    }
    for list in ["merchants", "orders", "bills", "accounts", "transfers", "jobs"] {
        let whole = world.show(&format!("/{list}")).await;
        assert_eq!(whole["next"], Json::Null, "{list}");
        let whole = whole["items"].as_array().unwrap();
        for most in [1, 2, whole.len()] {
            let mut pages = Vec::new();
            let mut after = String::new();
            loop {
                let page = world.show(&format!("/{list}?most={most}{after}")).await;
                let items = page["items"].as_array().unwrap();
                assert!(items.len() <= most, "{list}");
                pages.extend(items.clone());
                let Some(next) = page["next"].as_str() else { break };
                after = format!("&after={next}");
            }
            assert_eq!(&pages, whole, "{list} by {most}");
        }
        let none = world.show(&format!("/{list}?most=0")).await;
        assert_eq!(none["items"].as_array().unwrap().len(), 1, "at least one");
    }
    let count = |shown: Json| shown["items"].as_array().unwrap().len();
    assert_eq!(count(world.show(&format!("/orders?mchid={DIRECT}")).await), 1);
    assert_eq!(count(world.show(&format!("/bills?mchid={DIRECT}")).await), 0);
    assert_eq!(count(world.show("/transfers?account=bank").await), 2);
    assert_eq!(count(world.show("/transfers?reference=4208450740201411110007820472").await), 1);
}

#[tokio::test]
async fn shows_what_it_serves_and_assumes() {
    let world = World::start().await;
    let index = world.show("").await;
    for path in index.as_object().unwrap().keys() {
        let (method, path) = path.split_once(' ').unwrap();
        let path = path.strip_prefix("/_control").unwrap();
        let path = path
            .replace("{mchid}", "1")
            .replace("{sp_mchid}", "1")
            .replace("{id}", "1")
            .replace("{out_bill_no}", "1")
            .replace("{out_trade_no}", "1");
        let (status, shown) = world.control(method, &path, "").await;
        assert_ne!(
            (status, &shown["error"]),
            (404, &json!("no such path; see /_control")),
            "{path}"
        );
        assert_ne!(status, 405, "{path}");
    }
    let served = world.show("/endpoints").await;
    let served = served["items"].as_array().unwrap();
    assert_eq!(served.len(), redress_server::operations().len());
    assert!(
        served
            .iter()
            .all(|e| e["page"].as_str().unwrap().starts_with("https://pay.weixin.qq.com/"))
    );
    assert!(world.show("/assumptions").await["items"].as_array().unwrap().len() > 20);
    world.verify().await;
}

#[tokio::test]
async fn merchants_that_it_makes_can_call_at_once() {
    let world = World::start().await;
    let made = world.merchant("1900007001", &["platform", "ecommerce", "direct"]).await;
    let shown = world.show("/merchants/1900007001").await;
    assert_eq!(shown["credentials"][0]["serial_no"], made.serial);
    let file = world.server.merchant("1900007001").join("merchant.json");
    let file: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(
        (&file["base_url"], &file["appid"]),
        (&json!(world.server.base_url()), &json!(APPID))
    );
    world.order(json!({ "mchid": made.mchid, "out_trade_no": "first1" })).await;
    let body = json!({ "appid": APPID, "mchid": made.mchid }).to_string();
    world.ok(&made.post(&reverse("first1"), &body)).await;

    // Two requests for one number at once: one is made, and its folder is the one that holds.
    let new = json!({ "mchid": "1900007002", "roles": ["direct"], "appids": [APPID] }).to_string();
    let (one, other) = tokio::join!(
        world.control("POST", "/merchants", &new),
        world.control("POST", "/merchants", &new),
    );
    let mut statuses = [one.0, other.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let twin = Caller::open(&world.server.merchant("1900007002"));
    let body = json!({ "appid": APPID, "mchid": twin.mchid }).to_string();
    let unknown = (404, "ORDER_NOT_EXIST", "订单不存在");
    world.refused(&twin.post(&reverse("first1"), &body), unknown).await;
}
