//! `GET /v3/pay/transactions/id/{transaction_id}`: query a paid order by the provider's number.
//!
//! Page: 微信支付订单号查询订单, a sibling of
//! <https://pay.weixin.qq.com/doc/v3/merchant/4013070356>. Unpaid orders have no such number.

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
        /// The provider's number.
        pub transaction_id: TransactionId = "微信支付订单号",
        /// The merchant; the same that signs. In the query string.
        pub mchid: Mchid = "直连商户号",
    }
}

impl Endpoint for QueryById {
    type Response = Order;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/pay/transactions/id/{transaction_id}";
    const PAGE: Page = Page {
        title: "微信支付订单号查询订单",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4013070356",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Direct;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[ORDER_NOT_EXIST];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}
