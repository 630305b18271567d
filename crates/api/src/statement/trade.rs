//! `GET /v3/bill/tradebill`: the trades of a day.
//!
//! Page: 申请交易账单, <https://pay.weixin.qq.com/doc/v3/merchant/4012556654>. Service providers have
//! one of their own with `sub_mchid`; the error table is that of 下载账单,
//! <https://pay.weixin.qq.com/docs/partner/apis/combine-payment-identity/bill-download/download-fund-bill.html>.

use http::Method;

use super::{BillDate, Statement, TarType};
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{ErrorCode, NO_AUTH, NO_STATEMENT_EXIST, ParamError, STATEMENT_CREATING};
use crate::id::Mchid;
use crate::rate::Rate;
use crate::word::{Open, words};

words! {
    /// Which of a day's trades.
    pub enum BillType {
        /// Payments and refunds; without the field, too.
        All = "ALL",
        /// Payments.
        Success = "SUCCESS",
        /// Refunds.
        Refund = "REFUND",
        /// Refunds from top-ups.
        RechargeRefund = "RECHARGE_REFUND",
        /// All, in a form of the merchant's own.
        AllSpecial = "ALL_SPECIAL",
        /// Payments, in a form of the merchant's own.
        SuccessSpecial = "SUC_SPECIAL",
        /// Refunds, in a form of the merchant's own.
        RefundSpecial = "REF_SPECIAL",
    }
}

request! {
    /// Apply for the file.
    pub struct Trade {
        /// The day: `2019-06-11`.
        pub bill_date: BillDate = "账单日期",
        /// Which trades.
        pub bill_type: Option<Open<BillType>> = "账单类型",
        /// Only this sub-merchant's; for service providers.
        pub sub_mchid: Option<Mchid> = "子商户号",
        /// How the file is to be packed.
        pub tar_type: Option<Open<TarType>> = "压缩类型",
    }
}

impl Endpoint for Trade {
    type Response = Statement;
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/v3/bill/tradebill";
    const PAGE: Page = Page {
        title: "申请交易账单",
        url: "https://pay.weixin.qq.com/doc/v3/merchant/4012556654",
        updated: Some("2024-09-18"),
    };
    const SUPPORTED: Supported = Supported::All;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[NO_AUTH, NO_STATEMENT_EXIST, STATEMENT_CREATING];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[];

    fn check(&self) -> Result<(), ParamError> {
        self.bill_date.check()
    }
}
