//! When to try again: a pure policy. The client waits, signs again and sends.

use std::time::Duration;

use crate::error::Error;

/// How often a request is tried, and how long the client waits in between.
///
/// Every endpoint of [`redress_api`] may be repeated: the merchant's own number makes it one
/// request, however often it arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How many times in all; 0 counts as 1.
    pub attempts: u32,
    /// The longest wait after the first attempt; it doubles with each further one.
    pub first_delay: Duration,
    /// The longest wait after any attempt.
    pub max_delay: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        let (first_delay, max_delay) = (Duration::from_millis(300), Duration::from_secs(3));
        Self { attempts: 3, first_delay, max_delay }
    }
}

impl Retry {
    /// One attempt.
    #[must_use]
    pub const fn none() -> Self {
        Self { attempts: 1, first_delay: Duration::ZERO, max_delay: Duration::ZERO }
    }

    /// How long to wait after so many attempts, the last of which failed with `error`; none if it
    /// is to be left at that. `random` spreads the wait over the second half of its range.
    ///
    /// Tried again: transport errors, 429 and 5xx. Not tried again: any other answer, which would
    /// come back the same, and answers that cannot be trusted or read, which people should see.
    #[must_use]
    pub fn next(&self, attempt: u32, error: &Error, random: u32) -> Option<Duration> {
        if attempt >= self.attempts || !error.is_retryable() {
            return None;
        }
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        let longest = self.first_delay.saturating_mul(doubled).min(self.max_delay);
        let half = longest / 2;
        let delay = half + half.mul_f64(f64::from(random) / f64::from(u32::MAX));
        // What the service asks for is waited for in full, however long; the deadline decides.
        let asked = error.api().and_then(|answer| answer.retry_after).unwrap_or_default();
        Some(delay.max(asked))
    }
}
