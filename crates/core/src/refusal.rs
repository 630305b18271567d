//! Every way in which a rule says no, in one table: code, Chinese message, and the number that
//! ends the `Request-ID`.
//!
//! Most pages publish no business errors. Codes and words are those of the nearest published
//! tables and of answers seen in the live service; what is not published is an assumption
//! (`redress_api::assumed`), and this is the one place to change it.

use std::borrow::Cow;
use std::fmt;

use redress_api::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, INVALID_REQUEST, NO_AUTH, NO_STATEMENT_EXIST, NOT_ENOUGH,
    NOT_FOUND, OPENID_MISMATCH, ORDER_CLOSED, ORDER_NOT_EXIST, ORDER_PAID, OUT_TRADE_NO_USED,
    PARAM_ERROR, RESOURCE_NOT_EXISTS, RULE_LIMIT, SIGN_ERROR, STATEMENT_CREATING,
};

mod refunds;

pub use refunds::{
    GIVE_BACK_NO_REFUND, GIVE_BACK_NOT_ENOUGH, GIVE_BACK_REFUND_USED, GIVE_BACK_SUBSIDY_UNKNOWN,
    GIVE_BACK_TOO_MUCH, GIVE_BACK_UNPAID, MERCHANT_UNKNOWN, OPERATION_NOT_ENOUGH, REFUND_DIFFERS,
    REFUND_EXPIRED, REFUND_FROM, REFUND_NOT_ENOUGH, REFUND_ORDER_UNKNOWN, REFUND_PAYER_ABNORMAL,
    REFUND_REVERSED, REFUND_SHARED, REFUND_TOO_MUCH, REFUND_TOO_OFTEN, REFUND_TOTAL,
    REFUND_UNKNOWN, REFUND_UNSETTLED, SUBSIDISE_CANCELLED, SUBSIDISE_DIFFERS, SUBSIDISE_NO_MARK,
    SUBSIDISE_NOT_ENOUGH, SUBSIDISE_REVERSED, SUBSIDISE_SHARING_STARTED, SUBSIDISE_TOO_LITTLE,
    SUBSIDISE_TOO_MUCH, SUBSIDISE_TOO_OLD, SUBSIDISE_UNSETTLED, SUBSIDY_REFUND_UNKNOWN,
};

/// A rule's no. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status and code.
    pub code: ErrorCode,
    /// What the caller reads.
    pub message: Cow<'static, str>,
    /// The internal error number, printed at the end of the `Request-ID`.
    pub number: u32,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code.code, self.message)
    }
}

/// A line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    code: ErrorCode,
    number: u32,
    message: &'static str,
}

impl Entry {
    const fn new(code: ErrorCode, number: u32, message: &'static str) -> Self {
        Self { code, number, message }
    }

    /// The refusal of this line.
    #[must_use]
    pub const fn plain(&self) -> Refusal {
        let message = Cow::Borrowed(self.message);
        Refusal { code: self.code, message, number: self.number }
    }
}

/// Numbers that end a `Request-ID`, as the provider's troubleshooting guide lists them.
pub mod number {
    /// A parameter is wrong. Also what has no number of its own.
    pub const PARAMETER: u32 = 268_435_461;
    /// A parameter that the page does not define.
    pub const UNDEFINED: u32 = 270_924_358;
    /// A fault of the provider's; the guide has none, this is its nearest.
    pub const SYSTEM: u32 = 268_435_464;
    /// The signature is wrong.
    pub const SIGNATURE: u32 = 268_443_699;
    /// No such order.
    pub const ORDER_NOT_FOUND: u32 = 268_512_771;
    /// The number was used with other content.
    pub const OTHER_CONTENT: u32 = 268_498_688;
    /// The merchant is not the order's.
    pub const MCHID_MISMATCH: u32 = 268_447_843;
    /// The appid is not the merchant's.
    pub const APPID_MISMATCH: u32 = 268_445_527;
    /// The order does not allow it any more.
    pub const ORDER_NOT_VALID: u32 = 268_447_914;
    /// The merchants are not related.
    pub const NO_RELATION: u32 = 268_443_701;
    /// The merchant cannot do it.
    pub const UNAVAILABLE: u32 = 268_443_715;
    /// A code payment is reversed, not closed.
    pub const CLOSE_CODE_PAYMENT: u32 = 268_449_641;
    /// The order is paid.
    pub const PAID: u32 = 268_449_538;
}

