//! Compensations of sub-merchants (赔付商家): from an operation account (运营账户) to what the
//! sub-merchant can pay with.

mod create;
mod query;

pub use create::{Create, Created};
pub use query::{Bill, Query};

use crate::draft::request;
use crate::field::message;
use crate::id::Mchid;
use crate::word::{Open, words};

words! {
    /// State of a bill.
    pub enum BillState {
        /// 已受理: taken on, on its way.
        Accepted = "ACCEPTED",
        /// 已成功: the sub-merchant has the money. Final.
        Success = "SUCCESS",
        /// 已关闭: closed by the system, for want of money for instance. Final.
        Closed = "CLOSED",
    }
}

words! {
    /// Kind of receiver: one is listed.
    pub enum ReceiverType {
        /// A sub-merchant.
        Merchant = "MERCHANT",
    }
}

request! {
    /// Who is paid.
    pub struct Receiver {
        /// `MERCHANT`.
        pub r#type: Open<ReceiverType> = "赔付接收方类型",
        /// Which merchant.
        pub mch_info: MchInfo = "赔付接收方商户信息",
    }
}

request! {
    /// A merchant.
    pub struct MchInfo {
        /// Its number.
        pub mchid: Mchid = "商户号",
    }
}

impl Receiver {
    /// This sub-merchant.
    #[must_use]
    pub fn merchant(mchid: Mchid) -> Self {
        Self { r#type: ReceiverType::Merchant.into(), mch_info: MchInfo { mchid } }
    }
}

message! {
    /// Who is paid, as answers show it.
    pub struct ReceiverDetail {
        /// Always sent here.
        pub receiver: Option<ReceiverInfo> = "赔付接收者信息",
    }
}

message! {
    /// A receiver, as answers show it: the page promises neither member.
    pub struct ReceiverInfo {
        /// Always sent here.
        pub r#type: Option<Open<ReceiverType>> = "赔付接收方类型",
        /// Always sent here.
        pub mch_info: Option<MchInfo> = "赔付接收方商户信息",
    }
}

impl From<Receiver> for ReceiverInfo {
    fn from(receiver: Receiver) -> Self {
        Self { r#type: Some(receiver.r#type), mch_info: Some(receiver.mch_info) }
    }
}
