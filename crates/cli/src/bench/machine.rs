//! The machine: its processors, and what a process has used of them. All of it is Linux's; other
//! systems run everywhere and know nothing.

use std::fs;

use anyhow::Context as _;
use serde::Serialize;

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Usage {
    /// Processor time in its own code, in seconds.
    pub(super) user: f64,
    /// Processor time in the kernel, in seconds.
    pub(super) system: f64,
    /// Memory that it holds now, in bytes.
    pub(super) memory_bytes: u64,
    /// Files and sockets that it has open now.
    pub(super) handles: u64,
}

/// Has the thread that calls run on these processors only, and what it starts from now on.
#[cfg(target_os = "linux")]
pub(super) fn pin(cpus: &[usize]) -> anyhow::Result<()> {
    let mut set = rustix::thread::CpuSet::new();
    cpus.iter().for_each(|cpu| set.set(*cpu));
    rustix::thread::sched_setaffinity(None, &set)
        .with_context(|| format!("running on the processors {cpus:?} only"))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn pin(_cpus: &[usize]) -> anyhow::Result<()> {
    anyhow::bail!("processors can be chosen on Linux only")
}

/// How many processors this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// What the thread that calls has used of processors, in seconds.
#[cfg(unix)]
pub(super) fn thread_seconds() -> Option<f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Some(time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9)
}

#[cfg(not(unix))]
pub(super) fn thread_seconds() -> Option<f64> {
    None
}

/// What a process has used, where the system tells.
#[cfg(target_os = "linux")]
pub(super) fn usage(pid: u32) -> Option<Usage> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may hold blanks and parentheses; the fields after it do not. The first of them is
    // the third of all.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |number: usize| fields.get(number - 3)?.parse::<u32>().ok().map(f64::from);
    let second = rustix::param::clock_ticks_per_second() as f64;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = resident.trim().trim_end_matches(" kB").parse().ok()?;
    Some(Usage {
        user: ticks(14)? / second,
        system: ticks(15)? / second,
        memory_bytes: kilobytes * 1024,
        handles: fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64,
    })
}

#[cfg(not(target_os = "linux"))]
pub(super) fn usage(_pid: u32) -> Option<Usage> {
    None
}

/// What the processor calls itself.
pub(super) fn model() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    #[test]
    fn a_process_that_works_uses_time() {
        let before = usage(std::process::id()).unwrap();
        assert!(before.memory_bytes > 100_000 && before.handles > 0, "{before:?}");
        let begun = Instant::now();
        let mut sum = 0_u64;
        while begun.elapsed() < Duration::from_millis(200) {
            sum = std::hint::black_box(sum.wrapping_mul(31).wrapping_add(7));
        }
        let after = usage(std::process::id()).unwrap();
        assert!(after.user + after.system > before.user + before.system, "{before:?} {after:?}");
        assert!(usage(u32::MAX).is_none());
    }
}
