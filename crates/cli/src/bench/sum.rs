//! What was seen in all windows of a run, and the figures that follow from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::machine::Usage;
use super::rsa::Speed;
use super::server::Counts;

/// One stretch of load, as it was seen.
pub(super) struct Seen {
    /// Nanoseconds.
    pub(super) latencies: Vec<u64>,
    pub(super) seconds: f64,
    pub(super) errors: u64,
    pub(super) trouble: BTreeMap<String, u64>,
    /// The server's, before and after.
    pub(super) usage: Option<(Usage, Usage)>,
    pub(super) counts: (Counts, Counts),
    /// Answers, or callbacks, whose signature was looked at.
    pub(super) verified: u64,
}

/// All of them.
#[derive(Default)]
pub(super) struct Sum {
    latencies: Vec<u64>,
    seconds: f64,
    errors: u64,
    trouble: BTreeMap<String, u64>,
    user: f64,
    system: f64,
    is_usage_known: bool,
    commits: f64,
    commands: f64,
    jobs: f64,
    verified: u64,
    windows: Vec<Window>,
}

/// One window, to see whether something grows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Window {
    pub(super) seconds: f64,
    pub(super) requests_per_s: f64,
    pub(super) cpu_us_per_request: Option<f64>,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    /// The server's at its end.
    pub(super) memory_bytes: Option<u64>,
    pub(super) handles: Option<u64>,
}

/// What a request costs in signatures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rsa {
    /// Signatures that the server makes for a request.
    pub(super) signs: f64,
    /// Signatures that it checks.
    pub(super) verifies: f64,
}

/// The figures of a run. Times are in microseconds; what ends in `_s` is in units of S, the time
/// that one signature takes on one core.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Figures {
    pub(super) seconds: f64,
    pub(super) requests: u64,
    pub(super) errors: u64,
    pub(super) error_rate: f64,
    pub(super) trouble: BTreeMap<String, u64>,
    pub(super) requests_per_s: f64,
    pub(super) share_of_r: f64,
    pub(super) cpu_us_per_request: Option<f64>,
    pub(super) cpu_user_us: Option<f64>,
    pub(super) cpu_system_us: Option<f64>,
    pub(super) cpu_outside_rsa_s: Option<f64>,
    pub(super) p50_us: f64,
    pub(super) p99_us: f64,
    pub(super) p999_us: f64,
    pub(super) max_us: f64,
    pub(super) p50_s: f64,
    pub(super) p99_s: f64,
    pub(super) p999_s: f64,
    pub(super) signatures_per_request: f64,
    pub(super) verified: u64,
    pub(super) commands_per_commit: Option<f64>,
    pub(super) jobs_per_request: f64,
    pub(super) bytes_per_order: Option<f64>,
    pub(super) windows: Vec<Window>,
    /// How many requests took at most so many microseconds, and more than the bucket before says.
    pub(super) histogram: Vec<(f64, u64)>,
}

impl Sum {
    pub(super) fn add(&mut self, mut seen: Seen) {
        seen.latencies.sort_unstable();
        let requests = seen.latencies.len() as f64;
        let used = seen
            .usage
            .map(|(before, after)| (after.user - before.user, after.system - before.system));
        self.windows.push(Window {
            seconds: seen.seconds,
            requests_per_s: requests / seen.seconds,
            cpu_us_per_request: used.map(|(user, system)| (user + system) * 1e6 / requests),
            p50_us: micros(&seen.latencies, 0.5),
            p99_us: micros(&seen.latencies, 0.99),
            memory_bytes: seen.usage.map(|(_, after)| after.memory_bytes),
            handles: seen.usage.map(|(_, after)| after.handles),
        });
        if let Some((user, system)) = used {
            self.user += user;
            self.system += system;
            self.is_usage_known = true;
        }
        let (before, after) = seen.counts;
        self.commits += after.commits - before.commits;
        self.commands += after.commands - before.commands;
        self.jobs += after.jobs - before.jobs;
        self.seconds += seen.seconds;
        self.latencies.append(&mut seen.latencies);
        self.blame(seen);
    }

    /// Takes the errors of a window that counts for nothing else.
    pub(super) fn blame(&mut self, seen: Seen) {
        self.errors += seen.errors;
        self.verified += seen.verified;
        for (why, times) in seen.trouble {
            *self.trouble.entry(why).or_default() += times;
        }
    }

