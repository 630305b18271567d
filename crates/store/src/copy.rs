//! Moves a world to another database: everything that it holds, in its order, chains and versions as
//! they are.
//!
//! The target is written in one transaction, audited within it, and committed only if the audit says
//! the same of both. So it holds nothing, or the whole world.

use redress_core::audit::Report;
use redress_core::{Account, Transfer};

use crate::error::{Fault, OpenError};
use crate::jobs::Queued;
use crate::location::Location;
use crate::{postgres, sqlite};

/// How many things are read and written at a time.
pub(crate) const BATCH_ITEMS: usize = 1_000;

/// How far a copy has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many things are copied.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// What was copied.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Rows of all kinds.
    pub rows: u64,
    /// Balances.
    pub accounts: u64,
    /// Movements of money.
    pub transfers: u64,
    /// Their chains.
    pub chains: u64,
    /// Jobs that wait.
    pub jobs: u64,
    /// What the audit says, of both sides.
    pub report: Report,
}

/// Why a world was not copied. The target is as it was.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source cannot be read.
    #[error("cannot read {location}")]
    Source {
        /// Where.
        location: Location,
        /// Why.
        source: OpenError,
    },
    /// The target cannot be written.
    #[error("cannot write {location}")]
    Target {
        /// Where.
        location: Location,
        /// Why.
        source: OpenError,
    },
    /// The source breaks invariants.
    #[error("the world at {location} is not clean, as its audit says; it was not copied")]
    Unclean {
        /// Where.
        location: Location,
        /// What it breaks.
        report: Box<Report>,
    },
    /// The target holds something.
    #[error("{location} holds a world already; a copy needs an empty place")]
    NotEmpty {
        /// Where.
        location: Location,
    },
    /// The audit says something else of the copy.
    #[error("the copy is not what was copied, as its audit says; it was not kept")]
    Differs {
        /// What it says of the copy.
        report: Box<Report>,
    },
    /// A database failed on the way.
    #[error("the copy failed; it was not kept")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Fault> for CopyError {
    fn from(fault: Fault) -> Self {
        Self::Failed(Box::new(fault))
    }
}

/// A kind of thing. Those that others refer to come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Chains,
    Rows,
    Accounts,
    Transfers,
    Jobs,
}

impl Table {
    const ALL: [Self; 5] = [Self::Chains, Self::Rows, Self::Accounts, Self::Transfers, Self::Jobs];

    /// How many of them there are.
    pub(crate) const fn count(self) -> &'static str {
        match self {
            Self::Chains => "SELECT count(*) FROM chain",
            Self::Rows => "SELECT count(*) FROM entity",
            Self::Accounts => "SELECT count(*) FROM account",
            Self::Transfers => "SELECT count(*) FROM transfer",
            Self::Jobs => "SELECT count(*) FROM job",
        }
    }
}

/// The end of a chain.
pub(crate) struct ChainEnd {
    pub(crate) id: i64,
    pub(crate) links: i64,
    pub(crate) link: Vec<u8>,
}

/// A row with its place in lists.
pub(crate) struct ListedRow {
    pub(crate) seq: i64,
    pub(crate) kind: String,
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) version: i64,
    pub(crate) updated_at: i64,
    pub(crate) body: String,
}

/// A transfer with its place in lists and in its chain.
pub(crate) struct LinkedTransfer {
    pub(crate) seq: i64,
    pub(crate) transfer: Transfer,
    pub(crate) chain: i64,
    pub(crate) n: i64,
    pub(crate) link: Vec<u8>,
}

/// Some of a kind, in their order.
pub(crate) enum Batch {
    Chains(Vec<ChainEnd>),
    Rows(Vec<ListedRow>),
    Accounts(Vec<Account>),
    Transfers(Vec<LinkedTransfer>),
    Jobs(Vec<Queued>),
}

impl Batch {
    fn len(&self) -> usize {
        match self {
            Self::Chains(all) => all.len(),
            Self::Rows(all) => all.len(),
            Self::Accounts(all) => all.len(),
            Self::Transfers(all) => all.len(),
            Self::Jobs(all) => all.len(),
        }
    }
}

/// A world that is read at one moment.
enum Source {
    File(sqlite::Source),
    Postgres(Box<postgres::Source>),
}

impl Source {
    async fn open(location: &Location) -> Result<Self, OpenError> {
        Ok(match location {
            Location::File(path) => Self::File(sqlite::Source::open(path)?),
            Location::Postgres(url) => Self::Postgres(Box::new(postgres::Source::open(url).await?)),
        })
    }

