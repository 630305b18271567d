//! A database as the source and as the target of a copy. Its connection lives on the runtime that the
//! copy runs on.

use std::pin::Pin;

use futures_util::stream::Fuse;
use futures_util::{StreamExt as _, TryStreamExt as _};
use redress_core::audit::Report;
use redress_core::tenant;
use tokio::runtime::Handle;
use tokio_postgres::{Row, RowStream};

use super::columns::{account_columns, job, listed_transfer};
use super::connection::{Connection, Connector, Param, Purpose};
use super::fault::PgError;
use super::{lists, migrate, sql, url};
use crate::copy::{BATCH_ITEMS, Batch, ChainEnd, LinkedTransfer, ListedRow, Table};
use crate::error::{Fault, OpenError};
use crate::jobs::Queued;
use crate::location::PostgresUrl;
use crate::row::{limit_word, phase_word, reason_word};

/// What is written, a batch in one statement.
const STATEMENTS: &[&str] =
    &[sql::COPY_CHAINS, sql::COPY_ROWS, sql::ACCOUNTS_INSERT, sql::COPY_TRANSFERS, sql::COPY_JOBS];

/// A copy takes as long as it takes.
const PATIENCE: &str = "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0";

async fn connect(
    at: &PostgresUrl,
    purpose: Purpose,
    statements: &'static [&'static str],
) -> Result<Connection, OpenError> {
    let connector = Connector::new(url::read(at.as_str())?, Handle::current())?;
    Ok(connector.connect(purpose, statements).await?)
}

async fn count(connection: &Connection, table: Table) -> Result<i64, Fault> {
    Ok(connection.number(table.count()).await?.unwrap_or(0))
}

/// A database that is read at one moment.
pub(crate) struct Source {
    connection: Connection,
    /// What is being read, and what is left of it.
    rows: Option<(Table, Rows)>,
}

/// Rows to their end, and nothing after it.
type Rows = Pin<Box<Fuse<RowStream>>>;

impl Source {
    pub(crate) async fn open(at: &PostgresUrl) -> Result<Self, OpenError> {
        let connection = connect(at, Purpose::Read, &[]).await?;
        migrate::check(&connection, at.to_string()).await?;
        let begin = format!("{PATIENCE}; BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        connection.run(&begin).await.map_err(Fault::from)?;
        Ok(Self { connection, rows: None })
    }

    pub(crate) async fn count(&self, table: Table) -> Result<i64, Fault> {
        count(&self.connection, table).await
    }

    pub(crate) async fn audit(&self) -> Result<Report, Fault> {
        lists::audit(&self.connection).await
    }

    pub(crate) async fn next(&mut self, table: Table) -> Result<Batch, Fault> {
        let begun = self.rows.take().filter(|(begun, _)| *begun == table);
        let mut rows = match begun {
            Some((_, rows)) => rows,
            None => {
                let statement = match table {
                    Table::Chains => sql::COPIED_CHAINS,
                    Table::Rows => sql::COPIED_ROWS,
                    Table::Accounts => sql::ALL_ACCOUNTS,
                    Table::Transfers => sql::COPIED_TRANSFERS,
                    Table::Jobs => sql::ALL_JOBS,
                };
                Box::pin(self.connection.stream(statement).await?.fuse())
            }
        };
        let mut some = Vec::new();
        while some.len() < BATCH_ITEMS
            && let Some(row) = rows.try_next().await.map_err(PgError::from)?
        {
            some.push(row);
        }
        self.rows = Some((table, rows));
        batch(table, &some)
    }
}

fn batch(table: Table, rows: &[Row]) -> Result<Batch, Fault> {
    let all = rows.iter();
    Ok(match table {
        Table::Chains => Batch::Chains(all.map(chain).collect::<Result<_, _>>()?),
        Table::Rows => Batch::Rows(all.map(listed).collect::<Result<_, _>>()?),
        Table::Accounts => Batch::Accounts(
            all.map(|row| account_columns(row, 0)?.try_into()).collect::<Result<_, Fault>>()?,
        ),
        Table::Transfers => Batch::Transfers(all.map(linked).collect::<Result<_, _>>()?),
        Table::Jobs => Batch::Jobs(all.map(job).collect::<Result<_, _>>()?),
    })
}

fn chain(row: &Row) -> Result<ChainEnd, PgError> {
    Ok(ChainEnd { id: row.try_get(0)?, links: row.try_get(1)?, link: row.try_get(2)? })
}

fn listed(row: &Row) -> Result<ListedRow, PgError> {
    Ok(ListedRow {
        seq: row.try_get(0)?,
        kind: row.try_get(1)?,
        id: row.try_get(2)?,
        owner: row.try_get(3)?,
        version: row.try_get(4)?,
        updated_at: row.try_get(5)?,
        body: row.try_get(6)?,
    })
}

fn linked(row: &Row) -> Result<LinkedTransfer, Fault> {
    let place = || -> Result<(i64, i64, i64, Vec<u8>), PgError> {
        Ok((row.try_get(0)?, row.try_get(10)?, row.try_get(11)?, row.try_get(12)?))
    };
    let (seq, chain, n, link) = place()?;
    Ok(LinkedTransfer { seq, transfer: listed_transfer(row, 1)?.try_into()?, chain, n, link })
}

/// A database in a transaction that holds all that is written to it.
pub(crate) struct Target {
    connection: Connection,
}

/// One element for each thing that is written.
fn column<'a, T, V>(all: &'a [T], value: impl Fn(&'a T) -> V) -> Vec<V> {
    all.iter().map(value).collect()
}

impl Target {
    pub(crate) async fn open(at: &PostgresUrl) -> Result<Self, OpenError> {
        let connection = connect(at, Purpose::Write, &[]).await?;
        migrate::migrate(&connection).await?;
        // Statements are prepared on tables that are there.
        let connection = connect(at, Purpose::Write, STATEMENTS).await?;
        connection.run(&format!("{PATIENCE}; BEGIN")).await.map_err(Fault::from)?;
        Ok(Self { connection })
    }

