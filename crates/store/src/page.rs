//! Lists for people to look at, in pages, and the audit, over one moment of the database.

use redress_api::Timestamp;
use redress_core::audit::{Audit, Report};
use redress_core::{Account, Stored, Transfer, TransferId};
use rusqlite::{Connection, Row, Statement, params};

use crate::error::Fault;
use crate::jobs::Queued;
use crate::row::{AccountColumns, TransferColumns};
use crate::sql;
use crate::sqlite::{RowKey, prepare, row_key};

/// More than any table has.
const EVERYTHING: i64 = i64::MAX;

/// Rows of a kind, in the order in which they were made.
pub(crate) fn rows(
    connection: &Connection,
    kind: &str,
    owner: Option<&str>,
    after: &str,
    most: u32,
) -> Result<Vec<(String, Stored)>, Fault> {
    let after = row_key(kind, after);
    let read =
        |row: &Row<'_>| Ok((row.get(0)?, Stored { version: row.get(1)?, body: row.get(2)? }));
    let found: Result<Vec<_>, _> = match owner {
        None => {
            prepare(connection, sql::ROWS)?.query_map(params![kind, after, most], read)?.collect()
        }
        Some(owner) => prepare(connection, sql::ROWS_OF_OWNER)?
            .query_map(params![kind, after, owner, most], read)?
            .collect(),
    };
    Ok(found?)
}

/// Kept accounts, by name.
pub(crate) fn accounts(
    connection: &Connection,
    after: &str,
    most: u32,
) -> Result<Vec<Account>, Fault> {
    let mut statement = prepare(connection, sql::ACCOUNTS)?;
    let found = statement.query_map(params![after, most], account_columns)?;
    found.map(|columns| Account::try_from(columns?)).collect()
}

/// Transfers, in the order in which they were written.
pub(crate) fn transfers(
    connection: &Connection,
    account: Option<&str>,
    reference: Option<&str>,
    after: i64,
    most: u32,
) -> Result<Vec<(i64, Transfer)>, Fault> {
    let statement = |text| prepare(connection, text);
    match (account, reference) {
        (None, None) => listed(&mut *statement(sql::TRANSFERS)?, params![after, most]),
        (Some(account), None) => {
            listed(&mut *statement(sql::TRANSFERS_OF_ACCOUNT)?, params![account, after, most])
        }
        (None, Some(reference)) => {
            listed(&mut *statement(sql::TRANSFERS_OF_REFERENCE)?, params![reference, after, most])
        }
        (Some(account), Some(reference)) => {
            let bounds = params![reference, after, account, most];
            listed(&mut *statement(sql::TRANSFERS_OF_BOTH)?, bounds)
        }
    }
}

fn listed(
    statement: &mut Statement<'_>,
    bounds: impl rusqlite::Params,
) -> Result<Vec<(i64, Transfer)>, Fault> {
    let found = statement.query_map(bounds, |row| Ok((row.get(0)?, transfer_columns(row)?)))?;
    found
        .map(|row| {
            let (number, columns) = row?;
            Ok((number, columns.try_into()?))
        })
        .collect()
}

/// Jobs, by number.
pub(crate) fn jobs(connection: &Connection, after: i64, most: u32) -> Result<Vec<Queued>, Fault> {
    let mut statement = prepare(connection, sql::JOBS)?;
    statement.query_map(params![after, most], job_columns)?.map(|row| queued(row?)).collect()
}

/// Feeds everything there is to an audit. `connection` must be in a transaction.
pub(crate) fn audit(connection: &Connection) -> Result<Report, Fault> {
    let mut audit = Audit::new();
    let mut statement = prepare(connection, sql::ALL_TRANSFERS)?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let (chain, link): (i64, Vec<u8>) = (row.get(10)?, row.get(12)?);
        audit.transfer(chain, &transfer_columns(row)?.try_into()?, &link);
    }
    let mut statement = prepare(connection, sql::ALL_CHAINS)?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let (chain, link): (i64, Vec<u8>) = (row.get(0)?, row.get(1)?);
        audit.chain(chain, &link);
    }
    let mut statement = prepare(connection, sql::ACCOUNTS)?;
    for columns in statement.query_map(params!["", EVERYTHING], account_columns)? {
        audit.account(&columns?.try_into()?);
    }
    let mut statement = prepare(connection, sql::ALL_ROWS)?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let (kind, id): (String, String) = (row.get(0)?, row.get(1)?);
        let key: RowKey = row.get(4)?;
        if key != row_key(&kind, &id) {
            return crate::row::unreadable("the key of a row", format!("{kind} {id}"));
        }
        audit.row(&kind, &id, &Stored { version: row.get(2)?, body: row.get(3)? });
    }
    let mut statement = prepare(connection, sql::JOBS)?;
    for columns in statement.query_map(params![0, EVERYTHING], job_columns)? {
        audit.job(&queued(columns?)?.job);
    }
    Ok(audit.finish())
}

/// A row of `accounts!`.
pub(crate) fn account_columns(row: &Row<'_>) -> rusqlite::Result<AccountColumns> {
    Ok(AccountColumns {
        id: row.get(0)?,
        limit_kind: row.get(1)?,
        debits_pending: row.get(2)?,
        debits_posted: row.get(3)?,
        credits_pending: row.get(4)?,
        credits_posted: row.get(5)?,
    })
}

/// A row of `transfers!`, from its second column on.
pub(crate) fn transfer_columns(row: &Row<'_>) -> rusqlite::Result<TransferColumns> {
    let id = |bytes: [u8; 16]| TransferId::new(u128::from_be_bytes(bytes));
    Ok(TransferColumns {
        id: id(row.get(1)?),
        debit: row.get(2)?,
        credit: row.get(3)?,
        amount: row.get(4)?,
        reason: row.get(5)?,
        phase: row.get(6)?,
        resolves: row.get::<_, Option<[u8; 16]>>(7)?.map(id),
        reference: row.get(8)?,
        at: row.get(9)?,
    })
}

/// The columns of a job.
pub(crate) struct JobColumns {
    id: i64,
    run_at: i64,
    leased_until: i64,
    attempt: u32,
    body: String,
}

/// A row of a job.
pub(crate) fn job_columns(row: &Row<'_>) -> rusqlite::Result<JobColumns> {
    Ok(JobColumns {
        id: row.get(0)?,
        run_at: row.get(1)?,
        leased_until: row.get(2)?,
        attempt: row.get(3)?,
        body: row.get(4)?,
    })
}

/// The job of a row.
pub(crate) fn queued(columns: JobColumns) -> Result<Queued, Fault> {
    let JobColumns { id, run_at, leased_until, attempt, body } = columns;
    let job = serde_json::from_str(&body)
        .or_else(|error| crate::row::unreadable("a job", format!("number {id}: {error}")))?;
    Ok(Queued { id, run_at: Timestamp::from_unix(run_at), leased_until, attempt, job })
}