/// The caller signed with a known key, and is gone since.
pub const CALLER_UNKNOWN: Entry = Entry::new(SIGN_ERROR, number::SIGNATURE, "商户号不存在");
/// The caller is not of the kind that the page's 支持商户 line names.
pub const NOT_SUPPORTED: Entry =
    Entry::new(NO_AUTH, number::UNAVAILABLE, "商户无权限调用该接口，请确认商户类型及产品权限");

/// The sponsor is neither the platform nor authorised by it.
pub const SPONSOR_NOT_AUTHORISED: Entry =
    Entry::new(NO_AUTH, number::NO_RELATION, "出资商户未授权，无权限使用该出资商户号");
/// The transaction is unknown, or not an order of the platform.
pub const TRANSACTION_UNKNOWN: Entry =
    Entry::new(ORDER_NOT_EXIST, number::ORDER_NOT_FOUND, "订单不存在");
/// The number was used before, with other content.
pub const BILL_DIFFERS: Entry =
    Entry::new(INVALID_REQUEST, number::OTHER_CONTENT, "单号已存在但信息不一致,请查单后比较确认");
/// No bill of this number.
pub const BILL_UNKNOWN: Entry = Entry::new(NOT_FOUND, number::ORDER_NOT_FOUND, "查询单据不存在");
/// The bill is not one that the payer has yet to confirm.
pub const BILL_NOT_CANCELLABLE: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "当前单据状态不允许撤销");

/// A pre-transfer of a bill that is cancelled, paid or closed.
pub const BILL_NOT_WAITING: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "当前单据状态不允许预下单");
/// The sponsor cannot lock the money of a pre-transfer.
pub const SPONSOR_NOT_ENOUGH: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "出资商户余额不足，请充值后重新发起");

/// No such account is kept for the merchant.
pub const ACCOUNT_NOT_OPEN: Entry =
    Entry::new(INVALID_REQUEST, number::UNAVAILABLE, "输入账户类型未开通");
/// The merchant is not a sub-merchant of the caller.
pub const BALANCE_OF_STRANGER: Entry =
    Entry::new(NO_AUTH, number::NO_RELATION, "无权限查询该商户的账户余额");

/// The merchant in the body is not the one that signed.
pub const MCHID_DIFFERS: Entry = Entry::new(
    INVALID_REQUEST,
    number::MCHID_MISMATCH,
    "http header中的mchid与post payload中的mchid不匹配",
);
/// The appid is not the order's.
pub const APPID_DIFFERS: Entry =
    Entry::new(APPID_MCHID_NOT_MATCH, number::APPID_MISMATCH, "appid和mch_id不匹配");
/// No order of this number.
pub const ORDER_UNKNOWN: Entry = Entry::new(ORDER_NOT_EXIST, number::ORDER_NOT_FOUND, "订单不存在");
/// Only code payments are reversed.
pub const NOT_A_CODE_PAYMENT: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "非付款码支付订单，不支持撤销");
/// Paid more than seven days ago.
pub const REVERSE_EXPIRED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单有7天的撤销有效期，过期将不能撤销");
/// Part of it went back already.
pub const REVERSE_REFUNDED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已转入退款，不能撤销");
/// It was closed.
pub const REVERSE_CLOSED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已关闭，不能撤销");
/// The merchant's account cannot give the money back.
pub const REVERSE_NOT_ENOUGH: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "可用余额不足，请充值后重新发起");

/// The number of the order was used before.
pub const NUMBER_USED: Entry =
    Entry::new(OUT_TRADE_NO_USED, number::OTHER_CONTENT, "201 商户订单号重复");
/// The order of this number was reversed.
pub const NUMBER_REVOKED: Entry =
    Entry::new(OUT_TRADE_NO_USED, number::ORDER_NOT_VALID, "订单已撤销，请重新下单支付");
/// Nobody shows this code, or its minute is over.
pub const CODE_INVALID: Entry =
    Entry::new(INVALID_REQUEST, number::PARAMETER, "101 付款码无效，请重新扫码");
/// The code has paid already.
pub const CODE_USED: Entry =
    Entry::new(INVALID_REQUEST, number::PARAMETER, "101 每个二维码仅限使用一次，请刷新再试");

