//! `POST /v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse`: reverse a
//! sub-merchant's code payment.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::json;

use super::{
    MCHID_DIFFERS, NO_AUTH, NO_RELATION, ORDER_UNKNOWN, PARTNER, UNDEFINED, partner_body,
    partner_order, partner_query, relate,
};
use crate::wire::exchange;
use crate::world::{BILLS, World, create};

const BODY: &str = r#"{"sp_mchid":"1900001108","sub_mchid":"1900013401"}"#;
const DAY: i64 = 24 * 3600;
/// What the sub-merchant has of the demo world's orders.
const FUNDS: i64 = 25_800;
const AVAILABLE: &str = "merchant:1900013401:available";

fn reverse(out_trade_no: &str) -> String {
    format!("{PARTNER}/out-trade-no/{out_trade_no}/reverse")
}

/// The flow of the guide: pay, query, reverse, query.
#[tokio::test]
async fn reverses_a_code_payment() {
    let world = World::start().await;
    let order = partner_order(&world, json!({ "out_trade_no": "code01" })).await;
    assert_eq!(world.account(AVAILABLE).await["balance"], FUNDS + 5_000);
    let query = world.platform.get(&partner_query("code01"));
    assert_eq!(world.ok(&query).await["trade_state"], "SUCCESS");

    let body = r#"{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_appid":"wxd678efh567hg6787","sub_mchid":"1900013401"}"#;
    let draft = world.platform.post(&reverse("code01"), body);
    let answer = world.send(&draft).await;
    let expected = r#"{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_appid":"wxd678efh567hg6787","sub_mchid":"1900013401","out_trade_no":"code01"}"#;
    assert_eq!((answer.status, answer.text()), (200, expected));
    assert_eq!(world.account(AVAILABLE).await["balance"], FUNDS);
    let answer = world.send(&query).await;
    let revoked = format!(
        r#"{{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"code01","transaction_id":"{}","trade_type":"MICROPAY","trade_state":"REVOKED","trade_state_desc":"订单已撤销","bank_type":"OTHERS","success_time":"{}","payer":{{"sp_openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}},"amount":{{"total":5000,"payer_total":5000,"currency":"CNY","payer_currency":"CNY"}}}}"#,
        order["transaction_id"].as_str().unwrap(),
        order["success_time"].as_str().unwrap(),
    );
    assert_eq!(answer.text(), revoked);

    // Asked again, also without what may be left out, and also much later.
    world.step(8 * DAY).await;
    let before = world.state().await;
    assert_eq!(world.send(&draft).await.text(), expected);
    let answer = world.send(&world.platform.post(&reverse("code01"), BODY)).await;
    let plain = r#"{"sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"code01"}"#;
    assert_eq!((answer.status, answer.text()), (200, plain));
    world.unchanged_since(&before).await;
    world.verify().await;
}

#[tokio::test]
async fn closes_an_order_that_was_not_paid() {
    let world = World::start().await;
    for (number, outcome) in [("wait01", "unpaid"), ("fail01", "failed")] {
        partner_order(&world, json!({ "out_trade_no": number, "outcome": outcome })).await;
        let before = world.state().await;
        world.ok(&world.platform.post(&reverse(number), BODY)).await;
        let shown = world.ok(&world.platform.get(&partner_query(number))).await;
        assert_eq!((&shown["trade_state"], shown.get("success_time")), (&json!("REVOKED"), None));
        let after = world.state().await;
        assert_eq!(
            (&after["transfers"], &after["accounts"]),
            (&before["transfers"], &before["accounts"])
        );
    }
    world.verify().await;
}

