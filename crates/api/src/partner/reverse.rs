//! `POST /v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse`: reverse a sub-merchant's
//! code payment.
//!
//! Page: 撤销订单 of 付款码支付 for service providers,
//! <https://pay.weixin.qq.com/docs/partner/apis/partner-code-payment-v3/partner/partner-reverse.html>.

use http::Method;

use crate::change::{CameOf, Change};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{APPID_MCHID_NOT_MATCH, ErrorCode, NO_AUTH, NOT_ENOUGH, ORDER_NOT_EXIST};
use crate::field::message;
use crate::id::{Appid, Mchid, OutTradeNo};
use crate::pay::TradeState;
use crate::rate::Rate;

request! {
    /// Reverse an order.
    pub struct Reverse {
        /// The merchant's number, in the path only.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// The provider's application.
        pub sp_appid: Option<Appid> = "服务商应用ID",
        /// The provider; the same that signs.
        pub sp_mchid: Mchid = "服务商户号",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "子商户应用ID",
        /// The sub-merchant.
        pub sub_mchid: Mchid = "子商户号",
    }
}

message! {
    /// The order is reversed.
    pub struct Reversed {
        /// As it was given.
        pub sp_appid: Option<Appid> = "服务商应用ID",
        /// The provider.
        pub sp_mchid: Mchid = "服务商户号",
        /// As it was given.
        pub sub_appid: Option<Appid> = "子商户应用ID",
        /// The sub-merchant.
        pub sub_mchid: Mchid = "子商户号",
        /// The merchant's number.
        pub out_trade_no: OutTradeNo = "商户订单号",
    }
}

impl Endpoint for Reverse {
    type Response = Reversed;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse";
    const PAGE: Page = Page {
        title: "撤销订单",
        url: "https://pay.weixin.qq.com/docs/partner/apis/partner-code-payment-v3/partner/partner-reverse.html",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Partner;
    const RATES: &'static [Rate] = &[Rate::assumed(150)];
    const ERRORS: &'static [ErrorCode] = &[];
    const ASSUMED_ERRORS: &'static [ErrorCode] =
        &[APPID_MCHID_NOT_MATCH, NO_AUTH, NOT_ENOUGH, ORDER_NOT_EXIST];
}

impl Change for Reverse {
    type Query = super::Query;

    fn query(&self) -> Option<super::Query> {
        Some(super::Query {
            out_trade_no: self.out_trade_no.clone(),
            sp_mchid: self.sp_mchid.clone(),
            sub_mchid: self.sub_mchid.clone(),
        })
    }

    fn came_of(&self, order: &super::Order) -> CameOf {
        order.trade_state.known().map_or(CameOf::Open, TradeState::came_of_reversal)
    }
}
