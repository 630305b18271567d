//! `POST /v3/ecommerce/subsidies/return`: give a subsidy back, or part of it.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, NO_RELATION, UNDEFINED, partner_order, relate};
use crate::refunds::{
    PAY_SUBSIDY, REFUNDS, RETURN_SUBSIDY, body as refund_body, settle, subsidy, with,
};
use crate::wire::exchange;
use crate::world::{SUBSIDISED, TRANSACTION, World};

const UNKNOWN: (u16, &str, &str) = (400, "INVALID_REQUEST", "订单不存在");

const fn invalid(message: &str) -> (u16, &str, &str) {
    (400, "INVALID_REQUEST", message)
}

fn body(number: &str, fen: i64) -> Json {
    let body = with(&subsidy(SUBSIDISED, fen), "out_order_no", number.into());
    with(&body, "description", "退还补差".into())
}

/// A world with a subsidy of 10 yuan, and its number.
async fn paid() -> (World, Json) {
    let world = World::start().await;
    world.step(60).await;
    let draft = world.platform.post(PAY_SUBSIDY, &subsidy(SUBSIDISED, 1_000).to_string());
    let subsidy_id = world.ok(&draft).await["subsidy_id"].take();
    (world, subsidy_id)
}

/// The number of the refund that the demo world has.
async fn refund_id(world: &World) -> Json {
    world.show("/refunds").await["items"][0]["refund_id"].take()
}

