//! The store on SQLite: one thread writes, a few connections read.

mod chain;
mod checkpoint;
mod connection;
mod copy;
mod jobs;
mod key;
mod readers;
mod rows;
mod session;
mod write;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use redress_api::Timestamp;
use redress_core::audit::Report;
use redress_core::command::Broken;
use redress_core::{Account, Command, Frame, Stored, Transfer};
use rusqlite::Connection;

pub(crate) use connection::prepare;
use connection::{lock, open_to_read, open_to_write, resolve};
pub(crate) use copy::{Source, Target};
pub(crate) use key::{RowKey, row_key};
use readers::Readers;
use rows::Seen;
pub use writer::Queue;
use writer::Writer;

use crate::decided::Decided;
use crate::error::{Failure, Fault, OpenError};
use crate::jobs::{Claim, Claims, Queued, Window};
use crate::page;
use crate::scheduled::Scheduled;
use crate::store::Options;

/// How many reads run at the same time on a store that is open for reading only.
const READERS_OF_READ_ONLY: usize = 1;

/// An open SQLite database.
pub(crate) struct Sqlite {
    path: PathBuf,
    readers: Readers,
    /// None if it is open for reading only.
    writer: Option<Writer>,
    scheduled: Arc<Scheduled>,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, options: Options) -> Result<Self, OpenError> {
        let path = resolve(path)?;
        let lock = lock(&path)?;
        let connection = open_to_write(&path)?;
        let readers = Readers::open(&path, options.readers_max.max(1))?;
        let scheduled = Arc::new(Scheduled::new());
        let writer = Writer::start(&path, connection, lock, options.queue, Arc::clone(&scheduled))?;
        Ok(Self { path, readers, writer: Some(writer), scheduled })
    }

    pub(crate) fn open_read_only(path: &Path) -> Result<Self, OpenError> {
        let path = resolve(path)?;
        let readers = Readers::open(&path, READERS_OF_READ_ONLY)?;
        Ok(Self { path, readers, writer: None, scheduled: Arc::new(Scheduled::new()) })
    }

    fn writer(&self) -> Result<&Writer, Failure> {
        self.writer.as_ref().ok_or(Failure::ReadOnly)
    }

    pub(crate) async fn execute<C: Command>(
        &self,
        command: C,
        frame: Frame,
    ) -> Result<C::Outcome, Failure> {
        self.writer()?.submit(move |session| session.execute(&command, frame)).await
    }

    pub(crate) async fn begin<C: Command>(
        &self,
        command: C,
        frame: Frame,
    ) -> Result<Decided<C::Outcome>, Failure> {
        self.writer()?.begin(move |session| session.execute(&command, frame)).await
    }

    pub(crate) async fn read<C: Command>(
        &self,
        command: &C,
        frame: Frame,
    ) -> Result<C::Outcome, Failure> {
        let decide = |connection: &Connection| {
            rows::decide(connection, command, frame, &mut Seen::default())
        };
        let (outcome, changes) = self.readers.look(decide).await??;
        if changes.is_empty() {
            Ok(outcome)
        } else {
            Err(Broken("a command that only reads wants to write".to_owned()).into())
        }
    }

    pub(crate) async fn claim(&self, window: Window) -> Result<Claims, Failure> {
        self.writer()?.submit(move |session| session.claim(&window).map(Ok)).await
    }

    pub(crate) async fn complete<C: Command>(
        &self,
        claim: Claim,
        command: C,
        frame: Frame,
    ) -> Result<Option<C::Outcome>, Failure> {
        self.writer()?.submit(move |session| session.complete(&claim, &command, frame)).await
    }

    pub(crate) async fn postpone(
        &self,
        id: i64,
        attempt: u32,
        until: Timestamp,
    ) -> Result<(), Failure> {
        self.writer()?.submit(move |session| session.postpone(id, attempt, until).map(Ok)).await
    }

    pub(crate) fn scheduled(&self) -> &Scheduled {
        &self.scheduled
    }

    pub(crate) async fn rows(
        &self,
        kind: &str,
        owner: Option<&str>,
        after: &str,
        most: u32,
    ) -> Result<Vec<(String, Stored)>, Failure> {
        self.readers.look(|connection| page::rows(connection, kind, owner, after, most)).await
    }

    pub(crate) async fn accounts(&self, after: &str, most: u32) -> Result<Vec<Account>, Failure> {
        self.readers.look(|connection| page::accounts(connection, after, most)).await
    }

    pub(crate) async fn transfers(
        &self,
        account: Option<&str>,
        reference: Option<&str>,
        after: i64,
        most: u32,
    ) -> Result<Vec<(i64, Transfer)>, Failure> {
        let list =
            |connection: &Connection| page::transfers(connection, account, reference, after, most);
        self.readers.look(list).await
    }

    pub(crate) async fn jobs(&self, after: i64, most: u32) -> Result<Vec<Queued>, Failure> {
        self.readers.look(|connection| page::jobs(connection, after, most)).await
    }

    /// On a thread and a connection of its own, because it reads everything.
    pub(crate) async fn audit(&self) -> Result<Report, Failure> {
        if self.readers.is_closed() {
            return Err(Failure::Closed);
        }
        let path = self.path.clone();
        let audit = move || {
            let mut connection =
                open_to_read(&path).map_err(|error| Failure::Store(Box::new(error)))?;
            let snapshot = connection.transaction().map_err(Fault::from)?;
            Ok(page::audit(&snapshot)?)
        };
        let done = tokio::task::spawn_blocking(audit).await;
        done.unwrap_or_else(|error| Err(Fault::Lost(error.to_string()).into()))
    }

    pub(crate) async fn ready(&self) -> bool {
        match &self.writer {
            Some(writer) => writer.submit(|_session| Ok(Ok(()))).await.is_ok(),
            None => false,
        }
    }

    pub(crate) async fn close(&self) {
        // The readers first: the writer empties the log only if no one reads from it.
        self.readers.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }
}