/// The number was used before, for something else.
pub const REENTRY_DIFFERS: Entry =
    Entry::new(INVALID_REQUEST, number::OTHER_CONTENT, "请求重入时，参数与首次请求时不一致");
/// The order of this number was closed.
pub const NUMBER_CLOSED: Entry =
    Entry::new(ORDER_CLOSED, number::ORDER_NOT_VALID, "订单已关闭，请重新下单");
/// The order of this number could be paid until a moment that is over.
pub const PREPAY_EXPIRED: Entry = Entry::new(
    INVALID_REQUEST,
    number::ORDER_NOT_VALID,
    "已超过支付结束时间，请使用新的商户订单号下单",
);
/// Nobody has this name.
pub const OPENID_UNKNOWN: Entry = Entry::new(PARAM_ERROR, number::PARAMETER, "无效的openid");
/// Somebody has this name under another application.
pub const OPENID_OTHER: Entry =
    Entry::new(OPENID_MISMATCH, number::APPID_MISMATCH, "appid和openid不匹配");
/// A subsidy is more than 5000 yuan, or more than the order.
pub const SUBSIDY_TOO_MUCH: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "补差金额超过订单金额或单笔上限");

/// A code payment is not closed in the ordinary way.
pub const CLOSE_CODE_PAYMENT: Entry = Entry::new(
    INVALID_REQUEST,
    number::CLOSE_CODE_PAYMENT,
    "当前交易不允许进行普通关单（只能撤销）",
);
/// A paid order is not closed.
pub const CLOSE_PAID: Entry = Entry::new(ORDER_PAID, number::PAID, "订单已支付");

/// The sub-merchant does not belong to the caller.
pub const NO_RELATION: Entry = Entry::new(INVALID_REQUEST, number::NO_RELATION, "受理关系不存在");
/// The order is unknown, or another sub-merchant's.
pub const SUBSIDY_ORDER_UNKNOWN: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_FOUND, "订单不存在");
/// The order carries no subsidy mark.
pub const NO_SUBSIDY_MARK: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "非补差订单，不支持取消补差");
/// The order has had no successful refund.
pub const SUBSIDY_NO_REFUND: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单未发生退款，不支持取消补差");
/// Profit sharing has started.
pub const SUBSIDY_SHARING_STARTED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已发起分账，不支持取消补差");
/// The subsidy was paid.
pub const SUBSIDY_PAID: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已补差，不支持取消补差");

/// The application is not the caller's. The sharing pages have no code of its own for it.
pub const SHARE_APPID_DIFFERS: Entry =
    Entry::new(INVALID_REQUEST, number::APPID_MISMATCH, "appid和mch_id不匹配");
/// The order is unknown, or another sub-merchant's.
pub const SHARE_ORDER_UNKNOWN: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_FOUND, "订单不存在");
/// The order was not placed for sharing.
pub const SHARE_NOT_MARKED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "非分账订单不支持分账");
/// The order was reversed.
pub const SHARE_REVOKED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已撤销，不支持分账");
/// All of the order went back.
pub const SHARE_REFUNDED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已全额退款，不支持分账");
/// The payment is not a minute old.
pub const SHARE_NOT_SETTLED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单处理中");
/// The subsidy that the order announces is neither paid nor cancelled.
pub const SHARE_SUBSIDY_OPEN: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单补差未完成，请先补差或取消补差");
/// Sharing is finished.
pub const SHARE_FINISHED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已完结分账，不支持分账");
/// The order was shared fifty times.
pub const SHARE_TOO_OFTEN: Entry =
    Entry::new(RULE_LIMIT, number::ORDER_NOT_VALID, "同一笔订单最多发起50次分账请求");
/// More of the order would be shared than may be.
pub const SHARE_OVER_RATIO: Entry =
    Entry::new(RULE_LIMIT, number::ORDER_NOT_VALID, "分账金额超出最大分账比例");
/// Less is left of the order.
pub const SHARE_NOT_ENOUGH: Entry = Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "分账金额不足");
/// Nothing is left of the order.
pub const FINISH_NOTHING_LEFT: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "分账金额为0，分账已完成");
/// There is no such merchant, or type of account.
pub const RECEIVER_UNKNOWN: Entry =
    Entry::new(INVALID_REQUEST, number::NO_RELATION, "分账接收方不存在");
