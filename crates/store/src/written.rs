//! How much was committed since this process started, and in how many commits: together, how well
//! commands share a commit.

use std::sync::atomic::{AtomicU64, Ordering};

static COMMITS: AtomicU64 = AtomicU64::new(0);
static COMMANDS: AtomicU64 = AtomicU64::new(0);

/// What was committed, over all stores of this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many commits.
    pub commits: u64,
    /// How many commands they were of, those of jobs included.
    pub commands: u64,
}

/// A commit of so many commands is done.
pub(crate) fn count(commands: usize) {
    COMMITS.fetch_add(1, Ordering::Relaxed);
    COMMANDS.fetch_add(u64::try_from(commands).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// What was committed so far.
#[must_use]
pub fn written() -> Written {
    let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Written { commits: load(&COMMITS), commands: load(&COMMANDS) }
}
