//! A writer: takes what is queued, decides it as a group, writes it in one transaction, and answers
//! everyone. There are a few on each node, each with a connection and a chain of its own.
//!
//! A group is decided on rows that were read without locks. Then a transaction begins, everything
//! that was looked at is read again under locks, and if anything differs the group is decided again
//! on that. So decisions hold whatever other writers do, here or on another node, and each group
//! takes its locks in one go, in one order.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::connection::{Connection, Connector, Purpose};
use super::fault::{PgError, Remedy};
use super::member::Member;
use super::overlay::{Missing, Overlay, Recent};
use super::write::{Chain, Unwritten, commit};
use super::{ROUNDS_MAX, load, sql};
use crate::error::{Failure, Fault};
use crate::scheduled::Scheduled;
use crate::written;

/// How often a transaction is run again because others were in the way, before its members are
/// run one by one; and then, before one of them is given up.
const TRIES_MAX: u32 = 10;
/// How long a group waits for a database that is gone. Those after it wait for one attempt only.
const GONE_MAX: Duration = Duration::from_secs(4);
/// How long to look for what became of a commit whose answer was lost.
const UNKNOWN_MAX: Duration = Duration::from_secs(15);
/// Between two attempts to reach a database.
const RECONNECT_PAUSE: Duration = Duration::from_millis(100);

/// The statements of a writer's connection.
pub(super) const STATEMENTS: &[&str] = &[
    sql::ROWS,
    sql::ROWS_TO_READ,
    sql::ROWS_TO_WRITE,
    sql::ACCOUNTS,
    sql::ACCOUNTS_TO_READ,
    sql::ACCOUNTS_TO_WRITE,
    sql::TRANSFERS,
    sql::JOBS,
    sql::JOBS_TO_WRITE,
    sql::ROWS_INSERT,
    sql::ROWS_UPDATE,
    sql::ACCOUNTS_INSERT,
    sql::ACCOUNTS_UPDATE,
    sql::TRANSFERS_INSERT,
    sql::JOBS_INSERT,
    sql::JOBS_DELETE,
    sql::CHAIN_INSERT,
    sql::CHAIN_UPDATE,
    sql::CHAIN_LOOK,
];

/// One writer.
pub(super) struct Executor {
    connector: Connector,
    connection: Option<Connection>,
    chain: Option<Chain>,
    recent: Recent,
    scheduled: Arc<Scheduled>,
    /// Whether the last attempt to reach the database failed.
    gone: bool,
}

/// How a transaction ends without being written.
enum Trouble {
    /// It was not written; whoever is in the way may be gone by the next time.
    Again(Fault),
    /// It was not written, and the connection is of no use any more.
    Gone(Fault),
    /// It may or may not be written.
    Unknown(Fault),
    /// It was not written, and will not be.
    Fault(Fault),
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        match &fault {
            Fault::Postgres(error) => match error.remedy() {
                Remedy::Again => Self::Again(fault),
                Remedy::Reconnect => Self::Gone(fault),
                Remedy::GiveUp => Self::Fault(fault),
            },
            Fault::Sqlite(_)
            | Fault::NotOne { .. }
            | Fault::Unreadable { .. }
            | Fault::Unprintable(_)
            | Fault::Lost(_) => Self::Fault(fault),
        }
    }
}

impl From<PgError> for Trouble {
    fn from(error: PgError) -> Self {
        Fault::from(error).into()
    }
}

type Group = [Box<dyn Member>];

impl Executor {
    pub(super) fn new(
        connector: Connector,
        connection: Connection,
        scheduled: Arc<Scheduled>,
    ) -> Self {
        let connection = Some(connection);
        Self { connector, connection, chain: None, recent: Recent::new(), scheduled, gone: false }
    }

    /// Works until the queue is closed and empty.
    pub(super) async fn run(
        mut self,
        mut queue: mpsc::Receiver<Box<dyn Member>>,
        group_max: usize,
    ) {
        let mut group = Vec::new();
        while queue.recv_many(&mut group, group_max).await > 0 {
            self.group(std::mem::take(&mut group)).await;
        }
    }

