//! From what a group has decided to what is written, in one round trip with its commit.

use futures_util::future::join_all;
use redress_core::ledger::{self, Link};
use redress_core::{Transfer, tenant};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::connection::{Connection, Param};
use super::fault::PgError;
use super::overlay::Writes;
use super::sql;
use crate::error::Fault;
use crate::row::{limit_word, phase_word, reason_word};

/// The chain of one writer, as it is in the database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain {
    pub(super) id: i64,
    /// How many groups were committed.
    pub(super) groups: i64,
    /// How many transfers.
    pub(super) links: i64,
    pub(super) link: Link,
}

/// Why a group may not be written.
pub(super) enum Unwritten {
    /// It is not.
    Not(Fault),
    /// No one knows.
    Unknown(Fault),
}

/// Writes what a group has decided, and commits. Gives the chain as it is then.
pub(super) async fn commit(
    connection: &Connection,
    writes: &Writes,
    chain: Chain,
) -> Result<Chain, Unwritten> {
    let (batch, chain) = batch(writes, chain).map_err(Unwritten::Not)?;
    let writing = batch.iter().map(|(statement, columns)| async move {
        let params: Vec<Param<'_>> = columns.iter().map(|column| &**column as Param<'_>).collect();
        connection.query(statement, &params).await
    });
    // Polled in this order, so sent in this order.
    let (written, committed): (Vec<Result<Vec<Row>, PgError>>, _) =
        tokio::join!(biased; join_all(writing), connection.run("COMMIT"));
    let mut errors: Vec<PgError> = written.into_iter().filter_map(Result::err).collect();
    // What comes after the first error only says that there was one.
    errors.retain(|error| !error.is_sequel());
    if let Some(error) = errors.into_iter().next() {
        // The commit was on its way, so a connection that breaks here may have brought it there.
        let unknown = error.is_unknown();
        let fault = Fault::from(error);
        return Err(if unknown { Unwritten::Unknown(fault) } else { Unwritten::Not(fault) });
    }
    match committed {
        Ok(()) => Ok(chain),
        Err(error) if error.is_unknown() => Err(Unwritten::Unknown(error.into())),
        Err(error) => Err(Unwritten::Not(error.into())),
    }
}

type Column<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// A statement and its parameters: arrays, one element for each thing that is written.
type Statement<'a> = (&'static str, Vec<Column<'a>>);

fn column<'a, T, V>(things: &[T], value: impl Fn(&T) -> V) -> Column<'a>
where
    Vec<V>: ToSql + Sync + Send + 'a,
{
    Box::new(things.iter().map(value).collect::<Vec<V>>())
}

fn count<'a, T>(things: &[T]) -> Column<'a> {
    // Lossless: a group is small.
    Box::new(things.len() as i64)
}

