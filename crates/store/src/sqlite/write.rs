//! How an account and a transfer are written, by a writer or by a copy.

use redress_core::{Account, Transfer};
use rusqlite::{Connection, Params, params};

use super::prepare;
use crate::error::Fault;
use crate::row::{limit_word, phase_word, reason_word};
use crate::sql;

/// Where a transfer stands.
pub(super) struct Standing<'a> {
    /// Its number; the next one if none is given.
    pub(super) seq: Option<i64>,
    /// The numbers of the names of the accounts: debit, credit.
    pub(super) accounts: (i64, i64),
    /// Its chain, its place there, and its link.
    pub(super) chain: i64,
    pub(super) n: i64,
    pub(super) link: &'a [u8],
}

pub(super) fn transfer(
    connection: &Connection,
    transfer: &Transfer,
    at: &Standing<'_>,
) -> Result<(), Fault> {
    let columns = params![
        at.seq,
        transfer.id.to_string(),
        at.accounts.0,
        at.accounts.1,
        transfer.amount.get(),
        reason_word(transfer.reason)?,
        phase_word(transfer.phase),
        transfer.phase.resolves().map(|hold| hold.to_string()),
        transfer.reference,
        transfer.at.unix(),
        at.chain,
        at.n,
        at.link,
    ];
    one(connection, sql::TRANSFER_INSERT, columns)
}

pub(super) fn account(
    connection: &Connection,
    account: &Account,
    is_new: bool,
) -> Result<(), Fault> {
    let statement = if is_new { sql::ACCOUNT_INSERT } else { sql::ACCOUNT_UPDATE };
    let columns = params![
        account.debits.pending.get(),
        account.debits.posted.get(),
        account.credits.pending.get(),
        account.credits.posted.get(),
        limit_word(account.limit),
        account.id.as_str(),
    ];
    one(connection, statement, columns)
}

/// Runs a statement that must touch one row.
pub(super) fn one(
    connection: &Connection,
    statement: &'static str,
    columns: impl Params,
) -> Result<(), Fault> {
    match prepare(connection, statement)?.execute(columns)? {
        1 => Ok(()),
        rows => Err(Fault::NotOne { statement, rows }),
    }
}
