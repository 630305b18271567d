//! The two clocks.
//!
//! Signatures live on the wall clock, because clients refuse anything else. Business time (bills,
//! expiry, jobs) is the wall clock plus a distance that the control API can grow.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redress_api::Timestamp;

/// Seconds since the epoch, by the wall clock.
pub(crate) fn wall() -> i64 {
    i64::try_from(since_epoch().as_secs()).unwrap_or(i64::MAX)
}

/// Nanoseconds since the epoch, by the wall clock.
pub(crate) fn wall_nanos() -> u64 {
    u64::try_from(since_epoch().as_nanos()).unwrap_or(u64::MAX)
}

/// The one place that reads it.
#[expect(clippy::disallowed_methods, reason = "this is the clock that the others are told of")]
fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Business time.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    /// How far it is ahead, in seconds.
    pub(crate) fn offset_seconds(&self) -> i64 {
        self.offset_seconds.load(Ordering::Acquire)
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix(wall()).plus_seconds(self.offset_seconds())
    }

    /// Follows the clock kept in the store, which only grows.
    pub(crate) fn advance_to(&self, offset_seconds: i64) {
        self.offset_seconds.fetch_max(offset_seconds, Ordering::AcqRel);
    }
}
