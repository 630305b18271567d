//! How an account and a transfer are written, by a writer or by a copy.

use std::collections::BTreeMap;

use redress_core::{Account, AccountId, Transfer};
use rusqlite::{Connection, OptionalExtension as _, Params, params};

use super::prepare;
use crate::error::Fault;
use crate::row::{limit_word, phase_word, reason_word};
use crate::sql;

/// Where a transfer stands.
pub(super) struct Standing<'a> {
    /// Its number; the next one if none is given.
    pub(super) seq: Option<i64>,
    /// Its chain, its place there, and its link.
    pub(super) chain: i64,
    pub(super) n: i64,
    pub(super) link: &'a [u8],
}

/// The numbers of the names of accounts that a transaction has come across.
#[derive(Default)]
pub(super) struct Names(BTreeMap<AccountId, i64>);

impl Names {
    /// The number of an account's name; one that has none gets one.
    fn number(&mut self, connection: &Connection, account: &AccountId) -> Result<i64, Fault> {
        if let Some(number) = self.0.get(account) {
            return Ok(*number);
        }
        let name = [account.as_str()];
        let known = prepare(connection, sql::ACCOUNT_NUMBER)?
            .query_row(name, |row| row.get(0))
            .optional()?;
        let number = match known {
            Some(number) => number,
            None => {
                prepare(connection, sql::ACCOUNT_NAME_INSERT)?.query_row(name, |row| row.get(0))?
            }
        };
        self.0.insert(account.clone(), number);
        Ok(number)
    }
}

pub(super) fn transfer(
    connection: &Connection,
    names: &mut Names,
    transfer: &Transfer,
    at: &Standing<'_>,
) -> Result<(), Fault> {
    let columns = params![
        at.seq,
        transfer.id.to_string(),
        names.number(connection, &transfer.debit)?,
        names.number(connection, &transfer.credit)?,
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
