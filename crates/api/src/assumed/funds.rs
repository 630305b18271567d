//! Balances and statements.

use super::{Assumption, assume};

pub(super) const ASSUMPTIONS: &[Assumption] = &[
    assume(
        "balance",
        "What a balance shows as pending_amount, and accounts that are not kept",
        "Money that is held, and for BASIC what waits for profit sharing. FEES and DEPOSIT: 400 INVALID_REQUEST 输入账户类型未开通. A merchant that is no sub-merchant: 403 NO_AUTH",
        "The pages call it 不可用余额 and say no more; the codes and words are theirs",
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
];
