//! The store's door: the same whichever database is behind it.

use std::sync::Arc;

use redress_api::Timestamp;
use redress_core::audit::Report;
use redress_core::{Account, Command, Frame, Stored, Transfer};
use tokio::sync::Notify;

use crate::decided::Decided;
use crate::error::{Failure, OpenError};
use crate::jobs::{Claim, Claims, Queued, Window};
use crate::location::Location;
use crate::postgres::Postgres;
use crate::scheduled::Scheduled;
use crate::sqlite::{Queue, Sqlite};

/// How a store is set up.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The queue of commands.
    pub queue: Queue,
    /// How many reads run at the same time; at least 1.
    pub readers_max: usize,
    /// How many writers share the work on PostgreSQL, each with a queue and a connection; at least
    /// 1. SQLite has one.
    pub writers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { queue: Queue::default(), readers_max: 4, writers: 2 }
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
    Postgres(Arc<Postgres>),
}

impl Store {
    /// Opens a database for a server. A file is created if there is none, and its jobs that an
    /// earlier server had claimed are free again; PostgreSQL's database must be there, and may have
    /// other servers. Blocks on the disk, or until the database answers.
    ///
    /// # Errors
    /// If another server has the file open, it is not ours or from a newer program, or the disk
    /// or the database fails.
    pub fn open(location: &Location, options: Options) -> Result<Self, OpenError> {
        let backend = match location {
            Location::File(path) => Backend::Sqlite(Arc::new(Sqlite::open(path, options)?)),
            Location::Postgres(url) => Backend::Postgres(Arc::new(Postgres::open(url, options)?)),
        };
        Ok(Self { backend })
    }

    /// Opens a database to look at it, also while servers have it open. Blocks on the disk, or
    /// until the database answers.
    ///
    /// What writes fails with [`Failure::ReadOnly`].
    ///
    /// # Errors
    /// If there is none, it is not ours or from another version of the program, or the disk or
    /// the database fails.
    pub fn open_read_only(location: &Location) -> Result<Self, OpenError> {
        let backend = match location {
            Location::File(path) => Backend::Sqlite(Arc::new(Sqlite::open_read_only(path)?)),
            Location::Postgres(url) => Backend::Postgres(Arc::new(Postgres::open_read_only(url)?)),
        };
        Ok(Self { backend })
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
            Backend::Postgres(postgres) => postgres.execute(command, frame).await,
        }
    }

    /// Runs a command and answers as soon as it is decided, so that what comes of it can be prepared
    /// while the disk works. Nothing of it may be told to anyone before it is settled.
    ///
    /// # Errors
    /// See [`Failure`]; in each case nothing was written. Refusals, too, come once what they were
    /// decided by is durable.
    pub async fn begin<C: Command>(
        &self,
        command: C,
        frame: Frame,
    ) -> Result<Decided<C::Outcome>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.begin(command, frame).await,
            Backend::Postgres(postgres) => {
                postgres.execute(command, frame).await.map(Decided::durable)
            }
        }
    }

    /// Runs a command that only reads, over one moment of the database.
    ///
    /// # Errors
    /// See [`Failure`]. A command that wants to write is [`Failure::Broken`].
    pub async fn read<C: Command>(&self, command: C, frame: Frame) -> Result<C::Outcome, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.read(&command, frame).await,
            Backend::Postgres(postgres) => postgres.read(&command, frame).await,
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
        let window = Window { now, wall_seconds, lease_seconds, most };
        self.scheduled().looking();
        let claims = match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.claim(window).await?,
            Backend::Postgres(postgres) => postgres.claim(window).await?,
        };
        if claims.claims.is_empty() {
            // What is due already, and locked by someone else, says nothing about what comes now.
            self.scheduled().idle(claims.next_at.filter(|at| *at > now));
        }
        Ok(claims)
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
            Backend::Postgres(postgres) => postgres.complete(claim.clone(), command, frame).await,
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
            Backend::Postgres(postgres) => {
                postgres.postpone((claim.id, claim.attempt, &claim.job), until).await
            }
        }
    }

    /// Whether other servers may have it open too.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        match &self.backend {
            Backend::Sqlite(_) => false,
            Backend::Postgres(_) => true,
        }
    }

    /// How long whoever waits for jobs sleeps at most, in seconds: where there are several servers,
    /// one of them may die with what it was told.
    #[must_use]
    pub const fn poll_seconds_max(&self) -> i64 {
        match &self.backend {
            Backend::Sqlite(_) => 60,
            Backend::Postgres(_) => 2,
        }
    }

    /// Wakes after each commit of this server that scheduled or postponed a job, unless a claim found
    /// nothing to do and said that another is due before it. A permit is kept for one who comes late, so
    /// a single worker misses nothing.
    #[must_use]
    pub fn jobs_scheduled(&self) -> &Notify {
        self.scheduled().wake()
    }

    fn scheduled(&self) -> &Scheduled {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.scheduled(),
            Backend::Postgres(postgres) => postgres.scheduled(),
        }
    }

    /// At most so many rows of a kind that were made after the one of number `after`, in the order in
    /// which they were made. None of [`Number`](redress_core::number::Number)'s, which are there to
    /// be looked up.
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
            Backend::Postgres(postgres) => postgres.rows(kind, owner, after, most).await,
        }
    }

    /// At most so many kept accounts whose name sorts after `after`, by name.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn accounts(&self, after: &str, most: u32) -> Result<Vec<Account>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.accounts(after, most).await,
            Backend::Postgres(postgres) => postgres.accounts(after, most).await,
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
            Backend::Postgres(postgres) => {
                postgres.transfers(account, reference, after, most).await
            }
        }
    }

    /// At most so many jobs after number `after`, by number.
    ///
    /// # Errors
    /// See [`Failure`].
    pub async fn jobs(&self, after: i64, most: u32) -> Result<Vec<Queued>, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.jobs(after, most).await,
            Backend::Postgres(postgres) => postgres.jobs(after, most).await,
        }
    }

    /// Checks every invariant over one moment of the whole database.
    ///
    /// # Errors
    /// See [`Failure`]. Invariants that do not hold are in the report.
    pub async fn audit(&self) -> Result<Report, Failure> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.audit().await,
            Backend::Postgres(postgres) => postgres.audit().await,
        }
    }

    /// Whether commands are taken and answered. Never, if it is open for reading only.
    pub async fn ready(&self) -> bool {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.ready().await,
            Backend::Postgres(postgres) => postgres.ready().await,
        }
    }

    /// Finishes what is queued and lets go of the database. Later calls fail with
    /// [`Failure::Closed`].
    ///
    /// Dropping the last clone does the same, but blocks the thread that it happens on.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}
