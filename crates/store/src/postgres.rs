//! The store on PostgreSQL, and on what speaks its protocol: a few writers on each node, any number
//! of nodes.
//!
//! All connections live on a runtime of the store's own. Writers decide and write in groups, as
//! SQLite's one writer does ([`executor`]); what keeps those of several writers from each other is
//! in the database.

mod columns;
mod connection;
mod copy;
mod executor;
mod fault;
mod lists;
mod load;
mod member;
mod migrate;
mod overlay;
mod readers;
mod sql;
mod together;
mod url;
mod write;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use redress_api::Timestamp;
use redress_core::audit::Report;
use redress_core::{Account, Command, Frame, Job, Stored, Transfer, tenant};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use connection::{Connector, Purpose};
pub(crate) use copy::{Source, Target};
use executor::Executor;
pub(crate) use fault::PgError;
use member::{Member, Ping, Submitted};
use overlay::JobKey;
use readers::Readers;

use crate::error::{Failure, Fault, OpenError};
use crate::jobs::{Claim, Claims, Queued, Window};
use crate::location::PostgresUrl;
use crate::scheduled::Scheduled;
use crate::store::Options;

/// Runs single statements on a connection of a pool.
macro_rules! with {
    ($readers:expr, $connection:ident => $work:expr) => {{
        let mut tries = 0;
        loop {
            let lease = $readers.lease().await?;
            let $connection = &lease.connection;
            let done: Result<_, Fault> = $work.await;
            if !lease.after(&done, &mut tries) {
                break done.map_err(Failure::from);
            }
        }
    }};
}

/// How often a rule may ask for more rows before it is given up: more than any does.
const ROUNDS_MAX: usize = 100;

/// How many connections claim and postpone jobs.
const JOB_CONNECTIONS: usize = 2;

/// An open database.
pub(crate) struct Postgres {
    readers: Readers,
    /// None if it is open for reading only.
    writers: Option<Writers>,
    scheduled: Arc<Scheduled>,
    connector: Connector,
    /// Last, so that it outlives what runs on it.
    runtime: Mutex<Option<Runtime>>,
}

/// The queue of each writer.
type Queues = Vec<mpsc::Sender<Box<dyn Member>>>;

struct Writers {
    /// None once they are closed.
    queues: Mutex<Option<Queues>>,
    tasks: tokio::sync::Mutex<Vec<JoinHandle<()>>>,
    jobs: Readers,
}

impl Postgres {
    /// Blocks until the database answers.
    pub(crate) fn open(url: &PostgresUrl, options: Options) -> Result<Self, OpenError> {
        Self::start(url, Some(options))
    }

    pub(crate) fn open_read_only(url: &PostgresUrl) -> Result<Self, OpenError> {
        Self::start(url, None)
    }

