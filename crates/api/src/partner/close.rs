//! `POST /v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close`: close a sub-merchant's
//! unpaid order.
//!
//! Page: 关闭订单, a sibling of <https://pay.weixin.qq.com/doc/v3/partner/4012760115>. It answers 204
//! without a body, also when it is repeated.

use http::Method;

use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, ORDER_NOT_EXIST, ORDER_PAID};
use crate::id::{Mchid, OutTradeNo};
use crate::pay::Closed;
use crate::pay::TradeState;
use crate::rate::Rate;

request! {
    /// Close an order that nobody has paid.
    pub struct Close {
        /// The merchant's number, in the path only.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// The provider; the same that signs.
        pub sp_mchid: Mchid = "服务商户号",
        /// The sub-merchant.
        pub sub_mchid: Mchid = "子商户号",
    }
}

impl Endpoint for Close {
    type Response = Closed;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/close";
    const PAGE: Page = Page {
        title: "关闭订单",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012760115",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Partner;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, ORDER_NOT_EXIST, ORDER_PAID];
}

impl Change for Close {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query {
            out_trade_no: self.out_trade_no.clone(),
            sp_mchid: self.sp_mchid.clone(),
            sub_mchid: self.sub_mchid.clone(),
        })
    }

    fn came_of(&self, order: &super::Order) -> CameOf {
        order.trade_state.known().map_or(CameOf::Open, TradeState::came_of_close)
    }
}
