//! Profit sharing (分账) of e-commerce orders: what a sub-merchant's paid order still holds is
//! shared out, given back and set free.

mod account;
mod add_receiver;
mod amounts;
mod create;
mod create_return;
mod delete_receiver;
mod finish;
mod notice;
mod query;
mod query_return;

pub use account::{AccountName, ReceiverAccount, SealedName};
pub use add_receiver::{AddReceiver, Receiver};
pub use amounts::{Amounts, Unsplit};
pub use create::{Create, Created, ReceiverShare};
pub use create_return::{CreateReturn, Returned};
pub use delete_receiver::DeleteReceiver;
pub use finish::{Finish, Finished};
pub use notice::{Moved, MovedReceiver};
pub use query::{Query, Share, ShareDetail};
pub use query_return::QueryReturn;

use crate::text::text;
use crate::word::words;

words! {
    /// Kind of receiver.
    pub enum ReceiverType {
        /// 商户号: a merchant, by its number.
        Merchant = "MERCHANT_ID",
        /// 个人openid: a person, by the openid under the platform's application.
        Person = "PERSONAL_OPENID",
    }
}

words! {
    /// What a receiver is to the one that shares.
    pub enum Relation {
        /// 供应商.
        Supplier = "SUPPLIER",
        /// 分销商.
        Distributor = "DISTRIBUTOR",
        /// 服务商.
        ServiceProvider = "SERVICE_PROVIDER",
        /// 平台.
        Platform = "PLATFORM",
        /// 其他.
        Others = "OTHERS",
    }
}

words! {
    /// State of a share; what each receiver got is another matter.
    pub enum ShareStatus {
        /// 处理中: on its way.
        Processing = "PROCESSING",
        /// 处理完成: done. Final.
        Finished = "FINISHED",
    }
}

words! {
    /// What became of one receiver's part.
    pub enum ShareResult {
        /// 待分账: on its way.
        Pending = "PENDING",
        /// 分账成功: the receiver has it. Final.
        Success = "SUCCESS",
        /// 已关闭: it went back to the one that shares. Final.
        Closed = "CLOSED",
    }
}

words! {
    /// Why a receiver's part was closed.
    pub enum ShareFailure {
        /// 分账接收账户异常.
        AccountAbnormal = "ACCOUNT_ABNORMAL",
        /// 分账关系已解除.
        NoRelation = "NO_RELATION",
        /// 高风险接收方.
        ReceiverHighRisk = "RECEIVER_HIGH_RISK",
        /// 接收方未实名.
        NotVerified = "RECEIVER_REAL_NAME_NOT_VERIFIED",
        /// 分账权限已解除.
        NoAuth = "NO_AUTH",
        /// 接收方已达收款限额.
        ReceiptLimit = "RECEIVER_RECEIPT_LIMIT",
        /// 分出方账户异常.
        PayerAbnormal = "PAYER_ACCOUNT_ABNORMAL",
        /// 描述参数设置失败.
        InvalidRequest = "INVALID_REQUEST",
    }
}

words! {
    /// State of a return.
    pub enum ReturnResult {
        /// 处理中: on its way.
        Processing = "PROCESSING",
        /// 已成功: the money is back. Final.
        Success = "SUCCESS",
        /// 已失败: it is not. Final.
        Failed = "FAILED",
    }
}

words! {
    /// Why a return failed.
    pub enum ReturnFailure {
        /// 原分账接收方账户异常.
        AccountAbnormal = "ACCOUNT_ABNORMAL",
        /// 超时关单.
        TimeOutClosed = "TIME_OUT_CLOSED",
        /// 原分账分出方账户异常.
        PayerAbnormal = "PAYER_ACCOUNT_ABNORMAL",
        /// 描述参数设置失败.
        InvalidRequest = "INVALID_REQUEST",
    }
}

fn number(text: &str) -> bool {
    let allowed =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'|' | b'*' | b'@');
    text.bytes().all(allowed)
}

text! {
    /// The platform's number of a share or of a finish (商户分账单号): digits, letters and
    /// `_-|*@`, 1–64 bytes.
    OutOrderNo, Bytes 1..=64, r"^[0-9a-zA-Z_\-\|\*@]+$", number
}

text! {
    /// The platform's number of a return (商户回退单号): digits, letters and `_-|*@`, 1–64 bytes.
    OutReturnNo, Bytes 1..=64, r"^[0-9a-zA-Z_\-\|\*@]+$", number
}

text! {
    /// The provider's number of a share or of a finish (微信分账单号), 1–64 bytes.
    OrderId, Bytes 1..=64, "^[0-9A-Za-z]+$",
    |text| text.bytes().all(|b| b.is_ascii_alphanumeric())
}

text! {
    /// Why money is shared, set free or given back (分账描述), 1–80 characters.
    Description, Chars 1..=80
}
