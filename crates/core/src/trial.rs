//! The trial balance: the sums of every account, added up from the transfers alone.

use std::collections::BTreeMap;

use crate::chart;
use crate::ledger::{Account, AccountId, Phase, Transfer};

/// Every account that a transfer names, the unlimited ones included.
#[derive(Clone, Debug, Default)]
pub struct TrialBalance {
    /// The accounts, with their sums.
    pub accounts: BTreeMap<AccountId, Account>,
}

impl TrialBalance {
    /// Adds a transfer to the sums of both sides. `None` if one overflows.
    #[must_use]
    pub fn add(&mut self, transfer: &Transfer) -> Option<()> {
        for (id, is_debit) in [(&transfer.debit, true), (&transfer.credit, false)] {
            let account = self
                .accounts
                .entry(id.clone())
                .or_insert_with(|| Account::open(id.clone(), chart::limit(id)));
            let volume = if is_debit { &mut account.debits } else { &mut account.credits };
            let amount = transfer.amount;
            match transfer.phase {
                Phase::Posted => volume.posted = volume.posted.plus(amount)?,
                Phase::Pending => volume.pending = volume.pending.plus(amount)?,
                Phase::Post(_) => {
                    volume.pending = volume.pending.minus(amount)?;
                    volume.posted = volume.posted.plus(amount)?;
                }
                Phase::Void(_) => volume.pending = volume.pending.minus(amount)?,
            }
        }
        Some(())
    }
}
