//! The request log: the last exchanges with merchants, in memory, for people who look for a
//! mistake. What is a secret is masked before it is kept.

mod explain;
mod head;
mod mask;
mod numbers;
mod record;
mod search;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use self::explain::Explainer;
pub(crate) use self::mask::Mask;
pub(crate) use self::numbers::Numbers;
pub(crate) use self::record::{Evidence, Message, Record};
pub(crate) use self::search::{Filter, Found, Listed};

/// The most exchanges that are kept.
pub const REQUESTS_MAX: usize = 10_000;
/// The most bytes that they may take in all: heads, bodies, and a fixed size for each.
pub const REQUESTS_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The most bytes of one body that are kept.
pub(crate) const KEPT_BODY_BYTES_MAX: usize = 64 * 1024;
/// What an exchange takes besides its heads and bodies, in bytes; about.
const RECORD_BYTES: usize = 1024;
/// How many exchanges are handed out without letting others in between.
const PAGE_RECORDS: usize = 512;

/// The log. A request that is answered waits for it no longer than for a few pointers to move.
pub(crate) struct Requests {
    ring: Mutex<Ring>,
    count_max: usize,
    bytes_max: usize,
}

/// What is kept, the oldest first. Each has a number: one more than the one before it.
#[derive(Default)]
struct Ring {
    kept: VecDeque<Arc<Record>>,
    /// The number of the first.
    first: u64,
    bytes: usize,
}

impl Requests {
    pub(crate) fn new(count_max: usize, bytes_max: usize) -> Self {
        Self { ring: Mutex::default(), count_max, bytes_max }
    }

    /// Keeps an exchange, in the place of the oldest ones. The last one is kept whatever its size.
    pub(crate) fn push(&self, record: Arc<Record>) {
        let bytes = record.bytes() + RECORD_BYTES;
        // Freed when the lock is no longer held.
        let mut gone = Vec::new();
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.kept.push_back(record);
        ring.bytes += bytes;
        while ring.kept.len() > self.count_max.max(1)
            || (ring.bytes > self.bytes_max && ring.kept.len() > 1)
        {
            let Some(oldest) = ring.kept.pop_front() else { break };
            ring.bytes -= oldest.bytes() + RECORD_BYTES;
            ring.first += 1;
            gone.push(oldest);
        }
        drop(ring);
    }

    /// All of it as it is now, the newest first, each with its number.
    pub(crate) fn newest_first(&self) -> Vec<(u64, Arc<Record>)> {
        let mut all = Vec::new();
        let mut below = u64::MAX;
        loop {
            let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
            let end = ring.first + ring.kept.len() as u64;
            let until = below.min(end).max(ring.first);
            let from = until.saturating_sub(PAGE_RECORDS as u64).max(ring.first);
            for number in (from..until).rev() {
                let place = usize::try_from(number - ring.first).unwrap_or(usize::MAX);
                all.extend(ring.kept.get(place).map(|record| (number, Arc::clone(record))));
            }
            if from == ring.first {
                return all;
            }
            below = from;
        }
    }

    /// The exchange of a `Request-ID`, with or without the number behind it.
    pub(crate) fn find(&self, request_id: &str) -> Option<Arc<Record>> {
        let id = request_id.split('-').next().unwrap_or_default();
        let mut all = self.newest_first().into_iter();
        all.find(|(_, record)| record.id.as_str().eq_ignore_ascii_case(id)).map(|(_, found)| found)
    }
}
