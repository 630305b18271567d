//! Statements (账单): what of rows and transfers belongs to a day, printed as the provider prints it.
//!
//! Rows and transfers go in, text comes out; who may have which day is decided here too. A
//! statement tells how things stood at nine o'clock of the next day, so it is the same whenever it
//! is asked for.

use redress_api::statement::{AccountType, BillType};
use redress_api::{Day, Mchid, Timestamp};
use serde::{Deserialize, Serialize};

use crate::merchant::Merchant;
use crate::refusal::{self, Refusal};

mod fund_flow;
mod print;
mod trade;
mod voucher;

pub use fund_flow::Funds;
pub use trade::Trades;
pub use voucher::{Explain, Voucher};

/// How many months back there are statements.
const MONTHS_MAX: u32 = 3;
/// When a statement is made: so many seconds after its day.
const MADE_SECONDS: i64 = 9 * 3600;
/// When a statement can be had: so many seconds after its day.
const READY_SECONDS: i64 = 10 * 3600;
/// How long a file can be downloaded, in seconds.
pub const DOWNLOAD_SECONDS_MAX: i64 = 300;

/// Which trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Payments and refunds.
    All,
    /// Payments.
    Payments,
    /// Refunds.
    Refunds,
}

impl Which {
    /// What a word of the page stands for; nothing for what nobody here has.
    #[must_use]
    pub const fn of(kind: BillType) -> Option<Self> {
        match kind {
            BillType::All => Some(Self::All),
            BillType::Success => Some(Self::Payments),
            BillType::Refund => Some(Self::Refunds),
            BillType::RechargeRefund
            | BillType::AllSpecial
            | BillType::SuccessSpecial
            | BillType::RefundSpecial => None,
        }
    }
}

/// Which account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purse {
    /// What it can pay with, and what waits for profit sharing.
    Basic,
    /// What it pays operations with.
    Operation,
}

impl Purse {
    /// What a word of the page stands for; nothing for what nobody here has.
    #[must_use]
    pub const fn of(account: AccountType) -> Option<Self> {
        match account {
            AccountType::Basic => Some(Self::Basic),
            AccountType::Operation => Some(Self::Operation),
            AccountType::Fees => None,
        }
    }
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wanted {
    /// Trades.
    Trades {
        /// Of which day.
        day: Day,
        /// Which.
        which: Which,
        /// Only of this sub-merchant.
        sub_mchid: Option<Mchid>,
    },
    /// Movements of money.
    Funds {
        /// Of which day.
        day: Day,
        /// On which account.
        purse: Purse,
    },
}

/// Whether there are statements of a day.
///
/// # Errors
/// The refusal to answer.
pub fn available(now: Timestamp, day: Day) -> Result<(), Refusal> {
    let today = Day::of(now);
    if day > today || day < today.months_before(MONTHS_MAX) {
        return Err(refusal::STATEMENT_DAY.plain());
    }
    if now < day.next().start().plus_seconds(READY_SECONDS) {
        return Err(refusal::STATEMENT_NOT_YET.plain());
    }
    Ok(())
}

/// Whether a merchant may see the trades of this sub-merchant.
///
/// # Errors
/// The refusal to answer.
pub fn may_see(merchant: &Merchant, sub_mchid: Option<&Mchid>) -> Result<(), Refusal> {
    match sub_mchid {
        Some(sub) if !merchant.sub_merchants.contains(sub) => {
            Err(refusal::STATEMENT_FOREIGN.plain())
        }
        _ => Ok(()),
    }
}

/// How things stood when a day's statement was made.
fn made_at(day: Day) -> Timestamp {
    day.next().start().plus_seconds(MADE_SECONDS)
}

/// The right to download a file for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// Who may.
    pub mchid: Mchid,
    /// Which file.
    pub wanted: Wanted,
    /// Before when.
    pub until: Timestamp,
}

impl Ticket {
    /// A ticket that is good for as long as the page says.
    #[must_use]
    pub fn issue(mchid: Mchid, wanted: Wanted, now: Timestamp) -> Self {
        Self { mchid, wanted, until: now.plus_seconds(DOWNLOAD_SECONDS_MAX) }
    }

    /// Whether a merchant may use it now.
    ///
    /// # Errors
    /// The refusal to answer.
    pub fn check(&self, caller: &Mchid, now: Timestamp) -> Result<(), Refusal> {
        if now >= self.until {
            return Err(refusal::DOWNLOAD_STALE.plain());
        }
        if self.mchid != *caller {
            return Err(refusal::DOWNLOAD_FOREIGN.plain());
        }
        Ok(())
    }
}
