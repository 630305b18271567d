//! How much of the load may be repetitions: when the service is down for all, repeating everything
//! thrice makes it worse.

use std::sync::Mutex;
use std::sync::PoisonError;

/// The most repetitions that can be saved up.
const TENTHS_MAX: u32 = 1_000;
/// What each request earns: a tenth of a repetition.
const EARNED_TENTHS: u32 = 1;
/// What a repetition costs.
const COST_TENTHS: u32 = 10;
/// What a new client has: ten repetitions.
const BEGIN_TENTHS: u32 = 100;

/// Repetitions that a client may make, in tenths.
#[derive(Debug)]
pub(crate) struct Budget(Mutex<u32>);

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(BEGIN_TENTHS))
    }
}

impl Budget {
    /// A request is made.
    pub(crate) fn earn(&self) {
        let mut tenths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *tenths = (*tenths + EARNED_TENTHS).min(TENTHS_MAX);
    }

    /// Whether a repetition may be made; it is paid for.
    pub(crate) fn spend(&self) -> bool {
        let mut tenths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let left = tenths.checked_sub(COST_TENTHS);
        *tenths = left.unwrap_or(*tenths);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_load_may_be_repetitions() {
        let budget = Budget::default();
        let mut made = 0;
        for _ in 0..1_000 {
            budget.earn();
            made += u32::from(budget.spend());
        }
        assert_eq!(made, 110, "the ten that it began with, and one for every ten requests");
        assert!((0..10_000).all(|_| {
            budget.earn();
            true
        }));
        assert_eq!((0..1_000).filter(|_| budget.spend()).count(), 100, "no more can be saved up");
    }
}
