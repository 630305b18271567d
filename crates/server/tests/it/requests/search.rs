//! What is kept of an exchange, and by what it is found.

use redress_crypto::Authorization;
use redress_server::{DIRECT, PLATFORM};
use serde_json::{Value as Json, json};

use super::{header, list, of};
use crate::contract::pay_query;
use crate::world::{BILL, BILLS, ORDER, TRANSACTION, World, bill, create};

#[tokio::test]
async fn an_exchange_is_kept_whole() {
    let world = World::start().await;
    let body = create(BILL).to_string();
    let draft = world.platform.post(BILLS, &body).and("Wechatpay-Serial", "PUB_KEY_ID_1");
    let answer = world.send(&draft).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let shown = of(&world, &answer).await;
    let id = answer.header("Request-Id").unwrap();
    assert_eq!(shown["request_id"], id);
    // Found without the number behind it too.
    let (bare, _) = id.split_once('-').unwrap();
    assert_eq!(world.show(&format!("/requests/{bare}")).await, shown);

    assert_eq!((&shown["method"], &shown["target"]), (&json!("POST"), &json!(BILLS)));
    assert_eq!((&shown["path"], &shown["status"]), (&json!(BILLS), &json!(200)));
    assert_eq!((&shown["mchid"], &shown["proven"]), (&json!(PLATFORM), &json!(true)));
    assert_eq!((&shown["code"], &shown["message"]), (&json!(""), &json!("")));
    assert_eq!((&shown["probe"], &shown["site"]), (&json!(false), &json!("main")));
    assert!(shown["us"].as_u64().unwrap() > 0, "{shown}");
    assert!(shown["peer"].as_str().unwrap().starts_with("127.0.0.1:"), "{shown}");
    for time in ["at", "business_time"] {
        assert!(shown[time].as_str().unwrap().ends_with("+08:00"), "{shown}");
    }

    assert_eq!(shown["request"]["body"], body);
    assert_eq!(shown["request"]["body_bytes"], body.len());
    assert_eq!(header(&shown["request"], "User-Agent"), Some("it/1"));
    assert_eq!(header(&shown["request"], "Wechatpay-Serial"), Some("PUB_KEY_ID_1"));
    let kept = header(&shown["request"], "Authorization").unwrap();
    let sent = Authorization::parse(draft.value("Authorization")).unwrap();
    let read = Authorization::parse(kept).unwrap();
    assert_eq!(read, Authorization { signature: "(not kept)".to_owned(), ..sent });

    assert_eq!(shown["answer"]["body"], answer.text());
    for name in ["Wechatpay-Signature", "Wechatpay-Timestamp", "Content-Type"] {
        assert_eq!(header(&shown["answer"], name), answer.header(name), "{name}");
    }
    let numbers = shown["numbers"].as_array().unwrap();
    assert_eq!(numbers[0], json!({ "field": "out_bill_no", "value": BILL }));
    assert_eq!(numbers[1], json!({ "field": "transaction_id", "value": TRANSACTION }));
    // The answer's own number stands in it too.
    let bill_id = answer.json()["bill_id"].clone();
    assert!(numbers.contains(&json!({ "field": "bill_id", "value": bill_id })), "{shown}");
}

/// Sends one request of each kind, and gives their answers' numbers in the log's order.
async fn some_of_each(world: &World) {
    let (platform, direct) = (&world.platform, &world.direct);
    let signature = direct.get(&pay_query(ORDER)).value("Authorization").to_owned();
    let drafts = [
        (200, platform.post(BILLS, &create(BILL).to_string())),
        (404, platform.get(&bill("nothing"))),
        (200, direct.get(&pay_query(ORDER))),
        (200, direct.get(&pay_query(ORDER))),
        (401, direct.get(&pay_query("other")).with("Authorization", &signature)),
        (400, direct.get(&pay_query(ORDER)).without("Accept")),
        (400, direct.post(BILLS, "{")),
        (404, direct.get("/v3/nothing?a=b")),
        (405, direct.post(&pay_query(ORDER), "{}")),
    ];
    for (status, draft) in drafts {
        let answer = world.send(&draft).await;
        assert_eq!(answer.status, status, "{}: {}", draft.target, answer.text());
    }
}

