//! `POST /v3/ecommerce/subsidies/cancel`: cancel the subsidy of an order.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::NO_AUTH;
use crate::refunds::{PAY_SUBSIDY, RETURN_SUBSIDY, subsidy, with};
use crate::world::{SUBSIDIES, SUBSIDISED, TRANSACTION, World};

const PAGE_BODY: &str = r#"{"sub_mchid":"1900013401","transaction_id":"4208450740201411110007820472","description":"订单退款"}"#;
const UNKNOWN: (u16, &str, &str) = (400, "INVALID_REQUEST", "订单不存在");
const NO_RELATION: (u16, &str, &str) = (400, "INVALID_REQUEST", "受理关系不存在");

fn body(sub_mchid: &str, transaction_id: &str) -> Json {
    json!({ "sub_mchid": sub_mchid, "transaction_id": transaction_id, "description": "订单退款" })
}

async fn order(world: &World) -> Json {
    world.show(&format!("/orders/{PLATFORM}/demo20261121subsidised")).await
}

#[tokio::test]
async fn cancels_the_subsidy_of_the_page() {
    let world = World::start().await;
    assert_eq!(order(&world).await["may_share"], false);
    let answer = world.send(&world.platform.post(SUBSIDIES, PAGE_BODY)).await;
    let expected = r#"{"sub_mchid":"1900013401","transaction_id":"4208450740201411110007820472","result":"SUCCESS","description":"订单退款"}"#;
    assert_eq!((answer.status, answer.text()), (200, expected));
    let after = order(&world).await;
    assert_eq!(
        (&after["may_share"], &after["subsidy"]["state"]["is"]),
        (&json!(true), &json!("cancelled"))
    );

    // Once more, also in other words: the first ones stay.
    let before = world.state().await;
    let mut again = body(SUB_MERCHANT, SUBSIDISED);
    again["description"] = "another".into();
    let answer = world.send(&world.platform.post(SUBSIDIES, &again.to_string())).await;
    assert_eq!((answer.status, answer.text()), (200, expected));
    world.unchanged_since(&before).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |body: &Json| world.platform.post(SUBSIDIES, &body.to_string());
    world.refused(&post(&body(SUB_MERCHANT, "4200000000000000000000000000")), UNKNOWN).await;
    world.refused(&post(&body("1900019999", SUBSIDISED)), NO_RELATION).await;
    world.refused(&post(&body(PLATFORM, SUBSIDISED)), NO_RELATION).await;
    // The order of another sub-merchant.
    world.merchant("1900013402", &["sub_merchant"]).await;
    world.refused(&post(&body("1900013402", SUBSIDISED)), NO_RELATION).await;
    let relation =
        json!({ "platform": PLATFORM, "merchant": "1900013402", "relation": "sub_merchant" });
    world.act("/relations", relation).await;
    world.refused(&post(&body("1900013402", SUBSIDISED)), UNKNOWN).await;
    // The order of another merchant.
    let foreign = world.order(json!({ "mchid": DIRECT, "out_trade_no": "foreign" })).await;
    let foreign = foreign["transaction_id"].as_str().unwrap();
    world.refused(&post(&body(SUB_MERCHANT, foreign)), UNKNOWN).await;

    let unmarked = (400, "INVALID_REQUEST", "非补差订单，不支持取消补差");
    world.refused(&post(&body(SUB_MERCHANT, TRANSACTION)), unmarked).await;
    let fresh = json!({
        "mchid": PLATFORM, "sub_mchid": SUB_MERCHANT, "out_trade_no": "fresh1",
        "trade_type": "JSAPI", "profit_sharing": true, "subsidy_amount": 100,
    });
    let fresh = world.order(fresh).await;
    let unrefunded = (400, "INVALID_REQUEST", "订单未发生退款，不支持取消补差");
    let fresh = fresh["transaction_id"].as_str().unwrap();
    world.refused(&post(&body(SUB_MERCHANT, fresh)), unrefunded).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_was_paid() {
    let world = World::start().await;
    world.step(60).await;
    let create = world.platform.post(PAY_SUBSIDY, &subsidy(SUBSIDISED, 1_000).to_string());
    world.ok(&create).await;
    let paid = (400, "INVALID_REQUEST", "订单已补差，不支持取消补差");
    world.refused(&world.platform.post(SUBSIDIES, PAGE_BODY), paid).await;
    // Nor when all of it went back.
    let given = with(&subsidy(SUBSIDISED, 1_000), "out_order_no", "return-1".into());
    world.ok(&world.platform.post(RETURN_SUBSIDY, &given.to_string())).await;
    world.refused(&world.platform.post(SUBSIDIES, PAGE_BODY), paid).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_ecommerce_platforms_alone() {
    let world = World::start().await;
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(SUBSIDIES, PAGE_BODY), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.post(SUBSIDIES, PAGE_BODY), NO_RELATION).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let with = |name: &str, value: Json| {
        let mut body = body(SUB_MERCHANT, SUBSIDISED);
        body[name] = value;
        body.to_string()
    };
    let rule = |name: &str, label: &str, rest: &str| {
        format!("输入源“/body/{name}”映射到值字段“{label}”字符串规则校验失败，{rest}")
    };
    let cases = [
        (with("description", "描".repeat(81).into()), rule("description", "取消补差描述", "字符数 81，大于最大值 80")),
        (with("description", "".into()), rule("description", "取消补差描述", "字符数 0，小于最小值 1")),
        (with("description", "退款😀".into()), rule("description", "取消补差描述", "包含不支持的 4 字节 UTF-8 字符")),
        (with("transaction_id", "1".repeat(65).into()), rule("transaction_id", "微信订单号", "字节数 65，大于最大值 64")),
        (with("sub_mchid", "1".repeat(33).into()), rule("sub_mchid", "电商平台二级商户号", "字符数 33，大于最大值 32")),
        (with("sub_mchid", Json::Null), "请求中含有未在API文档中定义的参数".to_owned()),
        (with("mchid", PLATFORM.into()), "请求中含有未在API文档中定义的参数".to_owned()),
        (with("description", 1.into()), "无法将 JSON 输入源“/body/description”映射到目标字段“取消补差描述”中，此字段需要一个 string 类型的 Json 值".to_owned()),
    ];
    for (body, message) in cases {
        let draft = world.platform.post(SUBSIDIES, &body);
        world.refused(&draft, (400, "PARAM_ERROR", &message)).await;
    }
    // Eighty characters are not eighty bytes.
    let longest = with("description", "描".repeat(80).into());
    let answer = world.ok(&world.platform.post(SUBSIDIES, &longest)).await;
    assert_eq!(answer["description"], "描".repeat(80));
}
