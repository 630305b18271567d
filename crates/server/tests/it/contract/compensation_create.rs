//! `POST …/compensate-bills`: request a compensation.

use redress_server::{DIRECT, PLATFORM, SPONSOR};
use serde_json::{Value as Json, json};

use super::NO_AUTH;
use crate::world::{BILL, BILLS, TRANSACTION, World, create};

const DIFFERS: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "单号已存在但信息不一致,请查单后比较确认");
const SPONSOR_AVAILABLE: &str = "merchant:1900001109:available";

async fn post(world: &World, body: &Json) -> Json {
    world.ok(&world.platform.post(BILLS, &body.to_string())).await
}

fn changed(pointer: &str, value: Json) -> Json {
    let mut body = create(BILL);
    *body.pointer_mut(pointer).unwrap() = value;
    body
}

#[tokio::test]
async fn pays_the_bill_of_the_page() {
    let world = World::start().await;
    let path = format!("/merchants/{PLATFORM}/confirmation");
    world.act(&path, json!({ "confirmation": "none" })).await;

    let answer = world.send(&world.platform.post(BILLS, &create(BILL).to_string())).await;
    assert_eq!(answer.status, 200);
    let created = answer.json();
    let (bill_id, at) = (created["bill_id"].as_str().unwrap(), created["accept_time"].as_str());
    assert!(bill_id.len() == 40 && bill_id.bytes().all(|b| b.is_ascii_digit()), "{bill_id}");
    let expected = format!(
        r#"{{"sp_mchid":"1900001108","receiver_detail":{{"receiver":{{"type":"TRANSACTION_USER","transaction_info":{{"transaction_id":"1217752501201407033233368018","type":"WXPAY"}}}}}},"out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"直播违规扣罚","bill_id":"{bill_id}","state":"ACCEPTED","accept_time":"{}","sponsor_mchid":"1900001109"}}"#,
        at.unwrap()
    );
    assert_eq!(answer.text(), expected);
    assert!(at.unwrap().ends_with("+08:00"), "{at:?}");

    let paid = world.until(BILL, "SUCCESS").await;
    assert_eq!(paid["success_time"].as_str().map(str::len), Some(25));
    let sponsor = world.account(SPONSOR_AVAILABLE).await;
    assert_eq!(sponsor["balance"], 100_000_000 - 10_000);
    assert_eq!(sponsor["debits"], json!({ "pending": 0, "posted": 10_000 }));
    // The present state, with the time that only a paid bill has.
    let again = post(&world, &create(BILL)).await;
    assert_eq!((&again["state"], &again["bill_id"]), (&paid["state"], &created["bill_id"]));
    assert_eq!(again["success_time"], paid["success_time"]);
    world.verify().await;
}

#[tokio::test]
async fn waits_for_the_payer_unless_told_otherwise() {
    let world = World::start().await;
    assert_eq!(post(&world, &create("taken")).await["state"], "ACCEPTED");
    world.until("taken", "WAIT_USER_CONFIRM").await;
    let held = world.account(SPONSOR_AVAILABLE).await;
    assert_eq!((&held["balance"], &held["available"]), (&json!(100_000_000), &json!(99_990_000)));
    let payer = |bill: &str| format!("/bills/{PLATFORM}/{bill}/payer");
    let answered = world.act(&payer("taken"), json!({ "answer": "confirm" })).await;
    assert_eq!(answered["state"], "SUCCESS");
    assert_eq!(post(&world, &create("taken")).await["state"], "SUCCESS");

    world.waiting("refused").await;
    world.act(&payer("refused"), json!({ "answer": "refuse" })).await;
    let shown = world.until("refused", "CLOSED").await;
    assert_eq!(shown["close_info"]["close_reason"], "USER_REFUSED");
    // Closed for ever: the same number is the same bill.
    let again = post(&world, &create("refused")).await;
    assert_eq!((&again["state"], again.get("close_info")), (&json!("CLOSED"), None));
    let released = world.account(SPONSOR_AVAILABLE).await;
    assert_eq!(released["available"], 99_990_000);
    world.verify().await;
}

#[tokio::test]
async fn takes_what_the_page_calls_optional() {
    let world = World::start().await;
    let mut least = create("least");
    let body = least.as_object_mut().unwrap();
    body.remove("transfer_scene_id");
    body.remove("user_recv_perception");
    body["receiver"]["transaction_info"].as_object_mut().unwrap().remove("type");
    let made = post(&world, &least).await;
    assert_eq!(made["receiver_detail"]["receiver"]["transaction_info"]["type"], "WXPAY");
    // What is left out is the same as what it stands for.
    least["receiver"]["transaction_info"]["type"] = "WXPAY".into();
    assert_eq!(post(&world, &least).await["bill_id"], made["bill_id"]);

    let mut own = create("own");
    own["sponsor_mchid"] = PLATFORM.into();
    own["receiver"]["transaction_info"]["type"] = "WXVALUE".into();
    world.act("/credits", json!({ "mchid": PLATFORM, "amount": 10_000 })).await;
    assert_eq!(post(&world, &own).await["state"], "ACCEPTED");
    world.verify().await;
}

