//! From keys to rows: what is read in one round trip.
//!
//! Futures are sent in the order in which they are polled, so statements that are joined in an
//! order run in that order, without waiting for each other's answers.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use redress_core::row::Found;
use redress_core::{Account, AccountId, Key, Stored, Transfer, TransferId, tenant};
use tokio_postgres::Row;

use super::columns::{account_columns, listed_transfer};
use super::connection::Connection;
use super::fault::PgError;
use super::overlay::{JobKey, Missing, Overlay};
use super::sql;
use crate::error::Fault;

/// Keys, each with what was found under it.
type Rows = Vec<(Key, Option<Found>)>;
type Jobs = Vec<(JobKey, Option<u32>)>;

/// What was found; nothing, for a key without a row.
pub(super) struct Loaded {
    pub(super) rows: Rows,
    pub(super) jobs: Jobs,
}

/// Keys by the table that they lead to.
struct Sorted<'a> {
    rows: BTreeMap<&'static str, Vec<&'a str>>,
    accounts: Vec<&'a AccountId>,
    transfers: Vec<(&'a AccountId, TransferId)>,
    jobs: Vec<&'a JobKey>,
}

fn sorted(keys: &Missing) -> Sorted<'_> {
    let (mut rows, mut accounts, mut transfers) = (BTreeMap::new(), Vec::new(), Vec::new());
    for key in &keys.keys {
        match key {
            Key::Row(kind, id) => {
                rows.entry(*kind).or_insert_with(Vec::new).push(id.as_str());
            }
            Key::Account(id) => accounts.push(id),
            Key::Transfer(debit, id) => transfers.push((debit, *id)),
        }
    }
    Sorted { rows, accounts, transfers, jobs: keys.jobs.iter().collect() }
}

/// Reads as the moment has it.
pub(super) async fn look(connection: &Connection, keys: &Missing) -> Result<Loaded, Fault> {
    let Sorted { rows: kinds, accounts: ids, transfers: holds, jobs: claims } = sorted(keys);
    let (rows, accounts, transfers, jobs) = tokio::try_join!(
        biased;
        rows(connection, &kinds),
        accounts(connection, sql::ACCOUNTS, &ids),
        transfers(connection, &holds),
        jobs(connection, sql::JOBS, &claims),
    )?;
    Ok(Loaded { rows: [rows, accounts, transfers].into_iter().flatten().collect(), jobs })
}

/// Begins a transaction if it is told to, and reads again, under locks, everything that a group has
/// looked at: to write, what its decisions change; to read, what they only depend on. Locks are
/// taken in the order of the keys, so groups that take no others never wait in a circle.
pub(super) async fn lock(
    connection: &Connection,
    begin: bool,
    overlay: &Overlay,
) -> Result<Loaded, Fault> {
    let seen = overlay.seen();
    let Sorted { rows: kinds, accounts: ids, transfers: _, jobs: claims } = sorted(&seen);
    let begun = async { if begin { connection.run("BEGIN").await } else { Ok(()) } };
    let begun = async { begun.await.map_err(Fault::from) };
    let kinds = kinds.iter().map(|(kind, ids)| {
        let writes = overlay.writes_kind(kind);
        let statement = if writes { sql::ROWS_TO_WRITE } else { sql::ROWS_TO_READ };
        rows_of_kind(connection, statement, kind, ids)
    });
    let moves = !overlay.writes.accounts.is_empty();
    let statement = if moves { sql::ACCOUNTS_TO_WRITE } else { sql::ACCOUNTS_TO_READ };
    let ((), rows, accounts, jobs) = tokio::try_join!(
        biased;
        begun,
        try_join_all(kinds),
        accounts(connection, statement, &ids),
        jobs(connection, sql::JOBS_TO_WRITE, &claims),
    )?;
    Ok(Loaded { rows: rows.into_iter().flatten().chain(accounts).collect(), jobs })
}

