//! From the columns of PostgreSQL's rows to those of the domain.

use redress_api::Timestamp;
use tokio_postgres::Row;

use super::fault::PgError;
use crate::error::Fault;
use crate::jobs::Queued;
use crate::row::{AccountColumns, TransferColumns, transfer_id};

/// The columns of an account, from this one on.
pub(super) fn account_columns(row: &Row, at: usize) -> Result<AccountColumns, PgError> {
    Ok(AccountColumns {
        id: row.try_get(at)?,
        limit_kind: row.try_get(at + 1)?,
        debits_pending: row.try_get(at + 2)?,
        debits_posted: row.try_get(at + 3)?,
        credits_pending: row.try_get(at + 4)?,
        credits_posted: row.try_get(at + 5)?,
    })
}

/// The columns of a transfer, from this one on.
pub(super) fn listed_transfer(row: &Row, at: usize) -> Result<TransferColumns, Fault> {
    let text = |at: usize| row.try_get::<_, String>(at).map_err(PgError::from);
    let resolves: Option<String> = row.try_get(at + 6).map_err(PgError::from)?;
    let number = |at: usize| row.try_get::<_, i64>(at).map_err(PgError::from);
    Ok(TransferColumns {
        id: transfer_id(&text(at)?)?,
        debit: text(at + 1)?,
        credit: text(at + 2)?,
        amount: number(at + 3)?,
        reason: text(at + 4)?,
        phase: text(at + 5)?,
        resolves: resolves.as_deref().map(transfer_id).transpose()?,
        reference: text(at + 7)?,
        at: number(at + 8)?,
    })
}

/// A row of a job.
pub(super) fn job(row: &Row) -> Result<Queued, Fault> {
    let columns = || -> Result<(i64, i64, i64, i64, String), PgError> {
        Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?))
    };
    let (id, run_at, leased_until, attempt, body) = columns()?;
    let job = serde_json::from_str(&body)
        .or_else(|error| crate::row::unreadable("a job", format!("number {id}: {error}")))?;
    let attempt = u32::try_from(attempt).unwrap_or(u32::MAX);
    Ok(Queued { id, run_at: Timestamp::from_unix(run_at), leased_until, attempt, job })
}
