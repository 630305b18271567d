//! Checkpoints: what is in the log is brought into the database file by a thread of its own, so that
//! commits do not wait for it.
//!
//! The log starts anew once all of it is in the file. Under load it never is, for the writer adds to
//! it meanwhile: when it is long, the writer brings in what little is left itself.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::connection::open_to_checkpoint;
use crate::error::OpenError;
use crate::sql;

/// After so many pages more, of 4 KiB each, the thread is asked to bring them in.
const PASS_PAGES: i32 = 1_000;
/// From so many pages on, the writer does it.
const LOG_PAGES_MAX: i32 = 16_000;

/// The thread, seen from the writer.
pub(super) struct Checkpoints {
    /// How long the log was after the last commit.
    pages: Arc<AtomicI32>,
    /// How long it was when the thread was last asked.
    asked: i32,
    /// How long it is when the writer is next to do it.
    own: i32,
    ask: SyncSender<()>,
    thread: JoinHandle<()>,
}

impl Checkpoints {
    /// Starts the thread, for the log that this connection writes.
    pub(super) fn start(path: &Path, writer: &mut Connection) -> Result<Self, OpenError> {
        let pages = Arc::new(AtomicI32::new(0));
        let told = Arc::clone(&pages);
        // In place of SQLite's own checkpoints, which run within a commit.
        writer.wal_hook(Some(move |_log: &mut rusqlite::hooks::Wal, pages: i32| {
            told.store(pages, Ordering::Relaxed);
            Ok(())
        }))?;
        let connection = open_to_checkpoint(path)?;
        // One pass that waits is as good as many.
        let (ask, asked) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("redress-checkpoint".to_owned())
            .spawn(move || run(&connection, &asked))
            .map_err(|error| OpenError::Store(Box::new(error)))?;
        Ok(Self { pages, asked: 0, own: LOG_PAGES_MAX, ask, thread })
    }

    /// Between two commits: asks for a pass, or makes one, if the log has become long.
    pub(super) fn look(&mut self, writer: &Connection) {
        let pages = self.pages.load(Ordering::Relaxed);
        if pages < self.asked {
            // It has started anew.
            self.asked = 0;
            self.own = LOG_PAGES_MAX;
        }
        if pages - self.asked >= PASS_PAGES {
            self.asked = pages;
            // If one waits already, it will see these pages too.
            let _waits = self.ask.try_send(());
        }
        if pages >= self.own {
            // Whoever reads now may keep it from starting anew; then again a little later.
            self.own = pages + PASS_PAGES;
            pass(writer);
        }
    }

    /// Waits for the pass under way.
    pub(super) fn end(self) {
        drop(self.ask);
        if self.thread.join().is_err() {
            tracing::error!("the checkpoints panicked");
        }
    }
}

fn run(connection: &Connection, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        pass(connection);
    }
}

fn pass(connection: &Connection) {
    let counts = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
    match connection.query_row(sql::CHECKPOINT, [], counts) {
        Ok((pages, done)) => tracing::debug!(pages, done, "a checkpoint"),
        // The log keeps everything, and the next pass makes up for it.
        Err(error) => tracing::warn!(%error, "a checkpoint failed"),
    }
}
