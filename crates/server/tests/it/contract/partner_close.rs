//! `POST /v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close`: close a sub-merchant's
//! unpaid order.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::json;

use super::{
    CODE_PAYMENT, MCHID_DIFFERS, NO_AUTH, NO_RELATION, ORDER_PAID, ORDER_UNKNOWN, PARTNER,
    UNDEFINED, check_closed, closed, numbered, partner_body, partner_order, partner_query, relate,
};
use crate::wire::exchange;
use crate::world::World;

const BODY: &str = r#"{"sp_mchid":"1900001108","sub_mchid":"1900013401"}"#;

fn close(out_trade_no: &str) -> String {
    format!("{PARTNER}/out-trade-no/{out_trade_no}/close")
}

async fn unpaid(world: &World, number: &str, trade_type: &str) {
    let order = json!({ "out_trade_no": number, "trade_type": trade_type, "outcome": "unpaid" });
    assert_eq!(partner_order(world, order).await["state"], "NOTPAY");
}

#[tokio::test]
async fn closes_an_order_that_nobody_has_paid() {
    let world = World::start().await;
    for (number, trade_type) in [("close1", "JSAPI"), ("close2", "NATIVE")] {
        unpaid(&world, number, trade_type).await;
        let before = world.state().await;
        let draft = world.platform.post(&close(number), BODY);
        closed(&world, &draft).await;
        let answer = world.send(&world.platform.get(&partner_query(number))).await;
        let expected = format!(
            r#"{{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"{number}","trade_type":"{trade_type}","trade_state":"CLOSED","trade_state_desc":"订单已关闭","amount":{{"total":5000,"currency":"CNY"}}}}"#
        );
        assert_eq!(answer.text(), expected);
        // No money has moved; asked again, the same answer, and nothing changes.
        let after = world.state().await;
        for list in ["transfers", "accounts", "jobs"] {
            assert_eq!(after[list], before[list]);
        }
        closed(&world, &draft).await;
        world.unchanged_since(&after).await;
    }
    let world = world.restart().await;
    closed(&world, &world.platform.post(&close("close1"), BODY)).await;
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let post = |number: &str| world.platform.post(&close(number), BODY);
    world.refused(&post("nosuchorder"), ORDER_UNKNOWN).await;
    // Both of the demo world's orders are paid, and money went back from the second.
    for number in ["demo20261121compensated", "demo20261121subsidised"] {
        world.refused(&post(number), ORDER_PAID).await;
        numbered(&world, &post(number), 268_449_538).await;
    }
    for (number, outcome) in [("code01", "paid"), ("code02", "unpaid"), ("code03", "failed")] {
        partner_order(&world, json!({ "out_trade_no": number, "outcome": outcome })).await;
        world.refused(&post(number), CODE_PAYMENT).await;
        numbered(&world, &post(number), 268_449_641).await;
    }
    world.verify().await;
}

#[tokio::test]
async fn is_for_providers_and_their_sub_merchants_orders() {
    let world = World::start().await;
    unpaid(&world, "close1", "JSAPI").await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.post(&close("close1"), BODY), NO_AUTH).await;
        let own = partner_body(&caller.mchid, SUB_MERCHANT);
        world.refused(&caller.post(&close("close1"), &own), NO_AUTH).await;
    }
    let platform =
        |sp: &str, sub: &str| world.platform.post(&close("close1"), &partner_body(sp, sub));
    world.refused(&platform(DIRECT, SUB_MERCHANT), MCHID_DIFFERS).await;
    for stranger in [DIRECT, PLATFORM, "1900009999"] {
        world.refused(&platform(PLATFORM, stranger), NO_RELATION).await;
    }
    // Another sub-merchant's, another provider's, and one for no sub-merchant.
    world.merchant("1900013402", &["sub_merchant"]).await;
    relate(&world, PLATFORM, "1900013402").await;
    world.refused(&platform(PLATFORM, "1900013402"), ORDER_UNKNOWN).await;
    let second = world.merchant("1900002000", &["ecommerce"]).await;
    let own = second.post(&close("close1"), &partner_body(&second.mchid, SUB_MERCHANT));
    world.refused(&own, NO_RELATION).await;
    relate(&world, &second.mchid, SUB_MERCHANT).await;
    world.refused(&own, ORDER_UNKNOWN).await;
    let order = json!({
        "mchid": PLATFORM, "out_trade_no": "nobody", "trade_type": "JSAPI", "outcome": "unpaid",
    });
    world.order(order).await;
    world.refused(&world.platform.post(&close("nobody"), BODY), ORDER_UNKNOWN).await;
    closed(&world, &platform(PLATFORM, SUB_MERCHANT)).await;
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    unpaid(&world, "close1", "JSAPI").await;
    let cases = [
        (
            "with%20space",
            BODY,
            r"输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*]+$”",
        ),
        ("close1", "", "参数错误"),
        (
            "close1",
            "{}",
            "输入源“/body/sp_mchid”映射到字段“服务商户号”必填性规则校验失败，此字段为必填项",
        ),
        (
            "close1",
            r#"{"sp_mchid":"1900001108"}"#,
            "输入源“/body/sub_mchid”映射到字段“子商户号”必填性规则校验失败，此字段为必填项",
        ),
        (
            "close1",
            r#"{"sp_mchid":"1900001108","sub_mchid":1900013401}"#,
            "无法将 JSON 输入源“/body/sub_mchid”映射到目标字段“子商户号”中，此字段需要一个 string 类型的 Json 值",
        ),
        ("close1", r#"{"mchid":"1900001108"}"#, UNDEFINED),
        (
            "close1",
            r#"{"sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"close1"}"#,
            "无法将输入源“/body/out_trade_no”映射到目标字段“商户订单号”中，此字段并非多重字段但被输入源“/uri_template/out_trade_no”映射过了。",
        ),
    ];
    for (number, body, message) in cases {
        let draft = world.platform.post(&close(number), body);
        world.refused(&draft, (400, "PARAM_ERROR", message)).await;
    }
}

#[tokio::test]
async fn twins_close_once() {
    let world = World::start().await;
    unpaid(&world, "close1", "NATIVE").await;
    let before = world.state().await;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let bytes = world.platform.post(&close("close1"), BODY).bytes();
        let address = world.address();
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    for answer in running.join_all().await {
        check_closed(&world, &answer);
    }
    assert_eq!(world.state().await["transfers"], before["transfers"]);
    let shown = world.ok(&world.platform.get(&partner_query("close1"))).await;
    assert_eq!(shown["trade_state"], "CLOSED");
    world.verify().await;
}