async fn rows(
    connection: &Connection,
    kinds: &BTreeMap<&'static str, Vec<&str>>,
) -> Result<Rows, Fault> {
    let pairs = || kinds.iter().flat_map(|(kind, ids)| ids.iter().map(|id| (*kind, *id)));
    let (kinds, ids): (Vec<&'static str>, Vec<&str>) = pairs().unzip();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenants: Vec<&str> = ids.iter().map(|id| tenant::of_row(id)).collect();
    let found = connection.query(sql::ROWS, &[&tenants, &kinds, &ids]).await?;
    let keys = kinds.into_iter().zip(ids).map(|(kind, id)| Key::Row(kind, id.to_owned()));
    fill(keys, &found, stored)
}

async fn rows_of_kind(
    connection: &Connection,
    statement: &'static str,
    kind: &'static str,
    ids: &[&str],
) -> Result<Rows, Fault> {
    let tenants: Vec<&str> = ids.iter().map(|id| tenant::of_row(id)).collect();
    let found = connection.query(statement, &[&tenants, &ids, &kind]).await?;
    fill(ids.iter().map(|id| Key::Row(kind, (*id).to_owned())), &found, stored)
}

async fn accounts(
    connection: &Connection,
    statement: &'static str,
    ids: &[&AccountId],
) -> Result<Rows, Fault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let tenants: Vec<&str> = ids.iter().map(|id| tenant::of_account(id)).collect();
    let names: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    let found = connection.query(statement, &[&tenants, &names]).await?;
    fill(ids.iter().map(|id| Key::Account((*id).clone())), &found, |row| {
        Ok(Found::Account(Account::try_from(account_columns(row, 1)?)?))
    })
}

async fn transfers(
    connection: &Connection,
    holds: &[(&AccountId, TransferId)],
) -> Result<Rows, Fault> {
    if holds.is_empty() {
        return Ok(Vec::new());
    }
    let tenants: Vec<&str> = holds.iter().map(|(debit, _)| tenant::of_account(debit)).collect();
    let ids: Vec<String> = holds.iter().map(|(_, id)| id.to_string()).collect();
    let found = connection.query(sql::TRANSFERS, &[&tenants, &ids]).await?;
    fill(holds.iter().map(|(debit, id)| Key::Transfer((*debit).clone(), *id)), &found, |row| {
        let transfer = Transfer::try_from(listed_transfer(row, 2)?)?;
        Ok(Found::Transfer { transfer, resolved: row.try_get(11).map_err(PgError::from)? })
    })
}

async fn jobs(
    connection: &Connection,
    statement: &'static str,
    keys: &[&JobKey],
) -> Result<Jobs, Fault> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let (tenants, ids): (Vec<&str>, Vec<i64>) =
        keys.iter().map(|(tenant, id)| (tenant.as_str(), *id)).unzip();
    let found = connection.query(statement, &[&tenants, &ids]).await?;
    fill(keys.iter().map(|key| (*key).clone()), &found, |row| {
        let attempt: i64 = row.try_get(1).map_err(PgError::from)?;
        Ok(u32::try_from(attempt).unwrap_or(u32::MAX))
    })
}

fn stored(row: &Row) -> Result<Found, Fault> {
    let version = row.try_get(1).map_err(PgError::from)?;
    Ok(Found::Row(Stored { version, body: row.try_get(2).map_err(PgError::from)? }))
}

/// Gives each key what was found for it; a row's first column says for which.
fn fill<K, T>(
    keys: impl Iterator<Item = K>,
    found: &[Row],
    read: impl Fn(&Row) -> Result<T, Fault>,
) -> Result<Vec<(K, Option<T>)>, Fault> {
    let mut filled: Vec<(K, Option<T>)> = keys.map(|key| (key, None)).collect();
    for row in found {
        let number: i64 = row.try_get(0).map_err(PgError::from)?;
        let place = usize::try_from(number - 1).ok().and_then(|at| filled.get_mut(at));
        let (_, slot) =
            place.ok_or_else(|| Fault::Lost("an answer nobody asked for".to_owned()))?;
        *slot = Some(read(row)?);
    }
    Ok(filled)
}
