//! The double-entry ledger: accounts, immutable transfers, two-phase holds.
//!
//! A transfer is one row with one amount and two sides, so debits equal credits by construction.
//! A *pending* transfer holds money; a later transfer posts or voids it, once. Balances are only
//! ever the result of [`apply`]; a mistake is corrected by another transfer.

use std::fmt;

use redress_api::{Fen, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::command::Broken;

/// The name of an account, such as `merchant:1900001109:available`; see [`crate::chart`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(String);

impl AccountId {
    /// Takes a name from the store. New names are made in [`crate::chart`] alone.
    #[must_use]
    pub const fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// The name of a transfer: 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct TransferId(u128);

impl TransferId {
    /// A transfer of this number.
    #[must_use]
    pub const fn new(number: u128) -> Self {
        Self(number)
    }
}

impl fmt::Display for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for TransferId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<TransferId> for String {
    fn from(id: TransferId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for TransferId {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u128::from_str_radix(&text, 16).map(Self)
    }
}

/// What an account may not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// Anything: the world outside. Its balance is not kept; it is the sum of its transfers.
    Unlimited,
    /// Pay out more than came in, holds included.
    DebitsWithinCredits,
}

/// Sums of one side of an account, in fen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Held: moved when the hold is posted.
    pub pending: Fen,
    /// Moved.
    pub posted: Fen,
}

/// An account and its balances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its name.
    pub id: AccountId,
    /// What it may not do.
    pub limit: Limit,
    /// Money out.
    pub debits: Volume,
    /// Money in.
    pub credits: Volume,
}

impl Account {
    /// An empty account.
    #[must_use]
    pub const fn open(id: AccountId, limit: Limit) -> Self {
        const EMPTY: Volume = Volume { pending: Fen::ZERO, posted: Fen::ZERO };
        Self { id, limit, debits: EMPTY, credits: EMPTY }
    }

    /// What can be paid out: posted credits less posted and pending debits. For an unlimited
    /// account it may be negative.
    #[must_use]
    pub fn available(&self) -> Option<Fen> {
        self.credits.posted.minus(self.debits.posted)?.minus(self.debits.pending)
    }

    /// What the account has: posted credits less posted debits.
    #[must_use]
    pub fn balance(&self) -> Option<Fen> {
        self.credits.posted.minus(self.debits.posted)
    }

    /// What must be true of it.
    ///
    /// # Errors
    /// What is not.
    pub fn check(&self) -> Result<(), Broken> {
        let sums =
            [self.debits.pending, self.debits.posted, self.credits.pending, self.credits.posted];
        if sums.iter().any(|sum| *sum < Fen::ZERO) {
            return Err(Broken(format!("account {} has a negative sum", self.id)));
        }
        match (self.limit, self.available()) {
            (_, None) => Err(Broken(format!("account {} overflows", self.id))),
            (Limit::DebitsWithinCredits, Some(available)) if available < Fen::ZERO => {
                Err(Broken(format!("account {} is overdrawn", self.id)))
            }
            (Limit::DebitsWithinCredits | Limit::Unlimited, Some(_)) => Ok(()),
        }
    }
}

/// Why money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A merchant's account was credited from the bank.
    TopUp,
    /// A payer paid an order.
    Payment,
    /// Part of an order went back to its payer.
    Refund,
    /// An order was reversed: all of it went back to its payer.
    Reversal,
    /// A compensation was paid to the payer of an order, or to a sub-merchant.
    Compensation,
    /// A platform added to a sub-merchant's order what it had announced.
    Subsidy,
    /// Part of a subsidy went back to its platform.
    SubsidyReturn,
    /// Part of an order was shared.
    Sharing,
    /// Part of a share came back.
    SharingReturn,
    /// What was left of an order after profit sharing became its merchant's to spend.
    Unfreeze,
}

/// What a transfer does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "phase", content = "of")]
pub enum Phase {
    /// Moves money at once.
    Posted,
    /// Holds money.
    Pending,
    /// Moves what that transfer holds.
    Post(TransferId),
    /// Releases what that transfer holds.
    Void(TransferId),
}

impl Phase {
    /// The hold that it resolves.
    #[must_use]
    pub const fn resolves(self) -> Option<TransferId> {
        match self {
            Self::Posted | Self::Pending => None,
            Self::Post(of) | Self::Void(of) => Some(of),
        }
    }
}

