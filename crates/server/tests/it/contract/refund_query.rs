//! `GET /v3/refund/domestic/refunds/{out_refund_no}`: query a refund.

use redress_server::{DIRECT, SPONSOR, SUB_MERCHANT};
use serde_json::json;

use super::{NO_AUTH, NO_RELATION, UNDEFINED};
use crate::refunds::{REFUND_UNKNOWN, REFUNDS, body, query, settle};
use crate::world::{ORDER, World};

#[tokio::test]
async fn shows_what_the_create_has_answered_and_its_end() {
    let world = World::start().await;
    let number = "Aa0_-|*@";
    let created =
        world.ok(&world.direct.post(REFUNDS, &body(ORDER, number, 800, 8_800).to_string())).await;
    // As it is, and encoded.
    for number in ["Aa0_-%7C*@", "Aa0_-%7C%2A%40"] {
        assert_eq!(world.ok(&world.direct.get(&query(number))).await, created);
    }
    settle(&world).await;
    let mut expected = created.clone();
    let found = world.ok(&world.direct.get(&query("Aa0_-%7C*@"))).await;
    expected["status"] = "SUCCESS".into();
    expected["success_time"] = found["success_time"].clone();
    assert_eq!(found, expected);
    assert!(found["success_time"].as_str() > created["create_time"].as_str());
    let world = world.restart().await;
    assert_eq!(world.ok(&world.direct.get(&query("Aa0_-%7C*@"))).await, expected);
}

#[tokio::test]
async fn finds_the_refunds_of_placed_orders() {
    let world = World::start().await;
    let refunds = world.show("/refunds").await;
    let [refund] = refunds["items"].as_array().unwrap().as_slice() else { panic!("{refunds}") };
    let number = refund["out_refund_no"].as_str().unwrap();
    let target = format!("{}?sub_mchid={SUB_MERCHANT}", query(number));
    let found = world.ok(&world.platform.get(&target)).await;
    assert_eq!((&found["status"], &found["amount"]["refund"]), (&json!("SUCCESS"), &json!(2_000)));
    assert_eq!(found["out_trade_no"], "demo20261121subsidised");
}

#[tokio::test]
async fn refuses_what_is_not_there_or_not_the_callers() {
    let world = World::start().await;
    let body = body(ORDER, "refund-1", 800, 8_800);
    world.ok(&world.direct.post(REFUNDS, &body.to_string())).await;
    settle(&world).await;
    world.refused(&world.direct.get(&query("refund-2")), REFUND_UNKNOWN).await;
    world.refused(&world.direct.get(&query("REFUND-1")), REFUND_UNKNOWN).await;
    for caller in [&world.sponsor, &world.platform] {
        world.refused(&caller.get(&query("refund-1")), REFUND_UNKNOWN).await;
    }
    world.refused(&world.sub_merchant.get(&query("refund-1")), NO_AUTH).await;
    let of = |sub: &str| format!("{}?sub_mchid={sub}", query("refund-1"));
    world.refused(&world.platform.get(&of(SUB_MERCHANT)), REFUND_UNKNOWN).await;
    world.refused(&world.platform.get(&of(SPONSOR)), NO_RELATION).await;
    world.refused(&world.direct.get(&of(DIRECT)), NO_RELATION).await;
    let unknown = (404, "MCH_NOT_EXISTS", "商户号不存在");
    world.refused(&world.platform.get(&of("1900099999")), unknown).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let rule = |place: &str, label: &str, rest: &str| {
        format!("输入源“{place}”映射到值字段“{label}”字符串规则校验失败，{rest}")
    };
    let number = |rest: &str| rule("/uri_template/out_refund_no", "商户退款单号", rest);
    let cases = [
        (query("a%20b"), number(r"字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*@]+$”")),
        (query(&"1".repeat(65)), number("字节数 65，大于最大值 64")),
        (
            format!("{}?sub_mchid=x", query("refund-1")),
            rule("/query/sub_mchid", "子商户号", r"字符串必须匹配正则表达式“^[1-9]\d*$”"),
        ),
        (format!("{}?mchid={DIRECT}", query("refund-1")), UNDEFINED.to_owned()),
    ];
    for (target, message) in cases {
        world.refused(&world.direct.get(&target), (400, "PARAM_ERROR", &message)).await;
    }
}
