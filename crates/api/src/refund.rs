//! Refunds (退款) of ordinary orders, and their words. [`ecommerce`] has those of e-commerce
//! platforms.

mod create;
pub mod ecommerce;
mod query;
mod told;

pub use create::{AmountAsked, Create, Goods};
pub use query::Query;
pub use told::{AmountTold, Told};

use crate::change::Progress;
use crate::draft::request;
use crate::error::ParamError;
use crate::field::message;
use crate::id::{OutRefundNo, OutTradeNo, RefundId, TransactionId};
use crate::money::Fen;
use crate::text::text;
use crate::time::Timestamp;
use crate::word::{Open, words};

words! {
    /// State of a refund (退款状态).
    pub enum Status {
        /// 退款成功: the money is with the payer. Final.
        Success = "SUCCESS",
        /// 退款关闭: given up. Final.
        Closed = "CLOSED",
        /// 退款处理中: accepted.
        Processing = "PROCESSING",
        /// 退款异常: the payer's account took no money; the same number tries again.
        Abnormal = "ABNORMAL",
    }
}

words! {
    /// Which way the money goes back (退款渠道).
    pub enum Channel {
        /// 原路退款: the way it came.
        Original = "ORIGINAL",
        /// 退回到余额: to the payer's balance.
        Balance = "BALANCE",
        /// 原账户异常退到其他余额账户.
        OtherBalance = "OTHER_BALANCE",
        /// 原银行卡异常退到其他银行卡.
        OtherBankcard = "OTHER_BANKCARD",
    }
}

words! {
    /// Which money a refund is to be taken from (退款资金来源).
    pub enum Source {
        /// 可用余额账户.
        Available = "AVAILABLE",
        /// 未结算资金: orders of some trades alone, such as travel deposits.
        Unsettled = "UNSETTLED",
    }
}

words! {
    /// The account that a refund was taken from (资金账户).
    pub enum FundsAccount {
        /// 未结算资金.
        Unsettled = "UNSETTLED",
        /// 可用余额.
        Available = "AVAILABLE",
        /// 不可用余额: money that waits for profit sharing.
        Unavailable = "UNAVAILABLE",
        /// 运营户.
        Operation = "OPERATION",
        /// 基本账户(含可用余额和不可用余额).
        Basic = "BASIC",
        /// 数字人民币基本账户.
        EcnyBasic = "ECNY_BASIC",
    }
}

words! {
    /// The parts of a seller's account (出资账户类型).
    pub enum Account {
        /// 可用余额.
        Available = "AVAILABLE",
        /// 不可用余额: money that waits for profit sharing.
        Unavailable = "UNAVAILABLE",
    }
}

text! {
    /// Why money goes back (退款原因), 1–80 bytes; shown to the payer.
    Reason, Bytes 1..=80
}

request! {
    /// How much to take from which part of an account.
    pub struct Part {
        /// Which part.
        pub account: Open<Account> = "出资账户类型",
        /// How much, in fen.
        pub amount: Fen = "对应账户出资金额",
    }
}

/// That the parts are the whole, and no account stands twice.
pub(crate) fn check_from(from: Option<&[Part]>, whole: Fen) -> Result<(), ParamError> {
    let Some(from) = from else { return Ok(()) };
    let refuse = |what: &str| {
        let message =
            format!("输入源“/body/amount/from”映射到值字段“退款出资账户及金额”校验失败，{what}");
        Err(ParamError::new(message, Some("body"), from.len().into()))
    };
    let sum = from.iter().try_fold(Fen::ZERO, |sum, part| sum.plus(part.amount));
    if sum != Some(whole) {
        return refuse("出资金额之和必须等于退款金额");
    }
    let twice = from
        .iter()
        .enumerate()
        .any(|(n, part)| from.iter().skip(n + 1).any(|other| other.account == part.account));
    if twice { refuse("出资账户类型不能重复") } else { Ok(()) }
}

/// That an order is named by one of its two numbers.
pub(crate) fn check_order(
    transaction_id: Option<&TransactionId>,
    out_trade_no: Option<&OutTradeNo>,
) -> Result<(), ParamError> {
    match (transaction_id, out_trade_no) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (None, None) => Err(ParamError::missing("/body/transaction_id", "微信支付订单号")),
        (Some(_), Some(_)) => {
            Err(ParamError::either(["/body/transaction_id", "/body/out_trade_no"]))
        }
    }
}

message! {
    /// A refund, as the create and the query answer it.
    pub struct Refund {
        /// The provider's number.
        pub refund_id: RefundId = "微信支付退款单号",
        /// The merchant's number.
        pub out_refund_no: OutRefundNo = "商户退款单号",
        /// The provider's number of the order.
        pub transaction_id: TransactionId = "微信支付订单号",
        /// The merchant's number of the order.
        pub out_trade_no: OutTradeNo = "商户订单号",
        /// Which way the money goes.
        pub channel: Open<Channel> = "退款渠道",
        /// Where it arrives, for people.
        pub user_received_account: String = "退款入账账户",
        /// When it arrived; with `SUCCESS`.
        pub success_time: Option<Timestamp> = "退款成功时间",
        /// When it was accepted.
        pub create_time: Timestamp = "退款创建时间",
        /// Its state.
        pub status: Open<Status> = "退款状态",
        /// Where it was taken from.
        pub funds_account: Open<FundsAccount> = "资金账户",
        /// How much.
        pub amount: Amount = "金额信息",
        /// What was not paid back in money. Our server has no discounts.
        pub promotion_detail: Option<Vec<Promotion>> = "优惠退款信息",
    }
}

message! {
    /// What goes back.
    pub struct Amount {
        /// Of the order, in fen.
        pub total: Fen = "订单金额",
        /// Of the refund, in fen.
        pub refund: Fen = "退款金额",
        /// As it was given.
        pub from: Option<Vec<Part>> = "退款出资账户及金额",
        /// What the payer paid, in fen.
        pub payer_total: Fen = "用户支付金额",
        /// What the payer gets back, in fen.
        pub payer_refund: Fen = "用户退款金额",
        /// Of it without discounts that are not settled, in fen.
        pub settlement_refund: Fen = "应结退款金额",
        /// Of the order without discounts that are not settled, in fen.
        pub settlement_total: Fen = "应结订单金额",
        /// Of discounts, in fen.
        pub discount_refund: Fen = "优惠退款金额",
        /// `CNY`.
        pub currency: String = "退款币种",
        /// Of fees, in fen.
        pub refund_fee: Option<Fen> = "手续费退款金额",
    }
}

message! {
    /// A discount and how much of it went back.
    pub struct Promotion {
        /// Its number.
        pub promotion_id: String = "券ID",
        /// What it is for.
        pub scope: String = "优惠范围",
        /// What kind it is.
        pub r#type: String = "优惠类型",
        /// What it was worth, in fen.
        pub amount: Fen = "优惠券面额",
        /// How much went back, in fen.
        pub refund_amount: Fen = "优惠退款金额",
        /// The goods that it was for.
        pub goods_detail: Option<Vec<Goods>> = "商品列表",
    }
}

impl Progress for Refund {
    fn is_final(&self) -> bool {
        is_final(&self.status)
    }
}

/// Whether a refund waits for nothing but its merchant: one that went astray waits for it.
pub(crate) fn is_final(status: &Open<Status>) -> bool {
    [Status::Success, Status::Closed, Status::Abnormal].iter().any(|end| status == end)
}
