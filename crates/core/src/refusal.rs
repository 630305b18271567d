//! Every way in which a rule says no, in one table: code, Chinese message, and the number that
//! ends the `Request-ID`.
//!
//! Most pages publish no business errors. Codes and words are those of the nearest published
//! tables and of answers seen in the live service; what is not published is an assumption
//! (`redress_api::assumed`), and this is the one place to change it.

use std::borrow::Cow;
use std::fmt;

use redress_api::error::{
    APPID_MCHID_NOT_MATCH, ErrorCode, INVALID_REQUEST, MCH_NOT_EXISTS, NO_AUTH, NO_STATEMENT_EXIST,
    NOT_ENOUGH, NOT_FOUND, OPENID_MISMATCH, ORDER_CLOSED, ORDER_NOT_EXIST, ORDER_PAID,
    ORDERNOTEXIST, OUT_TRADE_NO_USED, PARAM_ERROR, RESOURCE_NOT_EXISTS, RULE_LIMIT, SIGN_ERROR,
    STATEMENT_CREATING, USER_ACCOUNT_ABNORMAL,
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
    /// Too many requests.
    pub const FREQUENCY: u32 = 268_447_840;
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

/// Makes a constant of each line, and the list of all.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:ident, $number:ident, $message:literal;)*) => {
        $($(#[$doc])* pub const $name: Entry = Entry::new($code, number::$number, $message);)*

        /// The whole table.
        pub const ALL: &[Entry] = &[$($name),*];
    };
}

refusals! {
    /// The caller signed with a known key, and is gone since.
    CALLER_UNKNOWN = SIGN_ERROR, SIGNATURE, "商户号不存在";
    /// The caller is not of the kind that the page's 支持商户 line names.
    NOT_SUPPORTED = NO_AUTH, UNAVAILABLE, "商户无权限调用该接口，请确认商户类型及产品权限";

    /// The sponsor is neither the platform nor authorised by it.
    SPONSOR_NOT_AUTHORISED = NO_AUTH, NO_RELATION, "出资商户未授权，无权限使用该出资商户号";
    /// The transaction is unknown, or not an order of the platform.
    TRANSACTION_UNKNOWN = ORDER_NOT_EXIST, ORDER_NOT_FOUND, "订单不存在";
    /// The number was used before, with other content.
    BILL_DIFFERS = INVALID_REQUEST, OTHER_CONTENT, "单号已存在但信息不一致,请查单后比较确认";
    /// No bill of this number.
    BILL_UNKNOWN = NOT_FOUND, ORDER_NOT_FOUND, "查询单据不存在";
    /// The bill is not one that the payer has yet to confirm.
    BILL_NOT_CANCELLABLE = INVALID_REQUEST, ORDER_NOT_VALID, "当前单据状态不允许撤销";

    /// A pre-transfer of a bill that is cancelled, paid or closed.
    BILL_NOT_WAITING = INVALID_REQUEST, ORDER_NOT_VALID, "当前单据状态不允许预下单";
    /// The sponsor cannot lock the money of a pre-transfer.
    SPONSOR_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "出资商户余额不足，请充值后重新发起";

    /// No such account is kept for the merchant.
    ACCOUNT_NOT_OPEN = INVALID_REQUEST, UNAVAILABLE, "输入账户类型未开通";
    /// The merchant is not a sub-merchant of the caller.
    BALANCE_OF_STRANGER = NO_AUTH, NO_RELATION, "无权限查询该商户的账户余额";

    /// The merchant in the body is not the one that signed.
    MCHID_DIFFERS = INVALID_REQUEST, MCHID_MISMATCH, "http header中的mchid与post payload中的mchid不匹配";
    /// The appid is not the order's.
    APPID_DIFFERS = APPID_MCHID_NOT_MATCH, APPID_MISMATCH, "appid和mch_id不匹配";
    /// No order of this number.
    ORDER_UNKNOWN = ORDER_NOT_EXIST, ORDER_NOT_FOUND, "订单不存在";
    /// Only code payments are reversed.
    NOT_A_CODE_PAYMENT = INVALID_REQUEST, ORDER_NOT_VALID, "非付款码支付订单，不支持撤销";
    /// Paid more than seven days ago.
    REVERSE_EXPIRED = INVALID_REQUEST, ORDER_NOT_VALID, "订单有7天的撤销有效期，过期将不能撤销";
    /// Part of it went back already.
    REVERSE_REFUNDED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已转入退款，不能撤销";
    /// It was closed.
    REVERSE_CLOSED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已关闭，不能撤销";
    /// The merchant's account cannot give the money back.
    REVERSE_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "可用余额不足，请充值后重新发起";

    /// The number of the order was used before.
    NUMBER_USED = OUT_TRADE_NO_USED, OTHER_CONTENT, "201 商户订单号重复";
    /// The order of this number was reversed.
    NUMBER_REVOKED = OUT_TRADE_NO_USED, ORDER_NOT_VALID, "订单已撤销，请重新下单支付";
    /// Nobody shows this code, or its minute is over.
    CODE_INVALID = INVALID_REQUEST, PARAMETER, "101 付款码无效，请重新扫码";
    /// The code has paid already.
    CODE_USED = INVALID_REQUEST, PARAMETER, "101 每个二维码仅限使用一次，请刷新再试";

    /// The number was used before, for something else.
    REENTRY_DIFFERS = INVALID_REQUEST, OTHER_CONTENT, "请求重入时，参数与首次请求时不一致";
    /// The order of this number was closed.
    NUMBER_CLOSED = ORDER_CLOSED, ORDER_NOT_VALID, "订单已关闭，请重新下单";
    /// The order of this number could be paid until a moment that is over.
    PREPAY_EXPIRED = INVALID_REQUEST, ORDER_NOT_VALID, "已超过支付结束时间，请使用新的商户订单号下单";
    /// Nobody has this name.
    OPENID_UNKNOWN = PARAM_ERROR, PARAMETER, "无效的openid";
    /// Somebody has this name under another application.
    OPENID_OTHER = OPENID_MISMATCH, APPID_MISMATCH, "appid和openid不匹配";
    /// A subsidy is more than 5000 yuan, or more than the order.
    SUBSIDY_TOO_MUCH = INVALID_REQUEST, ORDER_NOT_VALID, "补差金额超过订单金额或单笔上限";

    /// No combined order of this number.
    COMBINED_UNKNOWN = ORDERNOTEXIST, ORDER_NOT_FOUND, "订单不存在";
    /// The number was used before, and its orders settle otherwise.
    COMBINED_SETTLES_OTHERWISE = INVALID_REQUEST, OTHER_CONTENT, "重复下单且结算信息不一致";
    /// A direct merchant combines 2 to 10 orders.
    COMBINED_COUNT = INVALID_REQUEST, PARAMETER, "普通商户模式只支持2-10笔订单进行合单支付";
    /// A close does not name exactly the orders.
    COMBINED_ORDERS_DIFFER = INVALID_REQUEST, OTHER_CONTENT, "子单信息与下单时不一致";

    /// A code payment is not closed in the ordinary way.
    CLOSE_CODE_PAYMENT = INVALID_REQUEST, CLOSE_CODE_PAYMENT, "当前交易不允许进行普通关单（只能撤销）";
    /// A paid order is not closed.
    CLOSE_PAID = ORDER_PAID, PAID, "订单已支付";

    /// No merchant of this number.
    MERCHANT_UNKNOWN = MCH_NOT_EXISTS, MCHID_MISMATCH, "商户号不存在";
    /// No paid order of this number to refund.
    REFUND_ORDER_UNKNOWN = RESOURCE_NOT_EXISTS, ORDER_NOT_FOUND, "订单不存在";
    /// No refund of this number.
    REFUND_UNKNOWN = RESOURCE_NOT_EXISTS, ORDER_NOT_FOUND, "退款单不存在";
    /// The number of the refund was used before, with other content.
    REFUND_DIFFERS = INVALID_REQUEST, OTHER_CONTENT, "订单金额或退款金额与之前请求不一致，请核实后再试";
    /// The order was reversed: all of it went back already.
    REFUND_REVERSED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已撤销，不能退款";
    /// The order does not cost what the request says.
    REFUND_TOTAL = INVALID_REQUEST, ORDER_NOT_VALID, "原订单金额与订单的实际金额不一致";
    /// Paid more than a year ago.
    REFUND_EXPIRED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已超过可退款的最大期限";
    /// More than is left of the order.
    REFUND_TOO_MUCH = INVALID_REQUEST, ORDER_NOT_VALID, "申请退款金额超过订单可退金额";
    /// The order has had all the refunds that it can have.
    REFUND_TOO_OFTEN = INVALID_REQUEST, ORDER_NOT_VALID, "订单退款次数已达上限";
    /// Parts of the account are named, and the order's money is in one.
    REFUND_FROM = INVALID_REQUEST, ORDER_NOT_VALID, "非分账订单不支持指定退款出资账户";
    /// The order's money is settled.
    REFUND_UNSETTLED = INVALID_REQUEST, ORDER_NOT_VALID, "订单不支持使用未结算资金退款";
    /// The payer's account takes no money.
    REFUND_PAYER_ABNORMAL = USER_ACCOUNT_ABNORMAL, UNAVAILABLE, "退款请求失败，用户账户异常或已注销";
    /// Too little of the order is left to refund it from: it was shared.
    REFUND_SHARED = NOT_ENOUGH, UNAVAILABLE, "订单的待分账余额不足，请先回退已分账的资金";
    /// The seller's account cannot give the money back.
    REFUND_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "基本账户余额不足，请充值后重新发起";
    /// The platform's operation account cannot pay.
    OPERATION_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "商户运营账户资金不足,充值后可以原单号发起重试,请勿更换商户单号";

    /// The sub-merchant does not belong to the caller.
    NO_RELATION = INVALID_REQUEST, NO_RELATION, "受理关系不存在";
    /// The order is unknown, or another sub-merchant's.
    SUBSIDY_ORDER_UNKNOWN = INVALID_REQUEST, ORDER_NOT_FOUND, "订单不存在";
    /// The order carries no subsidy mark.
    NO_SUBSIDY_MARK = INVALID_REQUEST, ORDER_NOT_VALID, "非补差订单，不支持取消补差";
    /// The order has had no successful refund.
    SUBSIDY_NO_REFUND = INVALID_REQUEST, ORDER_NOT_VALID, "订单未发生退款，不支持取消补差";
    /// Profit sharing has started.
    SUBSIDY_SHARING_STARTED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已发起分账，不支持取消补差";
    /// The subsidy was paid.
    SUBSIDY_PAID = INVALID_REQUEST, ORDER_NOT_VALID, "订单已补差，不支持取消补差";
    /// An order without the subsidy mark is not subsidised.
    SUBSIDISE_NO_MARK = INVALID_REQUEST, ORDER_NOT_VALID, "非补差订单，不支持补差";
    /// The payment is less than a minute old.
    SUBSIDISE_UNSETTLED = INVALID_REQUEST, ORDER_NOT_VALID, "订单处理中，请稍后重试";
    /// Profit sharing has started, or is over.
    SUBSIDISE_SHARING_STARTED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已发起分账，不支持补差";
    /// The subsidy was cancelled.
    SUBSIDISE_CANCELLED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已取消补差，不支持补差";
    /// More than was announced.
    SUBSIDISE_TOO_MUCH = INVALID_REQUEST, ORDER_NOT_VALID, "补差金额超过下单时的补差金额";
    /// Less than was announced, and nothing has gone back.
    SUBSIDISE_TOO_LITTLE = INVALID_REQUEST, ORDER_NOT_VALID, "订单未发生退款，补差金额必须等于下单时的补差金额";
    /// The order was subsidised before, with other parameters.
    SUBSIDISE_DIFFERS = INVALID_REQUEST, OTHER_CONTENT, "请求重入时，参数与首次请求时不一致";
    /// The order was subsidised long ago.
    SUBSIDISE_TOO_OLD = INVALID_REQUEST, ORDER_NOT_VALID, "对应单号已超出重试期,请查单确认后决定是否换单请求";
    /// The platform's operation account cannot pay the subsidy.
    SUBSIDISE_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "可用余额不足，请充值后重新发起";
    /// No refund of this number, or another order's.
    SUBSIDY_REFUND_UNKNOWN = INVALID_REQUEST, ORDER_NOT_FOUND, "退款单不存在";
    /// Nothing was paid that could come back.
    GIVE_BACK_UNPAID = INVALID_REQUEST, ORDER_NOT_VALID, "订单未补差，不支持补差回退";
    /// The order has had no refund.
    GIVE_BACK_NO_REFUND = INVALID_REQUEST, ORDER_NOT_VALID, "订单未发生退款，不支持补差回退";
    /// Another subsidy's number.
    GIVE_BACK_SUBSIDY_UNKNOWN = INVALID_REQUEST, ORDER_NOT_FOUND, "补差单不存在";
    /// The refund has had its return.
    GIVE_BACK_REFUND_USED = INVALID_REQUEST, ORDER_NOT_VALID, "退款单已发起过补差回退";
    /// More than is left of the subsidy.
    GIVE_BACK_TOO_MUCH = INVALID_REQUEST, ORDER_NOT_VALID, "补差回退金额超过可回退的补差金额";
    /// The sub-merchant's account cannot give it back.
    GIVE_BACK_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "可用余额不足，请充值后重新发起";

    /// The application is not the caller's. The sharing pages have no code of its own for it.
    SHARE_APPID_DIFFERS = INVALID_REQUEST, APPID_MISMATCH, "appid和mch_id不匹配";
    /// The order is unknown, or another sub-merchant's.
    SHARE_ORDER_UNKNOWN = INVALID_REQUEST, ORDER_NOT_FOUND, "订单不存在";
    /// The order was not placed for sharing.
    SHARE_NOT_MARKED = INVALID_REQUEST, ORDER_NOT_VALID, "非分账订单不支持分账";
    /// The order was reversed.
    SHARE_REVOKED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已撤销，不支持分账";
    /// All of the order went back.
    SHARE_REFUNDED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已全额退款，不支持分账";
    /// The payment is not a minute old.
    SHARE_NOT_SETTLED = INVALID_REQUEST, ORDER_NOT_VALID, "订单处理中";
    /// The subsidy that the order announces is neither paid nor cancelled.
    SHARE_SUBSIDY_OPEN = INVALID_REQUEST, ORDER_NOT_VALID, "订单补差未完成，请先补差或取消补差";
    /// Sharing is finished.
    SHARE_FINISHED = INVALID_REQUEST, ORDER_NOT_VALID, "订单已完结分账，不支持分账";
    /// The order was shared fifty times.
    SHARE_TOO_OFTEN = RULE_LIMIT, ORDER_NOT_VALID, "同一笔订单最多发起50次分账请求";
    /// More of the order would be shared than may be.
    SHARE_OVER_RATIO = RULE_LIMIT, ORDER_NOT_VALID, "分账金额超出最大分账比例";
    /// Less is left of the order.
    SHARE_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "分账金额不足";
    /// Nothing is left of the order.
    FINISH_NOTHING_LEFT = NOT_ENOUGH, UNAVAILABLE, "分账金额为0，分账已完成";
    /// There is no such merchant, or type of account.
    RECEIVER_UNKNOWN = INVALID_REQUEST, NO_RELATION, "分账接收方不存在";
    /// The receiver is not on the platform's list.
    RECEIVER_NOT_LISTED = INVALID_REQUEST, NO_RELATION, "分账接收方关系不存在，请先添加分账接收方";
    /// A receiver stands in the list of one request twice.
    RECEIVER_TWICE = INVALID_REQUEST, PARAMETER, "分账接收方列表中存在重复的接收方";
    /// The one that shares is named as a receiver, and gets the rest anyway.
    RECEIVER_FINISHES = INVALID_REQUEST, PARAMETER, "分账完成时，出资商户不能作为分账接收方";
    /// No share, return or order of these numbers.
    SHARE_UNKNOWN = RESOURCE_NOT_EXISTS, ORDER_NOT_FOUND, "记录不存在";
    /// The order was not placed for sharing, and nothing of it waits.
    AMOUNTS_NOT_MARKED = INVALID_REQUEST, ORDER_NOT_VALID, "非分账订单不支持此查询";
    /// There is no share of these numbers to take back.
    RETURN_OF_NOTHING = INVALID_REQUEST, ORDER_NOT_FOUND, "分账单不存在";
    /// The order is so old that the request must name it.
    RETURN_NEEDS_ORDER = INVALID_REQUEST, PARAMETER, "订单已超过6个月，请填写微信订单号";
    /// The receivers do not have their parts yet.
    RETURN_TOO_EARLY = INVALID_REQUEST, ORDER_NOT_VALID, "分账处理中，不支持分账回退";
    /// The share is older than 180 days.
    RETURN_TOO_LATE = INVALID_REQUEST, ORDER_NOT_VALID, "已超过180天的分账回退期限";
    /// The merchant got nothing of the share that it could give back.
    RETURN_NO_RECEIVER = INVALID_REQUEST, NO_RELATION, "回退商户号不是原分账请求的商户接收方";
    /// The merchant's part was taken back twenty times.
    RETURN_TOO_OFTEN = INVALID_REQUEST, ORDER_NOT_VALID, "同一个分账接收方最多发起20次分账回退请求";
    /// More than is left of what the merchant got.
    RETURN_TOO_MUCH = NOT_ENOUGH, UNAVAILABLE, "剩余可回退的金额不足";
    /// The merchant has less.
    RETURN_NOT_ENOUGH = NOT_ENOUGH, UNAVAILABLE, "回退方可用余额不足";
    /// There are no statements of that day, or none any more.
    STATEMENT_DAY = INVALID_REQUEST, PARAMETER, "账单日期错误，仅支持三个月内的账单下载申请";
    /// It can be had from ten o'clock of the next day.
    STATEMENT_NOT_YET = STATEMENT_CREATING, PARAMETER, "账单生成中";
    /// Nothing happened on that day.
    STATEMENT_NONE = NO_STATEMENT_EXIST, ORDER_NOT_FOUND, "请求的账单文件不存在";
    /// The sub-merchant is not the caller's.
    STATEMENT_FOREIGN = NO_AUTH, NO_RELATION, "无该子商户账单的权限";
    /// The address of the file is no address of ours, or not any more.
    DOWNLOAD_STALE = INVALID_REQUEST, PARAMETER, "下载地址无效或已过期，请重新申请账单";
    /// Another merchant applied for the file.
    DOWNLOAD_FOREIGN = NO_AUTH, UNAVAILABLE, "请求的商户与申请账单的商户不一致";
}

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
