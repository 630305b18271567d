//! Decisions over a connection: each row is looked up the moment a rule asks for it, and once.

use std::collections::BTreeMap;

use redress_core::row::{Found, Lookup, Rows};
use redress_core::{Account, Changes, Command, Frame, Key, Stored, Transfer};
use rusqlite::{Connection, OptionalExtension, params};

use super::write::Names;
use super::{prepare, row_key};
use crate::decide;
use crate::error::{Failure, Fault};
use crate::page::{account_columns, transfer_columns};
use crate::sql;

/// What was seen in a transaction, as it is after what was written in it: nobody else writes
/// meanwhile, and the commands of a group look at the same merchants and accounts.
#[derive(Default)]
pub(super) struct Seen {
    rows: BTreeMap<Key, Option<Found>>,
    pub(super) names: Names,
}

impl Seen {
    /// Takes in what a command has had written.
    pub(super) fn write(&mut self, changes: Changes) {
        let Changes { puts, accounts, now: _, transfers: _, jobs: _ } = changes;
        for ((kind, id), put) in puts {
            let row = Found::Row(Stored { version: put.replaces + 1, body: put.body });
            self.rows.insert(Key::Row(kind, id), Some(row));
        }
        for (id, (account, _)) in accounts {
            self.rows.insert(Key::Account(id), Some(Found::Account(account)));
        }
    }
}

/// What a rule decides over the rows of a connection. The outer error ends the transaction; the
/// inner one is the rule's.
pub(super) fn decide<C: Command>(
    connection: &Connection,
    command: &C,
    frame: Frame,
    seen: &mut Seen,
) -> Result<Result<(C::Outcome, Changes), Failure>, Fault> {
    let mut looks = Looks { connection, seen, fault: None };
    let decided = decide::decide(command, frame, &mut looks);
    if let Some(fault) = looks.fault {
        return Err(fault);
    }
    Ok(decided.map_err(|stop| {
        decide::report(&stop);
        stop.into()
    }))
}

struct Looks<'a> {
    connection: &'a Connection,
    seen: &'a mut Seen,
    /// The first look that failed: what the rule says after it does not count.
    fault: Option<Fault>,
}

impl Rows for Looks<'_> {
    fn look(&mut self, key: &Key) -> Lookup {
        if let Some(found) = self.seen.rows.get(key) {
            return found.clone().map_or(Lookup::Absent, Lookup::Found);
        }
        match find(self.connection, key) {
            Ok(found) => {
                // Whether a transfer is resolved is not written to it.
                if !matches!(key, Key::Transfer(..)) {
                    self.seen.rows.insert(key.clone(), found.clone());
                }
                found.map_or(Lookup::Absent, Lookup::Found)
            }
            Err(fault) => {
                self.fault.get_or_insert(fault);
                Lookup::Unloaded
            }
        }
    }
}

fn find(connection: &Connection, key: &Key) -> Result<Option<Found>, Fault> {
    match key {
        Key::Row(kind, id) => {
            let mut statement = prepare(connection, sql::ROW)?;
            let stored =
                |row: &rusqlite::Row<'_>| Ok(Stored { version: row.get(0)?, body: row.get(1)? });
            let key = row_key(kind, id);
            Ok(statement.query_row(params![key, kind, id], stored).optional()?.map(Found::Row))
        }
        Key::Account(id) => {
            let mut statement = prepare(connection, sql::ACCOUNT)?;
            let columns = statement.query_row([id.as_str()], account_columns).optional()?;
            Ok(columns.map(Account::try_from).transpose()?.map(Found::Account))
        }
        Key::Transfer(_, id) => {
            let id = id.to_string();
            let mut statement = prepare(connection, sql::TRANSFER)?;
            let columns = statement.query_row([&id], transfer_columns).optional()?;
            let Some(transfer) = columns.map(Transfer::try_from).transpose()? else {
                return Ok(None);
            };
            let resolved =
                prepare(connection, sql::RESOLVED)?.query_row([&id], |row| row.get(0))?;
            Ok(Some(Found::Transfer { transfer, resolved }))
        }
    }
}
