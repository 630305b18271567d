//! A file as the source and as the target of a copy.

use std::fs::File;
use std::path::Path;

use redress_core::audit::Report;
use rusqlite::{Connection, Params, Row, params};

use super::connection::{lock, open_to_copy_into, open_to_read, resolve};
use super::write::{self, Names, Standing};
use super::{prepare, row_key};
use crate::copy::{BATCH_ITEMS, Batch, ChainEnd, LinkedTransfer, ListedRow, Table};
use crate::error::{Fault, OpenError};
use crate::jobs::Queued;
use crate::page;
use crate::sql;

/// A file that is read at one moment, and by no server.
pub(crate) struct Source {
    connection: Connection,
    /// Which kind is being read, after which number and name.
    at: Option<(Table, i64, String)>,
    _lock: File,
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let path = resolve(path)?;
        if !path.exists() {
            return Err(OpenError::File { path, source: std::io::ErrorKind::NotFound.into() });
        }
        // What a server writes meanwhile would be missing from the copy.
        let lock = lock(&path)?;
        let connection = open_to_read(&path)?;
        connection.execute_batch("BEGIN")?;
        Ok(Self { connection, at: None, _lock: lock })
    }

    pub(crate) fn count(&self, table: Table) -> Result<i64, Fault> {
        count(&self.connection, table)
    }

    pub(crate) fn audit(&self) -> Result<Report, Fault> {
        page::audit(&self.connection)
    }

    pub(crate) fn next(&mut self, table: Table) -> Result<Batch, Fault> {
        let begin = (table, i64::MIN, String::new());
        let (_, number, name) = self.at.take().filter(|at| at.0 == table).unwrap_or(begin);
        let most = u32::try_from(BATCH_ITEMS).expect("a batch is small");
        let (batch, last) = match table {
            Table::Chains => {
                let all = self.all(sql::COPY_CHAINS, number, chain)?;
                let last = all.last().map(|chain| (chain.id, String::new()));
                (Batch::Chains(all), last)
            }
            Table::Rows => {
                let all = self.all(sql::COPY_ROWS, number, listed)?;
                let last = all.last().map(|row| (row.seq, String::new()));
                (Batch::Rows(all), last)
            }
            Table::Accounts => {
                let all = page::accounts(&self.connection, &name, most)?;
                let last = all.last().map(|account| (0, account.id.to_string()));
                (Batch::Accounts(all), last)
            }
            Table::Transfers => {
                let all = self.all(sql::TRANSFERS, number, linked)?;
                let all = all.into_iter().collect::<Result<Vec<_>, Fault>>()?;
                let last = all.last().map(|transfer| (transfer.seq, String::new()));
                (Batch::Transfers(all), last)
            }
            Table::Jobs => {
                let all = page::jobs(&self.connection, number, most)?;
                let last = all.last().map(|job| (job.id, String::new()));
                (Batch::Jobs(all), last)
            }
        };
        self.at = last.map(|(number, name)| (table, number, name));
        Ok(batch)
    }

    fn all<T>(
        &self,
        statement: &'static str,
        after: i64,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        // Lossless: a batch is small.
        let bounds = params![after, BATCH_ITEMS as i64];
        prepare(&self.connection, statement)?.query_map(bounds, read)?.collect()
    }
}

fn count(connection: &Connection, table: Table) -> Result<i64, Fault> {
    Ok(connection.query_row(table.count(), [], |row| row.get(0))?)
}

fn chain(row: &Row<'_>) -> rusqlite::Result<ChainEnd> {
    Ok(ChainEnd { id: row.get(0)?, links: row.get(1)?, link: row.get(2)? })
}

fn listed(row: &Row<'_>) -> rusqlite::Result<ListedRow> {
    Ok(ListedRow {
        seq: row.get(0)?,
        kind: row.get(1)?,
        id: row.get(2)?,
        owner: row.get(3)?,
        version: row.get(4)?,
        updated_at: row.get(5)?,
        body: row.get(6)?,
    })
}

fn linked(row: &Row<'_>) -> rusqlite::Result<Result<LinkedTransfer, Fault>> {
    let (seq, chain, n, link) = (row.get(0)?, row.get(10)?, row.get(11)?, row.get(12)?);
    let transfer = page::transfer_columns(row)?.try_into();
    Ok(transfer.map(|transfer| LinkedTransfer { seq, transfer, chain, n, link }))
}

/// A file in a transaction that holds all that is written to it.
pub(crate) struct Target {
    connection: Connection,
    names: Names,
    _lock: File,
}

impl Target {
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let path = resolve(path)?;
        let lock = lock(&path)?;
        let connection = open_to_copy_into(&path)?;
        // A hold may be in another chain than its end, and come after it.
        connection.execute_batch("BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON")?;
        Ok(Self { connection, names: Names::default(), _lock: lock })
    }

    pub(crate) fn count(&self, table: Table) -> Result<i64, Fault> {
        count(&self.connection, table)
    }

    pub(crate) fn audit(&self) -> Result<Report, Fault> {
        page::audit(&self.connection)
    }

    /// Writes nothing.
    pub(crate) fn roll_back(self) -> Result<(), Fault> {
        Ok(self.connection.execute_batch("ROLLBACK")?)
    }

    pub(crate) fn commit(self) -> Result<(), Fault> {
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    pub(crate) fn write(&mut self, batch: &Batch) -> Result<(), Fault> {
        match batch {
            Batch::Chains(all) => all.iter().try_for_each(|ChainEnd { id, links, link }| {
                self.run(sql::CHAIN_WRITE, params![id, links, link])
            }),
            Batch::Rows(all) => all.iter().try_for_each(|row| self.row(row)),
            Batch::Accounts(all) => {
                all.iter().try_for_each(|account| write::account(&self.connection, account, true))
            }
            Batch::Transfers(all) => all.iter().try_for_each(|transfer| self.transfer(transfer)),
            Batch::Jobs(all) => all.iter().try_for_each(|job| self.job(job)),
        }
    }

    fn run(&self, statement: &'static str, columns: impl Params) -> Result<(), Fault> {
        prepare(&self.connection, statement)?.execute(columns)?;
        Ok(())
    }

    fn row(&self, row: &ListedRow) -> Result<(), Fault> {
        let ListedRow { seq, kind, id, owner, version, updated_at, body } = row;
        let key = row_key(kind, id);
        let columns = params![seq, key, kind, id, owner, version, updated_at, body];
        self.run(sql::COPY_ROW, columns)
    }

    fn transfer(&mut self, linked: &LinkedTransfer) -> Result<(), Fault> {
        let LinkedTransfer { seq, transfer, chain, n, link } = linked;
        let at = Standing { seq: Some(*seq), chain: *chain, n: *n, link };
        write::transfer(&self.connection, &mut self.names, transfer, &at)
    }

    fn job(&self, queued: &Queued) -> Result<(), Fault> {
        let Queued { id, run_at, leased_until: _, attempt, job } = queued;
        let columns = params![id, run_at.unix(), attempt, serde_json::to_string(job)?];
        self.run(sql::COPY_JOB, columns)
    }
}
