//! `GET /v3/pay/transactions/out-trade-no/{out_trade_no}`: query an order by the merchant's number.
//!
//! Page: 商户订单号查询订单, <https://pay.weixin.qq.com/doc/v3/merchant/4013070356>.

use http::Method;

use super::Order;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, ORDER_NOT_EXIST};
use crate::id::{Mchid, OutTradeNo};
use crate::rate::Rate;

request! {
    /// Look an order up by the merchant's own number.
    pub struct Query {
        /// The merchant's number.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// The merchant; the same that signs. In the query string.
        pub mchid: Mchid = "直连商户号",
    }
}

impl Endpoint for Query {
    type Response = Order;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/pay/transactions/out-trade-no/{out_trade_no}";
    const PAGE: Page = Page {
        title: "商户订单号查询订单",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4013070356",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Direct;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[ORDER_NOT_EXIST];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}
