//! What tests of refunds and subsidies share.

use redress_server::SUB_MERCHANT;
use serde_json::{Value as Json, json};

use crate::world::{PLATFORM_APPID, World};

pub(crate) const REFUNDS: &str = "/v3/refund/domestic/refunds";
pub(crate) const APPLY: &str = "/v3/ecommerce/refunds/apply";
pub(crate) const PAY_SUBSIDY: &str = "/v3/ecommerce/subsidies/create";
pub(crate) const RETURN_SUBSIDY: &str = "/v3/ecommerce/subsidies/return";
pub(crate) const TOO_MUCH: (u16, &str, &str) =
    (400, "INVALID_REQUEST", "申请退款金额超过订单可退金额");
pub(crate) const REFUND_UNKNOWN: (u16, &str, &str) = (404, "RESOURCE_NOT_EXISTS", "退款单不存在");
pub(crate) const AMOUNT_RULE: &str =
    "输入源“/body/amount/from”映射到值字段“退款出资账户及金额”校验失败，";
pub(crate) const PART: &str = "输入源“/body/amount/from/0/account”映射到值字段“出资账户类型”";

/// A refund of so much of an order that costs so much.
pub(crate) fn body(out_trade_no: &str, out_refund_no: &str, fen: i64, total: i64) -> Json {
    json!({
        "out_trade_no": out_trade_no, "out_refund_no": out_refund_no,
        "amount": { "refund": fen, "total": total, "currency": "CNY" },
    })
}

/// The same on the page of e-commerce platforms.
pub(crate) fn apply(out_trade_no: &str, out_refund_no: &str, fen: i64, total: i64) -> Json {
    let mut body = body(out_trade_no, out_refund_no, fen, total);
    body["sub_mchid"] = SUB_MERCHANT.into();
    body["sp_appid"] = PLATFORM_APPID.into();
    body
}

/// A subsidy of so much for an order.
pub(crate) fn subsidy(transaction_id: &str, fen: i64) -> Json {
    json!({
        "sub_mchid": SUB_MERCHANT, "transaction_id": transaction_id, "amount": fen,
        "description": "测试备注",
    })
}

/// With another value in one field.
pub(crate) fn with(body: &Json, name: &str, value: Json) -> Json {
    let mut body = body.clone();
    body[name] = value;
    body
}

pub(crate) fn query(out_refund_no: &str) -> String {
    format!("{REFUNDS}/{out_refund_no}")
}

/// The query of e-commerce platforms, by the merchant's number.
pub(crate) fn platform_query(out_refund_no: &str) -> String {
    format!("/v3/ecommerce/refunds/out-refund-no/{out_refund_no}?sub_mchid={SUB_MERCHANT}")
}

/// Lets time bring refunds to their payers. The world is quiet after it.
pub(crate) async fn settle(world: &World) {
    world.step(5).await;
    world.state().await;
}
