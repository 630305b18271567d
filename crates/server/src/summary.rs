//! What a server has done so far, in numbers.

use std::collections::BTreeMap;

use redress_api::Fen;
use redress_core::audit::Report;
use redress_core::compensation::{Bill, MerchantBill};
use redress_core::notice::Notice;
use redress_core::order::Order;
use redress_core::refund::Refund;
use redress_core::row::Row;
use redress_core::sharing::{Share, ShareReturn};
use redress_core::trial::TrialBalance;
use redress_store::{Failure, Store};
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::tally::Answered;

/// How many rows or transfers are read at once.
const PAGE_ITEMS: u32 = 1000;

/// What a server has done so far. Requests and callbacks are those since it started; things and
/// money are all that its folder holds.
#[derive(Debug)]
pub struct Summary {
    /// How often what was answered, by endpoint.
    pub requests: BTreeMap<Answered, u64>,
    /// How the attempts to deliver callbacks ended.
    pub callbacks: BTreeMap<&'static str, u64>,
    /// What there is, by kind and state.
    pub things: Vec<Things>,
    /// The sums of the ledger.
    pub ledger: Ledger,
    /// Every invariant, recomputed.
    pub report: Report,
}

/// The things of one kind.
#[derive(Debug, Serialize)]
pub struct Things {
    /// Of which kind.
    pub kind: &'static str,
    /// How many are in which state.
    pub states: BTreeMap<String, u64>,
}

/// Sums over all accounts, in fen.
#[derive(Debug, Default, Serialize)]
pub struct Ledger {
    /// How many transfers were written.
    pub transfers: u64,
    /// How many accounts they name.
    pub accounts: u64,
    /// What all accounts have paid.
    pub debits: Fen,
    /// What all accounts were paid.
    pub credits: Fen,
    /// What is held and not moved yet.
    pub held: Fen,
}

/// Why there is no summary.
#[derive(Debug, thiserror::Error)]
pub enum SummaryError {
    /// The store.
    #[error(transparent)]
    Store(#[from] Failure),
    /// A row.
    #[error("{kind} {id} cannot be read: {source}")]
    Row {
        /// Its kind.
        kind: &'static str,
        /// Its number.
        id: String,
        /// Why.
        source: serde_json::Error,
    },
    /// The sums are too large.
    #[error("a sum overflows")]
    Overflow,
}

pub(crate) async fn of(app: &App) -> Result<Summary, SummaryError> {
    let store = &app.store;
    let (transfers, trial) = trial(store).await?;
    Ok(Summary {
        requests: app.tally.requests(),
        callbacks: app.tally.callbacks(),
        things: vec![
            things::<Order>(store, |order| json!(order.state)).await?,
            things::<Refund>(store, |refund| json!(refund.status)).await?,
            things::<Share>(store, |share| json!(share.status)).await?,
            things::<ShareReturn>(store, |back| json!(back.result)).await?,
            things::<Bill>(store, |bill| json!(bill.state)).await?,
            things::<MerchantBill>(store, |bill| json!(bill.state)).await?,
            things::<Notice>(store, |notice| json!(notice.state)).await?,
        ],
        ledger: Ledger::of(transfers, &trial).ok_or(SummaryError::Overflow)?,
        report: store.audit().await?,
    })
}

async fn things<R: Row>(store: &Store, state: impl Fn(&R) -> Json) -> Result<Things, SummaryError> {
    let (mut states, mut after) = (BTreeMap::new(), String::new());
    loop {
        let rows = store.rows(R::KIND, None, &after, PAGE_ITEMS).await?;
        let Some((last, _)) = rows.last() else { break };
        after.clone_from(last);
        for (id, stored) in rows {
            let row: R = serde_json::from_str(&stored.body)
                .map_err(|source| SummaryError::Row { kind: R::KIND, id, source })?;
            let state = state(&row).as_str().unwrap_or("?").to_owned();
            *states.entry(state).or_default() += 1;
        }
    }
    Ok(Things { kind: R::KIND, states })
}

/// Every account that a transfer names, added up from the transfers, and how many these are.
pub(crate) async fn trial(store: &Store) -> Result<(u64, TrialBalance), SummaryError> {
    let (mut trial, mut count, mut after) = (TrialBalance::default(), 0, 0);
    loop {
        let transfers = store.transfers(None, None, after, PAGE_ITEMS).await?;
        let Some((last, _)) = transfers.last() else { break };
        after = *last;
        for (_, transfer) in &transfers {
            trial.add(transfer).ok_or(SummaryError::Overflow)?;
            count += 1;
        }
    }
    Ok((count, trial))
}

impl Ledger {
    fn of(transfers: u64, trial: &TrialBalance) -> Option<Self> {
        let mut sums = Self { transfers, ..Self::default() };
        for account in trial.accounts.values() {
            sums.accounts += 1;
            sums.debits = sums.debits.plus(account.debits.posted)?;
            sums.credits = sums.credits.plus(account.credits.posted)?;
            sums.held = sums.held.plus(account.debits.pending)?;
        }
        Some(sums)
    }
}
