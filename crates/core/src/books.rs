//! What a row says of the world around it: the money that it has moved or holds, and the sums that
//! it is part of. The audit compares this with what is kept.

use redress_api::Fen;

use crate::ledger::{AccountId, Reason, TransferId};

/// How money stands that a row has moved, or has meant to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Moved at once.
    Moved,
    /// Held.
    Held,
    /// Held once, and moved since.
    Posted,
    /// Held once, and given back since.
    Voided,
}

/// Money that a row answers for. Entries of one reference that differ in the amount alone are
/// added up.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the transfers refer to: the provider's number of what moved the money.
    pub reference: String,
    /// Why.
    pub reason: Reason,
    /// Where it comes from.
    pub debit: AccountId,
    /// Where it goes.
    pub credit: AccountId,
    /// How much, in fen.
    pub amount: Fen,
    /// How it stands.
    pub standing: Standing,
    /// The transfer that holds or held it, where the row keeps its name.
    pub hold: Option<TransferId>,
}

/// A row's part of a sum that is nothing over the whole world: one kind of row counts for it, the
/// other against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// The sum's name.
    pub of: String,
    /// The part, in fen or in pieces.
    pub part: i128,
}

impl Tally {
    /// A part that counts for the sum.
    #[must_use]
    pub fn plus(of: impl Into<String>, part: i64) -> Self {
        Self { of: of.into(), part: part.into() }
    }

    /// A part that counts against the sum.
    #[must_use]
    pub fn minus(of: impl Into<String>, part: i64) -> Self {
        Self { of: of.into(), part: -i128::from(part) }
    }
}
