//! The chain of the file's writer, and where it is at.

use redress_core::ledger::Link;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::prepare;
use crate::error::Fault;
use crate::sql;

/// One thread writes, on one chain. Those of writers on PostgreSQL have higher numbers.
pub(crate) const OWN_CHAIN: i64 = 0;

/// Where the chain is at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Chain {
    /// How many transfers it has.
    pub(super) links: i64,
    /// Its last link.
    pub(super) link: Link,
}

impl Chain {
    /// As it is kept: at its beginning, in a file without one.
    pub(super) fn read(connection: &Connection) -> rusqlite::Result<Self> {
        let read = |row: &rusqlite::Row<'_>| Ok(Self { links: row.get(0)?, link: row.get(1)? });
        let kept = connection.query_row(sql::CHAIN, [OWN_CHAIN], read).optional()?;
        Ok(kept.unwrap_or_default())
    }

    /// Keeps where it is at, so that no transfer is cut off at its end unseen.
    pub(super) fn write(&self, connection: &Connection) -> Result<(), Fault> {
        prepare(connection, sql::CHAIN_WRITE)?
            .execute(params![OWN_CHAIN, self.links, self.link])?;
        Ok(())
    }
}
