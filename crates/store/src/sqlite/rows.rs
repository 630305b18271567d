//! Decisions over a connection: each row is looked up the moment a rule asks for it.

use redress_core::row::{Found, Lookup, Rows};
use redress_core::{Account, Changes, Command, Frame, Key, Stored, Transfer};
use rusqlite::{Connection, OptionalExtension, params};

use super::{prepare, row_key};
use crate::decide;
use crate::error::{Failure, Fault};
use crate::page::{account_columns, transfer_columns};
use crate::sql;

/// What a rule decides over the rows of a connection. The outer error ends the transaction; the
/// inner one is the rule's.
pub(super) fn decide<C: Command>(
    connection: &Connection,
    command: &C,
    frame: Frame,
) -> Result<Result<(C::Outcome, Changes), Failure>, Fault> {
    let mut looks = Looks { connection, fault: None };
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
    /// The first look that failed: what the rule says after it does not count.
    fault: Option<Fault>,
}

impl Rows for Looks<'_> {
    fn look(&mut self, key: &Key) -> Lookup {
        match find(self.connection, key) {
            Ok(found) => found.map_or(Lookup::Absent, Lookup::Found),
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
