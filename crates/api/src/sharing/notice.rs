//! `PROFITSHARING.SUCCESS` and `PROFITSHARING.RETURN`: what a callback about shared money says.
//!
//! Page: 分账动账通知, <https://pay.weixin.qq.com/doc/v3/partner/4012116672>.

use super::{ReceiverAccount, ReceiverType};
use crate::field::message;
use crate::id::{Mchid, TransactionId};
use crate::money::Fen;
use crate::time::Timestamp;
use crate::word::Open;

message! {
    /// Money of an order that reached a receiver, or came back from one.
    pub struct Moved {
        /// The platform.
        pub sp_mchid: Mchid = "服务商商户号",
        /// Whose order.
        pub sub_mchid: Mchid = "子商户号",
        /// The order.
        pub transaction_id: TransactionId = "微信订单号",
        /// The provider's number of the share, or of the return.
        pub order_id: String = "微信分账/回退单号",
        /// The platform's number of the share, or of the return.
        pub out_order_no: String = "商户分账/回退单号",
        /// Who.
        pub receiver: MovedReceiver = "分账接收方",
        /// When.
        pub success_time: Timestamp = "成功时间",
    }
}

message! {
    /// A receiver and how much it got, or gave back.
    pub struct MovedReceiver {
        /// What the account is.
        pub r#type: Open<ReceiverType> = "分账接收方类型",
        /// Who.
        pub account: ReceiverAccount = "分账接收方账号",
        /// In fen.
        pub amount: Fen = "分账动账金额",
        /// Why.
        pub description: String = "分账/回退描述",
    }
}