    /// Writes a group in one transaction; if that fails, each member in its own.
    async fn group(&mut self, mut group: Vec<Box<dyn Member>>) {
        let failure = match self.write(&mut group).await {
            Ok(()) => {
                group.into_iter().for_each(|member| member.answer(None));
                return;
            }
            Err(failure) => failure,
        };
        if group.len() == 1 || !matches!(failure, Trouble::Again(_) | Trouble::Fault(_)) {
            for member in group {
                member.answer(Some(said(&failure)));
            }
            return;
        }
        tracing::warn!(fault = %fault(&failure), commands = group.len(), "a group is run again one by one");
        for mut member in group {
            let failed = self.write(std::slice::from_mut(&mut member)).await.err();
            member.answer(failed.as_ref().map(said));
        }
    }

    /// Has a group written, through whatever can be waited out.
    async fn write(&mut self, group: &mut Group) -> Result<(), Trouble> {
        let start = Instant::now();
        let patience = if self.gone { Duration::ZERO } else { GONE_MAX };
        let mut known = Missing::default();
        let mut tries = 0;
        loop {
            let failed = match self.transact(group, &mut known).await {
                Ok(()) => {
                    written::count(group.len());
                    let micros = start.elapsed().as_micros();
                    tracing::debug!(commands = group.len(), micros, "a group is committed");
                    return Ok(());
                }
                Err(failed) => failed,
            };
            match failed {
                Trouble::Again(fault) => {
                    self.roll_back().await;
                    tries += 1;
                    // Members of a group may be in each other's way, and by themselves they are not.
                    let most = if group.len() > 1 { TRIES_MAX / 2 } else { TRIES_MAX };
                    if tries >= most {
                        return Err(Trouble::Again(fault));
                    }
                    tracing::debug!(%fault, tries, "a group is run again");
                    pause(tries).await;
                }
                Trouble::Gone(fault) => {
                    self.connection = None;
                    if start.elapsed() >= patience {
                        self.gone = true;
                        return Err(Trouble::Gone(fault));
                    }
                    tracing::warn!(%fault, "the database is looked for again");
                    tokio::time::sleep(RECONNECT_PAUSE).await;
                }
                Trouble::Unknown(fault) => {
                    self.connection = None;
                    tracing::warn!(%fault, "the answer of a commit was lost");
                    if self.was_committed(&fault).await? {
                        self.scheduled.any();
                        return Ok(());
                    }
                }
                Trouble::Fault(fault) => {
                    self.roll_back().await;
                    return Err(Trouble::Fault(fault));
                }
            }
        }
    }

    async fn roll_back(&mut self) {
        let Some(connection) = &self.connection else { return };
        if connection.run("ROLLBACK").await.is_err() {
            self.connection = None;
        }
    }

    /// One transaction. What it had to read is kept, for the next attempt to read at once.
    async fn transact(&mut self, group: &mut Group, known: &mut Missing) -> Result<(), Trouble> {
        let chain = self.connect().await?;
        let connection = self.connection.as_ref().expect("connected above");
        // Forgotten, unless this comes to its end.
        let mut overlay = Overlay::recalling(std::mem::take(&mut self.recent));
        if known.is_empty() {
            *known = overlay.lacks(group.iter().flat_map(|member| member.looks_at()));
        }
        if !known.is_empty() {
            read(connection, &mut overlay, known).await?;
        }
        decide(connection, group, &mut overlay).await?;
        *known = overlay.seen();
        let mut begin = true;
        for _ in 0..ROUNDS_MAX {
            let load::Loaded { rows, jobs } = load::lock(connection, begin, &overlay).await?;
            begin = false;
            if overlay.confirm(rows, jobs) {
                let scheduled = overlay.writes.jobs.iter().map(|(at, _)| *at).min();
                if overlay.writes.is_empty() {
                    // What was refused was refused on rows that hold at this moment.
                    connection.run("COMMIT").await?;
                } else {
                    let committed = commit(connection, &overlay.writes, chain).await;
                    self.chain = Some(committed.map_err(|unwritten| match unwritten {
                        Unwritten::Not(fault) => fault.into(),
                        Unwritten::Unknown(fault) => Trouble::Unknown(fault),
                    })?);
                }
                if let Some(at) = scheduled {
                    self.scheduled.job(at);
                }
                self.recent = overlay.remember();
                return Ok(());
            }
            decide(connection, group, &mut overlay).await?;
            *known = overlay.seen();
        }
        Err(Fault::Lost("rows kept changing under their locks".to_owned()).into())
    }