/// What waits for profit sharing goes back from where it waits.
#[tokio::test]
async fn gives_frozen_money_back() {
    let world = World::start().await;
    let frozen = "merchant:1900013401:frozen";
    let before = world.account(frozen).await["balance"].clone();
    partner_order(&world, json!({ "out_trade_no": "share1", "profit_sharing": true })).await;
    assert_ne!(world.account(frozen).await["balance"], before);
    world.ok(&world.platform.post(&reverse("share1"), BODY)).await;
    assert_eq!(world.account(frozen).await["balance"], before);
    assert_eq!(world.account(AVAILABLE).await["balance"], FUNDS);
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |number: &str, body: &str| world.platform.post(&reverse(number), body);
    world.refused(&post("nosuchorder", BODY), ORDER_UNKNOWN).await;
    let not_a_code = (400, "INVALID_REQUEST", "非付款码支付订单，不支持撤销");
    world.refused(&post("demo20261121compensated", BODY), not_a_code).await;
    partner_order(&world, json!({ "out_trade_no": "back01", "refunded": 1 })).await;
    let refunded = (400, "INVALID_REQUEST", "订单已转入退款，不能撤销");
    world.refused(&post("back01", BODY), refunded).await;

    for number in ["code01", "code02"] {
        partner_order(&world, json!({ "out_trade_no": number })).await;
    }
    let other =
        r#"{"sp_appid":"wx0000000000000000","sp_mchid":"1900001108","sub_mchid":"1900013401"}"#;
    let differs = (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
    world.refused(&post("code01", other), differs).await;

    // Within seven days of the payment.
    world.step(7 * DAY - 60).await;
    world.ok(&post("code01", BODY)).await;
    world.step(61).await;
    let expired = (400, "INVALID_REQUEST", "订单有7天的撤销有效期，过期将不能撤销");
    world.refused(&post("code02", BODY), expired).await;
    world.verify().await;
}

#[tokio::test]
async fn is_for_providers_and_their_sub_merchants_orders() {
    let world = World::start().await;
    partner_order(&world, json!({ "out_trade_no": "code01" })).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        let own = partner_body(&caller.mchid, SUB_MERCHANT);
        world.refused(&caller.post(&reverse("code01"), &own), NO_AUTH).await;
    }
    let platform =
        |sp: &str, sub: &str| world.platform.post(&reverse("code01"), &partner_body(sp, sub));
    world.refused(&platform(DIRECT, SUB_MERCHANT), MCHID_DIFFERS).await;
    for stranger in [DIRECT, PLATFORM, "1900009999"] {
        world.refused(&platform(PLATFORM, stranger), NO_RELATION).await;
    }
    world.merchant("1900013402", &["sub_merchant"]).await;
    relate(&world, PLATFORM, "1900013402").await;
    world.refused(&platform(PLATFORM, "1900013402"), ORDER_UNKNOWN).await;
    let second = world.merchant("1900002000", &["platform"]).await;
    let own = second.post(&reverse("code01"), &partner_body(&second.mchid, SUB_MERCHANT));
    world.refused(&own, NO_RELATION).await;
    relate(&world, &second.mchid, SUB_MERCHANT).await;
    world.refused(&own, ORDER_UNKNOWN).await;
    world.order(json!({ "mchid": PLATFORM, "out_trade_no": "nobody" })).await;
    world.refused(&world.platform.post(&reverse("nobody"), BODY), ORDER_UNKNOWN).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    partner_order(&world, json!({ "out_trade_no": "code01" })).await;
    let cases = [
        (
            "short",
            BODY,
            "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 5，小于最小值 6",
        ),
        ("code01", "", "参数错误"),
        (
            "code01",
            "{}",
            "输入源“/body/sp_mchid”映射到字段“服务商户号”必填性规则校验失败，此字段为必填项",
        ),
        (
            "code01",
            r#"{"sp_appid":"wx 8","sp_mchid":"1900001108","sub_mchid":"1900013401"}"#,
            "输入源“/body/sp_appid”映射到值字段“服务商应用ID”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z_-]+$”",
        ),
        (
            "code01",
            r#"{"sp_mchid":"1900001108","sub_appid":8,"sub_mchid":"1900013401"}"#,
            "无法将 JSON 输入源“/body/sub_appid”映射到目标字段“子商户应用ID”中，此字段需要一个 string 类型的 Json 值",
        ),
        (
            "code01",
            r#"{"sp_mchid":"1900001108","sub_appid":null,"sub_mchid":"1900013401"}"#,
            UNDEFINED,
        ),
        (
            "code01",
            r#"{"sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"code01"}"#,
            "无法将输入源“/body/out_trade_no”映射到目标字段“商户订单号”中，此字段并非多重字段但被输入源“/uri_template/out_trade_no”映射过了。",
        ),
    ];
    for (number, body, message) in cases {
        world
            .refused(&world.platform.post(&reverse(number), body), (400, "PARAM_ERROR", message))
            .await;
    }
}

#[tokio::test]
async fn needs_the_money_that_it_gives_back() {
    let world = World::start().await;
    partner_order(&world, json!({ "out_trade_no": "code01" })).await;
    let relation = json!({ "platform": PLATFORM, "merchant": SUB_MERCHANT, "relation": "sponsor" });
    world.act("/relations", relation).await;
    let mut bill = create("takes");
    bill["sponsor_mchid"] = SUB_MERCHANT.into();
    bill["amount"] = (FUNDS + 1).into();
    world.ok(&world.platform.post(BILLS, &bill.to_string())).await;
    world.until("takes", "WAIT_USER_CONFIRM").await;

    let draft = world.platform.post(&reverse("code01"), BODY);
    world.refused(&draft, (403, "NOT_ENOUGH", "可用余额不足，请充值后重新发起")).await;
    world.act("/credits", json!({ "mchid": SUB_MERCHANT, "amount": 1 })).await;
    world.ok(&draft).await;
    assert_eq!(world.account(AVAILABLE).await["available"], 0);
    world.verify().await;
}

#[tokio::test]
async fn twins_give_the_money_back_once() {
    let world = World::start().await;
    let order = partner_order(&world, json!({ "out_trade_no": "code01" })).await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bytes = world.platform.post(&reverse("code01"), BODY).bytes();
        let address = world.address();
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    let answers = running.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    let reference = order["transaction_id"].as_str().unwrap();
    let transfers = world.show(&format!("/transfers?reference={reference}")).await;
    assert_eq!(transfers["items"].as_array().unwrap().len(), 2, "{transfers}");
    assert_eq!(world.account(AVAILABLE).await["balance"], FUNDS);
    world.verify().await;
}
