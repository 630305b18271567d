//! Compensations (赔付): a platform pays the payer of an earlier order.

mod cancel;
mod create;
pub mod merchant;
mod pre_transfer;
mod query;
mod query_by_id;

pub use cancel::{Cancel, Cancelled};
pub use create::{Create, Created};
pub use pre_transfer::{PreTransfer, PreTransferred};
pub use query::{Bill, CloseInfo, Query};
pub use query_by_id::QueryById;

use crate::draft::request;
use crate::error::ParamError;
use crate::field::message;
use crate::id::TransactionId;
use crate::text::text;
use crate::word::{Open, words};

words! {
    /// State of a bill. Mind the spelling: one L in `CANCELING`, two in `CANCELLED`.
    pub enum BillState {
        /// 已受理: taken on, on its way.
        Accepted = "ACCEPTED",
        /// 已成功: the payer has the money. Final.
        Success = "SUCCESS",
        /// 系统关闭: closed by the system, for want of money for instance. Final.
        Closed = "CLOSED",
        /// 等待用户确认: waits for the payer.
        WaitUserConfirm = "WAIT_USER_CONFIRM",
        /// 正在撤销中: a cancel has been taken on.
        Canceling = "CANCELING",
        /// 付款撤销完成: cancelled. Final.
        Cancelled = "CANCELLED",
    }
}

words! {
    /// Kind of receiver. The pages of today know one; their samples still show a second
    /// (`MERCHANT`) that an edit of July 2025 removed.
    pub enum ReceiverType {
        /// The payer of a transaction.
        TransactionUser = "TRANSACTION_USER",
    }
}

words! {
    /// Kind of transaction. No page says what the values mean.
    pub enum TransactionType {
        /// An ordinary WeChat Pay transaction.
        Wxpay = "WXPAY",
        /// Unknown; taken like [`TransactionType::Wxpay`].
        Wxvalue = "WXVALUE",
    }
}

text! {
    /// Why the compensation is paid (赔付原因), 1–32 characters.
    TransferRemark, Chars 1..=32
}

text! {
    /// A transfer scene (转账场景), 1–36 characters.
    TransferSceneId, Chars 1..=36
}

text! {
    /// The reason that the payer sees (用户收款感知), 1–10 characters: the page's own sample has 6
    /// characters and 18 bytes.
    UserRecvPerception, Chars 1..=10
}

/// The rule that a perception needs a scene.
fn scene_of_perception(
    perception: Option<&UserRecvPerception>,
    scene: Option<&TransferSceneId>,
) -> Result<(), ParamError> {
    if perception.is_some() && scene.is_none() {
        return Err(ParamError::missing("/body/transfer_scene_id", "转账场景ID"));
    }
    Ok(())
}

request! {
    /// Who is paid.
    pub struct Receiver {
        /// The page calls it optional; without it nobody could be paid, so it is required here.
        pub r#type: Open<ReceiverType> = "转账接收方类型",
        /// The page calls it optional; the only receiver type needs it, so it is required here.
        pub transaction_info: TransactionInfo = "转账接收方订单信息",
    }
}

request! {
    /// The order whose payer is paid.
    pub struct TransactionInfo {
        /// The provider's number of the order.
        pub transaction_id: TransactionId = "交易订单号",
        /// `WXPAY` when left out.
        pub r#type: Option<Open<TransactionType>> = "转账接收方订单类型",
    }
}

impl Receiver {
    /// The payer of this transaction.
    #[must_use]
    pub fn transaction_user(transaction_id: TransactionId) -> Self {
        Self {
            r#type: ReceiverType::TransactionUser.into(),
            transaction_info: TransactionInfo {
                transaction_id,
                r#type: Some(TransactionType::Wxpay.into()),
            },
        }
    }
}

message! {
    /// Who is paid, as answers show it.
    pub struct ReceiverDetail {
        /// Optional on the page; always sent here.
        pub receiver: Option<ReceiverInfo> = "转账接收者信息",
    }
}

message! {
    /// A receiver, as answers show it: the page promises neither member.
    pub struct ReceiverInfo {
        /// Always sent here.
        pub r#type: Option<Open<ReceiverType>> = "转账接收方类型",
        /// Always sent here.
        pub transaction_info: Option<TransactionInfo> = "转账接收方订单信息",
    }
}

impl From<Receiver> for ReceiverInfo {
    fn from(receiver: Receiver) -> Self {
        Self { r#type: Some(receiver.r#type), transaction_info: Some(receiver.transaction_info) }
    }
}
