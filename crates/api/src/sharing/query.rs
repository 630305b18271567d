//! `GET /v3/ecommerce/profitsharing/orders`: query a share, or a finish.
//!
//! Page: 查询分账结果, <https://pay.weixin.qq.com/doc/v3/partner/4012477734>, updated 2024-11-04.

use http::Method;

use super::{
    OrderId, OutOrderNo, ReceiverAccount, ReceiverType, ShareFailure, ShareResult, ShareStatus,
};
use crate::change::Progress;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, FREQUENCY_LIMITED, NO_AUTH, RESOURCE_NOT_EXISTS};
use crate::field::message;
use crate::id::{Mchid, TransactionId};
use crate::money::Fen;
use crate::rate::Rate;
use crate::time::Timestamp;
use crate::word::Open;

request! {
    /// Look a share or a finish up by the platform's number of it.
    pub struct Query {
        /// Whose money. In the query string.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The order. In the query string.
        pub transaction_id: TransactionId = "微信订单号",
        /// The platform's number. In the query string.
        pub out_order_no: OutOrderNo = "商户分账单号",
    }
}

message! {
    /// The share, or the finish.
    pub struct Share {
        /// Whose money.
        pub sub_mchid: Mchid = "电商平台二级商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The platform's number.
        pub out_order_no: OutOrderNo = "商户分账单号",
        /// The provider's number.
        pub order_id: OrderId = "微信分账单号",
        /// Its state.
        pub status: Open<ShareStatus> = "分账单状态",
        /// Who gets what; not of a finish.
        pub receivers: Option<Vec<ShareDetail>> = "分账接收方列表",
        /// What a finish set free, in fen.
        pub finish_amount: Option<Fen> = "分账完结金额",
        /// Why a finish was asked for.
        pub finish_description: Option<String> = "分账完结描述",
    }
}

message! {
    /// One receiver and what it got.
    pub struct ShareDetail {
        /// In fen.
        pub amount: Fen = "分账金额",
        /// Why.
        pub description: String = "分账描述",
        /// What became of it.
        pub result: Open<ShareResult> = "分账结果",
        /// When; once it is no longer `PENDING`.
        pub finish_time: Option<Timestamp> = "完成时间",
        /// Why it was closed.
        pub fail_reason: Option<Open<ShareFailure>> = "分账失败原因",
        /// What the account is.
        pub r#type: Open<ReceiverType> = "接收方类型",
        /// Who gets it.
        pub receiver_account: ReceiverAccount = "接收方账号",
        /// The provider's number of this part.
        pub detail_id: String = "分账明细单号",
    }
}

impl Endpoint for Query {
    type Response = Share;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/ecommerce/profitsharing/orders";
    const PAGE: Page = Page {
        title: "查询分账结果",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012477734",
        updated: Some("2024-11-04"),
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[RESOURCE_NOT_EXISTS, FREQUENCY_LIMITED];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];
}

/// What the share says of itself is not enough: a receiver's part may be on its way all the same.
impl Progress for Share {
    fn is_final(&self) -> bool {
        let pending = |receiver: &ShareDetail| receiver.result == ShareResult::Pending;
        self.status == ShareStatus::Finished && !self.receivers.iter().flatten().any(pending)
    }
}
