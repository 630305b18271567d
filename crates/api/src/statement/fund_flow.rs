//! `GET /v3/bill/fundflowbill`: what moved on an account of the merchant's on a day.
//!
//! Page: 申请资金账单,
//! <https://pay.weixin.qq.com/docs/partner/apis/partner-native-payment/get-fund-bill.html>; direct
//! merchants have the same.

use http::Method;

use super::{BillDate, Statement, TarType};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, NO_STATEMENT_EXIST, ParamError, STATEMENT_CREATING};
use crate::rate::Rate;
use crate::word::{Open, words};

words! {
    /// Which account.
    pub enum AccountType {
        /// 基本账户; without the field, too.
        Basic = "BASIC",
        /// 运营账户.
        Operation = "OPERATION",
        /// 手续费账户.
        Fees = "FEES",
    }
}

request! {
    /// Apply for the file.
    pub struct FundFlow {
        /// The day: `2019-06-11`.
        pub bill_date: BillDate = "账单日期",
        /// Which account.
        pub account_type: Option<Open<AccountType>> = "资金账户类型",
        /// How the file is to be packed.
        pub tar_type: Option<Open<TarType>> = "压缩类型",
    }
}

impl Endpoint for FundFlow {
    type Response = Statement;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/bill/fundflowbill";
    const PAGE: Page = Page {
        title: "申请服务商资金账单",
        url: "https://pay.weixin.qq.com/docs/partner/apis/partner-native-payment/get-fund-bill.html",
        updated: Some("2025-01-16"),
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[Rate::page(3)];
    const ERRORS: &'static [ErrorCode] = &[NO_STATEMENT_EXIST, STATEMENT_CREATING];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[NO_AUTH];

    fn check(&self) -> Result<(), ParamError> {
        self.bill_date.check()
    }
}
