//! Whose things are kept together: the first part of every primary key on a database that spreads
//! its tables over machines.
//!
//! A tenant is a merchant wherever one is in the name: a command of a merchant then finds nearly
//! all of its rows in one place. What only a provider's number names (a number itself, a notice, a
//! prepay id) is spread by that number. It follows from the name alone, so whoever knows what to
//! look for knows where.

use crate::job::Job;
use crate::ledger::{AccountId, Transfer};

/// Of a row, by its number: the first part of it that is all digits, or all of it.
#[must_use]
pub fn of_row(id: &str) -> &str {
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    id.split('/').find(digits).unwrap_or(id)
}

/// Of an account: its merchant, or, outside of the system, the account itself.
#[must_use]
pub fn of_account(id: &AccountId) -> &str {
    merchant(id).unwrap_or(id.as_str())
}

/// Of a transfer: the merchant who pays, or, if none does, who is paid. A hold is always of the
/// one who pays.
#[must_use]
pub fn of_transfer(transfer: &Transfer) -> &str {
    let payer = || of_account(&transfer.debit);
    merchant(&transfer.debit).or_else(|| merchant(&transfer.credit)).unwrap_or_else(payer)
}

/// Of a job: of what it moves on.
#[must_use]
pub fn of_job(job: &Job) -> &str {
    match job {
        Job::Bill { sp_mchid: mchid, .. }
        | Job::MerchantBill { sp_mchid: mchid, .. }
        | Job::Order { mchid, .. }
        | Job::Combined { mchid, .. }
        | Job::Share { sp_mchid: mchid, .. }
        | Job::ShareReturn { sp_mchid: mchid, .. }
        | Job::Refund { mchid, .. } => mchid.as_str(),
        Job::Notify { id } => id,
    }
}

fn merchant(id: &AccountId) -> Option<&str> {
    id.as_str().strip_prefix("merchant:")?.split(':').next()
}

#[cfg(test)]
mod tests {
    use super::{of_account, of_row};
    use crate::chart;

    #[test]
    fn a_merchant_is_found_in_every_name_that_has_one() {
        assert_eq!(of_row("1900001109/plfk2020042013"), "1900001109");
        assert_eq!(of_row("order/1900001109/77"), "1900001109");
        assert_eq!(of_row("bill/1330000071100202511250000000000000000001"), {
            "1330000071100202511250000000000000000001"
        });
        assert_eq!(of_row("5f3c-note"), "5f3c-note");
        assert_eq!(of_row(""), "");
        let mchid = "1900001109".parse().unwrap();
        for account in [chart::available(&mchid), chart::frozen(&mchid), chart::operation(&mchid)] {
            assert_eq!(of_account(&account), "1900001109");
        }
        assert_eq!(of_account(&chart::bank()), "bank");
        assert_eq!(of_account(&chart::payer("o1")), "payer:o1");
    }
}