#[tokio::test]
async fn closes_a_bill_without_the_money() {
    let world = World::start().await;
    let mut body = create("short");
    body["amount"] = 100_000_001.into();
    let before = world.state().await;
    let made = post(&world, &body).await;
    assert_eq!((&made["state"], made.get("close_info")), (&json!("CLOSED"), None));
    let shown = world.until("short", "CLOSED").await;
    let close = &shown["close_info"];
    assert_eq!(
        (&close["close_reason"], &close["close_time"]),
        (&json!("NOT_ENOUGH"), &made["accept_time"])
    );
    let after = world.state().await;
    for list in ["transfers", "accounts", "jobs"] {
        assert_eq!(after[list], before[list], "{list}");
    }
    world.act("/credits", json!({ "mchid": SPONSOR, "amount": 1_000 })).await;
    assert_eq!(post(&world, &body).await["state"], "CLOSED");
    // All of it, to the last fen, can be paid.
    let mut all = create("all");
    all["amount"] = 100_001_000.into();
    assert_eq!(post(&world, &all).await["state"], "ACCEPTED");
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    world.waiting(BILL).await;
    let differences = [
        ("/amount", json!(10_001)),
        ("/transfer_remark", json!("直播违规扣罚2")),
        ("/sponsor_mchid", json!(PLATFORM)),
        ("/transfer_scene_id", json!("1002")),
        ("/user_recv_perception", json!("退货")),
        ("/receiver/transaction_info/transaction_id", json!("4208450740201411110007820472")),
        ("/receiver/transaction_info/type", json!("WXVALUE")),
    ];
    for (pointer, value) in differences {
        let draft = world.platform.post(BILLS, &changed(pointer, value).to_string());
        world.refused(&draft, DIFFERS).await;
    }

    let other = "otherbill";
    let refuse = |body: Json, refusal| {
        let draft = world.platform.post(BILLS, &body.to_string());
        let world = &world;
        async move { world.refused(&draft, refusal).await }
    };
    let mut body = create(other);
    body["sponsor_mchid"] = DIRECT.into();
    refuse(body.clone(), (403, "NO_AUTH", "出资商户未授权，无权限使用该出资商户号")).await;
    body["sponsor_mchid"] = "99999".into();
    refuse(body, (403, "NO_AUTH", "出资商户未授权，无权限使用该出资商户号")).await;
    let unknown = (404, "ORDER_NOT_EXIST", "订单不存在");
    let mut body = create(other);
    body["receiver"]["transaction_info"]["transaction_id"] = "4200000000000000000000000000".into();
    refuse(body.clone(), unknown).await;
    // Another merchant's order is as unknown as none.
    let order = world.order(json!({ "out_trade_no": "direct001" })).await;
    body["receiver"]["transaction_info"]["transaction_id"] = order["transaction_id"].clone();
    refuse(body, unknown).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_platforms_alone() {
    let world = World::start().await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.post(BILLS, &create(BILL).to_string()), NO_AUTH).await;
    }
    // Parameters are looked at first, whoever calls.
    world.refused(&world.direct.post(BILLS, "{"), (400, "PARAM_ERROR", "参数错误")).await;

    // Each platform has numbers and orders of its own.
    let second = world.merchant("1900002000", &["platform"]).await;
    world
        .refused(
            &second.post(BILLS, &create(BILL).to_string()),
            (403, "NO_AUTH", "出资商户未授权，无权限使用该出资商户号"),
        )
        .await;
    let relation = json!({ "platform": "1900002000", "merchant": SPONSOR, "relation": "sponsor" });
    world.act("/relations", relation).await;
    world
        .refused(
            &second.post(BILLS, &create(BILL).to_string()),
            (404, "ORDER_NOT_EXIST", "订单不存在"),
        )
        .await;
    let order =
        json!({ "mchid": "1900002000", "out_trade_no": "second001", "trade_type": "JSAPI" });
    let order = world.order(order).await;
    let first = world.waiting(BILL).await;
    let body =
        changed("/receiver/transaction_info/transaction_id", order["transaction_id"].clone());
    let made = world.ok(&second.post(BILLS, &body.to_string())).await;
    assert_eq!(made["sp_mchid"], "1900002000");
    assert_ne!(made["bill_id"], first["bill_id"]);
    world.verify().await;
}

#[tokio::test]
async fn twins_make_one_bill() {
    let world = World::start().await;
    let transfers = |state: &Json| state["transfers"].as_array().map_or(0, Vec::len);
    let before = transfers(&world.state().await);
    let body = create("twins").to_string();
    let mut answers: Vec<Json> = all(&world, &vec![body; 16])
        .await
        .into_iter()
        .map(|(status, answer)| {
            assert_eq!(status, 200, "{answer}");
            answer
        })
        .collect();
    for answer in &mut answers {
        // It may have gone on between two answers.
        answer["state"].take();
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    world.until("twins", "WAIT_USER_CONFIRM").await;
    let state = world.state().await;
    assert_eq!((state["bills"].as_array().unwrap().len(), transfers(&state)), (1, before + 1));

    // Of sixteen that differ, one wins, and the others change nothing.
    let bodies: Vec<String> = (1..=16)
        .map(|amount| {
            let mut body = create("rivals");
            body["amount"] = amount.into();
            body.to_string()
        })
        .collect();
    let answers = all(&world, &bodies).await;
    let won: Vec<_> = answers.iter().filter(|(status, _)| *status == 200).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, body)| *status == 200 || body["message"] == DIFFERS.2));
    let shown = world.until("rivals", "WAIT_USER_CONFIRM").await;
    assert_eq!(
        (&shown["amount"], transfers(&world.state().await)),
        (&won[0].1["amount"], before + 2)
    );
    assert_eq!(
        shown["receiver_detail"]["receiver"]["transaction_info"]["transaction_id"],
        TRANSACTION
    );
    world.verify().await;
}

/// Creates with these bodies, all at once.
async fn all(world: &World, bodies: &[String]) -> Vec<(u16, Json)> {
    let mut running = tokio::task::JoinSet::new();
    for body in bodies {
        let (bytes, address) = (world.platform.post(BILLS, body).bytes(), world.address());
        let platform = world.platform.clone();
        running.spawn(async move {
            let answer = crate::wire::exchange(address, &bytes).await.unwrap();
            platform.verify(&answer);
            (answer.status, answer.json())
        });
    }
    running.join_all().await
}
