//! `POST /v3/pay/transactions/native`: place an order that is paid by scanning a code.

use serde_json::json;

use crate::prepay::{Kind, direct};
use crate::world::World;

const KIND: Kind = Kind {
    path: "/v3/pay/transactions/native",
    caller: |world| &world.direct,
    body: direct,
    gives: "code_url",
    trade_type: "NATIVE",
    names_payer: false,
};

const SHOWN: &str = r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"prepay01","transaction_id":"$id","trade_type":"NATIVE","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"自定义数据说明","success_time":"$time","payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"amount":{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}}"#;

#[tokio::test]
async fn is_placed_and_paid() {
    KIND.is_placed_and_paid(SHOWN).await;
}

#[tokio::test]
async fn is_asked_for_again() {
    KIND.is_asked_for_again().await;
}

#[tokio::test]
async fn has_one_order_of_sixteen_twins() {
    KIND.has_one_order_of_sixteen_twins().await;
}

#[tokio::test]
async fn is_refused() {
    KIND.is_refused("mchid", "appid", "商户回调地址").await;
}

/// What the control API says to a payer who has nothing, or is nobody.
#[tokio::test]
async fn is_paid_by_somebody() {
    let world = World::start().await;
    let given = world.ok(&KIND.draft(&world, "prepay51", &json!({}))).await;
    let code_url = given["code_url"].as_str().unwrap();
    assert!(code_url.starts_with("weixin://wxpay/bizpayurl?pr="), "{code_url}");
    for (pays, status) in [
        (json!({ "code_url": code_url }), 400),
        (json!({ "code_url": code_url, "openid": "o o" }), 400),
        (json!({ "code_url": code_url, "prepay_id": "wx", "openid": "o_1" }), 400),
        (json!({ "openid": "o_1" }), 400),
        (json!({ "code_url": code_url, "amount": 1, "openid": "o_1" }), 400),
        (json!({ "prepay_id": code_url, "openid": "o_1" }), 404),
        (json!({ "code_url": code_url, "openid": "o_1", "act": "fail" }), 409),
        (json!({ "code_url": code_url, "openid": "o_1", "act": "pay" }), 200),
    ] {
        let (found, answer) = world.control("POST", "/pay", &pays.to_string()).await;
        assert_eq!(found, status, "{pays} {answer}");
    }
    assert_eq!(world.account("payer:o_1").await["balance"], -100);
    // By its number, as before.
    world.ok(&KIND.draft(&world, "prepay52", &json!({}))).await;
    let pays = json!({ "act": "pay", "openid": "o_2" });
    world.act("/orders/1230000109/prepay52/payer", pays).await;
    assert_eq!(KIND.query(&world, "prepay52").await["payer"]["openid"], "o_2");
    world.verify().await;
}