#[tokio::test]
async fn gives_back_part_of_it() {
    let (world, subsidy_id) = paid().await;
    let operation = format!("merchant:{PLATFORM}:operation");
    let before = world.account(&operation).await["available"].as_i64().unwrap();
    let mut full = body("Aa0_-|*@", 400);
    full["refund_id"] = refund_id(&world).await;
    full["subsidy_id"] = subsidy_id.clone();
    full["from"] = json!([{ "account": "UNAVAILABLE", "amount": 400 }]);
    let draft = world.platform.post(RETURN_SUBSIDY, &full.to_string());
    let answer = world.ok(&draft).await;
    let expected = json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": SUBSIDISED,
        "subsidy_refund_id": answer["subsidy_refund_id"], "refund_id": full["refund_id"],
        "out_order_no": "Aa0_-|*@", "amount": 400, "description": "退还补差",
        "result": "SUCCESS", "success_time": answer["success_time"],
        "subsidy_id": subsidy_id, "from": full["from"],
    });
    assert_eq!(answer, expected);
    assert_eq!(world.account(&operation).await["balance"], before + 400);
    let order = world.show(&format!("/orders/{PLATFORM}/demo20261121subsidised")).await;
    assert_eq!(order["unsplit"], 8_600);

    // Once more, also after a restart: it goes back once.
    let before = world.state().await;
    assert_eq!(world.ok(&draft).await, expected);
    world.unchanged_since(&before).await;
    let world = world.restart().await;
    assert_eq!(world.ok(&draft).await, expected);
    let differs = invalid("单号已存在但信息不一致,请查单后比较确认");
    for (name, value) in
        [("description", json!("x")), ("subsidy_id", json!("42")), ("transaction_id", json!("42"))]
    {
        let other = with(&full, name, value);
        world.refused(&world.platform.post(RETURN_SUBSIDY, &other.to_string()), differs).await;
    }

    // Without the fields that may be left out; the refund has its return already.
    let again = with(&body("return-2", 1), "refund_id", full["refund_id"].clone());
    let used = invalid("退款单已发起过补差回退");
    world.refused(&world.platform.post(RETURN_SUBSIDY, &again.to_string()), used).await;
    let draft = world.platform.post(RETURN_SUBSIDY, &body("return-2", 600).to_string());
    let answer = world.ok(&draft).await;
    assert_eq!((answer.get("refund_id"), answer.get("from")), (None, None));
    assert_eq!(answer["subsidy_id"], subsidy_id);
    let much = invalid("补差回退金额超过可回退的补差金额");
    let draft = world.platform.post(RETURN_SUBSIDY, &body("return-3", 1).to_string());
    world.refused(&draft, much).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |body: &Json| world.platform.post(RETURN_SUBSIDY, &body.to_string());
    let plain = body("return-1", 1);
    let unpaid = invalid("订单未补差，不支持补差回退");
    world.refused(&post(&plain), unpaid).await;
    world.refused(&post(&with(&plain, "transaction_id", TRANSACTION.into())), unpaid).await;
    world.refused(&post(&with(&plain, "transaction_id", "42".into())), UNKNOWN).await;
    let order = json!({
        "out_trade_no": "fresh1", "trade_type": "JSAPI", "profit_sharing": true,
        "subsidy_amount": 1_000,
    });
    let fresh = partner_order(&world, order).await["transaction_id"].take();
    world.step(60).await;
    for order in [SUBSIDISED, fresh.as_str().unwrap()] {
        world.ok(&world.platform.post(PAY_SUBSIDY, &subsidy(order, 1_000).to_string())).await;
    }
    let unrefunded = invalid("订单未发生退款，不支持补差回退");
    world.refused(&post(&with(&plain, "transaction_id", fresh)), unrefunded).await;
    let other = invalid("补差单不存在");
    world.refused(&post(&with(&plain, "subsidy_id", "42".into())), other).await;
    let refund = invalid("退款单不存在");
    world.refused(&post(&with(&plain, "refund_id", "42".into())), refund).await;
    // All that the sub-merchant can pay with goes back to a payer.
    let refund = refund_body("demo20261121compensated", "refund-1", 25_800, 25_800);
    let refund = with(&refund, "sub_mchid", SUB_MERCHANT.into());
    world.ok(&world.platform.post(REFUNDS, &refund.to_string())).await;
    settle(&world).await;
    let available = json!([{ "account": "AVAILABLE", "amount": 1 }]);
    let short = (403, "NOT_ENOUGH", "可用余额不足，请充值后重新发起");
    let from = with(&plain, "from", available);
    world.refused(&post(&from), short).await;
    world.act("/credits", json!({ "mchid": SUB_MERCHANT, "amount": 1 })).await;
    world.ok(&post(&from)).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_ecommerce_platforms_alone() {
    let (world, _) = paid().await;
    let body = body("return-1", 1);
    let plain = world.merchant("1900002000", &["platform"]).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct, &plain] {
        world.refused(&caller.post(RETURN_SUBSIDY, &body.to_string()), NO_AUTH).await;
    }
    let other = world.merchant("1900002001", &["ecommerce"]).await;
    world.refused(&other.post(RETURN_SUBSIDY, &body.to_string()), NO_RELATION).await;
    relate(&world, "1900002001", SUB_MERCHANT).await;
    world.refused(&other.post(RETURN_SUBSIDY, &body.to_string()), UNKNOWN).await;
    let foreign = with(&body, "sub_mchid", SPONSOR.into());
    world.refused(&world.platform.post(RETURN_SUBSIDY, &foreign.to_string()), NO_RELATION).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let (world, _) = paid().await;
    let plain = body("return-1", 100);
    let part = |account: &str, amount: i64| json!({ "account": account, "amount": amount });
    let field = "输入源“/body/from”映射到值字段“补差回退出资账户及金额”校验失败，";
    let one = format!("{field}只支持一个出资账户");
    let cases = [
        (subsidy(SUBSIDISED, 100), "输入源“/body/out_order_no”映射到字段“商户补差回退单号”必填性规则校验失败，此字段为必填项".to_owned()),
        (with(&plain, "from", json!([])), one.clone()),
        (with(&plain, "from", json!([part("AVAILABLE", 1), part("UNAVAILABLE", 99)])), one),
        (with(&plain, "from", json!([part("AVAILABLE", 99)])), format!("{field}出资金额必须等于补差回退金额")),
        (with(&plain, "out_order_no", "1".repeat(65).into()), "输入源“/body/out_order_no”映射到值字段“商户补差回退单号”字符串规则校验失败，字节数 65，大于最大值 64".to_owned()),
        (with(&plain, "description", "".into()), "输入源“/body/description”映射到值字段“补差回退描述”字符串规则校验失败，字符数 0，小于最小值 1".to_owned()),
        (with(&plain, "sp_mchid", DIRECT.into()), UNDEFINED.to_owned()),
    ];
    for (body, message) in cases {
        let draft = world.platform.post(RETURN_SUBSIDY, &body.to_string());
        world.refused(&draft, (400, "PARAM_ERROR", &message)).await;
    }
}

#[tokio::test]
async fn twins_give_back_once() {
    let (world, _) = paid().await;
    let body = body("return-1", 1_000).to_string();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bytes = world.platform.post(RETURN_SUBSIDY, &body).bytes();
        let address = world.address();
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    let answers = running.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    assert_eq!(world.show("/subsidy-returns").await["items"].as_array().unwrap().len(), 1);
    world.verify().await;
}
