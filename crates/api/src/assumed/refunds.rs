//! Refunds and subsidies.

use super::{Assumption, assume};

pub(super) const ASSUMPTIONS: &[Assumption] = &[
    assume(
        "subsidy-errors",
        "Cancel of a subsidy that cannot be cancelled",
        "400 INVALID_REQUEST each: no mark, no refund, sharing started, subsidy paid, order or relation unknown; never result FAIL",
        "INVALID_REQUEST is the one published code that fits; nobody has published a FAIL",
    ),
    assume(
        "subsidy-again",
        "The same cancel once more",
        "The same answer, with the first description",
        "Nothing is published",
    ),
    assume(
        "refund-time",
        "How long a refund takes",
        "5 seconds of business time, then SUCCESS, or ABNORMAL when the payer's account takes no money",
        "The pages say that it takes its time; tests want to see it on its way and not to wait",
    ),
    assume(
        "refund-again",
        "The same out_refund_no once more",
        "Same content, but for notify_url: the refund in its present state, and an ABNORMAL one is tried again. Other content, or the other page: 400 INVALID_REQUEST",
        "The page says that the same number refunds once and that a failed refund is retried with the same number; code and words are those of V2",
    ),
    assume(
        "refund-errors",
        "Refunds that the business forbids",
        "400 INVALID_REQUEST each: another total, more than is left, more than 50, older than a year (365 days), reversed, money that is not unsettled, parts of the account of an order without profit sharing. Both of two fields that exclude each other: 400 PARAM_ERROR",
        "INVALID_REQUEST is published for a business rule; one of the messages is captured",
    ),
    assume(
        "refund-source",
        "Where a refund takes its money from",
        "From what waits for profit sharing of the order, until that is finished; else, with funds_account AVAILABLE or as amount.from says, from what the seller can pay with. Short: 403 NOT_ENOUGH, also when the order's money was shared",
        "The page names the accounts, not their order; shared money has to come back first",
    ),
    assume(
        "refund-fields",
        "A refund with both of two fields",
        "transaction_id and out_trade_no, funds_account and amount.from, amount.from and the platform's advance: 400 PARAM_ERROR",
        "The page says one of the two; no capture shows the message",
    ),
    assume(
        "refund-relation",
        "A refund for a sub-merchant that is not the caller's",
        "Unknown number: 404 MCH_NOT_EXISTS; else 400 INVALID_REQUEST",
        "MCH_NOT_EXISTS is published; the words 受理关系不存在 are the official guide's",
    ),
    assume(
        "refund-closed",
        "When a refund becomes CLOSED",
        "When the control API gives an ABNORMAL one up; the order can be refunded again, and the closed one counts towards the 50",
        "At the real service people decide it",
    ),
    assume(
        "refund-answer",
        "What a refund shows besides its amounts",
        "channel ORIGINAL, user_received_account 支付用户零钱, no discounts; funds_account UNAVAILABLE, AVAILABLE, OPERATION, or BASIC for both parts",
        "Payers pay from their balance here",
    ),
    assume(
        "subsidy-create",
        "A subsidy that cannot be paid",
        "400 INVALID_REQUEST each: no mark, less than a minute after the payment, cancelled, sharing started, more than announced, less without a refund, other parameters than before, the same ones after 180 days; 403 NOT_ENOUGH when the operation account is short; never result FAIL",
        "INVALID_REQUEST is the one published code that fits; NOT_ENOUGH is captured",
    ),
    assume(
        "subsidy-or-cancel",
        "Subsidies that are paid and cancelled",
        "Either, for good: after a create the cancel is refused, after a cancel the create, also when all of the subsidy went back",
        "Nothing is published; to cancel is the alternative to paying",
    ),
    assume(
        "subsidy-return",
        "A return of a subsidy that cannot be made",
        "400 INVALID_REQUEST each: nothing paid, no refund, more than is left, another subsidy's or order's number, a refund that has its return; 403 NOT_ENOUGH. Without `from` it takes what waits for sharing, or what can be paid with when that is finished. The same out_order_no: the same answer; with other content 400 INVALID_REQUEST",
        "The rules are published, their codes are not",
    ),
    assume(
        "subsidy-return-again",
        "The same out_order_no once more",
        "Same content: the same answer. Other content: 400 INVALID_REQUEST",
        "Nothing is published",
    ),
];
