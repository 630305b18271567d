//! Orders and how they are paid.

use super::{Assumption, assume};

pub(super) const ASSUMPTIONS: &[Assumption] = &[
    assume(
        "caller",
        "A merchant that the page's 支持商户 line does not name",
        "403 NO_AUTH",
        "Published for sibling endpoints",
    ),
    assume(
        "reverse-unknown",
        "Reverse of an unknown number",
        "404 ORDER_NOT_EXIST",
        "The V2 interface was seen to answer success; an error protects better against typing mistakes",
    ),
    assume(
        "reverse-mismatch",
        "Reverse with another appid or mchid",
        "appid: 400 APPID_MCHID_NOT_MATCH; mchid: 400 INVALID_REQUEST",
        "Codes of the order pages; no error table is published for the V3 reverse",
    ),
    assume(
        "reverse-limits",
        "Reverse of an order that is older than 7 days, refunded, closed, or not a code payment",
        "400 INVALID_REQUEST each",
        "The seven days are V2's REVERSE_EXPIRE; no V3 status is published",
    ),
    assume(
        "reverse-money",
        "Reverse when the merchant's account is short",
        "403 NOT_ENOUGH, nothing changes",
        "Published for refunds",
    ),
    assume(
        "reverse-paying",
        "Reverse while the payer is entering the password",
        "The order is closed for good",
        "The page closes an order whose payment has not succeeded",
    ),
    assume(
        "codepay-errors",
        "Code payment with a used number or a code that cannot pay",
        "Number: 403 OUT_TRADE_NO_USED. Code: 400 INVALID_REQUEST. Nothing changes",
        "The words are V2's and the order pages'; no V3 table is published",
    ),
    assume(
        "codepay-password",
        "When a payer has to enter the password",
        "Above 1000 yuan, after 10 payments without one on a day, or when the control API says so; 202 USERPAYING, reversed after 45 seconds",
        "The published rules of V2; risk control at any time is the control API's part",
    ),
    assume(
        "prepay-again",
        "Placing an order under a number that was used before",
        "Every field alike: the prepay id, the same for two hours and then a new one. Other content: 400 INVALID_REQUEST. Paid, or taken by code: 403 OUT_TRADE_NO_USED. Closed: 400 ORDER_CLOSED",
        "The guide allows the same parameters again and a capture refuses others; which fields count, and which code goes with which state, is not said",
    ),
    assume(
        "prepay-expired",
        "An order after its time_expire",
        "Nobody can pay it, placing it again is 400 INVALID_REQUEST, and its state stays NOTPAY until it is closed: by the merchant, or by itself seven days after it was placed (at time_expire if that is later)",
        "The pages say that the time ends the payment and does not close the order, move a time too early or too late, and publish no code",
    ),
    assume(
        "openid",
        "Which openids are known",
        "Those that the control API has handed out, shown a code for or placed an order with; each to every application, unless one was named. Unknown: 400 PARAM_ERROR. Of another application: 500 OPENID_MISMATCH",
        "One payer has another name under each application; a stand-in has no other way to know",
    ),
    assume(
        "sub-openid",
        "A payer who is named by sub_openid alone",
        "Answers show the name as sp_openid too",
        "The service knows the payer's other name, which nobody has told us",
    ),
    assume(
        "prepay-subsidy",
        "subsidy_amount of an order",
        "Without profit_sharing it means nothing; more than 5000 yuan or than the order: 400 INVALID_REQUEST",
        "An older page says when it counts and names the limit, but no code",
    ),
    assume(
        "close",
        "Close of a code payment, of a paid order, of an unknown number",
        "400 INVALID_REQUEST, 400 ORDER_PAID, 404 ORDER_NOT_EXIST",
        "The words are the official guide's; their statuses are those of neighbouring tables",
    ),
    assume(
        "order-query",
        "What a query of an order shows besides its state",
        "bank_type OTHERS, currency CNY, no attach, no promotion_detail",
        "The control API places orders without them",
    ),
    assume(
        "combine-number",
        "Length of combine_out_trade_no, and characters of the orders' own numbers",
        "2–32 bytes; the orders' numbers are those of any order: 6–32 bytes, no `|`",
        "The page for platforms says 2–32, those for others 6–32; ordinary orders have no `|`",
    ),
    assume(
        "combine-orders",
        "Whose orders a combined order combines",
        "The caller's own, each for itself or for one of its sub-merchants: 2–10 for a direct merchant, 1–50 for a platform",
        "A direct merchant may in fact combine orders of others with the same appid; there is no merchant here that has agreed to that",
    ),
    assume(
        "combine-again",
        "The same combine_out_trade_no once more",
        "Same content: the same prepay_id while it lives. Other content: 400 INVALID_REQUEST. Closed: 400 ORDER_CLOSED. Paid: 403 OUT_TRADE_NO_USED",
        "The words about settle_info are the guide's; the rest is as for other orders",
    ),
    assume(
        "combine-close",
        "Close of a combined order",
        "Names every order by mchid and out_trade_no, in any order; sub_mchid and sub_appid must fit where they are given. Other orders: 400 INVALID_REQUEST. Paid: 400 ORDER_PAID. Closed already: 204",
        "The page demands that they are the same and publishes no words; the last two are as for other orders",
    ),
    assume(
        "combine-expiry",
        "A combined order that nobody pays",
        "Closed at time_expire, moved to one minute to seven days from now, or after seven days",
        "The page moves it so and lets nobody pay later; it leaves the close to the merchant",
    ),
];
