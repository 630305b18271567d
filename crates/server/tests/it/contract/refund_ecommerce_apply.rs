//! `POST /v3/ecommerce/refunds/apply`: pay back an order of a sub-merchant.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, NO_RELATION, UNDEFINED, partner_order};
use crate::refunds::{
    AMOUNT_RULE, APPLY, REFUNDS, TOO_MUCH, apply, body, platform_query, settle, with,
};
use crate::wire::exchange;
use crate::world::{APPID, World};

const UNKNOWN: (u16, &str, &str) = (404, "RESOURCE_NOT_EXISTS", "订单不存在");
const ADVANCE: &str = "REFUND_SOURCE_PARTNER_ADVANCE";

/// A world with a paid order of 50 yuan that waits for sharing.
async fn world() -> World {
    let world = World::start().await;
    let order = json!({ "out_trade_no": "shared1", "trade_type": "JSAPI", "profit_sharing": true });
    partner_order(&world, order).await;
    world
}

#[tokio::test]
async fn pays_back_what_waits_for_sharing() {
    let world = world().await;
    let draft = world.platform.post(APPLY, &apply("shared1", "refund-1", 800, 5_000).to_string());
    let answer = world.ok(&draft).await;
    let expected = json!({
        "refund_id": answer["refund_id"], "out_refund_no": "refund-1",
        "create_time": answer["create_time"],
        "amount": { "refund": 800, "payer_refund": 800, "discount_refund": 0, "currency": "CNY" },
        "refund_account": "REFUND_SOURCE_SUB_MERCHANT",
    });
    assert_eq!(answer, expected);
    let order = world.show(&format!("/orders/{PLATFORM}/shared1")).await;
    assert_eq!((&order["state"], &order["unsplit"]), (&json!("REFUND"), &json!(4_200)));
    settle(&world).await;
    let before = world.state().await;
    assert_eq!(world.ok(&draft).await, expected, "there is no state in it");
    world.unchanged_since(&before).await;
    let world = world.restart().await;
    assert_eq!(world.ok(&draft).await, expected);
    world.verify().await;
}

