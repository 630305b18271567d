//! `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/close`: close an unpaid order.
//!
//! Page: 关闭订单, a sibling of <https://pay.weixin.qq.com/doc/v3/merchant/4013070356>. It answers
//! 204 without a body, also when it is repeated. Code payments are reversed, not closed.

use http::Method;

use super::TradeState;
use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, ORDER_NOT_EXIST, ORDER_PAID};
use crate::field::message;
use crate::id::{Mchid, OutTradeNo};
use crate::rate::Rate;

request! {
    /// Close an order that nobody has paid.
    pub struct Close {
        /// The merchant's number, in the path only.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// The merchant; the same that signs.
        pub mchid: Mchid = "直连商户号",
    }
}

message! {
    /// The order is closed. There is nothing more to say.
    pub struct Closed {}
}

impl Endpoint for Close {
    type Response = Closed;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/transactions/out-trade-no/{out_trade_no}/close";
    const PAGE: Page = Page {
        title: "关闭订单",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4013070356",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Direct;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, ORDER_NOT_EXIST, ORDER_PAID];
}

impl Change for Close {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query { out_trade_no: self.out_trade_no.clone(), mchid: self.mchid.clone() })
    }

    fn came_of(&self, order: &super::Order) -> CameOf {
        order.trade_state.known().map_or(CameOf::Open, TradeState::came_of_close)
    }
}
