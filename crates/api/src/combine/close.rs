//! `POST /v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close`: close an unpaid
//! combined order, all of it.
//!
//! Page: 合单关闭订单, <https://pay.weixin.qq.com/doc/v3/partner/4012761093>. It names the orders once
//! more, exactly as they were placed, and answers 204 without a body, also when it is repeated.

use http::Method;

use super::{CombineOutTradeNo, check_count};
use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, ORDER_PAID, ORDERNOTEXIST, ParamError,
};
use crate::id::{Appid, Mchid, OutTradeNo};
use crate::pay::Closed;
use crate::pay::TradeState;
use crate::rate::Rate;

request! {
    /// Close a combined order that nobody has paid.
    pub struct Close {
        /// The merchant's number of it, in the path only.
        pub combine_out_trade_no: CombineOutTradeNo = "合单商户订单号",
        /// The application.
        pub combine_appid: Appid = "合单商户Appid",
        /// The orders, all of them.
        pub sub_orders: Vec<ClosedSubOrder> = "子单信息",
    }
}

request! {
    /// One of the orders.
    pub struct ClosedSubOrder {
        /// The merchant that placed it.
        pub mchid: Mchid = "子单商户号",
        /// The merchant's number of it.
        pub out_trade_no: OutTradeNo = "子单商户订单号",
        /// The sub-merchant that sells.
        pub sub_mchid: Option<Mchid> = "二级商户号",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "子商户应用ID",
    }
}

impl Endpoint for Close {
    type Response = Closed;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/combine-transactions/out-trade-no/{combine_out_trade_no}/close";
    const PAGE: Page = Page {
        title: "合单关闭订单",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012761093",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[APPID_MCHID_NOT_MATCH, ORDERNOTEXIST];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, ORDER_PAID];

    fn check(&self) -> Result<(), ParamError> {
        check_count(self.sub_orders.len())
    }
}

impl Change for Close {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query { combine_out_trade_no: self.combine_out_trade_no.clone() })
    }

    /// All of it is closed at once, or nothing.
    fn came_of(&self, order: &super::Order) -> CameOf {
        let first = order.sub_orders.iter().flatten().next();
        let state = first.and_then(|sub| sub.trade_state.known());
        state.map_or(CameOf::Open, TradeState::came_of_close)
    }
}
