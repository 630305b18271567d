//! Subsidies (补差) of e-commerce orders.

mod cancel;

pub use cancel::{Cancel, Cancelled};

use crate::text::text;
use crate::word::words;

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
