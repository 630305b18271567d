//! `POST /v3/combine-transactions/jsapi`: place a combined order that is paid in a page.

use redress_server::{DIRECT, SUB_MERCHANT};
use serde_json::{Value as Json, json};

use super::{
    MCHID_DIFFERS, NO_AUTH, NO_RELATION, ORDER_UNKNOWN, UNDEFINED, combine_close, combine_closing,
    combine_query, combined_for, partner_query, pay_query,
};
use crate::wire::exchange;
use crate::world::World;

const JSAPI: &str = "/v3/combine-transactions/jsapi";
const PAYER: &str = "o_combined";

/// Two orders of the platform for its sub-merchant, the first with a subsidy.
async fn body(world: &World, number: &str) -> Json {
    let mut body = combined_for(world, &world.platform, number, PAYER).await;
    body["sub_orders"][0]["settle_info"] = json!({ "profit_sharing": true, "subsidy_amount": 500 });
    body
}

#[tokio::test]
async fn places_orders_that_are_one() {
    let world = World::start().await;
    let draft = world.platform.post(JSAPI, &body(&world, "P2015").await.to_string());
    let placed = world.ok(&draft).await;
    assert_eq!(placed.as_object().unwrap().keys().collect::<Vec<_>>(), ["prepay_id"]);
    assert!(placed["prepay_id"].as_str().unwrap().len() <= 64);

    let query = world.platform.get(&combine_query("P2015"));
    let shown = world.ok(&query).await;
    assert_eq!(shown["sub_orders"][1]["trade_state"], "NOTPAY");
    // By itself none of them is an order of the other interfaces.
    world.refused(&world.platform.get(&partner_query("P2015-order1")), ORDER_UNKNOWN).await;

    // The same again is the same; it is there after a restart.
    assert_eq!(world.ok(&draft).await, placed);
    let world = world.restart().await;
    assert_eq!(world.ok(&draft).await, placed);
    assert_eq!(world.ok(&query).await, shown);
    world.verify().await;
}

#[tokio::test]
async fn the_payer_pays_all_of_them() {
    let world = World::start().await;
    let body = body(&world, "paid1").await;
    let draft = world.platform.post(JSAPI, &body.to_string());
    let prepay_id = world.ok(&draft).await["prepay_id"].clone();
    let pay = json!({ "prepay_id": prepay_id, "openid": PAYER });
    world.act("/pay", pay.clone()).await;
    let shown = world.ok(&world.platform.get(&combine_query("paid1"))).await;
    assert_eq!(shown["combine_payer_info"], json!({ "openid": PAYER }));
    for order in shown["sub_orders"].as_array().unwrap() {
        assert_eq!(order["trade_state"], "SUCCESS");
    }
    assert_eq!(world.account("payer:o_combined").await["balance"], -3_000);
    let frozen = format!("merchant:{SUB_MERCHANT}:frozen");
    let frozen = world.account(&frozen).await["balance"].as_i64().unwrap();
    assert_eq!(frozen, 1_000 + 8_000, "with what is left of the demo world's order");

    // Paid once; neither paid again, nor closed, nor placed again.
    assert_eq!(world.control("POST", "/pay", &pay.to_string()).await.0, 409);
    let closing = world.platform.post(&combine_close("paid1"), &combine_closing(&body).to_string());
    world.refused(&closing, (400, "ORDER_PAID", "订单已支付")).await;
    world.refused(&draft, (403, "OUT_TRADE_NO_USED", "201 商户订单号重复")).await;
    world.verify().await;
}

#[tokio::test]
async fn a_direct_merchant_combines_its_own_orders() {
    let world = World::start().await;
    let body = combined_for(&world, &world.direct, "direct1", PAYER).await;
    world.ok(&world.direct.post(JSAPI, &body.to_string())).await;
    world.refused(&world.direct.get(&pay_query("direct1-order1")), ORDER_UNKNOWN).await;
    let count = (400, "INVALID_REQUEST", "普通商户模式只支持2-10笔订单进行合单支付");
    for orders in [1, 11] {
        let mut body = super::combined(&world.direct, "direct2", orders);
        body["combine_payer_info"] = json!({ "openid": PAYER });
        world.refused(&world.direct.post(JSAPI, &body.to_string()), count).await;
    }
    world.verify().await;
}

