//! Lists for people to look at, in pages, the jobs, and the audit.

use futures_util::TryStreamExt as _;
use redress_api::Timestamp;
use redress_core::audit::{Audit, Report};
use redress_core::{Account, Job, Stored, Transfer, tenant};
use tokio_postgres::Row;

use super::columns::{account_columns, job, listed_transfer};
use super::connection::{Connection, Param};
use super::fault::PgError;
use super::sql;
use crate::error::Fault;
use crate::jobs::{Claim, Claims, Queued, Window};

/// Rows of a kind, in the order in which they were made.
pub(super) async fn rows(
    connection: &Connection,
    kind: &str,
    owner: Option<&str>,
    after: &str,
    most: u32,
) -> Result<Vec<(String, Stored)>, Fault> {
    let (tenant, most) = (tenant::of_row(after), i64::from(most));
    let found = match owner {
        None => connection.query(sql::LIST_ROWS, &[&kind, &tenant, &after, &most]).await?,
        Some(owner) => {
            let bounds: [Param<'_>; 5] = [&kind, &tenant, &after, &most, &owner];
            connection.query(sql::LIST_ROWS_OF_OWNER, &bounds).await?
        }
    };
    let read = |row: &Row| -> Result<(String, Stored), PgError> {
        Ok((row.try_get(0)?, Stored { version: row.try_get(1)?, body: row.try_get(2)? }))
    };
    found.iter().map(|row| read(row).map_err(Fault::from)).collect()
}

/// Kept accounts, by name.
pub(super) async fn accounts(
    connection: &Connection,
    after: &str,
    most: u32,
) -> Result<Vec<Account>, Fault> {
    let found = connection.query(crate::sql::ACCOUNTS, &[&after, &i64::from(most)]).await?;
    found.iter().map(|row| account_columns(row, 0)?.try_into()).collect()
}

/// Transfers, in the order in which they were written, as near as several writers have one.
pub(super) async fn transfers(
    connection: &Connection,
    account: Option<&str>,
    reference: Option<&str>,
    after: i64,
    most: u32,
) -> Result<Vec<(i64, Transfer)>, Fault> {
    let most = i64::from(most);
    let found = match (account, reference) {
        (None, None) => connection.query(sql::LIST_TRANSFERS, &[&after, &most]).await?,
        (Some(account), None) => {
            let bounds: [Param<'_>; 3] = [&account, &after, &most];
            connection.query(sql::LIST_TRANSFERS_OF_ACCOUNT, &bounds).await?
        }
        (None, Some(reference)) => {
            let bounds: [Param<'_>; 3] = [&reference, &after, &most];
            connection.query(sql::LIST_TRANSFERS_OF_REFERENCE, &bounds).await?
        }
        (Some(account), Some(reference)) => {
            let bounds: [Param<'_>; 4] = [&reference, &after, &account, &most];
            connection.query(sql::LIST_TRANSFERS_OF_BOTH, &bounds).await?
        }
    };
    let read = |row: &Row| -> Result<(i64, Transfer), Fault> {
        let number = row.try_get(0).map_err(PgError::from)?;
        Ok((number, listed_transfer(row, 1)?.try_into()?))
    };
    found.iter().map(read).collect()
}

/// Jobs, by number.
pub(super) async fn jobs(
    connection: &Connection,
    after: i64,
    most: u32,
) -> Result<Vec<Queued>, Fault> {
    let found = connection.query(crate::sql::JOBS, &[&after, &i64::from(most)]).await?;
    found.iter().map(job).collect()
}

/// Leases what is due.
pub(super) async fn claim(connection: &Connection, window: &Window) -> Result<Claims, Fault> {
    let until = window.until();
    let (due, most) = (window.now.unix(), i64::from(window.most));
    let bounds: [Param<'_>; 4] = [&until, &due, &window.wall_seconds, &most];
    let found = connection.query(sql::JOB_CLAIM, &bounds).await?;
    let mut claims = Vec::new();
    for row in &found {
        match job(row) {
            Ok(Queued { id, run_at, leased_until: _, attempt, job }) => {
                claims.push(Claim { id, attempt, job, run_at });
            }
            // It stays leased, so that it does not keep the others from their turn.
            Err(fault) => tracing::error!(%fault, "a job is left alone"),
        }
    }
    claims.sort_by_key(|claim| (claim.run_at, claim.id));
    let next = connection.query(sql::JOB_NEXT, &[&window.wall_seconds, &until]).await?;
    let next: Option<i64> =
        next.first().map(|row| row.try_get(0)).transpose().map_err(PgError::from)?;
    Ok(Claims { claims, next_at: next.map(Timestamp::from_unix) })
}

/// Gives a job back; whether it was still there to give.
pub(super) async fn postpone(
    connection: &Connection,
    (id, attempt, job): (i64, u32, &Job),
    until: Timestamp,
) -> Result<bool, Fault> {
    let (tenant, until, attempt) = (tenant::of_job(job), until.unix(), i64::from(attempt));
    let bounds: [Param<'_>; 4] = [&until, &tenant, &id, &attempt];
    Ok(!connection.query(sql::JOB_POSTPONE, &bounds).await?.is_empty())
}

/// Feeds everything there is to an audit. The connection must be in a transaction that sees one
/// moment.
pub(super) async fn audit(connection: &Connection) -> Result<Report, Fault> {
    let mut audit = Audit::new();
    let mut found = std::pin::pin!(connection.stream(sql::ALL_TRANSFERS).await?);
    while let Some(row) = found.try_next().await.map_err(PgError::from)? {
        let transfer = listed_transfer(&row, 1)?.try_into()?;
        let place = || -> Result<(i64, Vec<u8>), tokio_postgres::Error> {
            Ok((row.try_get(10)?, row.try_get(11)?))
        };
        let (chain, link) = place().map_err(PgError::from)?;
        audit.transfer(chain, &transfer, &link);
    }
    let mut found = std::pin::pin!(connection.stream(sql::ALL_CHAINS).await?);
    while let Some(row) = found.try_next().await.map_err(PgError::from)? {
        let end = || -> Result<(i64, Vec<u8>), tokio_postgres::Error> {
            Ok((row.try_get(0)?, row.try_get(1)?))
        };
        let (chain, link) = end().map_err(PgError::from)?;
        audit.chain(chain, &link);
    }
    let mut found = std::pin::pin!(connection.stream(sql::ALL_ACCOUNTS).await?);
    while let Some(row) = found.try_next().await.map_err(PgError::from)? {
        audit.account(&account_columns(&row, 0)?.try_into()?);
    }
    let mut found = std::pin::pin!(connection.stream(sql::ALL_ROWS).await?);
    while let Some(row) = found.try_next().await.map_err(PgError::from)? {
        let columns = || -> Result<(String, String, Stored), tokio_postgres::Error> {
            let stored = Stored { version: row.try_get(2)?, body: row.try_get(3)? };
            Ok((row.try_get(0)?, row.try_get(1)?, stored))
        };
        let (kind, id, stored) = columns().map_err(PgError::from)?;
        audit.row(&kind, &id, &stored);
    }
    let mut found = std::pin::pin!(connection.stream(sql::ALL_JOBS).await?);
    while let Some(row) = found.try_next().await.map_err(PgError::from)? {
        audit.job(&job(&row)?.job);
    }
    Ok(audit.finish())
}
