//! `POST …/sub-mch-compensation-bills`: compensate a sub-merchant.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{
    BILL_DIFFERS, MERCHANT_BILLS, NO_AUTH, NO_RELATION, SPONSOR_NOT_AUTHORISED, merchant_bill,
    until_merchant_bill,
};
use crate::world::{BILL, BILLS, World, create};

const OPERATION: &str = "merchant:1900001108:operation";

async fn post(world: &World, body: &Json) -> Json {
    world.ok(&world.platform.post(MERCHANT_BILLS, &body.to_string())).await
}

async fn refuse(world: &World, body: &Json, refusal: (u16, &str, &str)) {
    world.refused(&world.platform.post(MERCHANT_BILLS, &body.to_string()), refusal).await;
}

#[tokio::test]
async fn pays_from_the_operation_account() {
    let world = World::start().await;
    let before = world.account(OPERATION).await["available"].as_i64().unwrap();
    let had = world.account("merchant:1900013401:available").await["available"].clone();
    let body = merchant_bill(BILL);
    let answer = world.send(&world.platform.post(MERCHANT_BILLS, &body.to_string())).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let made = answer.json();
    let (id, at) = (made["bill_id"].as_str().unwrap(), made["accept_time"].as_str().unwrap());
    assert!(id.len() == 40 && id.bytes().all(|b| b.is_ascii_digit()), "{id}");
    let expected = format!(
        r#"{{"sp_mchid":"1900001108","receiver_detail":{{"receiver":{{"type":"MERCHANT","mch_info":{{"mchid":"1900013401"}}}}}},"out_bill_no":"plfk2020042013","amount":10000,"transfer_remark":"赔付金发放","bill_id":"{id}","state":"ACCEPTED","accept_time":"{at}","sponsor_mchid":"1900001108"}}"#
    );
    assert_eq!(answer.text(), expected);
    let paid = until_merchant_bill(&world, BILL, "SUCCESS").await;
    assert_eq!(paid["success_time"].as_str().map(str::len), Some(25));
    assert_eq!(world.account(OPERATION).await["available"], before - 10_000);
    let has = world.account("merchant:1900013401:available").await["available"].clone();
    assert_eq!(has.as_i64().unwrap() - had.as_i64().unwrap_or_default(), 10_000);

    // Again, with the default spelled out: the present state, and nothing changes.
    let state = world.state().await;
    let mut again = body.clone();
    again["sponsor_mchid"] = PLATFORM.into();
    for body in [body, again] {
        let shown = post(&world, &body).await;
        assert_eq!((&shown["state"], &shown["bill_id"]), (&json!("SUCCESS"), &made["bill_id"]));
    }
    world.unchanged_since(&state).await;
    world.verify().await;
}

#[tokio::test]
async fn is_closed_without_the_money() {
    let world = World::start().await;
    // The sponsor has money, and none on its operation account.
    let mut body = merchant_bill("short");
    body["sponsor_mchid"] = SPONSOR.into();
    let before = world.state().await;
    let made = post(&world, &body).await;
    assert_eq!((&made["state"], made.get("close_info")), (&json!("CLOSED"), None));
    let shown = until_merchant_bill(&world, "short", "CLOSED").await;
    let close = &shown["close_info"];
    assert_eq!(
        (&close["close_reason"], &close["close_time"]),
        (&json!("NOT_ENOUGH"), &made["accept_time"])
    );
    let after = world.state().await;
    for list in ["transfers", "accounts", "jobs"] {
        assert_eq!(after[list], before[list], "{list}");
    }
    // To the last fen.
    let credit = json!({ "mchid": SPONSOR, "amount": 10_000, "account": "operation" });
    world.act("/credits", credit).await;
    assert_eq!(post(&world, &body).await["state"], "CLOSED", "for good");
    body["out_bill_no"] = "all".into();
    assert_eq!(post(&world, &body).await["state"], "ACCEPTED");
    until_merchant_bill(&world, "all", "SUCCESS").await;
    assert_eq!(world.account("merchant:1900001109:operation").await["available"], 0);
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    post(&world, &merchant_bill(BILL)).await;
    until_merchant_bill(&world, BILL, "SUCCESS").await;
    world.merchant("1900013402", &["sub_merchant"]).await;
    super::relate(&world, PLATFORM, "1900013402").await;
    for (pointer, value) in [
        ("/amount", json!(10_001)),
        ("/transfer_remark", json!("赔付金")),
        ("/receiver/mch_info/mchid", json!("1900013402")),
    ] {
        let mut body = merchant_bill(BILL);
        *body.pointer_mut(pointer).unwrap() = value;
        refuse(&world, &body, BILL_DIFFERS).await;
    }
    let mut body = merchant_bill(BILL);
    body["sponsor_mchid"] = SPONSOR.into();
    refuse(&world, &body, BILL_DIFFERS).await;

    let mut body = merchant_bill("other");
    body["sponsor_mchid"] = DIRECT.into();
    refuse(&world, &body, SPONSOR_NOT_AUTHORISED).await;
    for receiver in [DIRECT, PLATFORM, SPONSOR, "42"] {
        let mut body = merchant_bill("other");
        body["receiver"]["mch_info"]["mchid"] = receiver.into();
        refuse(&world, &body, NO_RELATION).await;
    }
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        let draft = caller.post(MERCHANT_BILLS, &merchant_bill("other").to_string());
        world.refused(&draft, NO_AUTH).await;
    }
    let mut body = merchant_bill("other");
    body["receiver"]["type"] = "TRANSACTION_USER".into();
    let words = "输入源“/body/receiver/type”映射到值字段“赔付接收方类型”枚举规则校验失败，此字段的可选取值为“MERCHANT”";
    refuse(&world, &body, (400, "PARAM_ERROR", words)).await;
    // The numbers are not those of the compensations of users.
    world.ok(&world.platform.post(BILLS, &create(BILL).to_string())).await;
    world.until(BILL, "WAIT_USER_CONFIRM").await;
    world.verify().await;
}

#[tokio::test]
async fn twins_make_one_bill() {
    let world = World::start().await;
    let before = world.account(OPERATION).await["available"].as_i64().unwrap();
    let answers =
        world.all(&world.platform, MERCHANT_BILLS, &vec![merchant_bill("twins"); 16]).await;
    for (status, answer) in &answers {
        assert_eq!((*status, &answer["bill_id"]), (200, &answers[0].1["bill_id"]), "{answer}");
    }
    until_merchant_bill(&world, "twins", "SUCCESS").await;
    assert_eq!(world.account(OPERATION).await["available"], before - 10_000);
    let shown = world.show("/merchant-bills").await;
    assert_eq!(shown["items"].as_array().unwrap().len(), 1);
    assert_eq!(shown["items"][0]["content"]["receiver"]["mch_info"]["mchid"], SUB_MERCHANT);
    world.verify().await;
}
