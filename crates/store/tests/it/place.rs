//! Where a test's store is kept, on which engine.

use std::path::PathBuf;

use redress_store::{Location, Options, Queue, Store};
use tempfile::TempDir;

use crate::cluster;

/// What keeps the stores of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    /// With READ COMMITTED, as it comes.
    Postgres,
    /// With SERIALIZABLE, as engines have it that speak PostgreSQL's protocol.
    Serializable,
}

/// A place for a database; deleted with everything in it.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) engine: Engine,
    url: Option<String>,
}

impl Place {
    /// None where there is no such engine, which is said.
    pub(crate) fn find(engine: Engine) -> Option<Self> {
        let url = match engine {
            Engine::Sqlite => None,
            Engine::Postgres => Some(cluster::cluster()?.place()),
            Engine::Serializable => {
                let set = "%20-c%20default_transaction_isolation%3Dserializable";
                Some(cluster::cluster()?.place() + set)
            }
        };
        Some(Self { folder: TempDir::new().unwrap(), engine, url })
    }

    /// A file.
    pub(crate) fn file() -> Self {
        Self::find(Engine::Sqlite).unwrap()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("redress.db")
    }

    pub(crate) fn location(&self) -> Location {
        match &self.url {
            Some(url) => url.parse().unwrap(),
            None => Location::File(self.path()),
        }
    }

    /// The location as text, for another process.
    pub(crate) fn address(&self) -> String {
        self.url.clone().unwrap_or_else(|| self.path().to_str().unwrap().to_owned())
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(&self.location(), Options::default()).unwrap()
    }

    /// A store whose queue has room for so many.
    pub(crate) fn open_with_queue(&self, commands_max: usize) -> Store {
        let queue = Queue { commands_max, ..Queue::default() };
        Store::open(&self.location(), Options { queue, ..Options::default() }).unwrap()
    }

    /// The database behind the store's back.
    pub(crate) fn sqlite(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }

    /// Has statements run behind the store's back.
    pub(crate) fn run(&self, statements: &str) -> Result<(), String> {
        match &self.url {
            Some(url) => cluster::psql(url, statements).map(drop),
            None => {
                let connection = self.sqlite();
                connection.pragma_update(None, "foreign_keys", true).unwrap();
                connection.execute_batch(statements).map_err(|error| error.to_string())
            }
        }
    }

    /// The number that a statement gives.
    pub(crate) fn number(&self, statement: &str) -> i64 {
        match &self.url {
            Some(url) => cluster::psql(url, statement).unwrap().parse().unwrap(),
            None => self.sqlite().query_row(statement, [], |row| row.get(0)).unwrap(),
        }
    }
}
