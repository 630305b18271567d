//! Connections that read: commands that only read, over one moment, and lists.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use redress_core::command::{Broken, Stop};
use redress_core::{Command, Frame};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::connection::{Connection, Connector, Purpose};
use super::fault::{PgError, Remedy};
use super::overlay::{Missing, Overlay};
use super::together::Together;
use super::{ROUNDS_MAX, load, sql};
use crate::decide;
use crate::error::{Failure, Fault};

/// One moment, whatever others write.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// How often a read is begun again because its connection broke.
const TRIES_MAX: u32 = 3;
/// How often a statement is run again because others were in the way.
const IN_THE_WAY_MAX: u32 = 20;

/// The statements of a reader's connection. Those of jobs write; see [`super::jobs`].
pub(super) const STATEMENTS: &[&str] = &[
    sql::ROWS,
    sql::ACCOUNTS,
    sql::TRANSFERS,
    sql::JOBS,
    sql::JOB_CLAIM,
    sql::JOB_NEXT,
    sql::JOB_POSTPONE,
    sql::LIST_ROWS,
    sql::LIST_ROWS_OF_OWNER,
    crate::sql::ACCOUNTS,
    sql::LIST_TRANSFERS,
    sql::LIST_TRANSFERS_OF_ACCOUNT,
    sql::LIST_TRANSFERS_OF_REFERENCE,
    sql::LIST_TRANSFERS_OF_BOTH,
    crate::sql::JOBS,
];

/// A fixed number of connections; who finds none free waits.
pub(super) struct Readers {
    connector: Connector,
    purpose: Purpose,
    free: Arc<Mutex<VecDeque<Connection>>>,
    permits: Arc<Semaphore>,
    together: Together,
}

impl Readers {
    /// Connections are made when they are first needed.
    pub(super) fn new(connector: Connector, purpose: Purpose, count: usize) -> Self {
        let permits = Arc::new(Semaphore::new(count));
        Self { connector, purpose, free: Arc::default(), permits, together: Together::default() }
    }

    /// Runs a command that only reads. What is known to be needed is read first, and often is all.
    pub(super) async fn read<C: Command>(
        &self,
        command: &C,
        frame: Frame,
    ) -> Result<C::Outcome, Failure> {
        let mut overlay = Overlay::default();
        let known = overlay.lacks(command.looks_at());
        if !known.is_empty() && known.are_rows() {
            let rows = self.together.look(self, known.keys).await;
            overlay.load(rows.into_iter().flatten());
        }
        if let Some(said) = said(command, frame, &mut overlay) {
            return said;
        }
        for tries in 1.. {
            let lease = self.lease().await?;
            let missing = overlay.seen();
            match over_one_moment(&lease.connection, command, frame, missing).await {
                Ok(decided) => {
                    lease.end();
                    return decided;
                }
                Err(Fault::Postgres(error))
                    if error.remedy() != Remedy::GiveUp && tries < TRIES_MAX =>
                {
                    tracing::debug!(%error, tries, "a read is begun again");
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(Failure::Closed)
    }

    /// A connection, once one is free.
    pub(super) async fn lease(&self) -> Result<Lease, Failure> {
        let permits = Arc::clone(&self.permits);
        let permit = permits.acquire_owned().await.map_err(|_closed| Failure::Closed)?;
        let idle = || lock(&self.free).pop_front();
        let mut found = idle();
        while found.as_ref().is_some_and(Connection::is_closed) {
            found = idle();
        }
        let connection = match found {
            Some(connection) => connection,
            None => self.connector.connect(self.purpose, STATEMENTS).await?,
        };
        Ok(Lease {
            connection,
            free: Arc::clone(&self.free),
            runtime: self.connector.runtime().clone(),
            _permit: permit,
        })
    }

    pub(super) fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }

    pub(super) fn close(&self) {
        self.permits.close();
        lock(&self.free).clear();
    }
}

fn lock(free: &Mutex<VecDeque<Connection>>) -> MutexGuard<'_, VecDeque<Connection>> {
    // Nothing that can panic runs under the lock.
    free.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection in use. One that is dropped in the middle of something is not used again.
pub(super) struct Lease {
    pub(super) connection: Connection,
    free: Arc<Mutex<VecDeque<Connection>>>,
    runtime: tokio::runtime::Handle,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    /// After single statements, each a transaction of its own: whether to run them again, because
    /// others were in the way, or the connection turned out to be broken. Then nothing was done, or
    /// it may be done twice.
    pub(super) fn after<T>(self, done: &Result<T, Fault>, tries: &mut u32) -> bool {
        *tries += 1;
        match done {
            Ok(_) => {
                self.give_back();
                false
            }
            Err(Fault::Postgres(error)) => match error.remedy() {
                Remedy::Again => {
                    self.give_back();
                    *tries < IN_THE_WAY_MAX
                }
                Remedy::Reconnect => *tries < TRIES_MAX,
                Remedy::GiveUp => false,
            },
            Err(_) => false,
        }
    }

    pub(super) fn give_back(self) {
        lock(&self.free).push_back(self.connection);
    }

    /// Ends the transaction; no one waits for that.
    fn end(self) {
        let runtime = self.runtime.clone();
        runtime.spawn(async move {
            if self.connection.run("COMMIT").await.is_ok() {
                self.give_back();
            }
        });
    }
}

/// What a rule says; none if it looks for rows that are not read yet.
fn said<C: Command>(
    command: &C,
    frame: Frame,
    overlay: &mut Overlay,
) -> Option<Result<C::Outcome, Failure>> {
    match decide::decide(command, frame, overlay) {
        Err(Stop::Missing(_)) => None,
        Ok((outcome, changes)) if changes.is_empty() => Some(Ok(outcome)),
        Ok(_) => {
            let what = "a command that only reads wants to write".to_owned();
            Some(Err(Broken(what).into()))
        }
        Err(stop) => {
            decide::report(&stop);
            Some(Err(stop.into()))
        }
    }
}

/// Reads wave by wave over one moment, in a transaction that is left open. The outer error is the
/// database's, the inner one the rule's.
async fn over_one_moment<C: Command>(
    connection: &Connection,
    command: &C,
    frame: Frame,
    mut missing: Missing,
) -> Result<Result<C::Outcome, Failure>, Fault> {
    let mut overlay = Overlay::default();
    let mut begun = false;
    for _ in 0..ROUNDS_MAX {
        let begin = async { if begun { Ok(()) } else { connection.run(BEGIN).await } };
        let begin = async { begin.await.map_err(|error: PgError| Fault::from(error)) };
        // Polled in this order, so sent in this order.
        let ((), loaded) = tokio::try_join!(biased; begin, load::look(connection, &missing))?;
        begun = true;
        overlay.load(loaded.rows);
        if let Some(said) = said(command, frame, &mut overlay) {
            return Ok(said);
        }
        missing = overlay.missing();
    }
    Err(Fault::Lost("a rule asks for more and more".to_owned()))
}