/// All statements of a group but its commit, and the chain after them.
fn batch(writes: &Writes, chain: Chain) -> Result<(Vec<Statement<'_>>, Chain), Fault> {
    let mut batch = Vec::new();
    rows(writes, &mut batch);
    accounts(writes, &mut batch);
    let after = transfers(writes, chain, &mut batch)?;
    jobs(writes, &mut batch)?;
    let link: Column<'_> = Box::new(after.link.to_vec());
    let fields = vec![Box::new(after.links) as Column<'_>, link];
    let whose: [Column<'_>; 2] = [Box::new(chain.id), Box::new(chain.groups)];
    batch.push((sql::CHAIN_UPDATE, fields.into_iter().chain(whose).collect()));
    Ok((batch, after))
}

fn rows<'a>(writes: &'a Writes, batch: &mut Vec<Statement<'a>>) {
    let (new, known): (Vec<_>, Vec<_>) = writes.rows.iter().partition(|(_, row)| row.base == 0);
    for (statement, rows) in [(sql::ROWS_INSERT, new), (sql::ROWS_UPDATE, known)] {
        if rows.is_empty() {
            continue;
        }
        let mut columns = vec![
            column(&rows, |((_, id), _)| tenant::of_row(id)),
            column(&rows, |((kind, _), _)| *kind),
            column(&rows, |((_, id), _)| id.as_str()),
            column(&rows, |(_, row)| row.owner.as_str()),
            column(&rows, |(_, row)| row.version),
            column(&rows, |(_, row)| row.at.unix()),
            column(&rows, |(_, row)| row.body.as_str()),
        ];
        if statement == sql::ROWS_UPDATE {
            columns.push(count(&rows));
            columns.push(column(&rows, |(_, row)| row.base));
        }
        batch.push((statement, columns));
    }
}

fn accounts<'a>(writes: &'a Writes, batch: &mut Vec<Statement<'a>>) {
    let all = writes.accounts.values();
    let (new, known): (Vec<_>, Vec<_>) = all.partition(|(_, is_new)| *is_new);
    for (statement, accounts) in [(sql::ACCOUNTS_INSERT, new), (sql::ACCOUNTS_UPDATE, known)] {
        if accounts.is_empty() {
            continue;
        }
        let mut columns = vec![
            column(&accounts, |(account, _)| tenant::of_account(&account.id)),
            column(&accounts, |(account, _)| account.id.as_str()),
            column(&accounts, |(account, _)| limit_word(account.limit)),
            column(&accounts, |(account, _)| account.debits.pending.get()),
            column(&accounts, |(account, _)| account.debits.posted.get()),
            column(&accounts, |(account, _)| account.credits.pending.get()),
            column(&accounts, |(account, _)| account.credits.posted.get()),
        ];
        if statement == sql::ACCOUNTS_UPDATE {
            columns.push(count(&accounts));
        }
        batch.push((statement, columns));
    }
}

/// Gives the chain after the transfers.
fn transfers<'a>(
    writes: &'a Writes,
    chain: Chain,
    batch: &mut Vec<Statement<'a>>,
) -> Result<Chain, Fault> {
    let all = &writes.transfers;
    let mut after = Chain { groups: chain.groups + 1, ..chain };
    let mut links: Vec<Vec<u8>> = Vec::with_capacity(all.len());
    let mut reasons = Vec::with_capacity(all.len());
    for transfer in all {
        after.links += 1;
        after.link = ledger::link(&after.link, transfer);
        links.push(after.link.to_vec());
        reasons.push(reason_word(transfer.reason)?);
    }
    if !all.is_empty() {
        let columns = vec![
            column(all, tenant_of),
            column(all, |transfer| transfer.id.to_string()),
            column(all, |transfer| transfer.debit.to_string()),
            column(all, |transfer| transfer.credit.to_string()),
            column(all, |transfer| transfer.amount.get()),
            Box::new(reasons) as Column<'a>,
            column(all, |transfer| phase_word(transfer.phase)),
            column(all, |transfer| transfer.phase.resolves().map(|hold| hold.to_string())),
            column(all, |transfer| transfer.reference.clone()),
            column(all, |transfer| transfer.at.unix()),
            Box::new(chain.id),
            Box::new(chain.links),
            Box::new(links),
        ];
        batch.push((sql::TRANSFERS_INSERT, columns));
    }
    Ok(after)
}

fn tenant_of(transfer: &Transfer) -> String {
    tenant::of_transfer(transfer).to_owned()
}

fn jobs<'a>(writes: &'a Writes, batch: &mut Vec<Statement<'a>>) -> Result<(), Fault> {
    if !writes.jobs.is_empty() {
        let bodies = writes.jobs.iter().map(|(_, job)| serde_json::to_string(job));
        let bodies = bodies.collect::<Result<Vec<String>, _>>()?;
        let columns = vec![
            column(&writes.jobs, |(_, job)| tenant::of_job(job).to_owned()),
            column(&writes.jobs, |(at, _)| at.unix()),
            Box::new(bodies) as Column<'a>,
        ];
        batch.push((sql::JOBS_INSERT, columns));
    }
    if !writes.done.is_empty() {
        let done: Vec<_> = writes.done.iter().collect();
        let columns = vec![
            column(&done, |((tenant, _), _)| tenant.as_str()),
            column(&done, |((_, id), _)| *id),
            column(&done, |(_, attempt)| i64::from(**attempt)),
            count(&done),
        ];
        batch.push((sql::JOBS_DELETE, columns));
    }
    Ok(())
}