/// One movement of money. Never changed once written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Its name.
    pub id: TransferId,
    /// Where the money comes from.
    pub debit: AccountId,
    /// Where it goes.
    pub credit: AccountId,
    /// How much, in fen.
    pub amount: Fen,
    /// Why.
    pub reason: Reason,
    /// What it does.
    #[serde(flatten)]
    pub phase: Phase,
    /// The number of the bill, order or call that it belongs to.
    pub reference: String,
    /// Business time.
    pub at: Timestamp,
}

/// Why a transfer cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The debited account has less than the amount available.
    #[error("account {account} has {available} available, {amount} needed")]
    NotEnough {
        /// The account.
        account: AccountId,
        /// What it has.
        available: Fen,
        /// What it needs.
        amount: Fen,
    },
    /// It breaks a rule of the ledger itself.
    #[error(transparent)]
    Broken(#[from] Broken),
}

fn broken<T>(transfer: &Transfer, what: &str) -> Result<T, LedgerError> {
    Err(LedgerError::Broken(Broken(format!("transfer {}: {what}", transfer.id))))
}

/// Applies a transfer to its two accounts: all of it, or nothing.
///
/// `hold` is the transfer that a `Post` or `Void` resolves.
///
/// # Errors
/// If the debited account has not enough, or the transfer breaks a rule of the ledger.
pub fn apply(
    debit: &mut Account,
    credit: &mut Account,
    transfer: &Transfer,
    hold: Option<&Transfer>,
) -> Result<(), LedgerError> {
    if !transfer.amount.is_positive() {
        return broken(transfer, "the amount is not positive");
    }
    if transfer.debit == transfer.credit {
        return broken(transfer, "an account cannot pay itself");
    }
    if debit.id != transfer.debit || credit.id != transfer.credit {
        return broken(transfer, "applied to accounts that it does not name");
    }
    check_hold(transfer, hold)?;
    let (debit_before, credit_before) = (debit.clone(), credit.clone());
    let done = move_volumes(debit, credit, transfer);
    if done.is_err() {
        (*debit, *credit) = (debit_before, credit_before);
    }
    done
}

fn check_hold(transfer: &Transfer, hold: Option<&Transfer>) -> Result<(), LedgerError> {
    match (transfer.phase.resolves(), hold) {
        (None, None) => Ok(()),
        (None, Some(_)) => broken(transfer, "resolves nothing, yet a hold was given"),
        (Some(_), None) => broken(transfer, "resolves a hold that was not given"),
        (Some(of), Some(hold)) => {
            let same = hold.id == of
                && hold.phase == Phase::Pending
                && hold.debit == transfer.debit
                && hold.credit == transfer.credit
                && hold.amount == transfer.amount;
            if same { Ok(()) } else { broken(transfer, "does not fit the hold that it resolves") }
        }
    }
}

fn move_volumes(
    debit: &mut Account,
    credit: &mut Account,
    transfer: &Transfer,
) -> Result<(), LedgerError> {
    let amount = transfer.amount;
    let takes = matches!(transfer.phase, Phase::Posted | Phase::Pending);
    if takes && debit.limit == Limit::DebitsWithinCredits {
        match debit.available() {
            Some(available) if available < amount => {
                let account = debit.id.clone();
                return Err(LedgerError::NotEnough { account, available, amount });
            }
            Some(_) => {}
            None => return broken(transfer, "the debited account overflows"),
        }
    }
    let sides = [(debit.limit, &mut debit.debits), (credit.limit, &mut credit.credits)];
    for (limit, volume) in sides {
        if limit == Limit::Unlimited {
            continue;
        }
        let moved = match transfer.phase {
            Phase::Posted => volume.posted.plus(amount).map(|posted| (volume.pending, posted)),
            Phase::Pending => volume.pending.plus(amount).map(|held| (held, volume.posted)),
            Phase::Post(_) => volume.pending.minus(amount).zip(volume.posted.plus(amount)),
            Phase::Void(_) => volume.pending.minus(amount).map(|held| (held, volume.posted)),
        };
        let Some((pending, posted)) = moved else { return broken(transfer, "a sum overflows") };
        *volume = Volume { pending, posted };
    }
    debit.check()?;
    credit.check()?;
    Ok(())
}

/// A link of the hash chain over all transfers, in the order in which they were written.
pub type Link = [u8; 32];

/// The link after `transfer`: SHA-256 over the link before it and its printed fields. A transfer
/// that was changed, removed or slipped in breaks every later link.
#[must_use]
pub fn link(before: &Link, transfer: &Transfer) -> Link {
    let printed = serde_json::to_vec(transfer).expect("a transfer prints as JSON");
    Sha256::new().chain_update(before).chain_update(printed).finalize().into()
}
