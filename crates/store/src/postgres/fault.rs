//! What PostgreSQL says when it says no, and what follows from it.

use std::error::Error as _;
use std::fmt;

use tokio_postgres::error::SqlState;

/// An error of the database or of the connection to it. Of what the database says, its code and its
/// message are kept: the rest can have what stands in rows.
#[derive(Clone, Debug)]
pub(crate) struct PgError {
    code: Option<SqlState>,
    closed: bool,
    message: String,
}

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Others were in the way: run the transaction again.
    Again,
    /// The connection is no more, or of no use: make another.
    Reconnect,
    /// None.
    GiveUp,
}

impl PgError {
    /// That the transaction had failed already: not the error that ended it.
    pub(super) fn is_sequel(&self) -> bool {
        self.code == Some(SqlState::IN_FAILED_SQL_TRANSACTION)
    }

    /// Whether it leaves open what the database did: the connection is gone, or (some engines) the
    /// database says itself that it does not know.
    pub(super) fn is_unknown(&self) -> bool {
        self.closed || self.is_known(&SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN)
    }

    pub(super) fn is_known(&self, code: &SqlState) -> bool {
        self.code.as_ref() == Some(code)
    }

    pub(super) fn remedy(&self) -> Remedy {
        let Some(code) = &self.code else {
            return if self.closed { Remedy::Reconnect } else { Remedy::GiveUp };
        };
        let again = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::LOCK_NOT_AVAILABLE,
            // Another has made the row that this one found absent.
            SqlState::UNIQUE_VIOLATION,
        ];
        if again.contains(code) {
            return Remedy::Again;
        }
        let gone = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::READ_ONLY_SQL_TRANSACTION,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ];
        // Class 08: the connection's own.
        if self.closed || gone.contains(code) || code.code().starts_with("08") {
            Remedy::Reconnect
        } else {
            Remedy::GiveUp
        }
    }
}

impl From<tokio_postgres::Error> for PgError {
    fn from(error: tokio_postgres::Error) -> Self {
        let message = match (error.as_db_error(), error.source()) {
            (Some(said), _) => format!("{} {}", said.code().code(), said.message()),
            (None, Some(source)) => format!("{error}: {source}"),
            (None, None) => error.to_string(),
        };
        // Without an answer of the database, it is the connection that failed, or a value that does
        // not convert.
        let ours = ["error serializing", "error deserializing", "invalid c", "expected", "query"];
        let is_ours = ours.iter().any(|start| error.to_string().starts_with(start));
        let closed = error.is_closed() || (error.as_db_error().is_none() && !is_ours);
        Self { code: error.code().cloned(), closed, message }
    }
}

impl fmt::Display for PgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for PgError {}
