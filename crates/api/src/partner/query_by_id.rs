//! `GET /v3/pay/partner/transactions/id/{transaction_id}`: query a sub-merchant's paid order.
//!
//! Page: 微信支付订单号查询订单, <https://pay.weixin.qq.com/doc/v3/partner/4012738973>.

use http::Method;

use super::Order;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, ORDER_NOT_EXIST};
use crate::id::{Mchid, TransactionId};
use crate::rate::Rate;

request! {
    /// Look a paid order up by the provider's number.
    pub struct QueryById {
        /// The number that WeChat Pay gave the order.
        pub transaction_id: TransactionId = "微信支付订单号",
        /// The provider; the same that signs. In the query string.
        pub sp_mchid: Mchid = "服务商户号",
        /// The sub-merchant. In the query string.
        pub sub_mchid: Mchid = "子商户号",
    }
}

impl Endpoint for QueryById {
    type Response = Order;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/pay/partner/transactions/id/{transaction_id}";
    const PAGE: Page = Page {
        title: "微信支付订单号查询订单",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012738973",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Partner;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[ORDER_NOT_EXIST];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}
