//! `POST /v3/pay/transactions/jsapi`: place an order that is paid in a page or mini program.

use serde_json::{Value as Json, json};

use crate::prepay::{Kind, PAYER, direct};

const KIND: Kind = Kind {
    path: "/v3/pay/transactions/jsapi",
    caller: |world| &world.direct,
    body,
    gives: "prepay_id",
    trade_type: "JSAPI",
    names_payer: true,
};

fn body(out_trade_no: &str) -> Json {
    let mut body = direct(out_trade_no);
    body["payer"] = json!({ "openid": PAYER });
    body
}

const SHOWN: &str = r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"prepay01","transaction_id":"$id","trade_type":"JSAPI","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"自定义数据说明","success_time":"$time","payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"amount":{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}}"#;

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

#[tokio::test]
async fn knows_its_payers() {
    KIND.knows_its_payers(|openid| json!({ "openid": openid })).await;
}
