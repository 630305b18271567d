//! `GET /v3/pay/partner/transactions/out-trade-no/{out_trade_no}`: query a sub-merchant's order.

use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::json;

use super::{
    MCHID_DIFFERS, NO_AUTH, NO_RELATION, ORDER_UNKNOWN, PARTNER, UNDEFINED, partner_order,
    partner_query, relate,
};
use crate::world::{ORDER, SUBSIDISED, World};

const SOLD: &str = "demo20261121compensated";

#[tokio::test]
async fn shows_the_order_of_the_demo_world() {
    let world = World::start().await;
    let order = world.show(&format!("/orders/{PLATFORM}/{SOLD}")).await;
    let expected = format!(
        r#"{{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"demo20261121compensated","transaction_id":"1217752501201407033233368018","trade_type":"JSAPI","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","success_time":"{}","payer":{{"sp_openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"}},"amount":{{"total":25800,"payer_total":25800,"currency":"CNY","payer_currency":"CNY"}}}}"#,
        order["success_time"].as_str().unwrap()
    );
    let draft = world.platform.get(&partner_query(SOLD));
    let before = world.state().await;
    for _ in 0..2 {
        let answer = world.send(&draft).await;
        assert_eq!((answer.status, answer.text()), (200, &*expected));
    }
    world.unchanged_since(&before).await;
    let world = world.restart().await;
    assert_eq!(world.send(&draft).await.text(), expected);
    let shown = world.ok(&world.platform.get(&partner_query("demo20261121subsidised"))).await;
    assert_eq!(
        (&shown["transaction_id"], &shown["trade_state"]),
        (&json!(SUBSIDISED), &json!("REFUND"))
    );
}

#[tokio::test]
async fn shows_each_state() {
    let world = World::start().await;
    for (number, trade_type, outcome, state, description) in [
        ("state1", "MICROPAY", "paid", "SUCCESS", "支付成功"),
        ("state2", "MICROPAY", "unpaid", "USERPAYING", "需要用户输入支付密码"),
        ("state3", "MICROPAY", "failed", "PAYERROR", "支付失败，请撤销订单"),
        ("state4", "NATIVE", "unpaid", "NOTPAY", "订单未支付"),
    ] {
        let order = json!({ "out_trade_no": number, "trade_type": trade_type, "outcome": outcome });
        partner_order(&world, order).await;
        let answer = world.send(&world.platform.get(&partner_query(number))).await;
        if outcome == "paid" {
            assert_eq!(answer.json()["trade_state"], state);
            assert_eq!(
                answer.json()["payer"],
                json!({ "sp_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" })
            );
        } else {
            let expected = format!(
                r#"{{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"{number}","trade_type":"{trade_type}","trade_state":"{state}","trade_state_desc":"{description}","amount":{{"total":5000,"currency":"CNY"}}}}"#
            );
            assert_eq!(answer.text(), expected);
        }
    }
    world.verify().await;
}

#[tokio::test]
async fn refuses_what_is_not_the_callers() {
    let world = World::start().await;
    let platform = &world.platform;
    world.refused(&platform.get(&partner_query("nosuchorder")), ORDER_UNKNOWN).await;
    world.refused(&platform.get(&partner_query(ORDER)), ORDER_UNKNOWN).await;
    for caller in [&world.sponsor, &world.sub_merchant, &world.direct] {
        world.refused(&caller.get(&partner_query(SOLD)), NO_AUTH).await;
        let target = partner_query(SOLD).replace(PLATFORM, &caller.mchid);
        world.refused(&caller.get(&target), NO_AUTH).await;
    }
    for stranger in [DIRECT, "1900009999", PLATFORM] {
        let target = partner_query(SOLD).replace(SUB_MERCHANT, stranger);
        world.refused(&platform.get(&target), NO_RELATION).await;
    }

    // Another sub-merchant of the platform has orders of its own.
    world.merchant("1900013402", &["sub_merchant"]).await;
    relate(&world, PLATFORM, "1900013402").await;
    let target = partner_query(SOLD).replace(SUB_MERCHANT, "1900013402");
    world.refused(&platform.get(&target), ORDER_UNKNOWN).await;
    // The platform's order for nobody is no sub-merchant's.
    world.order(json!({ "mchid": PLATFORM, "out_trade_no": "nobody" })).await;
    world.refused(&platform.get(&partner_query("nobody")), ORDER_UNKNOWN).await;
}

#[tokio::test]
async fn a_second_provider_sees_its_own_orders() {
    let world = World::start().await;
    for (mchid, role) in [("1900002000", "platform"), ("1900002001", "ecommerce")] {
        let second = world.merchant(mchid, &[role]).await;
        world.refused(&second.get(&partner_query(SOLD)), MCHID_DIFFERS).await;
        let own = second.get(&partner_query(SOLD).replace(PLATFORM, mchid));
        let others = world.platform.get(&partner_query(SOLD).replace(PLATFORM, mchid));
        world.refused(&others, MCHID_DIFFERS).await;
        world.refused(&own, NO_RELATION).await;
        relate(&world, mchid, SUB_MERCHANT).await;
        world.refused(&own, ORDER_UNKNOWN).await;
        let order = json!({ "mchid": mchid, "sub_mchid": SUB_MERCHANT, "out_trade_no": SOLD });
        world.order(order).await;
        let shown = world.ok(&own).await;
        assert_eq!((&shown["sp_mchid"], &shown["amount"]["total"]), (&json!(mchid), &json!(5_000)));
    }
}

#[tokio::test]
async fn refuses_parameters_that_break_the_page() {
    let world = World::start().await;
    let path = format!("{PARTNER}/out-trade-no/{SOLD}");
    let cases = [
        (
            partner_query("short"),
            "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 5，小于最小值 6",
            json!({ "location": "uri_template", "value": 5 }),
        ),
        (
            path.clone(),
            "输入源“/query/sp_mchid”映射到字段“服务商户号”必填性规则校验失败，此字段为必填项",
            json!({ "location": "query", "value": "" }),
        ),
        (
            format!("{path}?sp_mchid={PLATFORM}"),
            "输入源“/query/sub_mchid”映射到字段“子商户号”必填性规则校验失败，此字段为必填项",
            json!({ "location": "query", "value": "" }),
        ),
        (
            format!("{path}?sub_mchid={SUB_MERCHANT}&sp_mchid=0"),
            r"输入源“/query/sp_mchid”映射到值字段“服务商户号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”",
            json!({ "location": "query", "value": "0" }),
        ),
        (
            format!("{path}?sp_mchid={PLATFORM}&sub_mchid=a"),
            r"输入源“/query/sub_mchid”映射到值字段“子商户号”字符串规则校验失败，字符串必须匹配正则表达式“^[1-9]\d*$”",
            json!({ "location": "query", "value": "a" }),
        ),
        (
            format!("{path}?mchid={PLATFORM}"),
            UNDEFINED,
            json!({ "location": null, "value": ["/query/mchid"] }),
        ),
        (format!("{}&sub_mchid={SUB_MERCHANT}", partner_query(SOLD)), "参数错误", json!(null)),
    ];
    for (target, message, detail) in cases {
        let draft = world.platform.get(&target);
        let body = world.refused(&draft, (400, "PARAM_ERROR", message)).await;
        assert_eq!(body["detail"], detail, "{target}");
    }
    // The order of the query string is the caller's.
    let target = format!("{path}?sub_mchid={SUB_MERCHANT}&sp_mchid={PLATFORM}");
    assert_eq!(world.ok(&world.platform.get(&target)).await["out_trade_no"], SOLD);
}
