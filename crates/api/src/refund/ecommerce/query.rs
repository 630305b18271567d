//! `GET /v3/ecommerce/refunds/out-refund-no/{out_refund_no}`: query a refund of a sub-merchant.
//!
//! Page: 查询单笔退款（按商户退款单号）, <https://pay.weixin.qq.com/doc/v3/partner/4012476911>.

use http::Method;

use super::{ERRORS, Refund};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::ErrorCode;
use crate::id::{Mchid, OutRefundNo};
use crate::rate::Rate;

request! {
    /// Look a refund up by the merchant's own number.
    pub struct Query {
        /// The merchant's number.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// The sub-merchant. In the query string.
        pub sub_mchid: Mchid = "二级商户号",
    }
}

impl Endpoint for Query {
    type Response = Refund;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/ecommerce/refunds/out-refund-no/{out_refund_no}";
    const PAGE: Page = Page {
        title: "查询单笔退款（按商户退款单号）",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012476911",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = ERRORS;
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];
}
