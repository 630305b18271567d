//! What no page publishes and had to be chosen: one table, shown to users as *assumed*.
//!
//! Where the real service turns out to differ, its line here is the place to start.

mod compensations;
mod funds;
mod orders;
mod protocol;
mod refunds;
mod sharing;

use serde::Serialize;

/// A choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Assumption {
    /// A short name that never changes.
    pub id: &'static str,
    /// What it is about.
    pub about: &'static str,
    /// What was chosen.
    pub choice: &'static str,
    /// Why.
    pub because: &'static str,
}

const fn assume(
    id: &'static str,
    about: &'static str,
    choice: &'static str,
    because: &'static str,
) -> Assumption {
    Assumption { id, about, choice, because }
}

/// Every choice, by what it is about.
pub fn assumptions() -> impl Iterator<Item = &'static Assumption> {
    [
        compensations::ASSUMPTIONS,
        orders::ASSUMPTIONS,
        refunds::ASSUMPTIONS,
        sharing::ASSUMPTIONS,
        funds::ASSUMPTIONS,
        protocol::ASSUMPTIONS,
    ]
    .into_iter()
    .flatten()
}
/// Every choice.
pub const ASSUMPTIONS: &[Assumption] = &[
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
        "balance",
        "What a balance shows as pending_amount, and accounts that are not kept",
        "Money that is held, and for BASIC what waits for profit sharing. FEES and DEPOSIT: 400 INVALID_REQUEST 输入账户类型未开通. A merchant that is no sub-merchant: 403 NO_AUTH",
        "The pages call it 不可用余额 and say no more; the codes and words are theirs",
    ),
    assume(
        "business-type",
        "The query's business_type",
        "Checked against the four values of the page's Java class, then ignored",
        "It stands in the class alone; on a sibling page it is real",
    ),
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
        "sharing-errors",
        "A share or finish of an order that cannot be shared",
        "400 INVALID_REQUEST each: order or relation unknown, not for sharing, reversed, finished, paid less than 60 seconds ago, receiver not on the list or twice in it, appid another's, and fully refunded for a share alone; 403 RULE_LIMIT for the 51st share",
        "Words are the official guide's where it has some; the pages publish NO_AUTH, RULE_LIMIT and NOT_ENOUGH besides",
    ),
    assume(
        "sharing-subsidy",
        "A share or finish while a subsidy is announced, neither paid nor cancelled",
        "400 INVALID_REQUEST until it is one of them; 180 days after the payment the money is free all the same",
        "The pages say that a subsidy comes before sharing, not what sharing does before it",
    ),
    assume(
        "sharing-ratio",
        "What the 30 % of the greatest ratio are of",
        "The order's amount and what it has of a subsidy, whatever was refunded; what came back counts no more, nor does what the seller shares with itself; not settable",
        "The pages name the default and neither its base nor what a return does to it",
    ),
    assume(
        "sharing-again",
        "The same out_order_no or out_return_no once more",
        "Same content: its present state. Other content, or a finish under a share's number: 400 INVALID_REQUEST. Names and appid are not content",
        "The pages say that a repetition counts once; the words are the transfer family's",
    ),
    assume(
        "sharing-result",
        "Receivers' results",
        "PENDING, then SUCCESS; never CLOSED. What makes a receiver fail is refused when the share is asked for",
        "The pages name reasons to fail and not when the service finds them",
    ),
    assume(
        "sharing-finish",
        "When a finish sets the rest free",
        "At once when it is taken on, also with other shares on their way: theirs is held apart. A return that comes back to a finished order goes on to the seller",
        "The pages call it asynchronous and name no moment",
    ),
    assume(
        "sharing-finish-again",
        "A finish of an order that is finished, or has nothing left",
        "403 NOT_ENOUGH",
        "The page describes the code so; the guide has other words for a share of such an order",
    ),
    assume(
        "sharing-times",
        "finish_time of what is not done",
        "Left out",
        "The pages call it required and show no answer with PENDING or PROCESSING",
    ),
    assume(
        "sharing-return",
        "What can be taken back",
        "What a merchant other than the seller got of a share that is done, up to 180 days after it and 20 times; a short receiver: 403 NOT_ENOUGH; anything else: 400 INVALID_REQUEST. It never fails later",
        "The limits are the page's older edition's; no words are published",
    ),
    assume(
        "sharing-return-order",
        "A return without transaction_id of an order that was paid more than 180 days ago",
        "400 INVALID_REQUEST",
        "The page demands it after six months and publishes no message",
    ),
    assume(
        "sharing-receivers",
        "Adding a receiver twice, deleting one that is not there, and what is checked",
        "The same answer each time, the last relation_type stays. A merchant must exist, else 400 INVALID_REQUEST; names are not compared; no limit of 20000",
        "The pages say nothing of repetitions",
    ),
    assume(
        "sharing-notice",
        "Who is told of shares and returns",
        "The platform, at its console's address, once for each receiver and each return",
        "The page's older edition tells receivers only; the guide of e-commerce platforms tells the platform",
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
        "text-unit",
        "The unit of string(n)",
        "Characters for remarks, descriptions and appids; bytes for numbers of orders and bills",
        "The live service says 字节数 for some fields and 字符数 for others; the page's own sample of user_recv_perception only fits characters",
    ),
    assume(
        "number-charset",
        "Characters of transaction_id and appid",
        "Digits and letters; an appid also `_` and `-`",
        "No page names them",
    ),
    assume(
        "four-byte",
        "Characters beyond three bytes of UTF-8",
        "400 PARAM_ERROR",
        "The rules exclude them and publish no message",
    ),
    assume(
        "json",
        "A body that is not JSON, or names a field twice",
        "400 PARAM_ERROR 参数错误",
        "No capture shows another message",
    ),
    assume(
        "query-unknown",
        "Query parameters that the page does not define",
        "400 PARAM_ERROR, as in bodies",
        "Bodies are known to be refused so",
    ),
    assume(
        "enumeration",
        "Words of the message for a value outside an enumeration",
        "枚举规则校验失败 and the list of values",
        "No capture shows it; the code is certain",
    ),
    assume(
        "content-type",
        "The request's Content-Type",
        "Not checked",
        "Real clients send none, an empty one, and one with a charset",
    ),
    assume(
        "accept-user-agent",
        "Missing Accept or User-Agent",
        "400 INVALID_REQUEST, before the signature is looked at",
        "The message is captured, its status is not",
    ),
    assume(
        "missing-authorization",
        "No Authorization header at all",
        "401 SIGN_ERROR with the message of a garbled one",
        "Seen in the live service after the User-Agent was added",
    ),
    assume(
        "body-limit",
        "A body of more than 64 KiB, or one that takes more than 10 seconds",
        "400 INVALID_REQUEST",
        "No limit is published; the code says that the request breaks the rules of the interface",
    ),
    assume(
        "route",
        "An unknown path, or another method",
        "404 NOT_FOUND, 405 INVALID_REQUEST, signed",
        "The statuses are captured, the bodies are not",
    ),
    assume(
        "nonce",
        "A nonce used twice",
        "Accepted",
        "The official Java SDK repeats a signed request on the standby host",
    ),
    assume(
        "signed-errors",
        "Signatures on errors",
        "Every answer is signed",
        "Captured for 400; a few failures were seen without",
    ),
    assume(
        "platform-keys",
        "Which of the platform's keys signs an answer",
        "By a setting of the merchant: `public_key` (default), `certificate` or `both`. The key that the request's Wechatpay-Serial names, if the merchant has it; else its certificate; else the public key",
        "The guide to the change says so for the public key's id and for no header at all",
    ),
    assume(
        "certificate-overlap",
        "How one platform certificate takes over from another",
        "The new one is listed at once, the old one signs until the overlap (24 hours by default) ends and is then gone; algorithm_type SM2 gets 404 RESOURCE_NOT_EXISTS",
        "The page lists both 24 hours before; no answer to SM2 is published for merchants without such certificates",
    ),
    assume(
        "statement-days",
        "Days without a statement",
        "Future, or more than three months ago: 400 INVALID_REQUEST. Before 10:00 of the next day: 400 STATEMENT_CREATING. Nothing happened: 400 NO_STATEMENT_EXIST, also for the types *_SPECIAL and RECHARGE_REFUND and the account FEES",
        "The codes and the three months are published, which code a day gets is not",
    ),
    assume(
        "statement-lines",
        "What a statement's lines say where no page shows it",
        "A reversal has state REVOKED, no refund numbers and the whole amount as refunded; fees and rates are zero; a refund's state is that of nine o'clock; 资金流水单号 is the transfer's number; commas in texts become spaces; BASIC counts money that waits for profit sharing",
        "The page says that a reversed order appears again, and the files have no quoting",
    ),
    assume(
        "request-id",
        "The number at the end of the Request-ID",
        "As the troubleshooting guide lists them; the nearest one where it lists none",
        "The guide covers part of the errors",
    ),
    assume(
        "callback-retry",
        "When a callback is sent again",
        "The published gaps are counted from the moment at which the attempt before was due",
        "The gaps are published, what they are counted from is not; so a late attempt delays no other",
    ),
    assume(
        "callback-associated-data",
        "The associated data of a callback",
        "original_type",
        "The page allows it to be empty, its examples carry this; some clients cannot open without",
    ),
    assume(
        "callback-status",
        "A callback that is answered with another 2xx than 200 and 204, or with a redirect",
        "Failed; no redirect is followed",
        "The page names 200 and 204 alone",
    ),
    assume(
        "busy",
        "More requests than can be queued",
        "500 SYSTEM_ERROR 系统繁忙，请稍后重试",
        "Captured message and code; repeating with the same parameters is safe",
    ),
];
