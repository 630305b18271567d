//! `GET /v3/ecommerce/profitsharing/orders`: query a share, or a finish.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};

use super::{NO_AUTH, UNDEFINED};
use crate::sharing::{FINISH, ORDERS, UNKNOWN, finish, query, ready, share, shared, until};

#[tokio::test]
async fn answers_a_share_and_a_finish() {
    let (world, id) = ready().await;
    let done = shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000)])).await;
    let answer = world.send(&world.platform.get(&query(&id, "P1"))).await;
    let part = &done["receivers"][0];
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let expected = format!(
        r#"{{"sub_mchid":"1900013401","transaction_id":"{id}","out_order_no":"P1","order_id":"{}","status":"FINISHED","receivers":[{{"amount":1000,"description":"分给","result":"SUCCESS","finish_time":"{}","type":"MERCHANT_ID","receiver_account":"{PLATFORM}","detail_id":"{}"}}]}}"#,
        text(&done["order_id"]),
        text(&part["finish_time"]),
        text(&part["detail_id"]),
    );
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));

    world.ok(&world.platform.post(FINISH, &finish(&id, "F1").to_string())).await;
    let done = until(&world, &query(&id, "F1"), "status", "FINISHED").await;
    let answer = world.send(&world.platform.get(&query(&id, "F1"))).await;
    let expected = format!(
        r#"{{"sub_mchid":"1900013401","transaction_id":"{id}","out_order_no":"F1","order_id":"{}","status":"FINISHED","finish_amount":9000,"finish_description":"分账完结"}}"#,
        text(&done["order_id"]),
    );
    assert_eq!((answer.status, answer.text()), (200, expected.as_str()));
}

#[tokio::test]
async fn refuses_what_is_not_there_and_who_may_not_ask() {
    let (world, id) = ready().await;
    shared(&world, &share(&id, "P1", &[(PLATFORM, 1_000)])).await;
    let get = |target: &str| world.platform.get(target);
    world.refused(&get(&query(&id, "P2")), UNKNOWN).await;
    world.refused(&get(&query("1", "P1")), UNKNOWN).await;
    world.refused(&get(&query(&id, "P1").replace(SUB_MERCHANT, DIRECT)), UNKNOWN).await;
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.get(&query(&id, "P1")), UNKNOWN).await;
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.get(&query(&id, "P1")), NO_AUTH).await;
    }
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let (world, id) = ready().await;
    let get = |target: &str| world.platform.get(target);
    let missing = |name: &str, label: &str| {
        format!("输入源“/query/{name}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let cases = [
        (ORDERS.to_owned(), missing("sub_mchid", "电商平台二级商户号")),
        (format!("{ORDERS}?sub_mchid=1"), missing("transaction_id", "微信订单号")),
        (format!("{ORDERS}?sub_mchid=1&transaction_id=1"), missing("out_order_no", "商户分账单号")),
        (format!("{}&appid=wx1", query(&id, "P1")), UNDEFINED.to_owned()),
        (
            query(&id, "P%201"),
            r"输入源“/query/out_order_no”映射到值字段“商户分账单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*@]+$”".to_owned(),
        ),
    ];
    for (target, message) in cases {
        world.refused(&get(&target), (400, "PARAM_ERROR", &message)).await;
    }
}
