//! Clocks: the CPU time of this process, and the wall clock for signatures. And processors: which
//! of them a thread runs on, where the system lets it choose.

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

/// The processors that this thread may run on; none where the system does not say.
#[cfg(target_os = "linux")]
pub(crate) fn allowed() -> Vec<usize> {
    let set = rustix::thread::sched_getaffinity(None).unwrap_or_default();
    (0..rustix::thread::CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect()
}

/// Has this thread run on these processors only, and the threads and processes that it starts.
/// None of them is no choice.
#[cfg(target_os = "linux")]
pub(crate) fn run_on(cpus: &[usize]) -> std::io::Result<()> {
    if cpus.is_empty() {
        return Ok(());
    }
    let mut set = rustix::thread::CpuSet::new();
    cpus.iter().for_each(|cpu| set.set(*cpu));
    Ok(rustix::thread::sched_setaffinity(None, &set)?)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn allowed() -> Vec<usize> {
    Vec::new()
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn run_on(_cpus: &[usize]) -> std::io::Result<()> {
    Ok(())
}