#[tokio::test]
async fn refuses_and_changes_nothing() {
    let world = World::start().await;
    let good = body(&world, "P41").await;
    world.refused(&world.sub_merchant.post(JSAPI, &good.to_string()), NO_AUTH).await;
    world.refused(&world.direct.post(JSAPI, &good.to_string()), MCHID_DIFFERS).await;
    let with = |pointer: &str, value: Json| {
        let mut body = good.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        world.platform.post(JSAPI, &body.to_string())
    };
    let appid = (400, "APPID_MCHID_NOT_MATCH", "appid和mch_id不匹配");
    let used = (403, "OUT_TRADE_NO_USED", "201 商户订单号重复");
    let subsidy = (400, "INVALID_REQUEST", "补差金额超过订单金额或单笔上限");
    for (pointer, value, refusal) in [
        (
            "/sub_orders/0/settle_info",
            json!({ "profit_sharing": true, "subsidy_amount": 1_001 }),
            subsidy,
        ),
        ("/sub_orders/0/mchid", json!(DIRECT), MCHID_DIFFERS),
        ("/sub_orders/0/sub_mchid", json!(DIRECT), NO_RELATION),
        ("/combine_appid", json!("wx0000000000000000"), appid),
        ("/sub_orders/0/out_trade_no", json!("demo20261121compensated"), used),
    ] {
        world.refused(&with(pointer, value), refusal).await;
    }
    let param = |message| (400, "PARAM_ERROR", message);
    for (pointer, value, message) in [
        (
            "/sub_orders",
            json!([]),
            "输入源“/body/sub_orders”映射到值字段“子单信息”数组规则校验失败，元素个数 0，小于最小值 1",
        ),
        (
            "/sub_orders/1/out_trade_no",
            json!("P41-order1"),
            "输入源“/body/sub_orders/1/out_trade_no”映射到值字段“子单商户订单号”校验失败，子单商户订单号重复",
        ),
        (
            "/combine_payer_info",
            json!({}),
            "输入源“/body/combine_payer_info/openid”映射到字段“用户标识”必填性规则校验失败，此字段为必填项",
        ),
        ("/sub_orders/1/profit_sharing", json!(true), UNDEFINED),
    ] {
        world.refused(&with(pointer, value), param(message)).await;
    }

    world.ok(&world.platform.post(JSAPI, &good.to_string())).await;
    let differs = (400, "INVALID_REQUEST", "请求重入时，参数与首次请求时不一致");
    world.refused(&with("/sub_orders/0/amount/total_amount", json!(1)), differs).await;
    let settles = (400, "INVALID_REQUEST", "重复下单且结算信息不一致");
    world.refused(&with("/sub_orders/1/settle_info", json!({})), settles).await;
    let closing = world.platform.post(&combine_close("P41"), &combine_closing(&good).to_string());
    super::closed(&world, &closing).await;
    let closed = (400, "ORDER_CLOSED", "订单已关闭，请重新下单");
    world.refused(&world.platform.post(JSAPI, &good.to_string()), closed).await;
    world.verify().await;
}

#[tokio::test]
async fn twins_place_once() {
    let world = World::start().await;
    let draft = world.platform.post(JSAPI, &body(&world, "twins").await.to_string());
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (bytes, address) = (draft.bytes(), world.address());
        running.spawn(async move { exchange(address, &bytes).await.unwrap() });
    }
    let answers = running.join_all().await;
    let first = answers[0].json();
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.json() == first));
    let orders = world.show("/orders?most=1000").await;
    let orders = orders["items"].as_array().unwrap().iter();
    assert_eq!(orders.filter(|order| order["combine"] == "twins").count(), 2);
    assert_eq!(world.show("/verify").await["clean"], true);
}