/// The receiver is not on the platform's list.
pub const RECEIVER_NOT_LISTED: Entry =
    Entry::new(INVALID_REQUEST, number::NO_RELATION, "分账接收方关系不存在，请先添加分账接收方");
/// A receiver stands in the list of one request twice.
pub const RECEIVER_TWICE: Entry =
    Entry::new(INVALID_REQUEST, number::PARAMETER, "分账接收方列表中存在重复的接收方");
/// The one that shares is named as a receiver, and gets the rest anyway.
pub const RECEIVER_FINISHES: Entry =
    Entry::new(INVALID_REQUEST, number::PARAMETER, "分账完成时，出资商户不能作为分账接收方");
/// No share, return or order of these numbers.
pub const SHARE_UNKNOWN: Entry =
    Entry::new(RESOURCE_NOT_EXISTS, number::ORDER_NOT_FOUND, "记录不存在");
/// The order was not placed for sharing, and nothing of it waits.
pub const AMOUNTS_NOT_MARKED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "非分账订单不支持此查询");
/// There is no share of these numbers to take back.
pub const RETURN_OF_NOTHING: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_FOUND, "分账单不存在");
/// The order is so old that the request must name it.
pub const RETURN_NEEDS_ORDER: Entry =
    Entry::new(INVALID_REQUEST, number::PARAMETER, "订单已超过6个月，请填写微信订单号");
/// The receivers do not have their parts yet.
pub const RETURN_TOO_EARLY: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "分账处理中，不支持分账回退");
/// The share is older than 180 days.
pub const RETURN_TOO_LATE: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "已超过180天的分账回退期限");
/// The merchant got nothing of the share that it could give back.
pub const RETURN_NO_RECEIVER: Entry =
    Entry::new(INVALID_REQUEST, number::NO_RELATION, "回退商户号不是原分账请求的商户接收方");
/// The merchant's part was taken back twenty times.
pub const RETURN_TOO_OFTEN: Entry = Entry::new(
    INVALID_REQUEST,
    number::ORDER_NOT_VALID,
    "同一个分账接收方最多发起20次分账回退请求",
);
/// More than is left of what the merchant got.
pub const RETURN_TOO_MUCH: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "剩余可回退的金额不足");
/// The merchant has less.
pub const RETURN_NOT_ENOUGH: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "回退方可用余额不足");
/// There are no statements of that day, or none any more.
pub const STATEMENT_DAY: Entry =
    Entry::new(INVALID_REQUEST, number::PARAMETER, "账单日期错误，仅支持三个月内的账单下载申请");
/// It can be had from ten o'clock of the next day.
pub const STATEMENT_NOT_YET: Entry =
    Entry::new(STATEMENT_CREATING, number::PARAMETER, "账单生成中");
/// Nothing happened on that day.
pub const STATEMENT_NONE: Entry =
    Entry::new(NO_STATEMENT_EXIST, number::ORDER_NOT_FOUND, "请求的账单文件不存在");
/// The sub-merchant is not the caller's.
pub const STATEMENT_FOREIGN: Entry =
    Entry::new(NO_AUTH, number::NO_RELATION, "无该子商户账单的权限");
/// The address of the file is no address of ours, or not any more.
pub const DOWNLOAD_STALE: Entry =
    Entry::new(INVALID_REQUEST, number::PARAMETER, "下载地址无效或已过期，请重新申请账单");
/// Another merchant applied for the file.
pub const DOWNLOAD_FOREIGN: Entry =
    Entry::new(NO_AUTH, number::UNAVAILABLE, "请求的商户与申请账单的商户不一致");

