//! The one place that reads the wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, for the signature of a request and the age of an answer.
#[expect(clippy::disallowed_methods, reason = "signatures carry the time of the wall clock")]
pub(crate) fn unix_seconds() -> i64 {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(elapsed) => i64::try_from(elapsed.as_secs()).unwrap_or(i64::MAX),
        // A clock before 1970: the platform answers that the timestamp is too far off.
        Err(_) => 0,
    }
}
