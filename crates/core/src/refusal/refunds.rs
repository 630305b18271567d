//! What is said no to about refunds and subsidies.

use redress_api::error::{
    INVALID_REQUEST, MCH_NOT_EXISTS, NOT_ENOUGH, RESOURCE_NOT_EXISTS, USER_ACCOUNT_ABNORMAL,
};

use super::{Entry, number};

/// No merchant of this number.
pub const MERCHANT_UNKNOWN: Entry =
    Entry::new(MCH_NOT_EXISTS, number::MCHID_MISMATCH, "商户号不存在");
/// No paid order of this number to refund.
pub const REFUND_ORDER_UNKNOWN: Entry =
    Entry::new(RESOURCE_NOT_EXISTS, number::ORDER_NOT_FOUND, "订单不存在");
/// No refund of this number.
pub const REFUND_UNKNOWN: Entry =
    Entry::new(RESOURCE_NOT_EXISTS, number::ORDER_NOT_FOUND, "退款单不存在");
/// The number of the refund was used before, with other content.
pub const REFUND_DIFFERS: Entry = Entry::new(
    INVALID_REQUEST,
    number::OTHER_CONTENT,
    "订单金额或退款金额与之前请求不一致，请核实后再试",
);
/// The order was reversed: all of it went back already.
pub const REFUND_REVERSED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已撤销，不能退款");
/// The order does not cost what the request says.
pub const REFUND_TOTAL: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "原订单金额与订单的实际金额不一致");
/// Paid more than a year ago.
pub const REFUND_EXPIRED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已超过可退款的最大期限");
/// More than is left of the order.
pub const REFUND_TOO_MUCH: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "申请退款金额超过订单可退金额");
/// The order has had all the refunds that it can have.
pub const REFUND_TOO_OFTEN: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单退款次数已达上限");
/// Parts of the account are named, and the order's money is in one.
pub const REFUND_FROM: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "非分账订单不支持指定退款出资账户");
/// The order's money is settled.
pub const REFUND_UNSETTLED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单不支持使用未结算资金退款");
/// The payer's account takes no money.
pub const REFUND_PAYER_ABNORMAL: Entry =
    Entry::new(USER_ACCOUNT_ABNORMAL, number::UNAVAILABLE, "退款请求失败，用户账户异常或已注销");
/// Too little of the order is left to refund it from: it was shared.
pub const REFUND_SHARED: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "订单的待分账余额不足，请先回退已分账的资金");
/// The seller's account cannot give the money back.
pub const REFUND_NOT_ENOUGH: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "基本账户余额不足，请充值后重新发起");
/// The platform's operation account cannot pay.
pub const OPERATION_NOT_ENOUGH: Entry = Entry::new(
    NOT_ENOUGH,
    number::UNAVAILABLE,
    "商户运营账户资金不足,充值后可以原单号发起重试,请勿更换商户单号",
);

/// An order without the subsidy mark is not subsidised.
pub const SUBSIDISE_NO_MARK: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "非补差订单，不支持补差");
/// The order was reversed.
pub const SUBSIDISE_REVERSED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已撤销，不支持补差");
/// The payment is less than a minute old.
pub const SUBSIDISE_UNSETTLED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单处理中，请稍后重试");
/// Profit sharing has started, or is over.
pub const SUBSIDISE_SHARING_STARTED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已发起分账，不支持补差");
/// The subsidy was cancelled.
pub const SUBSIDISE_CANCELLED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单已取消补差，不支持补差");
/// More than was announced.
pub const SUBSIDISE_TOO_MUCH: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "补差金额超过下单时的补差金额");
/// Less than was announced, and nothing has gone back.
pub const SUBSIDISE_TOO_LITTLE: Entry = Entry::new(
    INVALID_REQUEST,
    number::ORDER_NOT_VALID,
    "订单未发生退款，补差金额必须等于下单时的补差金额",
);
/// The order was subsidised before, with other parameters.
pub const SUBSIDISE_DIFFERS: Entry =
    Entry::new(INVALID_REQUEST, number::OTHER_CONTENT, "请求重入时，参数与首次请求时不一致");
/// The order was subsidised long ago.
pub const SUBSIDISE_TOO_OLD: Entry = Entry::new(
    INVALID_REQUEST,
    number::ORDER_NOT_VALID,
    "对应单号已超出重试期,请查单确认后决定是否换单请求",
);
/// The platform's operation account cannot pay the subsidy.
pub const SUBSIDISE_NOT_ENOUGH: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "可用余额不足，请充值后重新发起");
/// No refund of this number, or another order's.
pub const SUBSIDY_REFUND_UNKNOWN: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_FOUND, "退款单不存在");
/// Nothing was paid that could come back.
pub const GIVE_BACK_UNPAID: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单未补差，不支持补差回退");
/// The order has had no refund.
pub const GIVE_BACK_NO_REFUND: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "订单未发生退款，不支持补差回退");
/// Another subsidy's number.
pub const GIVE_BACK_SUBSIDY_UNKNOWN: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_FOUND, "补差单不存在");
/// The refund has had its return.
pub const GIVE_BACK_REFUND_USED: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "退款单已发起过补差回退");
/// More than is left of the subsidy.
pub const GIVE_BACK_TOO_MUCH: Entry =
    Entry::new(INVALID_REQUEST, number::ORDER_NOT_VALID, "补差回退金额超过可回退的补差金额");
/// The sub-merchant's account cannot give it back.
pub const GIVE_BACK_NOT_ENOUGH: Entry =
    Entry::new(NOT_ENOUGH, number::UNAVAILABLE, "可用余额不足，请充值后重新发起");
