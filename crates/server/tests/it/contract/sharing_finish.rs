//! `POST /v3/ecommerce/profitsharing/finish-order`: set free what is left of an order.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::Value as Json;

use super::{NO_AUTH, NO_RELATION, UNDEFINED};
use crate::sharing::{
    DIFFERS, FINISH, NOT_FOR_SHARING, ORDER_UNKNOWN, ORDERS, available, finish, left, query, ready,
    share, shared, sixteen, sold, until,
};
use crate::world::{SUBSIDISED, TRANSACTION};

const NOTHING_LEFT: (u16, &str, &str) = (403, "NOT_ENOUGH", "分账金额为0，分账已完成");
const DAY: i64 = 24 * 3600;

#[tokio::test]
async fn sets_free_what_is_left() {
    let (world, id) = ready().await;
    let funds = available(&world, SUB_MERCHANT).await;
    shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000)])).await;
    let draft = world.platform.post(FINISH, &finish(&id, "F1").to_string());
    let answer = world.send(&draft).await;
    let made = answer.json();
    let expected = format!(
        r#"{{"sub_mchid":"1900013401","transaction_id":"{id}","out_order_no":"F1","order_id":"{}"}}"#,
        made["order_id"].as_str().unwrap(),
    );
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
    until(&world, &query(&id, "F1"), "status", "FINISHED").await;
    assert_eq!(available(&world, SUB_MERCHANT).await, funds + 9_000);
    assert_eq!(left(&world, &id).await, 0);

    let before = world.state().await;
    assert_eq!(world.send(&draft).await.text(), expected);
    world.unchanged_since(&before).await;
    world.verify().await;
}

/// By itself after 180 days.
#[tokio::test]
async fn time_sets_free_what_nobody_finishes() {
    let (world, id) = ready().await;
    let funds = available(&world, SUB_MERCHANT).await;
    shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000)])).await;
    world.step(180 * DAY).await;
    let left = format!("{ORDERS}/{id}/amounts");
    let started = std::time::Instant::now();
    while world.ok(&world.platform.get(&left)).await["unsplit_amount"] != 0 {
        assert!(started.elapsed() < std::time::Duration::from_secs(20));
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let draft = world.platform.post(FINISH, &finish(&id, "F1").to_string());
    world.refused(&draft, NOTHING_LEFT).await;
    // The demo world's order that waits for its subsidy is free by now too.
    assert_eq!(available(&world, SUB_MERCHANT).await, funds + 9_000 + 8_000);
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let (world, id) = ready().await;
    let post = |body: &Json| world.platform.post(FINISH, &body.to_string());
    world.refused(&post(&finish("4200000000000000000000000000", "F1")), ORDER_UNKNOWN).await;
    world.refused(&post(&finish(TRANSACTION, "F1")), NOT_FOR_SHARING).await;
    let open = (400, "INVALID_REQUEST", "订单补差未完成，请先补差或取消补差");
    world.refused(&post(&finish(SUBSIDISED, "F1")), open).await;
    let young = sold(&world, "young1").await;
    world.refused(&post(&finish(&young, "F1")), (400, "INVALID_REQUEST", "订单处理中")).await;
    let mut other = finish(&id, "F1");
    other["sub_mchid"] = DIRECT.into();
    world.refused(&post(&other), NO_RELATION).await;

    shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000)])).await;
    world.refused(&post(&finish(&id, "P1")), DIFFERS).await;
    world.ok(&post(&finish(&id, "F1"))).await;
    world.refused(&post(&finish(&id, "F2")), NOTHING_LEFT).await;
    let mut other = finish(&id, "F1");
    other["description"] = "other".into();
    world.refused(&post(&other), DIFFERS).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_ecommerce_platforms_alone() {
    let (world, id) = ready().await;
    let body = finish(&id, "F1").to_string();
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(FINISH, &body), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.post(FINISH, &body), NO_RELATION).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let (world, id) = ready().await;
    let with = |name: &str, value: Json| {
        let mut body = finish(&id, "F1");
        body[name] = value;
        body.to_string()
    };
    let cases = [
        (
            with("description", "".into()),
            "输入源“/body/description”映射到值字段“分账描述”字符串规则校验失败，字符数 0，小于最小值 1",
        ),
        (
            with("out_order_no", "#".into()),
            r"输入源“/body/out_order_no”映射到值字段“商户分账单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*@]+$”",
        ),
        (with("finish", true.into()), UNDEFINED),
    ];
    for (body, message) in cases {
        let draft = world.platform.post(FINISH, &body);
        world.refused(&draft, (400, "PARAM_ERROR", message)).await;
    }
}

#[tokio::test]
async fn twins_finish_once() {
    let (world, id) = ready().await;
    let funds = available(&world, SUB_MERCHANT).await;
    let body = finish(&id, "F1").to_string();
    sixteen(&world, || world.platform.post(FINISH, &body), "order_id").await;
    assert_eq!(available(&world, SUB_MERCHANT).await, funds + 10_000);
    let world = world.restart().await;
    world.ok(&world.platform.post(FINISH, &body)).await;
    assert_eq!(available(&world, SUB_MERCHANT).await, funds + 10_000);
    world.verify().await;
}