#[tokio::test]
async fn lets_the_platform_pay_in_advance() {
    let world = world().await;
    let operation = format!("merchant:{PLATFORM}:operation");
    let before = world.account(&operation).await["available"].as_i64().unwrap();
    let body = with(&apply("shared1", "refund-1", 800, 5_000), "refund_account", ADVANCE.into());
    let answer = world.ok(&world.platform.post(APPLY, &body.to_string())).await;
    assert_eq!(answer["amount"]["advance"], 800);
    assert_eq!(answer["refund_account"], ADVANCE);
    settle(&world).await;
    assert_eq!(world.account(&operation).await["balance"], before - 800);
    let order = world.show(&format!("/orders/{PLATFORM}/shared1")).await;
    assert_eq!((&order["refunded"], &order["unsplit"]), (&json!(800), &json!(5_000)));
    let found = world.ok(&world.platform.get(&platform_query("refund-1"))).await;
    assert_eq!(found["funds_account"], "OPERATION");
    world.verify().await;

    partner_order(&world, json!({ "out_trade_no": "dear01", "amount": 100_000_000 })).await;
    let dear = apply("dear01", "refund-2", 100_000_000, 100_000_000);
    let dear = with(&dear, "refund_account", ADVANCE.into());
    let short = "商户运营账户资金不足,充值后可以原单号发起重试,请勿更换商户单号";
    let draft = world.platform.post(APPLY, &dear.to_string());
    world.refused(&draft, (403, "NOT_ENOUGH", short)).await;
    let more = json!({ "mchid": PLATFORM, "amount": 100_000_000, "account": "operation" });
    world.act("/credits", more).await;
    world.ok(&draft).await;
    settle(&world).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = world().await;
    let post = |body: &Json| world.platform.post(APPLY, &body.to_string());
    world.refused(&post(&apply("nosuchorder", "refund-1", 1, 5_000)), UNKNOWN).await;
    partner_order(
        &world,
        json!({ "out_trade_no": "open01", "trade_type": "NATIVE", "outcome": "unpaid" }),
    )
    .await;
    world.refused(&post(&apply("open01", "refund-1", 1, 5_000)), UNKNOWN).await;
    world.refused(&post(&apply("shared1", "refund-1", 5_001, 5_000)), TOO_MUCH).await;
    let plain = apply("shared1", "refund-1", 1, 5_000);
    let appid = with(&plain, "sp_appid", APPID.into());
    world.refused(&post(&appid), (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配")).await;
    world.refused(&post(&with(&plain, "sub_mchid", SPONSOR.into())), NO_RELATION).await;
    let nobody = (404, "MCH_NOT_EXISTS", "商户号不存在");
    world.refused(&post(&with(&plain, "sub_mchid", "1900099999".into())), nobody).await;
    // What is not there to take.
    let available = with(&plain, "funds_account", "AVAILABLE".into());
    partner_order(&world, json!({ "out_trade_no": "shared2", "trade_type": "JSAPI", "profit_sharing": true, "amount": 100_000_000 })).await;
    let dear = with(
        &apply("shared2", "refund-2", 100_000_000, 100_000_000),
        "funds_account",
        "AVAILABLE".into(),
    );
    let short = (403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起");
    world.refused(&post(&dear), short).await;
    // The same number, on this page and on the other.
    world.ok(&post(&available)).await;
    settle(&world).await;
    let differs = (400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试");
    world.refused(&post(&plain), differs).await;
    world.refused(&post(&with(&available, "refund_account", ADVANCE.into())), differs).await;
    let other = with(&body("shared1", "refund-1", 1, 5_000), "sub_mchid", SUB_MERCHANT.into());
    let other = with(&other, "funds_account", "AVAILABLE".into());
    world.refused(&world.platform.post(REFUNDS, &other.to_string()), differs).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_ecommerce_platforms_alone() {
    let world = world().await;
    let body = apply("shared1", "refund-1", 1, 5_000).to_string();
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(APPLY, &body), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    let own = with(&apply("shared1", "refund-1", 1, 5_000), "sp_appid", APPID.into());
    world.refused(&other.post(APPLY, &own.to_string()), NO_RELATION).await;
    super::relate(&world, "1900002001", SUB_MERCHANT).await;
    world.refused(&other.post(APPLY, &own.to_string()), UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = world().await;
    let plain = apply("shared1", "refund-1", 100, 5_000);
    let without = |name: &str| {
        let mut body = plain.clone();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let missing = |name: &str, label: &str| {
        format!("输入源“/body/{name}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let from = |parts: Json| {
        let mut body = plain.clone();
        body["amount"]["from"] = parts;
        body
    };
    let part = json!([{ "account": "AVAILABLE", "amount": 100 }]);
    let cases = [
        (without("sub_mchid"), missing("sub_mchid", "二级商户号")),
        (without("sp_appid"), missing("sp_appid", "电商平台APPID")),
        (without("out_trade_no"), missing("transaction_id", "微信支付订单号")),
        (with(&plain, "funds_account", "UNSETTLED".into()), "输入源“/body/funds_account”映射到值字段“资金账户”枚举规则校验失败，此字段的可选取值为“AVAILABLE”".to_owned()),
        (with(&plain, "refund_account", "REFUND_SOURCE".into()), "输入源“/body/refund_account”映射到值字段“退款出资商户”枚举规则校验失败，此字段的可选取值为“REFUND_SOURCE_PARTNER_ADVANCE、REFUND_SOURCE_SUB_MERCHANT”".to_owned()),
        (from(json!([])), format!("{AMOUNT_RULE}出资金额之和必须等于退款金额")),
        (with(&from(part.clone()), "refund_account", ADVANCE.into()), "输入源“/body/refund_account”与“/body/amount/from”只能填写其中一个".to_owned()),
        (with(&from(part), "funds_account", "AVAILABLE".into()), "输入源“/body/funds_account”与“/body/amount/from”只能填写其中一个".to_owned()),
        (with(&plain, "goods_detail", json!([])), UNDEFINED.to_owned()),
        (with(&plain, "sp_mchid", DIRECT.into()), UNDEFINED.to_owned()),
    ];
    for (body, message) in cases {
        let draft = world.platform.post(APPLY, &body.to_string());
        world.refused(&draft, (400, "PARAM_ERROR", &message)).await;
    }
}

#[tokio::test]
async fn twins_refund_once() {
    let world = world().await;
    let body = apply("shared1", "refund-1", 800, 5_000).to_string();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bytes = world.platform.post(APPLY, &body).bytes();
        let address = world.address();
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    let answers = running.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    settle(&world).await;
    let order = world.show(&format!("/orders/{PLATFORM}/shared1")).await;
    assert_eq!((&order["refunded"], &order["refunds"]), (&json!(800), &json!(1)));
    world.verify().await;
}
