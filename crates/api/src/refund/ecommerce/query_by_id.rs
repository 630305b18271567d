//! `GET /v3/ecommerce/refunds/id/{refund_id}`: query a refund of a sub-merchant.
//!
//! Page: 查询单笔退款（按微信支付退款单号）, <https://pay.weixin.qq.com/doc/v3/partner/4012476908>.

use http::Method;

use super::{ERRORS, Refund};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::ErrorCode;
use crate::id::{Mchid, RefundId};
use crate::rate::Rate;

request! {
    /// Look a refund up by the provider's number.
    pub struct QueryById {
        /// The number that WeChat Pay gave the refund.
        pub refund_id: RefundId = "微信支付退款单号",
        /// The sub-merchant. In the query string.
        pub sub_mchid: Mchid = "二级商户号",
    }
}

impl Endpoint for QueryById {
    type Response = Refund;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/ecommerce/refunds/id/{refund_id}";
    const PAGE: Page = Page {
        title: "查询单笔退款（按微信支付退款单号）",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012476908",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = ERRORS;
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];
}
