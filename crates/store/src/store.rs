//! The store's door: the same whichever database is behind it.

use std::path::Path;
use std::sync::Arc;

use redress_api::Timestamp;
use redress_core::audit::Report;
use redress_core::{Account, Command, Frame, Stored, Transfer};
use tokio::sync::Notify;

use crate::error::{Failure, OpenError};
use crate::jobs::{Claim, Claims, Queued};
use crate::sqlite::{Queue, Sqlite};

/// How a store is set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The queue of commands.
    pub queue: Queue,
    /// How many reads run at the same time; at least 1.
    pub readers_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { queue: Queue::default(), readers_max: 4 }
    }
}

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite(Arc<Sqlite>),
}

impl Store {
    /// Opens a database for a server, and creates it if there is none. Blocks on the disk.
    ///
    /// Jobs that an earlier server had claimed are free again.
    ///
    /// # Errors
    /// If another server has it open, the file is not ours or from a newer program, or the disk
    /// or the database fails.
    pub fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let sqlite = Sqlite::open(path, options)?;
        Ok(Self { backend: Backend::Sqlite(Arc::new(sqlite)) })
    }

    /// Opens a database to look at it, also while a server has it open. Blocks on the disk.
    ///
    /// What writes fails with [`Failure::ReadOnly`].
    ///
    /// # Errors
    /// If there is none, it is not ours or from another version of the program, or the disk or
    /// the database fails.
    pub fn open_read_only(path: &Path) -> Result<Self, OpenError> {
        let sqlite = Sqlite::open_read_only(path)?;
        Ok(Self { backend: Backend::Sqlite(Arc::new(sqlite)) })
    }

    /// Runs a command and answers once its changes are durable.
    ///
    /// # Errors
    /// See [`Failure`]; in each case nothing was written.
    pub async fn execute<C: Command>(
        &self,
        command: C,
        frame: Frame,
    ) -> Result<C::Outcome, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.execute(command, frame).await,
        }
    }

    /// Runs a command that only reads, over one moment of the database.
    ///
    /// # Errors
    /// See [`Failure`]. A command that wants to write is [`Failure::Broken`].
    pub async fn read<C: Command>(&self, command: C, frame: Frame) -> Result<C::Outcome, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(&command, frame).await,
        }
    }

    /// Takes at most so many jobs that are due at `now`, which is business time. Until
    /// `lease_seconds` after `wall_seconds` no one else is given them.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn claim(
        &self,
        now: Timestamp,
        wall_seconds: i64,
        lease_seconds: i64,
        most: u32,
    ) -> Result<Claims, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.claim(now, wall_seconds, lease_seconds, most).await,
        }
    }

    /// Does a job and deletes it, in one transaction. If it is done already, or someone else has
    /// claimed it since, nothing happens.
    ///
    /// # Errors
    /// See [`Failure`]; the job is then still there, and still leased.
    pub async fn complete(&self, claim: &Claim, frame: Frame) -> Result<(), Failure> {
        self.complete_as(claim, claim.job.clone(), frame).await.map(|_done| ())
    }

    /// Keeps what came of a job that was done outside of the store: runs a command and deletes the
    /// job, in one transaction. `None`, and nothing is written, if the job is done already, or
    /// someone else has claimed it since.
    ///
    /// # Errors
    /// See [`Failure`]; the job is then still there, and still leased.
    pub async fn complete_as<C: Command>(
        &self,
        claim: &Claim,
        command: C,
        frame: Frame,
    ) -> Result<Option<C::Outcome>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.complete(claim.clone(), command, frame).await,
        }
    }

    /// Gives a job back, to be due at another moment of business time. If it is done already, or
    /// someone else has claimed it since, nothing happens.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn postpone(&self, claim: &Claim, until: Timestamp) -> Result<(), Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.postpone(claim.id, claim.attempt, until).await,
        }
    }

    /// Wakes after each commit that scheduled or postponed a job. A permit is kept for one who
    /// comes late, so a single worker misses nothing.
    #[must_use]
    pub fn jobs_scheduled(&self) -> &Notify {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.jobs_scheduled(),
        }
    }

    /// At most so many rows of a kind whose number sorts after `after`, by number.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn rows(
        &self,
        kind: &str,
        owner: Option<&str>,
        after: &str,
        most: u32,
    ) -> Result<Vec<(String, Stored)>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.rows(kind, owner, after, most).await,
        }
    }

    /// At most so many kept accounts whose name sorts after `after`, by name.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn accounts(&self, after: &str, most: u32) -> Result<Vec<Account>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.accounts(after, most).await,
        }
    }

    /// At most so many transfers after number `after`, in the order in which they were written,
    /// each with its number.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn transfers(
        &self,
        account: Option<&str>,
        reference: Option<&str>,
        after: i64,
        most: u32,
    ) -> Result<Vec<(i64, Transfer)>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.transfers(account, reference, after, most).await,
        }
    }

    /// At most so many jobs after number `after`, by number.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn jobs(&self, after: i64, most: u32) -> Result<Vec<Queued>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.jobs(after, most).await,
        }
    }

    /// Checks every invariant over one moment of the whole database.
    ///
    /// # Errors
    /// See [`Failure`]. Invariants that do not hold are in the report.
    pub async fn audit(&self) -> Result<Report, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.audit().await,
        }
    }

    /// Whether commands are taken and answered. Never, if it is open for reading only.
    pub async fn ready(&self) -> bool {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.ready().await,
        }
    }

    /// Finishes what is queued and lets go of the database. Later calls fail with
    /// [`Failure::Closed`].
    ///
    /// Dropping the last clone does the same, but blocks the thread that it happens on.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
        }
    }
}
