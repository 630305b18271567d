//! The one thread that writes. A group is whatever was queued while the last commit ran.

use std::fs::File;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use redress_core::ledger::Link;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use tokio::sync::{Notify, oneshot};

use super::session::Session;
use crate::error::{Failure, Fault, OpenError};
use crate::{sql, written};

/// How commands wait for the writer.
#[derive(Clone, Copy, Debug)]
pub struct Queue {
    /// How many commands wait at most, apart from those of the group that is being written.
    pub commands_max: usize,
    /// How many commands share a commit at most.
    pub group_max: usize,
}

impl Default for Queue {
    fn default() -> Self {
        Self { commands_max: 1024, group_max: 256 }
    }
}

/// The writer's thread, seen from outside.
pub(super) struct Writer {
    /// None once it is closed.
    queue: Mutex<Option<SyncSender<Box<dyn Member>>>>,
    thread: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. It holds the lock as long as it runs.
    pub(super) fn start(
        connection: Connection,
        lock: File,
        queue: Queue,
        scheduled: Arc<Notify>,
    ) -> Result<Self, OpenError> {
        let last = connection.query_row(sql::LAST_LINK, [], |row| row.get(0)).optional()?;
        let chain = last.unwrap_or_default();
        let (sender, receiver) = sync_channel(queue.commands_max.max(1));
        let group_max = queue.group_max.max(1);
        let work = move || {
            Loop { connection, chain, scheduled }.run(&receiver, group_max);
            drop(lock);
        };
        let thread = thread::Builder::new()
            .name("redress-writer".to_owned())
            .spawn(work)
            .map_err(|error| OpenError::Store(Box::new(error)))?;
        Ok(Self { queue: Mutex::new(Some(sender)), thread: tokio::sync::Mutex::new(Some(thread)) })
    }

    /// Has something done in the transaction of the next group. It may be run twice; what the
    /// first run wrote is then undone.
    pub(super) async fn submit<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<Result<T, Failure>, Fault> + Send + 'static,
    ) -> Result<T, Failure> {
        let (reply, answer) = oneshot::channel();
        self.send(Box::new(Submitted { work, outcome: None, reply }))?;
        answer.await.unwrap_or(Err(Failure::Closed))
    }

    fn send(&self, member: Box<dyn Member>) -> Result<(), Failure> {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = queue.as_ref().ok_or(Failure::Closed)?;
        sender.try_send(member).map_err(|error| match error {
            TrySendError::Full(_) => Failure::Busy,
            TrySendError::Disconnected(_) => Failure::Closed,
        })
    }

    /// Lets the thread finish what is queued, and waits for it.
    pub(super) async fn close(&self) {
        self.end();
        let mut thread = self.thread.lock().await;
        if let Some(thread) = thread.take() {
            let joined = tokio::task::spawn_blocking(move || join(thread)).await;
            if let Err(error) = joined {
                tracing::error!(%error, "could not wait for the writer");
            }
        }
    }

    fn end(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.end();
        if let Some(thread) = self.thread.get_mut().take() {
            join(thread);
        }
    }
}

fn join(thread: JoinHandle<()>) {
    if thread.join().is_err() {
        tracing::error!("the writer panicked");
    }
}

/// One of a group.
trait Member: Send {
    /// Does its part of the transaction. A fault ends the transaction.
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), Fault>;

    /// Answers with what the last run gave, or with the fault that kept it from the disk.
    fn answer(self: Box<Self>, fault: Option<Fault>);
}

struct Submitted<T, W> {
    work: W,
    outcome: Option<Result<T, Failure>>,
    reply: oneshot::Sender<Result<T, Failure>>,
}

impl<T, W> Member for Submitted<T, W>
where
    T: Send,
    W: FnMut(&mut Session<'_>) -> Result<Result<T, Failure>, Fault> + Send,
{
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), Fault> {
        self.outcome = Some((self.work)(session)?);
        Ok(())
    }

    fn answer(self: Box<Self>, fault: Option<Fault>) {
        let outcome = match fault {
            Some(fault) => Err(fault.into()),
            None => self.outcome.expect("answered without a fault only after a run"),
        };
        // Whoever stopped waiting does not want to know.
        drop(self.reply.send(outcome));
    }
}

/// The thread's own.
struct Loop {
    connection: Connection,
    chain: Link,
    scheduled: Arc<Notify>,
}

impl Loop {
    fn run(mut self, queue: &Receiver<Box<dyn Member>>, group_max: usize) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            group.extend(queue.try_iter().take(group_max - 1));
            self.group(group);
        }
        if let Err(error) = self.connection.query_row(sql::EMPTY_LOG, [], |_| Ok(())) {
            tracing::warn!(%error, "the log is left for the next start");
        }
    }

    /// Writes a group in one transaction; if that fails, each member in its own.
    fn group(&mut self, mut group: Vec<Box<dyn Member>>) {
        let Err(fault) = self.transact(&mut group) else {
            group.into_iter().for_each(|member| member.answer(None));
            return;
        };
        tracing::warn!(%fault, commands = group.len(), "a group is run again one by one");
        for mut member in group {
            let fault = self.transact(std::slice::from_mut(&mut member)).err();
            if let Some(fault) = &fault {
                tracing::error!(%fault, "a command is not written");
            }
            member.answer(fault);
        }
    }

    /// One transaction. The chain moves on only if it is committed.
    fn transact(&mut self, members: &mut [Box<dyn Member>]) -> Result<(), Fault> {
        let start = Instant::now();
        let (mut chain, mut scheduled) = (self.chain, 0);
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        for member in &mut *members {
            member.run(&mut Session {
                connection: &transaction,
                chain: &mut chain,
                scheduled: &mut scheduled,
            })?;
        }
        transaction.commit()?;
        self.chain = chain;
        written::count(members.len());
        if scheduled > 0 {
            self.scheduled.notify_one();
        }
        let micros = start.elapsed().as_micros();
        tracing::debug!(commands = members.len(), micros, "a group is committed");
        Ok(())
    }
}
