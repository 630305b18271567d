//! `POST /v3/ecommerce/subsidies/cancel`: cancel the subsidy of an order.
//!
//! Page: 取消补差, <https://pay.weixin.qq.com/doc/v3/partner/4012477639>, updated 2024-10-24.
//!
//! Where the page is at odds with itself (`docs/pages.md`): it says 普通服务商 although subsidies
//! belong to e-commerce platforms (X11); a failure may stand in an answer 200 (X12), which our
//! server never sends and our client reads; `transaction_id` is `string(64)` here alone (X13).

use http::Method;

use super::{CancelDescription, CancelResult};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH};
use crate::field::message;
use crate::id::{Mchid, TransactionId};
use crate::rate::Rate;
use crate::word::Open;

request! {
    /// Cancel the subsidy of an order that carries the subsidy mark and has had a refund.
    pub struct Cancel {
        /// The sub-merchant of the order.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The provider's number of the order.
        pub transaction_id: TransactionId = "微信订单号",
        /// Why; given back unchanged.
        pub description: CancelDescription = "取消补差描述",
    }
}

message! {
    /// How the cancel ended.
    pub struct Cancelled {
        /// The sub-merchant.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// A client must look at it: `FAIL` may come with HTTP 200.
        pub result: Open<CancelResult> = "取消补差结果",
        /// As it was given.
        pub description: String = "取消补差描述",
    }
}

impl Endpoint for Cancel {
    type Response = Cancelled;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/subsidies/cancel";
    const PAGE: Page = Page {
        title: "取消补差",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477639",
        updated: Some("2024-10-24"),
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[
        Rate::older_page(200),
        Rate::older_page(200).per("sub_mchid"),
        Rate::older_page(1).per("transaction_id"),
    ];
    const ERRORS: &'static [ErrorCode] = &[FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}

impl Change for Cancel {
    type Query = Self;
}
