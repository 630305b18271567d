//! The one thread that writes. A group is whatever was queued while the last commit ran, and what
//! comes while the group is written.

use std::fs::File;
use std::iter;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::chain::Chain;
use super::checkpoint::Checkpoints;
use super::rows::Seen;
use super::session::Session;
use crate::decided::Decided;
use crate::error::{Failure, Fault, OpenError};
use crate::scheduled::Scheduled;
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
        path: &Path,
        mut connection: Connection,
        lock: File,
        queue: Queue,
        scheduled: Arc<Scheduled>,
    ) -> Result<Self, OpenError> {
        let chain = Chain::read(&connection)?;
        let checkpoints = Checkpoints::start(path, &mut connection)?;
        let (sender, receiver) = sync_channel(queue.commands_max.max(1));
        let group_max = queue.group_max.max(1);
        let work = move || {
            Loop { connection, chain, checkpoints, scheduled }.run(&receiver, group_max);
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

    /// As [`Self::submit`], but answers before the commit, if there is an outcome then.
    pub(super) async fn begin<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Session<'_>) -> Result<Result<T, Failure>, Fault> + Send + 'static,
    ) -> Result<Decided<T>, Failure> {
        let (early, decided) = oneshot::channel();
        let (reply, settled) = oneshot::channel();
        let early = Some(early);
        self.send(Box::new(Begun { work, outcome: None, early, reply }))?;
        if let Ok(outcome) = decided.await {
            return Ok(Decided::new(outcome, settled));
        }
        match settled.await.unwrap_or(Err(Failure::Closed))? {
            Some(outcome) => Ok(Decided::durable(outcome)),
            None => Err(Failure::Closed),
        }
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

    /// Tells what was decided, if it is told before the commit.
    fn announce(&mut self) {}

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

/// One whose outcome is told before the commit.
struct Begun<T, W> {
    work: W,
    /// What the last run gave, unless that was told.
    outcome: Option<Result<T, Failure>>,
    /// Until an outcome is told.
    early: Option<oneshot::Sender<T>>,
    /// An outcome if it is not the one that was told.
    reply: oneshot::Sender<Result<Option<T>, Failure>>,
}

impl<T, W> Member for Begun<T, W>
where
    T: Send,
    W: FnMut(&mut Session<'_>) -> Result<Result<T, Failure>, Fault> + Send,
{
    fn run(&mut self, session: &mut Session<'_>) -> Result<(), Fault> {
        self.outcome = Some((self.work)(session)?);
        Ok(())
    }

    fn announce(&mut self) {
        // What is refused may be so for what others of the group do, and is told after them.
        if self.early.is_none() || !matches!(self.outcome, Some(Ok(_))) {
            return;
        }
        if let (Some(early), Some(Ok(outcome))) = (self.early.take(), self.outcome.take()) {
            drop(early.send(outcome));
        }
    }

    fn answer(self: Box<Self>, fault: Option<Fault>) {
        let outcome = match fault {
            Some(fault) => Err(fault.into()),
            None => self.outcome.transpose(),
        };
        drop(self.reply.send(outcome));
    }
}

/// The thread's own.
struct Loop {
    connection: Connection,
    chain: Chain,
    checkpoints: Checkpoints,
    scheduled: Arc<Scheduled>,
}

impl Loop {
    fn run(mut self, queue: &Receiver<Box<dyn Member>>, group_max: usize) {
        while let Ok(first) = queue.recv() {
            // Whoever has a processor only with this thread goes first, and adds to the group.
            thread::yield_now();
            self.group(first, &mut queue.try_iter().take(group_max - 1));
            self.checkpoints.look(&self.connection);
        }
        self.checkpoints.end();
        if let Err(error) = self.connection.query_row(sql::EMPTY_LOG, [], |_| Ok(())) {
            tracing::warn!(%error, "the log is left for the next start");
        }
    }

    /// Writes a group in one transaction; if that fails, each member in its own.
    fn group(&mut self, first: Box<dyn Member>, more: &mut dyn Iterator<Item = Box<dyn Member>>) {
        let mut group = vec![first];
        let Err(fault) = self.transact(&mut group, more) else {
            group.into_iter().for_each(|member| member.answer(None));
            return;
        };
        tracing::warn!(%fault, commands = group.len(), "a group is run again one by one");
        for member in group {
            let mut alone = vec![member];
            let fault = self.transact(&mut alone, &mut iter::empty()).err();
            if let Some(fault) = &fault {
                tracing::error!(%fault, "a command is not written");
            }
            if let Some(member) = alone.pop() {
                member.answer(fault);
            }
        }
    }

    /// One transaction, with those that come while it has not ended. The chain moves on only if it
    /// is committed.
    fn transact(
        &mut self,
        members: &mut Vec<Box<dyn Member>>,
        more: &mut dyn Iterator<Item = Box<dyn Member>>,
    ) -> Result<(), Fault> {
        let start = Instant::now();
        let (mut chain, mut seen, mut scheduled) = (self.chain, Seen::default(), None);
        let behavior = TransactionBehavior::Immediate;
        let transaction = self.connection.transaction_with_behavior(behavior)?;
        let mut ran = 0;
        while let Some(member) = members.get_mut(ran) {
            member.run(&mut Session {
                connection: &transaction,
                seen: &mut seen,
                chain: &mut chain,
                scheduled: &mut scheduled,
            })?;
            ran += 1;
            if ran == members.len() {
                // Among them before it is run: if that fails, it is run again with them.
                members.extend(more.next());
            }
        }
        if chain != self.chain {
            chain.write(&transaction)?;
        }
        members.iter_mut().for_each(|member| member.announce());
        transaction.commit()?;
        self.chain = chain;
        written::count(members.len());
        if let Some(at) = scheduled {
            self.scheduled.job(at);
        }
        let micros = start.elapsed().as_micros();
        tracing::debug!(commands = members.len(), micros, "a group is committed");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Work = fn(&mut Session<'_>) -> Result<Result<u8, Failure>, Fault>;

    fn begun() -> (Box<Begun<u8, Work>>, oneshot::Receiver<u8>, Settled) {
        let ((early, decided), (reply, settled)) = (oneshot::channel(), oneshot::channel());
        let work: Work = |_| Ok(Ok(0));
        (Box::new(Begun { work, outcome: None, early: Some(early), reply }), decided, settled)
    }

    type Settled = oneshot::Receiver<Result<Option<u8>, Failure>>;

    #[test]
    fn an_outcome_that_was_told_stands_if_it_is_committed() {
        let (mut begun, mut decided, mut settled) = begun();
        begun.outcome = Some(Ok(1));
        begun.announce();
        assert_eq!(decided.try_recv(), Ok(1));
        assert!(settled.try_recv().is_err(), "not before the commit");
        begun.answer(None);
        assert!(matches!(settled.try_recv(), Ok(Ok(None))));
    }

    #[test]
    fn a_commit_that_fails_takes_back_what_was_told() {
        // Run again by itself it decides otherwise, or is refused, or fails for good.
        let ends: [(Option<_>, Option<Fault>); 3] = [
            (Some(Ok(2)), None),
            (Some(Err(Failure::Busy)), None),
            (None, Some(Fault::Lost("the disk is gone".to_owned()))),
        ];
        let mut seen = Vec::new();
        for (outcome, fault) in ends {
            let (mut begun, mut decided, mut settled) = begun();
            begun.outcome = Some(Ok(1));
            begun.announce();
            begun.outcome = outcome;
            begun.announce();
            assert_eq!(decided.try_recv(), Ok(1), "told once");
            begun.answer(fault);
            seen.push(settled.try_recv().expect("it is answered"));
        }
        assert!(matches!(
            seen.as_slice(),
            [Ok(Some(2)), Err(Failure::Busy), Err(Failure::Store(_))]
        ));
    }

    #[test]
    fn a_refusal_is_told_after_the_commit() {
        let (mut begun, mut decided, mut settled) = begun();
        begun.outcome = Some(Err(Failure::Busy));
        begun.announce();
        assert!(decided.try_recv().is_err());
        assert!(settled.try_recv().is_err());
        begun.answer(None);
        assert!(matches!(settled.try_recv(), Ok(Err(Failure::Busy))));
    }
}
