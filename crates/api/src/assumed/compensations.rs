//! Compensations.

use super::{Assumption, assume};

pub(super) const ASSUMPTIONS: &[Assumption] = &[
    assume(
        "confirmation",
        "Whether a bill made by the create waits for its payer",
        "By a setting of the platform: `required` (default) waits up to 24 hours, `none` pays by itself",
        "The five pages give every state to a bill that the create makes, and their cancel presumes a payer who has not confirmed; the neighbouring pre-transfer page suggests that direct bills never wait",
    ),
    assume(
        "confirm-window",
        "How long a bill waits for its payer",
        "24 hours from accept_time, then CLOSED",
        "The pre-transfer page closes a bill 24 hours after the pre-order",
    ),
    assume(
        "close-reason",
        "Values of close_info.close_reason besides NOT_ENOUGH",
        "OVERDUE_CLOSE after 24 hours, USER_REFUSED when the payer refuses",
        "The page shows one value and calls the field a string",
    ),
    assume(
        "not-enough",
        "A sponsor without enough money",
        "The create answers 200 with state CLOSED; the query shows NOT_ENOUGH",
        "The query page's own sample; the create page publishes no such error",
    ),
    assume(
        "create-again",
        "The same out_bill_no once more",
        "Same content: the bill in its present state. Other content: 400 INVALID_REQUEST. For ever, also after CLOSED and CANCELLED",
        "The page says unique, not what a repetition does; words and code are the transfer family's",
    ),
    assume(
        "sponsor",
        "sponsor_mchid left out, or not authorised",
        "Left out: 400 PARAM_ERROR. Not authorised: 403 NO_AUTH",
        "The page demands it when no sub-merchant is given, and has no field for a sub-merchant",
    ),
    assume(
        "receiver",
        "receiver.type and receiver.transaction_info",
        "Both required; transaction_info.type is WXPAY when left out; WXVALUE is taken alike",
        "Marked optional inside a required object; no page says what WXVALUE means",
    ),
    assume(
        "compensated-order",
        "Which orders can be compensated",
        "Any paid order of the caller that was not reversed, refunded or not, any number of times; otherwise 404 ORDER_NOT_EXIST",
        "No page names a limit",
    ),
    assume(
        "bill-unknown",
        "Query or cancel of an unknown number",
        "404 NOT_FOUND",
        "Published for the neighbouring transfer query",
    ),
    assume(
        "cancel-when",
        "Cancel of a bill that the payer cannot confirm any more",
        "400 INVALID_REQUEST; repeated while CANCELING or CANCELLED: 200 with the first cancel_accept_time",
        "The page allows it before the payer confirms and publishes no error",
    ),
    assume(
        "pre-transfer-again",
        "A pre-transfer with a number that is used",
        "Same content while WAIT_USER_CONFIRM: the same bill_id and package_info. Later: 400 INVALID_REQUEST. Other content, and a number that a create has used: 400 INVALID_REQUEST",
        "The page promises an error code for bills that have succeeded or are closed, and does not say which",
    ),
    assume(
        "pre-transfer-money",
        "A pre-transfer whose sponsor has not enough money",
        "403 NOT_ENOUGH; there is no bill, and the number is not used",
        "The page locks the money at once, and its answer has no state that could say CLOSED",
    ),
    assume(
        "pre-transfer-appid",
        "A pre-transfer with an appid that is not the platform's",
        "400 APPID_MCHID_NOT_MATCH",
        "The code of the order pages; no error is published",
    ),
    assume(
        "compensation-notice",
        "The callback of a pre-transfer",
        "On SUCCESS and CLOSED, not on CANCELLED: event_type MCHTRANSFER.COMPENSATE.FINISHED, original_type compensate_bill, the query's answer as resource. Invented",
        "The page promises one on success and on close, and publishes no form",
    ),
    assume(
        "merchant-compensation",
        "A sub-merchant's compensation: money, receivers, numbers, query",
        "Short of money: 200 with state CLOSED, as for users. A receiver that is no sub-merchant: 400 INVALID_REQUEST. Numbers of its own, apart from those of users. The query looks at sponsor_mchid only when it is given",
        "The page lists the state CLOSED and no errors but the common four",
    ),
    assume(
        "business-type",
        "The query's business_type",
        "Checked against the four values of the page's Java class, then ignored",
        "It stands in the class alone; on a sibling page it is real",
    ),
];
