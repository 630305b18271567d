//! `POST /v3/ecommerce/subsidies/create`: add the announced subsidy to an order (请求补差).
//!
//! Page: 请求补差, <https://pay.weixin.qq.com/doc/v3/partner/4012477631>.
//!
//! After `SYSTEM_ERROR` or no answer, repeat with the same parameters: other ones may be charged
//! again. A `refund_id` stands on an older edition of the page, which demanded it for less than
//! the announced amount.

use http::Method;

use super::{Description, OutSubsidyNo, Outcome, SubsidyId};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, NOT_ENOUGH};
use crate::field::message;
use crate::id::{Mchid, RefundId, TransactionId};
use crate::money::Fen;
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Pay the subsidy of an order that carries the subsidy mark.
    pub struct Create {
        /// The sub-merchant of the order.
        pub sub_mchid: Mchid = "二级商户号",
        /// The provider's number of the order.
        pub transaction_id: TransactionId = "微信订单号",
        /// In fen: as announced, or less when money of the order has gone back.
        pub amount: Fen = "补差金额",
        /// What for; given back unchanged.
        pub description: Description = "补差描述",
        /// The refund because of which the amount is less than announced.
        pub refund_id: Option<RefundId> = "微信退款单号",
        /// The platform's number of the subsidy: the same number pays once.
        pub out_subsidy_no: Option<OutSubsidyNo> = "商户补差单号",
    }
}

message! {
    /// The subsidy is paid.
    pub struct Created {
        /// The sub-merchant.
        pub sub_mchid: Mchid = "二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The provider's number of the subsidy.
        pub subsidy_id: SubsidyId = "微信补差单号",
        /// As it was given.
        pub description: String = "补差描述",
        /// In fen.
        pub amount: Option<Fen> = "补差金额",
        /// A client must look at it: `FAIL` may come with HTTP 200.
        pub result: Open<Outcome> = "补差单结果",
        /// When it was paid.
        pub success_time: Timestamp = "补差完成时间",
        /// As it was given.
        pub out_subsidy_no: Option<OutSubsidyNo> = "商户补差单号",
    }
}

impl Endpoint for Create {
    type Response = Created;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/subsidies/create";
    const PAGE: Page = Page {
        title: "请求补差",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477631",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[Rate::older_page(80), Rate::older_page(100).per("sub_mchid")];
    const ERRORS: &'static [ErrorCode] = &[FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_ENOUGH];
}

impl Change for Create {
    type Query = Self;
}
