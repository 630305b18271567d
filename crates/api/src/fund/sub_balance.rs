//! `GET /v3/ecommerce/fund/balance/{sub_mchid}`: what lies on one of a sub-merchant's accounts.
//!
//! Page: 查询二级商户账户实时余额, <https://pay.weixin.qq.com/doc/v3/partner/4012476690>, updated
//! 2024-11-04.

use http::Method;

use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH};
use crate::field::message;
use crate::id::Mchid;
use crate::money::Fen;
use crate::rate::Rate;
use crate::word::{Open, words};

words! {
    /// An account of a sub-merchant.
    pub enum SubAccountType {
        /// 基本账户: where payments arrive.
        Basic = "BASIC",
        /// 手续费账户: fees.
        Fees = "FEES",
        /// 运营账户: for what it pays out.
        Operation = "OPERATION",
        /// 保证金账户: a deposit.
        Deposit = "DEPOSIT",
    }
}

request! {
    /// Look at one of a sub-merchant's accounts.
    pub struct SubBalance {
        /// The sub-merchant.
        pub sub_mchid: Mchid = "二级商户号",
        /// Which; `BASIC` when left out.
        pub account_type: Option<Open<SubAccountType>> = "二级商户账户类型",
    }
}

message! {
    /// What lies on it.
    pub struct SubFunds {
        /// The sub-merchant.
        pub sub_mchid: Mchid = "二级商户号",
        /// What can be paid with, in fen.
        pub available_amount: Fen = "可用余额",
        /// What lies there and cannot be paid with, in fen.
        pub pending_amount: Option<Fen> = "不可用余额",
        /// Which account.
        pub account_type: Option<Open<SubAccountType>> = "二级商户账户类型",
    }
}

impl Endpoint for SubBalance {
    type Response = SubFunds;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/ecommerce/fund/balance/{sub_mchid}";
    const PAGE: Page = Page {
        title: "查询二级商户账户实时余额",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012476690",
        updated: Some("2024-11-04"),
    };
    const SUPPORTED: Supported = Supported::Platform;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];
}
