//! `POST /v3/ecommerce/profitsharing/finish-order`: set free what is left of an order.
//!
//! Page: 完结分账 (today 解冻剩余资金), <https://pay.weixin.qq.com/doc/v3/partner/4012477745>,
//! updated 2023-09-25. Its number is one that no share has.

use http::Method;

use super::{Description, OrderId, OutOrderNo};
use crate::change::recorded;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, NOT_ENOUGH};
use crate::field::message;
use crate::id::{Mchid, TransactionId};
use crate::rate::Rate;

request! {
    /// Give what is left of an order to its sub-merchant.
    pub struct Finish {
        /// Whose money.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The platform's number of this finish: a new one.
        pub out_order_no: OutOrderNo = "商户分账单号",
        /// Why.
        pub description: Description = "分账描述",
    }
}

message! {
    /// The finish, taken on.
    pub struct Finished {
        /// Whose money.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The platform's number.
        pub out_order_no: OutOrderNo = "商户分账单号",
        /// The provider's number.
        pub order_id: OrderId = "微信分账单号",
    }
}

impl Endpoint for Finish {
    type Response = Finished;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/finish-order";
    const PAGE: Page = Page {
        title: "完结分账",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477745",
        updated: Some("2023-09-25"),
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[Rate::page(60).per("sub_mchid")];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_ENOUGH, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];
}

recorded!(Finish => super::Query, sub_mchid, transaction_id, out_order_no);