    fn start(url: &PostgresUrl, options: Option<Options>) -> Result<Self, OpenError> {
        let failed = |error: std::io::Error| OpenError::Store(Box::new(error));
        let runtime = Builder::new_multi_thread()
            .worker_threads(options.map_or(1, |options| options.writers.max(1)))
            .thread_name("redress-postgres")
            .enable_all()
            .build()
            .map_err(failed)?;
        let handle = runtime.handle().clone();
        let connector = Connector::new(url::read(url.as_str())?, handle.clone())?;
        let work = Self::connect(connector, options, url.to_string());
        // The caller may itself be on a runtime, where blocking on another is not allowed.
        let opened = thread::scope(|scope| scope.spawn(|| handle.block_on(work)).join());
        let died = |_panic| Err(OpenError::Store("connecting ended in a panic".into()));
        let postgres = match opened.unwrap_or_else(died) {
            Ok(postgres) => postgres,
            Err(error) => {
                // Nor is waiting for its end.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        *postgres.runtime.lock().unwrap_or_else(PoisonError::into_inner) = Some(runtime);
        Ok(postgres)
    }

    async fn connect(
        connector: Connector,
        options: Option<Options>,
        shown: String,
    ) -> Result<Self, OpenError> {
        let scheduled = Arc::new(Scheduled::new());
        let writers = match options {
            None => {
                let connection = connector.connect(Purpose::Read, &[]).await?;
                migrate::check(&connection, shown).await?;
                None
            }
            Some(options) => {
                let connection = connector.connect(Purpose::Write, &[]).await?;
                migrate::migrate(&connection).await?;
                Some(Writers::start(&connector, options, &scheduled).await?)
            }
        };
        let count = options.unwrap_or_default().readers_max.max(1);
        // A server reads what it has written, which a standby may not have yet.
        let purpose = if writers.is_some() { Purpose::Write } else { Purpose::Read };
        let readers = Readers::new(connector.clone(), purpose, count);
        Ok(Self { readers, writers, scheduled, connector, runtime: Mutex::new(None) })
    }

    fn writers(&self) -> Result<&Writers, Failure> {
        self.writers.as_ref().ok_or(Failure::ReadOnly)
    }

    pub(crate) async fn execute<C: Command>(
        &self,
        command: C,
        frame: Frame,
    ) -> Result<C::Outcome, Failure> {
        let done = self.writers()?.submit(command, frame, None).await?;
        done.ok_or(Failure::Closed)
    }

    pub(crate) async fn read<C: Command>(
        &self,
        command: &C,
        frame: Frame,
    ) -> Result<C::Outcome, Failure> {
        self.readers.read(command, frame).await
    }

    pub(crate) async fn claim(&self, window: Window) -> Result<Claims, Failure> {
        let jobs = &self.writers()?.jobs;
        with!(jobs, it => lists::claim(it, &window))
    }

    pub(crate) async fn complete<C: Command>(
        &self,
        claim: Claim,
        command: C,
        frame: Frame,
    ) -> Result<Option<C::Outcome>, Failure> {
        let key = (tenant::of_job(&claim.job).to_owned(), claim.id);
        self.writers()?.submit(command, frame, Some((key, claim.attempt))).await
    }

    pub(crate) async fn postpone(
        &self,
        (id, attempt, job): (i64, u32, &Job),
        until: Timestamp,
    ) -> Result<(), Failure> {
        let jobs = &self.writers()?.jobs;
        let given = with!(jobs, it => lists::postpone(it, (id, attempt, job), until))?;
        if given {
            self.scheduled.job(until);
        }
        Ok(())
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
        with!(self.readers, it => lists::rows(it, kind, owner, after, most))
    }

    pub(crate) async fn accounts(&self, after: &str, most: u32) -> Result<Vec<Account>, Failure> {
        with!(self.readers, it => lists::accounts(it, after, most))
    }

    pub(crate) async fn transfers(
        &self,
        account: Option<&str>,
        reference: Option<&str>,
        after: i64,
        most: u32,
    ) -> Result<Vec<(i64, Transfer)>, Failure> {
        with!(self.readers, it => lists::transfers(it, account, reference, after, most))
    }

    pub(crate) async fn jobs(&self, after: i64, most: u32) -> Result<Vec<Queued>, Failure> {
        with!(self.readers, it => lists::jobs(it, after, most))
    }

    /// On a connection of its own, because it reads everything.
    pub(crate) async fn audit(&self) -> Result<Report, Failure> {
        if self.readers.is_closed() {
            return Err(Failure::Closed);
        }
        let connection = self.connector.connect(Purpose::Read, &[]).await?;
        let begin = "SET statement_timeout = 0; \
                     BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        connection.run(begin).await.map_err(Fault::from)?;
        Ok(lists::audit(&connection).await?)
    }

    pub(crate) async fn ready(&self) -> bool {
        match &self.writers {
            Some(writers) => writers.ping().await.is_ok(),
            None => false,
        }
    }

    pub(crate) async fn close(&self) {
        self.readers.close();
        if let Some(writers) = &self.writers {
            writers.close().await;
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(writers) = &self.writers {
            writers.end();
        }
        let runtime = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(runtime) = runtime {
            // Waits for nothing: what was answered is written.
            runtime.shutdown_background();
        }
    }
}

impl Writers {
    async fn start(
        connector: &Connector,
        options: Options,
        scheduled: &Arc<Scheduled>,
    ) -> Result<Self, OpenError> {
        let (mut queues, mut tasks) = (Vec::new(), Vec::new());
        for _ in 0..options.writers.max(1) {
            let connection = connector.connect(Purpose::Write, executor::STATEMENTS).await?;
            let (sender, receiver) = mpsc::channel(options.queue.commands_max.max(1));
            let executor = Executor::new(connector.clone(), connection, Arc::clone(scheduled));
            let work = executor.run(receiver, options.queue.group_max.max(1));
            tasks.push(connector.runtime().spawn(work));
            queues.push(sender);
        }
        let jobs = Readers::new(connector.clone(), Purpose::Write, JOB_CONNECTIONS);
        let tasks = tokio::sync::Mutex::new(tasks);
        Ok(Self { queues: Mutex::new(Some(queues)), tasks, jobs })
    }

    async fn submit<C: Command>(
        &self,
        command: C,
        frame: Frame,
        claim: Option<(JobKey, u32)>,
    ) -> member::Outcome<C> {
        let (reply, answer) = oneshot::channel();
        let mut hasher = DefaultHasher::new();
        command.tenant().hash(&mut hasher);
        let at = hasher.finish();
        self.send(at, Box::new(Submitted { command, frame, claim, outcome: None, reply }))?;
        answer.await.unwrap_or(Err(Failure::Closed))
    }

    /// Asks each writer for a round trip.
    async fn ping(&self) -> Result<(), Failure> {
        let count = self.queues().as_ref().map_or(0, Vec::len);
        for at in 0..count {
            let (reply, answer) = oneshot::channel();
            // Lossless: there are few.
            self.send(at as u64, Box::new(Ping(reply)))?;
            answer.await.unwrap_or(Err(Failure::Closed))?;
        }
        if count == 0 { Err(Failure::Closed) } else { Ok(()) }
    }

    /// Commands of one tenant have one writer, here: they would only wait for each other's locks.
    fn send(&self, at: u64, member: Box<dyn Member>) -> Result<(), Failure> {
        let queues = self.queues();
        let queues = queues.as_ref().ok_or(Failure::Closed)?;
        // Lossless: there are few.
        let queue = &queues[(at % queues.len() as u64) as usize];
        queue.try_send(member).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Failure::Busy,
            mpsc::error::TrySendError::Closed(_) => Failure::Closed,
        })
    }

    fn queues(&self) -> MutexGuard<'_, Option<Queues>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self) {
        self.queues().take();
        self.jobs.close();
    }

    /// Lets the writers finish what is queued, and waits for them.
    async fn close(&self) {
        self.end();
        for task in self.tasks.lock().await.drain(..) {
            if let Err(error) = task.await {
                tracing::error!(%error, "a writer ended in disorder");
            }
        }
    }
}
