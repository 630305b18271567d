//! Subsidies (补差) of e-commerce orders: pay what was announced, give it back, or call it off.

mod cancel;
mod create;
mod give_back;

pub use cancel::{Cancel, Cancelled};
pub use create::{Create, Created};
pub use give_back::{Return, Returned};

use crate::id::numberlike;
use crate::text::text;
use crate::word::words;

words! {
    /// What became of a subsidy (补差单结果).
    pub enum Outcome {
        /// 成功: paid.
        Success = "SUCCESS",
        /// 失败: not paid. Nobody has published when the real service says so.
        Fail = "FAIL",
        /// 已全额回退: paid, and all of it was given back.
        Refund = "REFUND",
    }
}

words! {
    /// How a return ended (补差回退结果).
    pub enum ReturnResult {
        /// 成功: given back.
        Success = "SUCCESS",
        /// 失败: not given back. Nobody has published when the real service says so.
        Fail = "FAIL",
    }
}

words! {
    /// How a cancel ended.
    pub enum CancelResult {
        /// 成功: cancelled.
        Success = "SUCCESS",
        /// 失败: not cancelled. Nobody has published when the real service says so.
        Fail = "FAIL",
    }
}

text! {
    /// Why a subsidy is cancelled (取消补差描述), 1–80 characters.
    CancelDescription, Chars 1..=80
}

text! {
    /// What a subsidy or a return is for (补差描述), 1–80 characters.
    Description, Chars 1..=80
}

text! {
    /// The platform's number of a subsidy (商户补差单号): digits, letters and `_-|*@`, 1–64 bytes.
    OutSubsidyNo, Bytes 1..=64, r"^[0-9a-zA-Z_\-\|\*@]+$", numberlike
}

text! {
    /// The platform's number of a return (商户补差回退单号): digits, letters and `_-|*@`, 1–64 bytes.
    OutOrderNo, Bytes 1..=64, r"^[0-9a-zA-Z_\-\|\*@]+$", numberlike
}

text! {
    /// The provider's number of a subsidy or a return (微信补差单号): 1–64 bytes; 32 digits are
    /// issued.
    SubsidyId, Bytes 1..=64, "^[0-9A-Za-z]+$", |text| text.bytes().all(|b| b.is_ascii_alphanumeric())
}
