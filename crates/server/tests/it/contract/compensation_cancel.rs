//! `POST …/compensate-bills/out-bill-no/{out_bill_no}/cancel`: request to cancel a compensation.

use redress_server::PLATFORM;
use serde_json::{Value as Json, json};

use super::{BILL_UNKNOWN, NO_AUTH};
use crate::wire::exchange;
use crate::world::{BILL, BILLS, World, bill, cancel, create};

const TOO_LATE: (u16, &str, &str) = (400, "INVALID_REQUEST", "当前单据状态不允许撤销");

#[tokio::test]
async fn cancels_the_bill_of_the_page() {
    let world = World::start().await;
    let waiting = world.waiting(BILL).await;
    let answer = world.send(&world.platform.post(&cancel(BILL), "")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let first = answer.json();
    let at = first["cancel_accept_time"].as_str().unwrap();
    let bill_id = waiting["bill_id"].as_str().unwrap();
    let expected = format!(
        r#"{{"out_bill_no":"plfk2020042013","bill_id":"{bill_id}","state":"CANCELING","cancel_accept_time":"{at}"}}"#
    );
    assert_eq!(answer.text(), expected);

    let shown = world.until(BILL, "CANCELLED").await;
    assert_eq!((shown.get("close_info"), shown.get("success_time")), (None, None));
    let sponsor = world.account("merchant:1900001109:available").await;
    assert_eq!(
        (&sponsor["available"], &sponsor["debits"]["pending"]),
        (&json!(100_000_000), &json!(0))
    );

    // Asked again, also much later: the first time, the present state, and nothing changes.
    world.step(3600).await;
    let before = world.state().await;
    let again = world.ok(&world.platform.post(&cancel(BILL), "")).await;
    assert_eq!((&again["cancel_accept_time"], &again["state"]), (&json!(at), &json!("CANCELLED")));
    world.unchanged_since(&before).await;
    // The number is used for ever.
    let made = world.ok(&world.platform.post(BILLS, &create(BILL).to_string())).await;
    assert_eq!((&made["state"], &made["bill_id"]), (&json!("CANCELLED"), &waiting["bill_id"]));
    world.verify().await;
}

#[tokio::test]
async fn may_come_right_behind_the_create() {
    let world = World::start().await;
    for turn in 0..8 {
        let number = format!("early{turn}");
        world.ok(&world.platform.post(BILLS, &create(&number).to_string())).await;
        let cancelled = world.ok(&world.platform.post(&cancel(&number), "")).await;
        assert_eq!(cancelled["state"], "CANCELING");
        world.until(&number, "CANCELLED").await;
    }
    assert_eq!(world.account("merchant:1900001109:available").await["available"], 100_000_000);
    world.verify().await;
}

#[tokio::test]
async fn comes_too_late_once_the_bill_is_final() {
    let world = World::start().await;
    let payer = |number: &str| format!("/bills/{PLATFORM}/{number}/payer");
    for (number, answer, state) in [("paid", "confirm", "SUCCESS"), ("shut", "refuse", "CLOSED")] {
        world.waiting(number).await;
        world.act(&payer(number), json!({ "answer": answer })).await;
        world.until(number, state).await;
        world.refused(&world.platform.post(&cancel(number), ""), TOO_LATE).await;
    }
    // Nor can the payer answer what was cancelled.
    world.waiting(BILL).await;
    world.ok(&world.platform.post(&cancel(BILL), "")).await;
    world.until(BILL, "CANCELLED").await;
    let before = world.state().await;
    let (status, body) = world.control("POST", &payer(BILL), r#"{"answer":"confirm"}"#).await;
    assert_eq!((status, body["error"].is_string()), (409, true), "{body}");
    world.unchanged_since(&before).await;

    // A bill that pays by itself never waits for anyone.
    let path = format!("/merchants/{PLATFORM}/confirmation");
    world.act(&path, json!({ "confirmation": "none" })).await;
    world.ok(&world.platform.post(BILLS, &create("direct").to_string())).await;
    let answer = world.send(&world.platform.post(&cancel("direct"), "")).await;
    assert_eq!((answer.status, &answer.json()["message"]), (400, &json!(TOO_LATE.2)));
    world.until("direct", "SUCCESS").await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    world.waiting(BILL).await;
    world.refused(&world.platform.post(&cancel("nosuchbill"), ""), BILL_UNKNOWN).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.post(&cancel(BILL), ""), NO_AUTH).await;
    }
    let second = world.merchant("1900002000", &["platform"]).await;
    world.refused(&second.post(&cancel(BILL), ""), BILL_UNKNOWN).await;
}

#[tokio::test]
async fn has_no_body() {
    let world = World::start().await;
    world.waiting(BILL).await;
    let undefined = (400, "PARAM_ERROR", "请求中含有未在API文档中定义的参数");
    let draft = world.platform.post(&cancel(BILL), r#"{"reason":"x"}"#);
    let body = world.refused(&draft, undefined).await;
    assert_eq!(body["detail"]["value"], json!(["/body/reason"]));
    for body in ["[1]", "0", "\"x\"", "{\"", "nil"] {
        let draft = world.platform.post(&cancel(BILL), body);
        world.refused(&draft, (400, "PARAM_ERROR", "参数错误")).await;
    }
    let repeated = "无法将输入源“/body/out_bill_no”映射到目标字段“商户单号”中，此字段并非多重字段但被输入源“/uri_template/out_bill_no”映射过了。";
    let draft = world.platform.post(&cancel(BILL), r#"{"out_bill_no":"plfk2020042013"}"#);
    world.refused(&draft, (400, "PARAM_ERROR", repeated)).await;
}

/// Of a payer who confirms and a platform that cancels at the same moment, one is heard.
#[tokio::test]
async fn races_with_the_payer() {
    let world = World::start().await;
    for turn in 0..8 {
        let number = format!("race{turn}");
        world.waiting(&number).await;
        let draft = world.platform.post(&cancel(&number), "").bytes();
        let path = format!("/bills/{PLATFORM}/{number}/payer");
        let (cancelled, (status, _)) = tokio::join!(
            exchange(world.address(), &draft),
            world.control("POST", &path, r#"{"answer":"confirm"}"#),
        );
        let heard = (cancelled.unwrap().status, status);
        assert!(heard == (200, 409) || heard == (400, 200), "{heard:?}");
        let last = if heard.1 == 200 { "SUCCESS" } else { "CANCELLED" };
        world.until(&number, last).await;
    }
    let bills: Json = world.ok(&world.platform.get(&bill("race0"))).await;
    assert_eq!(bills["amount"], 10_000);
    world.verify().await;
}
