//! `GET /v3/refund/domestic/refunds/{out_refund_no}`: query a refund.
//!
//! Page: 查询单笔退款（通过商户退款单号）, <https://pay.weixin.qq.com/doc/v3/partner/4012760128>.

use http::Method;

use super::Refund;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, MCH_NOT_EXISTS, NO_AUTH, RESOURCE_NOT_EXISTS};
use crate::id::{Mchid, OutRefundNo};
use crate::rate::Rate;

request! {
    /// Look a refund up by the merchant's own number.
    pub struct Query {
        /// The merchant's number.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// The sub-merchant; a service provider names it, a direct merchant does not. In the query
        /// string.
        pub sub_mchid: Option<Mchid> = "子商户号",
    }
}

impl Endpoint for Query {
    type Response = Refund;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/refund/domestic/refunds/{out_refund_no}";
    const PAGE: Page = Page {
        title: "查询单笔退款（通过商户退款单号）",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012760128",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::DirectOrPartner;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[MCH_NOT_EXISTS, RESOURCE_NOT_EXISTS, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}
