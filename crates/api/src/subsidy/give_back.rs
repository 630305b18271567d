//! `POST /v3/ecommerce/subsidies/return`: give a subsidy back, or part of it (请求补差回退).
//!
//! Page: 请求补差回退, <https://pay.weixin.qq.com/doc/v3/partner/4012477636>.

use http::Method;

use super::{Description, OutOrderNo, ReturnResult, SubsidyId};
use crate::change::Change;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, NOT_ENOUGH, ParamError};
use crate::field::message;
use crate::id::{Mchid, RefundId, TransactionId};
use crate::money::Fen;
use crate::rate::Rate;
use crate::refund::Part;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Give money of a subsidy back to the platform, after a refund of its order.
    pub struct Return {
        /// The sub-merchant of the order.
        pub sub_mchid: Mchid = "二级商户号",
        /// The platform's number of the return: the same number gives back once.
        pub out_order_no: OutOrderNo = "商户补差回退单号",
        /// The provider's number of the order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The refund that the return goes with; one return for each. Left out when the payer's
        /// account is abnormal.
        pub refund_id: Option<RefundId> = "微信退款单号",
        /// In fen.
        pub amount: Fen = "补差回退金额",
        /// What for; given back unchanged.
        pub description: Description = "补差回退描述",
        /// The subsidy.
        pub subsidy_id: Option<SubsidyId> = "微信补差单号",
        /// From which part of the sub-merchant's account: one of them.
        pub from: Option<Vec<Part>> = "补差回退出资账户及金额",
    }
}

message! {
    /// The money is back.
    pub struct Returned {
        /// The sub-merchant.
        pub sub_mchid: Mchid = "二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The provider's number of the return.
        pub subsidy_refund_id: SubsidyId = "微信补差回退单号",
        /// As it was given.
        pub refund_id: Option<RefundId> = "微信退款单号",
        /// The platform's number of the return.
        pub out_order_no: OutOrderNo = "商户补差回退单号",
        /// In fen.
        pub amount: Fen = "补差回退金额",
        /// As it was given.
        pub description: String = "补差回退描述",
        /// A client must look at it: `FAIL` may come with HTTP 200.
        pub result: Open<ReturnResult> = "补差回退结果",
        /// When it was given back.
        pub success_time: Timestamp = "补差回退完成时间",
        /// The subsidy.
        pub subsidy_id: Option<SubsidyId> = "微信补差单号",
        /// As it was given.
        pub from: Option<Vec<Part>> = "补差回退出资账户及金额",
    }
}

impl Endpoint for Return {
    type Response = Returned;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/subsidies/return";
    const PAGE: Page = Page {
        title: "请求补差回退",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477636",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[Rate::assumed(200)];
    const ERRORS: &'static [ErrorCode] = &[FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_ENOUGH];

    fn check(&self) -> Result<(), ParamError> {
        let Some(from) = &self.from else { return Ok(()) };
        let refuse = |what: &str| {
            let message =
                format!("输入源“/body/from”映射到值字段“补差回退出资账户及金额”校验失败，{what}");
            Err(ParamError::new(message, Some("body"), from.len().into()))
        };
        match from.as_slice() {
            [part] if part.amount == self.amount => Ok(()),
            [_] => refuse("出资金额必须等于补差回退金额"),
            [] | [..] => refuse("只支持一个出资账户"),
        }
    }
}

impl Change for Return {
    type Query = Self;
}
