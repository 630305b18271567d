//! The callbacks about refunds that do not arrive: astray, tried again, given up.

use redress_server::DIRECT;
use serde_json::{Value as Json, json};

use super::opened;
use super::receiver::{Manner, Receiver};
use crate::prepay::PAYER;
use crate::refunds::{REFUNDS, body, query, settle};
use crate::world::World;

const ABNORMAL: (u16, &str, &str) =
    (403, "USER_ACCOUNT_ABNORMAL", "退款请求失败，用户账户异常或已注销");
const FUNDS: &str = "merchant:1230000109:available";

async fn payer(world: &World, abnormal: bool) {
    world.act("/payers", json!({ "openid": PAYER, "abnormal": abnormal })).await;
}

/// A world with a refund on its way to a payer whose account has become abnormal, who hears of
/// its end, and the request.
async fn astray(number: &str) -> (World, Receiver, Json) {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(204, "")).await;
    world.order(json!({ "out_trade_no": "paid-1", "payer": PAYER })).await;
    let mut body = body("paid-1", number, 2_000, 5_000);
    body["notify_url"] = receiver.url().into();
    let answer = world.ok(&world.direct.post(REFUNDS, &body.to_string())).await;
    assert_eq!(answer["status"], "PROCESSING");
    payer(&world, true).await;
    settle(&world).await;
    told(&world, &receiver, 1, "ABNORMAL").await;
    let shown = world.ok(&world.direct.get(&query(number))).await;
    assert_eq!((&shown["status"], shown.get("success_time")), (&json!("ABNORMAL"), None));
    world.verify().await;
    (world, receiver, body)
}

/// Waits for so many callbacks; the last one tells of this end. Gives what it tells.
async fn told(world: &World, receiver: &Receiver, count: usize, status: &str) -> Json {
    let got = receiver.until(count).await;
    assert_eq!(got.len(), count);
    let got = &got[count - 1];
    let envelope: Json = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(envelope["event_type"], format!("REFUND.{status}"));
    assert_eq!(envelope["resource"]["original_type"], "refund");
    let told = opened(world, DIRECT, got);
    assert_eq!((&told["mchid"], &told["refund_status"]), (&json!(DIRECT), &json!(status)));
    assert_eq!(told["success_time"].is_string(), status == "SUCCESS", "{told}");
    assert_eq!(told["amount"]["refund"], 2_000);
    told
}

/// What the shop has, and what of it is free.
async fn funds(world: &World) -> (i64, i64) {
    let account = world.account(FUNDS).await;
    (account["balance"].as_i64().unwrap(), account["available"].as_i64().unwrap())
}

#[tokio::test]
async fn the_same_number_brings_an_abnormal_refund_home() {
    let (world, receiver, body) = astray("refund-1").await;
    let (balance, available) = funds(&world).await;
    assert_eq!(balance - available, 2_000, "it still waits for the payer");
    let draft = world.direct.post(REFUNDS, &body.to_string());
    world.refused(&draft, ABNORMAL).await;
    let other = crate::refunds::with(&body, "out_refund_no", "refund-2".into());
    world.refused(&world.direct.post(REFUNDS, &other.to_string()), ABNORMAL).await;

    // It goes on after a restart.
    let world = world.restart().await;
    payer(&world, false).await;
    let again = world.ok(&draft).await;
    assert_eq!(again["status"], "PROCESSING");
    settle(&world).await;
    let end = told(&world, &receiver, 2, "SUCCESS").await;
    assert_eq!(end["refund_id"], again["refund_id"]);
    assert_eq!(world.ok(&draft).await["status"], "SUCCESS");
    assert_eq!(funds(&world).await, (balance - 2_000, available));
    let order = world.show(&format!("/orders/{DIRECT}/paid-1")).await;
    assert_eq!((&order["refunded"], &order["refunds"]), (&json!(2_000), &json!(1)));
    let close = format!("/refunds/{DIRECT}/refund-1/close");
    assert_eq!(world.control("POST", &close, "{}").await.0, 409, "it has arrived");
    world.verify().await;
}

#[tokio::test]
async fn a_refund_that_is_given_up_leaves_its_money() {
    let (world, receiver, body) = astray("refund-1").await;
    let (balance, available) = funds(&world).await;
    let close = format!("/refunds/{DIRECT}/refund-1/close");
    assert_eq!(world.act(&close, json!({})).await["status"], "CLOSED");
    told(&world, &receiver, 2, "CLOSED").await;
    assert_eq!(funds(&world).await, (balance, available + 2_000));
    assert_eq!(world.control("POST", &close, "{}").await.0, 409, "once");
    let nothing = format!("/refunds/{DIRECT}/refund-9/close");
    assert_eq!(world.control("POST", &nothing, "{}").await.0, 404);

    // The number stays closed; another one may have the money.
    payer(&world, false).await;
    let before = world.state().await;
    let post = |body: &Json| world.direct.post(REFUNDS, &body.to_string());
    assert_eq!(world.ok(&post(&body)).await["status"], "CLOSED");
    world.unchanged_since(&before).await;
    let mut whole = crate::refunds::with(&body, "out_refund_no", "refund-2".into());
    whole["amount"]["refund"] = 5_000.into();
    world.ok(&post(&whole)).await;
    settle(&world).await;
    assert_eq!(world.ok(&world.direct.get(&query("refund-2"))).await["status"], "SUCCESS");
    world.verify().await;
}
