//! `POST /v3/ecommerce/profitsharing/returnorders`: take shared money back.
//!
//! Page: 请求分账回退, <https://pay.weixin.qq.com/doc/v3/partner/4012477737>.
//!
//! The page wants one of `order_id` and `out_order_no`, and its older edition shows both in one
//! example: both are taken when they name the same share. `finish_time` is required on the page;
//! left out until there is one.

use http::Method;

use super::{Description, OrderId, OutOrderNo, OutReturnNo, ReturnFailure, ReturnResult};
use crate::change::{Progress, recorded};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, NOT_ENOUGH, ParamError};
use crate::field::message;
use crate::id::{Mchid, TransactionId};
use crate::money::Fen;
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Take back what a merchant got of a share.
    pub struct CreateReturn {
        /// Who gets it back.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The share, by the provider's number.
        pub order_id: Option<OrderId> = "微信分账单号",
        /// The share, by the platform's number.
        pub out_order_no: Option<OutOrderNo> = "商户分账单号",
        /// The platform's number of this return.
        pub out_return_no: OutReturnNo = "商户回退单号",
        /// Who gives it back.
        pub return_mchid: Mchid = "回退商户号",
        /// In fen.
        pub amount: Fen = "回退金额",
        /// Why.
        pub description: Description = "回退描述",
        /// The order; needed when it is older than six months.
        pub transaction_id: Option<TransactionId> = "微信订单号",
    }
}

message! {
    /// The return.
    pub struct Returned {
        /// Who gets it back.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The share, by the provider's number.
        pub order_id: OrderId = "微信分账单号",
        /// The share, by the platform's number.
        pub out_order_no: OutOrderNo = "商户分账单号",
        /// The platform's number.
        pub out_return_no: OutReturnNo = "商户回退单号",
        /// Who gives it back.
        pub return_mchid: Mchid = "回退商户号",
        /// In fen.
        pub amount: Fen = "回退金额",
        /// The provider's number.
        pub return_no: String = "微信回退单号",
        /// Its state.
        pub result: Open<ReturnResult> = "回退结果",
        /// Why it failed.
        pub fail_reason: Option<Open<ReturnFailure>> = "失败原因",
        /// When; once it is no longer `PROCESSING`.
        pub finish_time: Option<Timestamp> = "完成时间",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
    }
}

impl Endpoint for CreateReturn {
    type Response = Returned;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/returnorders";
    const PAGE: Page = Page {
        title: "请求分账回退",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477737",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH, NOT_ENOUGH, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];

    fn check(&self) -> Result<(), ParamError> {
        if self.order_id.is_none() && self.out_order_no.is_none() {
            return Err(ParamError::missing("/body/order_id", "微信分账单号"));
        }
        Ok(())
    }
}

recorded!(CreateReturn => super::QueryReturn, sub_mchid, out_return_no, order_id, out_order_no);

impl Progress for Returned {
    fn is_final(&self) -> bool {
        self.result == ReturnResult::Success || self.result == ReturnResult::Failed
    }
}
