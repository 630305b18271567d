//! `GET …/mch-transfer/compensate-bills/bill-id/{bill_id}`: query a compensation by the provider's
//! number.
//!
//! Page: 查询赔付结果(按微信支付赔付单号), <https://pay.weixin.qq.com/doc/v3/partner/4013504179>. It
//! answers as the query by the caller's own number does.

use http::Method;

use super::Bill;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, NOT_FOUND};
use crate::id::BillId;
use crate::rate::Rate;

request! {
    /// Look a bill up by the provider's number.
    pub struct QueryById {
        /// The provider's number.
        pub bill_id: BillId = "微信支付转账单号",
    }
}

impl Endpoint for QueryById {
    type Response = Bill;
    const METHOD: Method = Method::GET;
    const PATH: &'static str =
        "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/bill-id/{bill_id}";
    const PAGE: Page = Page {
        title: "查询赔付结果(按微信支付赔付单号)",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4013504179",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[Rate::page(100)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_FOUND];
}