#[tokio::test]
async fn exchanges_are_found_by_each_key() {
    let world = World::start().await;
    some_of_each(&world).await;
    // The answer names the provider's number, which the request did not know.
    let bill_id = world.ok(&world.platform.get(&bill(BILL))).await["bill_id"].clone();
    let path = "/v3/pay/transactions/out-trade-no/{out_trade_no}";
    let table = [
        (String::new(), 10),
        (format!("mchid={DIRECT}"), 7),
        (format!("mchid={PLATFORM}"), 3),
        ("mchid=1".to_owned(), 0),
        (format!("number={BILL}"), 2),
        (format!("number={}", bill_id.as_str().unwrap()), 2),
        ("number=nothing".to_owned(), 1),
        ("number=other".to_owned(), 1),
        (format!("number={DIRECT}"), 0),
        ("status=200".to_owned(), 4),
        ("status=4xx".to_owned(), 6),
        ("status=401".to_owned(), 1),
        ("status=5xx".to_owned(), 0),
        ("status=4".to_owned(), 0),
        ("code=SIGN_ERROR".to_owned(), 1),
        ("code=PARAM_ERROR".to_owned(), 1),
        ("code=NOT_FOUND".to_owned(), 2),
        (format!("path={path}"), 4),
        ("path=/v3/nothing".to_owned(), 1),
        ("path=compensate-bills".to_owned(), 4),
        ("path=(method)".to_owned(), 1),
        ("method=post".to_owned(), 3),
        (format!("method=GET&status=200&mchid={DIRECT}"), 2),
        ("method=GET&status=200&group=true".to_owned(), 2),
        ("since=7".to_owned(), 2),
        ("after=3".to_owned(), 3),
    ];
    for (query, count) in table {
        let found = list(&world, &query).await;
        assert_eq!(found.len(), count, "{query}: {found:#?}");
    }
    let (status, shown) = world.control("GET", "/requests?order=up", "").await;
    assert_eq!(status, 400, "{shown}");
    let (status, shown) = world.control("GET", "/requests/0800", "").await;
    assert_eq!(status, 404, "{shown}");
    assert!(shown["error"].as_str().unwrap().contains("0800"), "{shown}");
}

#[tokio::test]
async fn a_claim_is_not_a_proof() {
    let world = World::start().await;
    some_of_each(&world).await;
    let proven = |shown: &Json| (shown["mchid"].clone(), shown["proven"].clone());
    for (query, claimed) in [
        ("status=401", json!(DIRECT)),
        ("path=(method)", json!(DIRECT)),
        ("code=INVALID_REQUEST", json!(DIRECT)),
    ] {
        let found = list(&world, query).await;
        assert_eq!(proven(&found[0]), (claimed, json!(false)), "{query}");
    }
    let answer = world.send(&world.direct.get(&bill(BILL)).without("Authorization")).await;
    assert_eq!(proven(&of(&world, &answer).await), (Json::Null, json!(false)));
}

#[tokio::test]
async fn pages_follow_each_other_and_repeats_are_counted() {
    let world = World::start().await;
    for _ in 0..7 {
        world.ok(&world.direct.get(&pay_query(ORDER))).await;
        world.send(&world.platform.get(&bill("nothing"))).await;
    }
    let all = list(&world, "limit=1000").await;
    let seq = |shown: &Json| shown["seq"].as_u64().unwrap();
    assert_eq!(all.iter().map(seq).collect::<Vec<_>>(), (0..14).rev().collect::<Vec<_>>());
    assert!(all.iter().all(|shown| shown["repeats"] == 7), "{all:#?}");

    for query in ["", "&status=404"] {
        let mut paged: Vec<Json> = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/requests?limit=3{after}{query}");
            let mut page = world.show(&path).await;
            let items: Vec<Json> = serde_json::from_value(page["items"].take()).unwrap();
            assert!(items.len() <= 3);
            paged.extend(items);
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert_eq!(paged, list(&world, &format!("limit=1000{query}")).await);
    }
    // Grouped, there is the newest of each, on one page or on two.
    let grouped = list(&world, "group=true").await;
    assert_eq!(grouped.iter().map(seq).collect::<Vec<_>>(), [13, 12]);
    let first = world.show("/requests?group=true&limit=1").await;
    let next = first["next"].as_str().unwrap();
    let second = list(&world, &format!("group=true&limit=1&after={next}")).await;
    assert_eq!(second, grouped[1..]);
    // The control API does not log itself.
    assert_eq!(list(&world, "path=_control").await, [] as [Json; 0]);
}