    async fn count(&self, table: Table) -> Result<u64, Fault> {
        let count = match self {
            Self::File(file) => file.count(table)?,
            Self::Postgres(postgres) => postgres.count(table).await?,
        };
        Ok(count.unsigned_abs())
    }

    async fn audit(&self) -> Result<Report, Fault> {
        match self {
            Self::File(file) => file.audit(),
            Self::Postgres(postgres) => postgres.audit().await,
        }
    }

    /// The next of a kind; an empty batch is the end.
    async fn next(&mut self, table: Table) -> Result<Batch, Fault> {
        match self {
            Self::File(file) => file.next(table),
            Self::Postgres(postgres) => postgres.next(table).await,
        }
    }
}

/// A place in a transaction that nobody sees yet.
enum Target {
    File(sqlite::Target),
    Postgres(Box<postgres::Target>),
}

impl Target {
    async fn open(location: &Location) -> Result<Self, OpenError> {
        Ok(match location {
            Location::File(path) => Self::File(sqlite::Target::open(path)?),
            Location::Postgres(url) => Self::Postgres(Box::new(postgres::Target::open(url).await?)),
        })
    }

    async fn is_empty(&self) -> Result<bool, Fault> {
        for table in Table::ALL {
            let count = match self {
                Self::File(file) => file.count(table)?,
                Self::Postgres(postgres) => postgres.count(table).await?,
            };
            if count > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn write(&mut self, batch: &Batch) -> Result<(), Fault> {
        match self {
            Self::File(file) => file.write(batch),
            Self::Postgres(postgres) => postgres.write(batch).await,
        }
    }

    async fn audit(&self) -> Result<Report, Fault> {
        match self {
            Self::File(file) => file.audit(),
            Self::Postgres(postgres) => postgres.audit().await,
        }
    }

    async fn roll_back(self) -> Result<(), Fault> {
        match self {
            Self::File(file) => file.roll_back(),
            Self::Postgres(postgres) => postgres.roll_back().await,
        }
    }

    async fn commit(self) -> Result<(), Fault> {
        match self {
            Self::File(file) => file.commit(),
            Self::Postgres(postgres) => postgres.commit().await,
        }
    }
}

/// Copies the world at one place to another, which must be empty. Leases are not copied: whoever
/// holds them has to do with the source. Blocks on the disk between its waits.
///
/// # Errors
/// See [`CopyError`]; the target is then as it was, apart from its schema.
pub async fn copy(
    from: &Location,
    to: &Location,
    progress: impl FnMut(Progress),
) -> Result<Copied, CopyError> {
    let opened = Source::open(from).await;
    let mut source =
        opened.map_err(|source| CopyError::Source { location: from.clone(), source })?;
    let report = source.audit().await?;
    if !report.is_clean() {
        return Err(CopyError::Unclean { location: from.clone(), report: Box::new(report) });
    }
    let opened = Target::open(to).await;
    let mut target = opened.map_err(|source| CopyError::Target { location: to.clone(), source })?;
    match fill(&mut source, &mut target, (to, &report), progress).await {
        Ok([chains, rows, accounts, transfers, jobs]) => {
            target.commit().await?;
            Ok(Copied { rows, accounts, transfers, chains, jobs, report })
        }
        Err(error) => {
            if let Err(fault) = target.roll_back().await {
                // It ends with the connection all the same.
                tracing::debug!(%fault, "a copy could not be taken back");
            }
            Err(error)
        }
    }
}

/// Writes everything, and checks it. Gives how many there are of each kind.
async fn fill(
    source: &mut Source,
    target: &mut Target,
    (to, report): (&Location, &Report),
    mut progress: impl FnMut(Progress),
) -> Result<[u64; Table::ALL.len()], CopyError> {
    if !target.is_empty().await? {
        return Err(CopyError::NotEmpty { location: to.clone() });
    }
    let mut counts = [0; Table::ALL.len()];
    for (count, table) in counts.iter_mut().zip(Table::ALL) {
        *count = source.count(table).await?;
    }
    let (mut done, total) = (0, counts.iter().sum());
    progress(Progress { done, total });
    for table in Table::ALL {
        loop {
            let batch = source.next(table).await?;
            if batch.len() == 0 {
                break;
            }
            target.write(&batch).await?;
            // Lossless: a batch is small.
            done += batch.len() as u64;
            progress(Progress { done, total });
        }
    }
    let copied = target.audit().await?;
    if copied == *report && done == total {
        Ok(counts)
    } else {
        Err(CopyError::Differs { report: Box::new(copied) })
    }
}
