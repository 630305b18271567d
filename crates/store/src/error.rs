//! How the store fails: when it is opened, and when it is used.

use std::error::Error;
use std::path::PathBuf;

use redress_core::Refusal;
use redress_core::command::{Broken, Stop};

use crate::postgres::PgError;

/// A command's end without an outcome.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rule says no. Nothing was written.
    #[error("refused: {0}")]
    Refused(Refusal),
    /// An invariant does not hold, or the rule panicked. Nothing was written.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The queue is full. The command did not run; it may be sent again.
    #[error("too many commands wait")]
    Busy,
    /// The store is closed.
    #[error("the store is closed")]
    Closed,
    /// The store was opened to be read.
    #[error("the store is open for reading only")]
    ReadOnly,
    /// The database was lost while it committed, and did not come back in time to say whether it
    /// had. The command may be written or not; it can be sent again, with the same number.
    #[error("the database was lost, and whether it had committed is not known")]
    Unknown(#[source] Box<dyn Error + Send + Sync>),
    /// The database failed. Nothing was written.
    #[error("the database failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self::Store(Box::new(fault))
    }
}

impl From<Stop> for Failure {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Refuse(refusal) => Self::Refused(refusal),
            Stop::Broken(broken) => Self::Broken(broken),
            Stop::Missing(key) => {
                Self::Broken(Broken(format!("{key:?} is missing where every row is at hand")))
            }
        }
    }
}

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server has it open.
    #[error("{} is in use by another server", .path.display())]
    InUse {
        /// The database.
        path: PathBuf,
    },
    /// The file is another program's.
    #[error("{} is not a database of Redress", .path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A newer program has written it.
    #[error(
        "the database has schema {found}, this program knows {known}: use the newer program that \
         wrote it"
    )]
    Newer {
        /// The database's step.
        found: i64,
        /// The program's last step.
        known: i64,
    },
    /// An older program has written it, and it is opened for reading only.
    #[error("the database has schema {found}, this program reads {known}: start the server once")]
    Older {
        /// The database's step.
        found: i64,
        /// The program's last step.
        known: i64,
    },
    /// The file system refuses.
    #[error("cannot reach {}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database fails.
    #[error("cannot open the database")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

impl From<Fault> for OpenError {
    fn from(fault: Fault) -> Self {
        Self::Store(Box::new(fault))
    }
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Fault::from(error).into()
    }
}

/// What goes wrong in the database. It ends the transaction that it happens in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// SQLite says no.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL says no, or is not there.
    #[error(transparent)]
    Postgres(#[from] PgError),
    /// A write did not do what it was for.
    #[error("{statement:?} touched {rows} rows instead of one")]
    NotOne {
        /// The statement.
        statement: &'static str,
        /// How many rows it touched.
        rows: usize,
    },
    /// A value that nobody here writes.
    #[error("{what} cannot be read: {value:?}")]
    Unreadable {
        /// What it should be.
        what: &'static str,
        /// What it is.
        value: String,
    },
    /// A value does not print.
    #[error(transparent)]
    Unprintable(#[from] serde_json::Error),
    /// The thread that worked on it died.
    #[error("the work was lost: {0}")]
    Lost(String),
}

impl Fault {
    /// The same for another to be told.
    pub(crate) fn shown(&self) -> Self {
        match self {
            Self::Postgres(error) => Self::Postgres(error.clone()),
            Self::Sqlite(_)
            | Self::NotOne { .. }
            | Self::Unreadable { .. }
            | Self::Unprintable(_)
            | Self::Lost(_) => Self::Lost(self.to_string()),
        }
    }
}
