//! `GET /v3/ecommerce/profitsharing/orders/{transaction_id}/amounts`: what is left of an order.
//!
//! Page: 查询订单剩余待分金额, <https://pay.weixin.qq.com/doc/v3/partner/4012477751>.

use http::Method;

use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, RESOURCE_NOT_EXISTS};
use crate::field::message;
use crate::id::TransactionId;
use crate::money::Fen;
use crate::rate::Rate;

request! {
    /// Ask what of an order can still be shared.
    pub struct Amounts {
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
    }
}

message! {
    /// What is left.
    pub struct Unsplit {
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// In fen; it may be nothing.
        pub unsplit_amount: Fen = "订单剩余待分金额",
    }
}

impl Endpoint for Amounts {
    type Response = Unsplit;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/orders/{transaction_id}/amounts";
    const PAGE: Page = Page {
        title: "查询订单剩余待分金额",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477751",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[RESOURCE_NOT_EXISTS, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}
