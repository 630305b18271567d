//! `GET /v3/combine-transactions/out-trade-no/{combine_out_trade_no}`: query a combined order.

use redress_server::{PLATFORM, SUB_MERCHANT};
use serde_json::json;

use super::{COMBINED_UNKNOWN, NO_AUTH, UNDEFINED, combine_query, combined_for};
use crate::world::{PLATFORM_APPID, World};

const JSAPI: &str = "/v3/combine-transactions/jsapi";

#[tokio::test]
async fn shows_the_whole_order_before_and_after_the_payment() {
    let world = World::start().await;
    let mut body = combined_for(&world, &world.platform, "shown1", "o_shown").await;
    body["sub_orders"][1]["sub_appid"] = PLATFORM_APPID.into();
    let prepay_id =
        world.ok(&world.platform.post(JSAPI, &body.to_string())).await["prepay_id"].clone();
    let query = world.platform.get(&combine_query("shown1"));
    let order = |n: usize, paid: &str, id: &str, more: &str| {
        let fen = 1_000 * n;
        let (state, before, amount) = if paid.is_empty() {
            ("NOTPAY", "", "")
        } else {
            ("SUCCESS", r#""bank_type":"OTHERS","#, "paid")
        };
        let amount = if amount.is_empty() {
            String::new()
        } else {
            format!(r#","payer_amount":{fen},"payer_currency":"CNY""#)
        };
        format!(
            r#"{{"mchid":"{PLATFORM}","trade_type":"JSAPI","trade_state":"{state}",{before}"attach":"深圳分店",{paid}"amount":{{"total_amount":{fen},"currency":"CNY"{amount}}},{id}"out_trade_no":"shown1-order{n}","sub_mchid":"{SUB_MERCHANT}"{more}}}"#
        )
    };
    let whole = |payer: &str, orders: &str| {
        format!(
            r#"{{"combine_appid":"{PLATFORM_APPID}","combine_mchid":"{PLATFORM}",{payer}"sub_orders":[{orders}],"scene_info":{{"device_id":"POS1:1"}},"combine_out_trade_no":"shown1"}}"#
        )
    };
    let appid = r#","sub_appid":"wx8888888888888888""#;
    let orders = format!("{},{}", order(1, "", "", ""), order(2, "", "", appid));
    assert_eq!(world.send(&query).await.text(), whole("", &orders));

    world.act("/pay", json!({ "prepay_id": prepay_id, "openid": "o_shown" })).await;
    let answer = world.send(&query).await;
    let shown = answer.json();
    let paid = |n: usize, more: &str| {
        let shown = &shown["sub_orders"][n - 1];
        let time = format!(r#""success_time":{},"#, shown["success_time"]);
        let id = format!(r#""transaction_id":{},"#, shown["transaction_id"]);
        order(n, &time, &id, more)
    };
    let payer = r#""combine_payer_info":{"openid":"o_shown"},"#;
    assert_eq!(answer.text(), whole(payer, &format!("{},{}", paid(1, ""), paid(2, appid))));
    let world = world.restart().await;
    assert_eq!(world.send(&query).await.text(), answer.text());
    world.verify().await;
}

/// A payer who is known by the name under the sub-merchants' application alone.
#[tokio::test]
async fn shows_the_name_that_the_merchant_knows() {
    let world = World::start().await;
    let mut body = combined_for(&world, &world.platform, "shown2", "o_shown").await;
    world.act("/payers", json!({ "openid": "o_sub" })).await;
    body["combine_payer_info"] = json!({ "sub_openid": "o_sub" });
    body["sub_orders"][0]["sub_appid"] = PLATFORM_APPID.into();
    let prepay_id =
        world.ok(&world.platform.post(JSAPI, &body.to_string())).await["prepay_id"].clone();
    world.act("/pay", json!({ "prepay_id": prepay_id, "openid": "o_sub" })).await;
    let shown = world.ok(&world.platform.get(&combine_query("shown2"))).await;
    assert_eq!(shown.get("combine_payer_info"), None);
    assert_eq!(shown["sub_orders"][0]["sub_openid"], "o_sub");
    assert_eq!(shown["sub_orders"][1].get("sub_openid"), None);
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let body = combined_for(&world, &world.platform, "shown3", "o_shown").await;
    world.ok(&world.platform.post(JSAPI, &body.to_string())).await;
    let query = combine_query("shown3");
    world.refused(&world.direct.get(&query), COMBINED_UNKNOWN).await;
    world.refused(&world.sub_merchant.get(&query), NO_AUTH).await;
    world.refused(&world.platform.get(&combine_query("Shown3")), COMBINED_UNKNOWN).await;
    // Its orders' numbers are not its own.
    world.refused(&world.platform.get(&combine_query("shown3-order1")), COMBINED_UNKNOWN).await;
    let undefined = world.platform.get(&format!("{query}?mchid={PLATFORM}"));
    world.refused(&undefined, (400, "PARAM_ERROR", UNDEFINED)).await;
    let short = "输入源“/uri_template/combine_out_trade_no”映射到值字段“合单商户订单号”字符串规则校验失败，字节数 1，小于最小值 2";
    world.refused(&world.platform.get(&combine_query("P")), (400, "PARAM_ERROR", short)).await;
}
