//! Refunds of e-commerce platforms (电商平台) for their sub-merchants, who may let the platform pay
//! in advance.

mod apply;
mod query;
mod query_by_id;

pub use apply::{AmountApplied, AmountAsked, Applied, Apply, Promotion};
pub use query::Query;
pub use query_by_id::QueryById;

use super::{Channel, FundsAccount, Status};
use crate::change::Progress;
use crate::error::{
    ErrorCode, FREQUENCY_LIMITED, MCH_NOT_EXISTS, NO_AUTH, NOT_ENOUGH, REQUEST_BLOCKED,
    RESOURCE_NOT_EXISTS, USER_ACCOUNT_ABNORMAL,
};
use crate::field::message;
use crate::id::{OutRefundNo, OutTradeNo, RefundId, TransactionId};
use crate::time::Timestamp;
use crate::word::{Open, words};

/// What both queries may answer besides the common four.
const ERRORS: &[ErrorCode] = &[
    NO_AUTH,
    NOT_ENOUGH,
    REQUEST_BLOCKED,
    USER_ACCOUNT_ABNORMAL,
    MCH_NOT_EXISTS,
    RESOURCE_NOT_EXISTS,
    FREQUENCY_LIMITED,
];

words! {
    /// Who pays a refund (退款出资商户).
    pub enum RefundAccount {
        /// 电商平台垫付: the platform, in advance, from its operation account.
        PartnerAdvance = "REFUND_SOURCE_PARTNER_ADVANCE",
        /// 二级商户: the sub-merchant. So when left out.
        SubMerchant = "REFUND_SOURCE_SUB_MERCHANT",
    }
}

message! {
    /// A refund, as both queries answer it.
    pub struct Refund {
        /// The provider's number.
        pub refund_id: RefundId = "微信支付退款单号",
        /// The merchant's number.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// The provider's number of the order.
        pub transaction_id: TransactionId = "微信支付订单号",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Which way the money goes.
        pub channel: Option<Open<Channel>> = "退款渠道",
        /// Where it arrives, for people.
        pub user_received_account: Option<String> = "退款入账账户",
        /// When it arrived; with `SUCCESS`.
        pub success_time: Option<Timestamp> = "退款成功时间",
        /// When it was accepted.
        pub create_time: Timestamp = "退款创建时间",
        /// Its state.
        pub status: Open<Status> = "退款状态",
        /// How much.
        pub amount: AmountApplied = "金额信息",
        /// What was not paid back in money. Our server has no discounts.
        pub promotion_detail: Option<Vec<Promotion>> = "优惠退款详情",
        /// Who pays.
        pub refund_account: Option<Open<RefundAccount>> = "退款出资商户",
        /// Where it was taken from.
        pub funds_account: Option<Open<FundsAccount>> = "资金账户",
    }
}

impl Progress for Refund {
    fn is_final(&self) -> bool {
        super::is_final(&self.status)
    }
}
