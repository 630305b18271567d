//! `POST /v3/pay/partner/transactions/native`: place a sub-merchant's order that is paid by scanning
//! a code.

use serde_json::{Value as Json, json};

use super::NO_RELATION;
use crate::prepay::{Kind, partner};
use crate::world::World;

const KIND: Kind = Kind {
    path: "/v3/pay/partner/transactions/native",
    caller: |world| &world.platform,
    body: nobody,
    gives: "code_url",
    trade_type: "NATIVE",
    names_payer: false,
};

/// The body of a service provider's request that does not say who pays.
fn nobody(out_trade_no: &str) -> Json {
    let mut body = partner(out_trade_no);
    body.as_object_mut().unwrap().remove("payer");
    body
}

const SHOWN: &str = r#"{"sp_appid":"wx8888888888888888","sp_mchid":"1900001108","sub_mchid":"1900013401","out_trade_no":"prepay01","transaction_id":"$id","trade_type":"NATIVE","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"自定义数据说明","success_time":"$time","payer":{"sp_openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"amount":{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}}"#;

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
    KIND.is_refused("sp_mchid", "sp_appid", "通知地址").await;
}

/// The money waits for sharing, and the subsidy is announced; only for the provider's own
/// sub-merchants.
#[tokio::test]
async fn waits_for_sharing_with_a_subsidy() {
    let world = World::start().await;
    let stranger = KIND.draft(&world, "prepay51", &json!({ "sub_mchid": "1230000109" }));
    world.refused(&stranger, NO_RELATION).await;
    let settle = json!({ "settle_info": { "profit_sharing": true, "subsidy_amount": 10 } });
    let given = world.ok(&KIND.draft(&world, "prepay51", &settle)).await;
    let (status, paid) = KIND.pay(&world, &given).await;
    let order = &paid["orders"][0];
    assert_eq!(
        (status, &order["unsplit"], &order["subsidy"]["amount"]),
        (200, &100.into(), &10.into())
    );
    world.verify().await;
}
