//! `POST /v3/ecommerce/profitsharing/returnorders`: take shared money back.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::Value as Json;

use super::{NO_AUTH, NO_RELATION, UNDEFINED};
use crate::sharing::{
    DIFFERS, FINISH, FRIEND, RETURNS, available, back, finish, left, query_back, ready, share,
    shared, sixteen, until,
};
use crate::world::{TRANSACTION, World};

const OF_NOTHING: (u16, &str, &str) = (400, "INVALID_REQUEST", "分账单不存在");
const NO_RECEIVER: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "回退商户号不是原分账请求的商户接收方");
const TOO_MUCH: (u16, &str, &str) = (403, "NOT_ENOUGH", "剩余可回退的金额不足");

/// 10 yuan to the platform, 5 to the friend; the order's number.
async fn given() -> (World, String, Json) {
    let (world, id) = ready().await;
    let made = shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000), (FRIEND, 500)])).await;
    (world, id, made)
}

#[tokio::test]
async fn takes_money_back() {
    let (world, id, share) = given().await;
    let draft = world.platform.post(RETURNS, &back("R1", "P1", PLATFORM, 400).to_string());
    let answer = world.send(&draft).await;
    let made = answer.json();
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let expected = format!(
        r#"{{"sub_mchid":"1900013401","order_id":"{}","out_order_no":"P1","out_return_no":"R1","return_mchid":"1900001108","amount":400,"return_no":"{}","result":"PROCESSING","transaction_id":"{id}"}}"#,
        text(&share["order_id"]),
        text(&made["return_no"]),
    );
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
    until(&world, &query_back("R1", "P1"), "result", "SUCCESS").await;
    assert_eq!(available(&world, PLATFORM).await, 600);
    assert_eq!(left(&world, &id).await, 8_900);

    let before = world.state().await;
    let again = world.ok(&draft).await;
    assert_eq!((&again["return_no"], &again["result"]), (&made["return_no"], &"SUCCESS".into()));
    world.unchanged_since(&before).await;

    // After the finish it is the seller's at once.
    world.ok(&world.platform.post(FINISH, &finish(&id, "F1").to_string())).await;
    let funds = available(&world, SUB_MERCHANT).await;
    world.ok(&world.platform.post(RETURNS, &back("R2", "P1", PLATFORM, 600).to_string())).await;
    until(&world, &query_back("R2", "P1"), "result", "SUCCESS").await;
    assert_eq!(available(&world, SUB_MERCHANT).await, funds + 600);
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let (world, _, made) = given().await;
    let post = |body: &Json| world.platform.post(RETURNS, &body.to_string());
    world.refused(&post(&back("R1", "P9", PLATFORM, 1)), OF_NOTHING).await;
    let mut other = back("R1", "P9", PLATFORM, 1);
    other["order_id"] = made["order_id"].clone();
    world.refused(&post(&other), OF_NOTHING).await;
    other = back("R1", "P1", PLATFORM, 1);
    other["transaction_id"] = TRANSACTION.into();
    world.refused(&post(&other), OF_NOTHING).await;
    other = back("R1", "P1", PLATFORM, 1);
    other["sub_mchid"] = DIRECT.into();
    world.refused(&post(&other), NO_RELATION).await;
    for from in [SPONSOR, SUB_MERCHANT] {
        world.refused(&post(&back("R1", "P1", from, 1)), NO_RECEIVER).await;
    }
    world.refused(&post(&back("R1", "P1", PLATFORM, 1_001)), TOO_MUCH).await;

    // The platform spends what it got.
    let mut bill = crate::world::create("spends");
    bill["sponsor_mchid"] = PLATFORM.into();
    bill["amount"] = 700.into();
    world.ok(&world.platform.post(crate::world::BILLS, &bill.to_string())).await;
    world.until("spends", "WAIT_USER_CONFIRM").await;
    let short = (403, "NOT_ENOUGH", "回退方可用余额不足");
    world.refused(&post(&back("R1", "P1", PLATFORM, 301)), short).await;
    world.ok(&post(&back("R1", "P1", PLATFORM, 300))).await;
    world.refused(&post(&back("R1", "P1", PLATFORM, 299)), DIFFERS).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_ecommerce_platforms_alone() {
    let (world, ..) = given().await;
    let body = back("R1", "P1", PLATFORM, 1).to_string();
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(RETURNS, &body), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.post(RETURNS, &body), NO_RELATION).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let with = |name: &str, value: Json| {
        let mut body = back("R1", "P1", PLATFORM, 1);
        body[name] = value;
        body.to_string()
    };
    let mut nameless = back("R1", "P1", PLATFORM, 1);
    nameless.as_object_mut().unwrap().remove("out_order_no");
    let cases = [
        (
            nameless.to_string(),
            "输入源“/body/order_id”映射到字段“微信分账单号”必填性规则校验失败，此字段为必填项",
        ),
        (
            with("amount", 0.into()),
            "输入源“/body/amount”映射到数值字段“回退金额”规则校验失败，值低于最小值 1",
        ),
        (
            with("return_mchid", "o_1".into()),
            r"输入源“/body/return_mchid”映射到值字段“回退商户号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”",
        ),
        (with("return_no", "1".into()), UNDEFINED),
    ];
    for (body, message) in cases {
        let draft = world.platform.post(RETURNS, &body);
        world.refused(&draft, (400, "PARAM_ERROR", message)).await;
    }
}

#[tokio::test]
async fn twins_take_it_back_once() {
    let (world, id, _) = given().await;
    let body = back("R1", "P1", PLATFORM, 1_000).to_string();
    let made = sixteen(&world, || world.platform.post(RETURNS, &body), "return_no").await;
    let shown = until(&world, &query_back("R1", "P1"), "result", "SUCCESS").await;
    assert_eq!(shown["return_no"], made["return_no"]);
    assert_eq!(left(&world, &id).await, 9_500);
    let world = world.restart().await;
    assert_eq!(world.ok(&world.platform.post(RETURNS, &body)).await, shown);
    world.verify().await;
}