/// The whole table.
pub const ALL: &[Entry] = &[
    CALLER_UNKNOWN,
    NOT_SUPPORTED,
    SPONSOR_NOT_AUTHORISED,
    TRANSACTION_UNKNOWN,
    BILL_DIFFERS,
    BILL_UNKNOWN,
    BILL_NOT_CANCELLABLE,
    BILL_NOT_WAITING,
    SPONSOR_NOT_ENOUGH,
    ACCOUNT_NOT_OPEN,
    BALANCE_OF_STRANGER,
    MCHID_DIFFERS,
    APPID_DIFFERS,
    ORDER_UNKNOWN,
    NOT_A_CODE_PAYMENT,
    REVERSE_EXPIRED,
    REVERSE_REFUNDED,
    REVERSE_CLOSED,
    REVERSE_NOT_ENOUGH,
    NUMBER_USED,
    NUMBER_REVOKED,
    CODE_INVALID,
    CODE_USED,
    REENTRY_DIFFERS,
    NUMBER_CLOSED,
    PREPAY_EXPIRED,
    OPENID_UNKNOWN,
    OPENID_OTHER,
    SUBSIDY_TOO_MUCH,
    CLOSE_CODE_PAYMENT,
    CLOSE_PAID,
    MERCHANT_UNKNOWN,
    REFUND_ORDER_UNKNOWN,
    REFUND_UNKNOWN,
    REFUND_DIFFERS,
    REFUND_REVERSED,
    REFUND_TOTAL,
    REFUND_EXPIRED,
    REFUND_TOO_MUCH,
    REFUND_TOO_OFTEN,
    REFUND_FROM,
    REFUND_UNSETTLED,
    REFUND_PAYER_ABNORMAL,
    REFUND_SHARED,
    REFUND_NOT_ENOUGH,
    OPERATION_NOT_ENOUGH,
    NO_RELATION,
    SUBSIDY_ORDER_UNKNOWN,
    NO_SUBSIDY_MARK,
    SUBSIDY_NO_REFUND,
    SUBSIDY_SHARING_STARTED,
    SUBSIDY_PAID,
    STATEMENT_DAY,
    STATEMENT_NOT_YET,
    STATEMENT_NONE,
    STATEMENT_FOREIGN,
    DOWNLOAD_STALE,
    DOWNLOAD_FOREIGN,
    SUBSIDISE_NO_MARK,
    SUBSIDISE_REVERSED,
    SUBSIDISE_UNSETTLED,
    SUBSIDISE_SHARING_STARTED,
    SUBSIDISE_CANCELLED,
    SUBSIDISE_TOO_MUCH,
    SUBSIDISE_TOO_LITTLE,
    SUBSIDISE_DIFFERS,
    SUBSIDISE_TOO_OLD,
    SUBSIDISE_NOT_ENOUGH,
    SUBSIDY_REFUND_UNKNOWN,
    GIVE_BACK_UNPAID,
    GIVE_BACK_NO_REFUND,
    GIVE_BACK_SUBSIDY_UNKNOWN,
    GIVE_BACK_REFUND_USED,
    GIVE_BACK_TOO_MUCH,
    GIVE_BACK_NOT_ENOUGH,
    SHARE_APPID_DIFFERS,
    SHARE_ORDER_UNKNOWN,
    SHARE_NOT_MARKED,
    SHARE_REVOKED,
    SHARE_REFUNDED,
    SHARE_NOT_SETTLED,
    SHARE_SUBSIDY_OPEN,
    SHARE_FINISHED,
    SHARE_TOO_OFTEN,
    SHARE_OVER_RATIO,
    SHARE_NOT_ENOUGH,
    FINISH_NOTHING_LEFT,
    RECEIVER_UNKNOWN,
    RECEIVER_NOT_LISTED,
    RECEIVER_TWICE,
    RECEIVER_FINISHES,
    SHARE_UNKNOWN,
    AMOUNTS_NOT_MARKED,
    RETURN_OF_NOTHING,
    RETURN_NEEDS_ORDER,
    RETURN_TOO_EARLY,
    RETURN_TOO_LATE,
    RETURN_NO_RECEIVER,
    RETURN_TOO_OFTEN,
    RETURN_TOO_MUCH,
    RETURN_NOT_ENOUGH,
];

/// What the control API is told when it names something that is not there.
#[must_use]
pub fn control_unknown(what: impl Into<String>) -> Refusal {
    let code = ErrorCode { status: 404, code: "UNKNOWN" };
    Refusal { code, message: Cow::Owned(what.into()), number: 0 }
}

/// What the control API is told when the world does not allow what it asks.
#[must_use]
pub fn control_conflict(what: impl Into<String>) -> Refusal {
    let code = ErrorCode { status: 409, code: "CONFLICT" };
    Refusal { code, message: Cow::Owned(what.into()), number: 0 }
}

/// What the control API is told when what it asks makes no sense.
#[must_use]
pub fn control_invalid(what: impl Into<String>) -> Refusal {
    let code = ErrorCode { status: 400, code: "INVALID" };
    Refusal { code, message: Cow::Owned(what.into()), number: number::PARAMETER }
}
