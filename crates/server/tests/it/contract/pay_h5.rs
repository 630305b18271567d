//! `POST /v3/pay/transactions/h5`: place an order that is paid in a browser.

use serde_json::{Value as Json, json};

use crate::prepay::{Kind, direct};
use crate::world::World;

const KIND: Kind = Kind {
    path: "/v3/pay/transactions/h5",
    caller: |world| &world.direct,
    body,
    gives: "h5_url",
    trade_type: "MWEB",
    names_payer: false,
};

fn body(out_trade_no: &str) -> Json {
    let mut body = direct(out_trade_no);
    body["scene_info"]["h5_info"] = json!({ "type": "Wap" });
    body
}

const SHOWN: &str = r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"prepay01","transaction_id":"$id","trade_type":"MWEB","trade_state":"SUCCESS","trade_state_desc":"支付成功","bank_type":"OTHERS","attach":"自定义数据说明","success_time":"$time","payer":{"openid":"oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},"amount":{"total":100,"payer_total":100,"currency":"CNY","payer_currency":"CNY"}}"#;

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

/// The browser is needed here, and unknown elsewhere.
#[tokio::test]
async fn needs_to_know_the_browser() {
    let world = World::start().await;
    let missing = |pointer: &str, label: &str| {
        format!("输入源“/body/{pointer}”映射到字段“{label}”必填性规则校验失败，此字段为必填项")
    };
    let ip = "14.23.150.211";
    for (scene, message) in [
        (json!({ "payer_client_ip": ip }), missing("scene_info/h5_info", "H5场景信息")),
        (
            json!({ "payer_client_ip": ip, "h5_info": {} }),
            missing("scene_info/h5_info/type", "场景类型"),
        ),
        (
            json!({ "h5_info": { "type": "Wap" } }),
            missing("scene_info/payer_client_ip", "用户终端IP"),
        ),
    ] {
        let draft = KIND.draft(&world, "prepay51", &json!({ "scene_info": scene }));
        world.refused(&draft, (400, "PARAM_ERROR", &message)).await;
    }
    let elsewhere = world.direct.post("/v3/pay/transactions/app", &body("prepay51").to_string());
    world.refused(&elsewhere, (400, "PARAM_ERROR", super::UNDEFINED)).await;
}
