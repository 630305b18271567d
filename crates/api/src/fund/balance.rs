//! `GET /v3/merchant/fund/balance/{account_type}`: what lies on one of the caller's accounts.
//!
//! Page: 查询平台账户实时余额, <https://pay.weixin.qq.com/doc/v3/partner/4012476700>, updated
//! 2024-11-04.

use http::Method;

use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH};
use crate::field::message;
use crate::money::Fen;
use crate::rate::Rate;
use crate::word::{Open, words};

words! {
    /// An account of a platform.
    pub enum AccountType {
        /// 基本户: where payments arrive.
        Basic = "BASIC",
        /// 运营账户: what subsidies and compensations of sub-merchants are paid from.
        Operation = "OPERATION",
        /// 手续费账户: fees.
        Fees = "FEES",
    }
}

request! {
    /// Look at one of the caller's accounts.
    pub struct Balance {
        /// Which.
        pub account_type: Open<AccountType> = "账户类型",
    }
}

message! {
    /// What lies on it.
    pub struct Funds {
        /// What can be paid with, in fen.
        pub available_amount: Fen = "可用余额",
        /// What lies there and cannot be paid with, in fen.
        pub pending_amount: Option<Fen> = "不可用余额",
    }
}

impl Endpoint for Balance {
    type Response = Funds;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/merchant/fund/balance/{account_type}";
    const PAGE: Page = Page {
        title: "查询平台账户实时余额",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012476700",
        updated: Some("2024-11-04"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];
}
