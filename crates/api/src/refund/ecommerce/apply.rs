//! `POST /v3/ecommerce/refunds/apply`: pay back an order of a sub-merchant (申请退款).
//!
//! Page: 申请退款, <https://pay.weixin.qq.com/doc/v3/partner/4012476892>.
//!
//! The answer has no state: it says that the refund is accepted. Its end comes by callback and
//! query.

use http::Method;

use super::super::{FundsAccount, Part, Reason, Source, check_from, check_order};
use super::RefundAccount;
use crate::change::recorded;
use crate::draft::request;
use crate::endpoint::{Endpoint, Page, Supported};
use crate::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, FREQUENCY_LIMITED, MCH_NOT_EXISTS, NO_AUTH, NOT_ENOUGH,
    ParamError, RESOURCE_NOT_EXISTS, USER_ACCOUNT_ABNORMAL,
};
use crate::field::message;
use crate::id::{Appid, Mchid, NotifyUrl, OutRefundNo, OutTradeNo, RefundId, TransactionId};
use crate::money::Fen;
use crate::pay::Currency;
use crate::rate::Rate;
use crate::time::Timestamp;

use crate::word::{Open, Word as _};

request! {
    /// Pay money back to the payer of a sub-merchant's order.
    pub struct Apply {
        /// The sub-merchant.
        pub sub_mchid: Mchid = "二级商户号",
        /// The platform's application.
        pub sp_appid: Appid = "电商平台APPID",
        /// The sub-merchant's application.
        pub sub_appid: Option<Appid> = "二级商户APPID",
        /// The provider's number of the order; or else the merchant's.
        pub transaction_id: Option<TransactionId> = "微信支付订单号",
        /// The merchant's number of the order; or else the provider's.
        pub out_trade_no: Option<OutTradeNo> = "商户订单号",
        /// The merchant's number of the refund: the same number refunds once.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// Why.
        pub reason: Option<Reason> = "退款原因",
        /// How much.
        pub amount: AmountAsked = "订单金额",
        /// Where the callback goes, in place of where the merchant's settings say.
        pub notify_url: Option<NotifyUrl> = "退款结果回调url",
        /// Who pays.
        pub refund_account: Option<Open<RefundAccount>> = "退款出资商户",
        /// Which money to take.
        pub funds_account: Option<Open<Source>> = "资金账户",
    }
}

request! {
    /// How much is to go back.
    pub struct AmountAsked {
        /// In fen.
        pub refund: Fen = "退款金额",
        /// From which parts of the account; orders with profit sharing alone.
        pub from: Option<Vec<Part>> = "退款出资账户及金额",
        /// Of the order, in fen: as it was ordered.
        pub total: Fen = "原订单金额",
        /// `CNY` when left out.
        pub currency: Option<Currency> = "退款币种",
    }
}

message! {
    /// The refund is accepted.
    pub struct Applied {
        /// The provider's number.
        pub refund_id: RefundId = "微信支付退款单号",
        /// The merchant's number.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// When it was accepted.
        pub create_time: Timestamp = "退款创建时间",
        /// How much.
        pub amount: AmountApplied = "订单金额",
        /// What was not paid back in money. Our server has no discounts.
        pub promotion_detail: Option<Vec<Promotion>> = "优惠退款详情",
        /// Who pays.
        pub refund_account: Option<Open<RefundAccount>> = "退款出资商户",
    }
}

message! {
    /// What goes back.
    pub struct AmountApplied {
        /// In fen.
        pub refund: Fen = "退款金额",
        /// As it was given.
        pub from: Option<Vec<Part>> = "退款出资账户及金额",
        /// What the payer gets back, in fen.
        pub payer_refund: Fen = "用户退款金额",
        /// Of discounts, in fen.
        pub discount_refund: Option<Fen> = "优惠退款金额",
        /// `CNY`.
        pub currency: Option<String> = "退款币种",
        /// What the platform has paid in advance, in fen.
        pub advance: Option<Fen> = "垫付金额",
    }
}

message! {
    /// A discount and how much of it went back.
    pub struct Promotion {
        /// Its number.
        pub promotion_id: String = "券ID",
        /// What it is for.
        pub scope: String = "优惠范围",
        /// `COUPON` or `DISCOUNT`.
        pub r#type: String = "优惠类型",
        /// What it was worth, in fen.
        pub amount: Fen = "优惠券面额",
        /// How much went back, in fen.
        pub refund_amount: Fen = "优惠退款金额",
    }
}

impl Endpoint for Apply {
    type Response = Applied;
    const METHOD: Method = Method::POST;
    const PATH: &'static str = "/v3/ecommerce/refunds/apply";
    const PAGE: Page = Page {
        title: "申请退款",
        url: "https://pay.weixin.qq.com/doc/v3/partner/4012476892",
        updated: None,
    };
    const SUPPORTED: Supported = Supported::Ecommerce;
    const RATES: &'static [Rate] = &[];
    const ERRORS: &'static [ErrorCode] = &[
        NO_AUTH,
        NOT_ENOUGH,
        USER_ACCOUNT_ABNORMAL,
        MCH_NOT_EXISTS,
        RESOURCE_NOT_EXISTS,
        FREQUENCY_LIMITED,
    ];
    const ASSUMED_ERRORS: &'static [ErrorCode] = &[APPID_MCHID_NOT_MATCH];

    fn check(&self) -> Result<(), ParamError> {
        check_order(self.transaction_id.as_ref(), self.out_trade_no.as_ref())?;
        let (funds, from) = ("/body/funds_account", "/body/amount/from");
        if let Some(funds_account) = &self.funds_account {
            if *funds_account != Source::Available {
                let message = format!(
                    "输入源“{funds}”映射到值字段“资金账户”枚举规则校验失败，此字段的可选取值为“{}”",
                    FundsAccount::Available.word()
                );
                return Err(ParamError::new(message, Some("body"), funds_account.word().into()));
            }
            if self.amount.from.is_some() {
                return Err(ParamError::either([funds, from]));
            }
        }
        let advance = self.refund_account.as_ref();
        if self.amount.from.is_some()
            && advance.is_some_and(|account| *account == RefundAccount::PartnerAdvance)
        {
            return Err(ParamError::either(["/body/refund_account", from]));
        }
        check_from(self.amount.from.as_deref(), self.amount.refund)
    }
}

recorded!(Apply => super::Query, out_refund_no, sub_mchid);
