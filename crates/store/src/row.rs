//! Between the types of the domain and the columns of the tables.

use redress_api::{Fen, Timestamp};
use redress_core::ledger::{Limit, Phase, Reason, Volume};
use redress_core::{Account, AccountId, Transfer, TransferId};
use serde_json::Value;

use crate::error::Fault;

const UNLIMITED: &str = "unlimited";
const DEBITS_WITHIN_CREDITS: &str = "debits_within_credits";

/// The word for what an account may not do.
pub(crate) const fn limit_word(limit: Limit) -> &'static str {
    match limit {
        Limit::Unlimited => UNLIMITED,
        Limit::DebitsWithinCredits => DEBITS_WITHIN_CREDITS,
    }
}

/// The word for why money moved.
pub(crate) fn reason_word(reason: Reason) -> Result<String, Fault> {
    match serde_json::to_value(reason)? {
        Value::String(word) => Ok(word),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => unreadable("a reason", other.to_string()),
    }
}

/// The word for what a transfer does.
pub(crate) const fn phase_word(phase: Phase) -> &'static str {
    match phase {
        Phase::Posted => "posted",
        Phase::Pending => "pending",
        Phase::Post(_) => "post",
        Phase::Void(_) => "void",
    }
}

/// The columns of an account.
pub(crate) struct AccountColumns {
    pub(crate) id: String,
    pub(crate) limit_kind: String,
    pub(crate) debits_pending: i64,
    pub(crate) debits_posted: i64,
    pub(crate) credits_pending: i64,
    pub(crate) credits_posted: i64,
}

impl TryFrom<AccountColumns> for Account {
    type Error = Fault;

    fn try_from(columns: AccountColumns) -> Result<Self, Fault> {
        let limit = match columns.limit_kind.as_str() {
            UNLIMITED => Limit::Unlimited,
            DEBITS_WITHIN_CREDITS => Limit::DebitsWithinCredits,
            _ => return unreadable("a limit", columns.limit_kind),
        };
        let volume =
            |pending, posted| Volume { pending: Fen::new(pending), posted: Fen::new(posted) };
        Ok(Self {
            id: AccountId::from_stored(columns.id),
            limit,
            debits: volume(columns.debits_pending, columns.debits_posted),
            credits: volume(columns.credits_pending, columns.credits_posted),
        })
    }
}

/// The columns of a transfer, apart from its place in the chain.
pub(crate) struct TransferColumns {
    pub(crate) id: TransferId,
    pub(crate) debit: String,
    pub(crate) credit: String,
    pub(crate) amount: i64,
    pub(crate) reason: String,
    pub(crate) phase: String,
    pub(crate) resolves: Option<TransferId>,
    pub(crate) reference: String,
    pub(crate) at: i64,
}

impl TryFrom<TransferColumns> for Transfer {
    type Error = Fault;

    fn try_from(columns: TransferColumns) -> Result<Self, Fault> {
        let phase = match (columns.phase.as_str(), columns.resolves) {
            ("posted", None) => Phase::Posted,
            ("pending", None) => Phase::Pending,
            ("post", Some(hold)) => Phase::Post(hold),
            ("void", Some(hold)) => Phase::Void(hold),
            _ => return unreadable("a phase", columns.phase),
        };
        Ok(Self {
            id: columns.id,
            debit: AccountId::from_stored(columns.debit),
            credit: AccountId::from_stored(columns.credit),
            amount: Fen::new(columns.amount),
            reason: reason(columns.reason)?,
            phase,
            reference: columns.reference,
            at: Timestamp::from_unix(columns.at),
        })
    }
}

/// The name of a transfer, from its digits.
pub(crate) fn transfer_id(text: &str) -> Result<TransferId, Fault> {
    TransferId::try_from(text.to_owned())
        .or_else(|error| unreadable("a transfer's name", format!("{text}: {error}")))
}

fn reason(word: String) -> Result<Reason, Fault> {
    serde_json::from_value(Value::String(word))
        .or_else(|error| unreadable("a reason", error.to_string()))
}

/// A value that nobody here writes.
pub(crate) fn unreadable<T>(what: &'static str, value: String) -> Result<T, Fault> {
    Err(Fault::Unreadable { what, value })
}
