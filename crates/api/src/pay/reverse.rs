//! `POST /v3/pay/transactions/out-trade-no/{out_trade_no}/reverse`: reverse a code payment.
//!
//! Page: 撤销, <https://pay.weixin.qq.com/doc/v3/merchant/4012382161>, updated 2026-04-08.
//!
//! An order that was not paid is closed for good; a paid one is paid back in full. Where the page
//! is silent (`docs/pages.md`): `appid` is optional in the answer only (X16); numbers have at
//! least six bytes (X17); the seven days and the business errors come from the older editions
//! (X18).

use http::Method;

use super::TradeState;
use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, NOT_ENOUGH, ORDER_NOT_EXIST};
use crate::field::message;
use crate::id::{Appid, Mchid, OutTradeNo};
use crate::rate::Rate;

request! {
    /// Reverse an order.
    pub struct Reverse {
        /// The merchant's number of the order. It stands in the path only; in the body it is
        /// refused.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// The application of the order.
        pub appid: Appid = "应用AppID",
        /// The merchant; the same that signs.
        pub mchid: Mchid = "直连商户号",
    }
}

message! {
    /// The order is reversed.
    pub struct Reversed {
        /// The application of the order.
        pub appid: Option<Appid> = "应用AppID",
        /// The merchant.
        pub mchid: Mchid = "直连商户号",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
    }
}

impl Endpoint for Reverse {
    type Response = Reversed;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse";
    const PAGE: Page = Page {
        title: "撤销",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4012382161",
        updated: Some("2026-04-08"),
    };
    const SUPPORTED: Supported = Supported::Direct;
    const RATES: &'static [Rate] = &[Rate::assumed(150)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, NO_AUTH, NOT_ENOUGH, ORDER_NOT_EXIST];
}

impl Change for Reverse {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query { out_trade_no: self.out_trade_no.clone(), mchid: self.mchid.clone() })
    }

    fn came_of(&self, order: &super::Order) -> CameOf {
        order.trade_state.known().map_or(CameOf::Open, TradeState::came_of_reversal)
    }
}
