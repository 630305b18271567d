//! Clocks: the CPU time of this process, and the wall clock for signatures.

use rustix::time::{ClockId, Timespec, clock_gettime};

/// The CPU time that this process has had so far, in all of its threads, in nanoseconds.
pub(crate) fn nanoseconds() -> u64 {
    let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::ProcessCPUTime);
    let part = |number: i64| u64::try_from(number).expect("a clock that counts up from nothing");
    part(tv_sec) * 1_000_000_000 + part(tv_nsec)
}

/// Seconds since 1970.
pub(crate) fn unix_seconds() -> i64 {
    clock_gettime(ClockId::Realtime).tv_sec
}