    pub(crate) async fn count(&self, table: Table) -> Result<i64, Fault> {
        count(&self.connection, table).await
    }

    pub(crate) async fn audit(&self) -> Result<Report, Fault> {
        lists::audit(&self.connection).await
    }

    /// Writes nothing.
    pub(crate) async fn roll_back(self) -> Result<(), Fault> {
        Ok(self.connection.run("ROLLBACK").await?)
    }

    /// What is made from then on is numbered after what was copied.
    pub(crate) async fn commit(self) -> Result<(), Fault> {
        for statement in sql::COPY_NUMBERS {
            self.connection.run(statement).await?;
        }
        self.connection.run("COMMIT").await?;
        if let Err(error) = self.connection.run("ANALYZE").await {
            tracing::warn!(%error, "the database has no statistics of the copy yet");
        }
        Ok(())
    }

    pub(crate) async fn write(&self, batch: &Batch) -> Result<(), Fault> {
        match batch {
            Batch::Chains(all) => {
                let links = column(all, |chain| chain.links);
                let link = column(all, |chain| chain.link.as_slice());
                let ids = column(all, |chain| chain.id);
                self.run(sql::COPY_CHAINS, &[&ids, &links, &link]).await
            }
            Batch::Rows(all) => self.rows(all).await,
            Batch::Accounts(all) => {
                let columns: [Param<'_>; 7] = [
                    &column(all, |account| tenant::of_account(&account.id)),
                    &column(all, |account| account.id.as_str()),
                    &column(all, |account| limit_word(account.limit)),
                    &column(all, |account| account.debits.pending.get()),
                    &column(all, |account| account.debits.posted.get()),
                    &column(all, |account| account.credits.pending.get()),
                    &column(all, |account| account.credits.posted.get()),
                ];
                self.run(sql::ACCOUNTS_INSERT, &columns).await
            }
            Batch::Transfers(all) => self.transfers(all).await,
            Batch::Jobs(all) => self.jobs(all).await,
        }
    }

    async fn run(&self, statement: &'static str, columns: &[Param<'_>]) -> Result<(), Fault> {
        self.connection.query(statement, columns).await?;
        Ok(())
    }

    async fn rows(&self, all: &[ListedRow]) -> Result<(), Fault> {
        let columns: [Param<'_>; 8] = [
            &column(all, |row| tenant::of_row(&row.id)),
            &column(all, |row| row.kind.as_str()),
            &column(all, |row| row.id.as_str()),
            &column(all, |row| row.seq),
            &column(all, |row| row.owner.as_str()),
            &column(all, |row| row.version),
            &column(all, |row| row.updated_at),
            &column(all, |row| row.body.as_str()),
        ];
        self.run(sql::COPY_ROWS, &columns).await
    }

    async fn transfers(&self, all: &[LinkedTransfer]) -> Result<(), Fault> {
        let reasons = all.iter().map(|linked| reason_word(linked.transfer.reason));
        let reasons = reasons.collect::<Result<Vec<_>, _>>()?;
        let resolves = |hold: redress_core::TransferId| hold.to_string();
        let columns: [Param<'_>; 14] = [
            &column(all, |linked| tenant::of_transfer(&linked.transfer)),
            &column(all, |linked| linked.transfer.id.to_string()),
            &column(all, |linked| linked.seq),
            &column(all, |linked| linked.transfer.debit.as_str()),
            &column(all, |linked| linked.transfer.credit.as_str()),
            &column(all, |linked| linked.transfer.amount.get()),
            &reasons,
            &column(all, |linked| phase_word(linked.transfer.phase)),
            &column(all, |linked| linked.transfer.phase.resolves().map(resolves)),
            &column(all, |linked| linked.transfer.reference.as_str()),
            &column(all, |linked| linked.transfer.at.unix()),
            &column(all, |linked| linked.chain),
            &column(all, |linked| linked.n),
            &column(all, |linked| linked.link.as_slice()),
        ];
        self.run(sql::COPY_TRANSFERS, &columns).await
    }

    async fn jobs(&self, all: &[Queued]) -> Result<(), Fault> {
        let bodies = all.iter().map(|queued| serde_json::to_string(&queued.job));
        let bodies = bodies.collect::<Result<Vec<_>, _>>()?;
        let columns: [Param<'_>; 5] = [
            &column(all, |queued| tenant::of_job(&queued.job)),
            &column(all, |queued| queued.id),
            &column(all, |queued| queued.run_at.unix()),
            &column(all, |queued| i64::from(queued.attempt)),
            &bodies,
        ];
        self.run(sql::COPY_JOBS, &columns).await
    }
}