    /// Connects if need be; gives the chain.
    async fn connect(&mut self) -> Result<Chain, Trouble> {
        if self.connection.as_ref().is_none_or(Connection::is_closed) {
            let connected = self.connector.connect(Purpose::Write, STATEMENTS).await;
            // Whatever keeps it from connecting, it is not this group's fault.
            self.connection = Some(connected.map_err(Trouble::Gone)?);
            if self.gone {
                tracing::info!("the database is back");
            }
            self.gone = false;
        }
        if let Some(chain) = self.chain {
            return Ok(chain);
        }
        let connection = self.connection.as_ref().expect("connected above");
        let link = redress_core::ledger::Link::default();
        let made = connection.query(sql::CHAIN_INSERT, &[&link.as_slice()]).await?;
        let id = made.first().map(|row| row.try_get(0)).transpose().map_err(PgError::from)?;
        let id = id.ok_or_else(|| Fault::Lost("a chain has no number".to_owned()))?;
        let chain = Chain { id, groups: 0, links: 0, link };
        self.chain = Some(chain);
        Ok(chain)
    }

    /// Finds out what became of the last commit: the chain counts them.
    async fn was_committed(&mut self, lost: &Fault) -> Result<bool, Trouble> {
        let chain = self.chain.expect("a group is committed on a chain");
        let start = Instant::now();
        loop {
            let failed = match self.look_at_chain(chain.id).await {
                Ok(found) if found.groups == chain.groups => return Ok(false),
                Ok(found) if found.groups == chain.groups + 1 => {
                    self.chain = Some(found);
                    return Ok(true);
                }
                // Another has written to it, or it was never made durable.
                Ok(_) => {
                    self.chain = None;
                    Fault::Lost(format!("chain {} is not as it was left", chain.id))
                }
                Err(failed) => fault(&failed).shown(),
            };
            self.connection = None;
            if self.chain.is_none() || start.elapsed() >= UNKNOWN_MAX {
                // A chain that may have gone on is left as it is.
                self.chain = None;
                self.gone = true;
                tracing::error!(%lost, %failed, "what became of a commit is not known");
                return Err(Trouble::Unknown(failed));
            }
            tokio::time::sleep(RECONNECT_PAUSE).await;
        }
    }

    async fn look_at_chain(&mut self, id: i64) -> Result<Chain, Trouble> {
        self.connect().await?;
        let connection = self.connection.as_ref().expect("connected above");
        let found = connection.query(sql::CHAIN_LOOK, &[&id]).await?;
        let row = found.first().ok_or_else(|| Fault::Lost(format!("chain {id} is gone")))?;
        let get = || -> Result<(i64, i64, Vec<u8>), tokio_postgres::Error> {
            Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?))
        };
        let (groups, links, link) = get().map_err(PgError::from)?;
        let link = link.try_into().map_err(|_unfit| Fault::Lost("a link is cut".to_owned()))?;
        Ok(Chain { id, groups, links, link })
    }
}

/// Has every member decide, and reads what they turn out to need.
async fn decide(
    connection: &Connection,
    group: &mut Group,
    overlay: &mut Overlay,
) -> Result<(), Trouble> {
    let mut open: Vec<&mut Box<dyn Member>> = group.iter_mut().collect();
    for _ in 0..ROUNDS_MAX {
        open = open
            .into_iter()
            .filter_map(|member| match member.attempt(overlay) {
                true => None,
                false => Some(member),
            })
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let missing = overlay.missing();
        read(connection, overlay, &missing).await?;
    }
    Err(Fault::Lost("a rule asks for more and more".to_owned()).into())
}

async fn read(
    connection: &Connection,
    overlay: &mut Overlay,
    missing: &Missing,
) -> Result<(), Trouble> {
    let load::Loaded { rows, jobs } = load::look(connection, missing).await?;
    overlay.load(rows);
    overlay.load_jobs(jobs);
    Ok(())
}

fn fault(trouble: &Trouble) -> &Fault {
    match trouble {
        Trouble::Again(fault)
        | Trouble::Gone(fault)
        | Trouble::Unknown(fault)
        | Trouble::Fault(fault) => fault,
    }
}

/// What a member is told.
fn said(trouble: &Trouble) -> Failure {
    let shown = Box::new(fault(trouble).shown());
    if matches!(trouble, Trouble::Unknown(_)) {
        Failure::Unknown(shown)
    } else {
        Failure::Store(shown)
    }
}

/// Waits a little, by chance: those who were in each other's way shall not meet again.
async fn pause(tries: u32) {
    let chance = RandomState::new().hash_one(tries) % 16;
    tokio::time::sleep(Duration::from_millis(chance * u64::from(tries))).await;
}