    /// Requests a second so far.
    pub(super) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.seconds
    }

    /// The figures, on a server with so many cores.
    pub(super) fn figures(mut self, speed: Speed, cores: usize, rsa: Rsa) -> Figures {
        self.latencies.sort_unstable();
        let requests = self.latencies.len() as f64;
        let known = |value: f64| self.is_usage_known.then_some(value);
        let each = |seconds: f64| known(seconds * 1e6 / requests);
        let signing = 1.0 / speed.signs;
        let in_rsa = rsa.signs * signing + rsa.verifies * speed.verify_seconds;
        let cpu = (self.user + self.system) / requests;
        let in_s = |micros: f64| micros * 1e-6 / signing;
        let at = |share: f64| micros(&self.latencies, share);
        let (p50, p99, p999) = (at(0.5), at(0.99), at(0.999));
        Figures {
            seconds: self.seconds,
            requests: self.latencies.len() as u64,
            errors: self.errors,
            error_rate: self.errors as f64 / (requests + self.errors as f64).max(1.0),
            requests_per_s: requests / self.seconds,
            share_of_r: requests / self.seconds / (speed.signs * cores as f64),
            cpu_us_per_request: known(cpu * 1e6),
            cpu_user_us: each(self.user),
            cpu_system_us: each(self.system),
            cpu_outside_rsa_s: known((cpu - in_rsa) / signing),
            p50_us: p50,
            p99_us: p99,
            p999_us: p999,
            max_us: at(1.0),
            p50_s: in_s(p50),
            p99_s: in_s(p99),
            p999_s: in_s(p999),
            signatures_per_request: rsa.signs,
            verified: self.verified,
            commands_per_commit: (self.commits > 0.0).then(|| self.commands / self.commits),
            jobs_per_request: self.jobs / requests,
            bytes_per_order: None,
            histogram: histogram(&self.latencies),
            trouble: self.trouble,
            windows: self.windows,
        }
    }
}

/// A quantile of sorted nanoseconds, in microseconds: the smallest that so large a share does not
/// exceed.
fn micros(sorted: &[u64], share: f64) -> f64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    let value = sorted.get(rank.saturating_sub(1)).or(sorted.last());
    value.map_or(0.0, |nanos| *nanos as f64 / 1000.0)
}

/// Buckets that are 19 % wider each than the one before, four to each doubling, from 10 µs on.
fn histogram(sorted: &[u64]) -> Vec<(f64, u64)> {
    let mut buckets = Vec::new();
    let (mut upper, mut from) = (10.0_f64, 0);
    while from < sorted.len() {
        let to = sorted.partition_point(|nanos| *nanos as f64 / 1000.0 <= upper);
        if to > 0 {
            buckets.push(((upper * 10.0).round() / 10.0, (to - from) as u64));
        }
        from = to;
        upper *= 2.0_f64.powf(0.25);
    }
    buckets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_buckets_are_those_of_the_numbers() {
        let thousand: Vec<u64> = (1..=1000).map(|micros| micros * 1000).collect();
        let at = |share| micros(&thousand, share);
        assert_eq!((at(0.5), at(0.99), at(0.999), at(1.0)), (500.0, 990.0, 999.0, 1000.0));
        assert_eq!(micros(&[], 0.5), 0.0);
        assert_eq!(micros(&[7000], 0.999), 7.0);
        let buckets = histogram(&thousand);
        assert_eq!(buckets[0], (10.0, 10));
        assert_eq!(buckets.iter().map(|(_, count)| count).sum::<u64>(), 1000);
        assert!(buckets.windows(2).all(|pair| pair[0].0 < pair[1].0));
        // Four buckets to each doubling: 10, 11.9, 14.1, 16.8, 20.
        assert_eq!(buckets[4], (20.0, 4));
    }

    #[test]
    fn figures_are_shares_of_the_signature() {
        let mut sum = Sum::default();
        let usage = |user, system| Usage { user, system, memory_bytes: 1, handles: 1 };
        sum.add(Seen {
            latencies: vec![500_000; 3000],
            seconds: 1.0,
            errors: 1000,
            trouble: BTreeMap::from([("500".to_owned(), 1000)]),
            usage: Some((usage(1.0, 1.0), usage(1.7, 1.2))),
            counts: (
                Counts { commits: 10.0, commands: 10.0, jobs: 0.0 },
                Counts { commits: 110.0, commands: 1610.0, jobs: 3000.0 },
            ),
            verified: 10,
        });
        // A signature takes 250 µs, a check 10.
        let speed = Speed { signs: 4000.0, verify_seconds: 10e-6, had: 1.0 };
        let figures = sum.figures(speed, 1, Rsa { signs: 1.0, verifies: 1.0 });
        let near = |value: f64, expected: f64| {
            assert!((value - expected).abs() < 1e-6, "{value} is not {expected}");
        };
        near(figures.requests_per_s, 3000.0);
        near(figures.share_of_r, 0.75);
        near(figures.cpu_us_per_request.unwrap(), 300.0);
        near(figures.cpu_outside_rsa_s.unwrap(), 40.0 / 250.0);
        near(figures.p50_s, 2.0);
        near(figures.error_rate, 0.25);
        near(figures.commands_per_commit.unwrap(), 16.0);
        near(figures.jobs_per_request, 1.0);
    }
}
