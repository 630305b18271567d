//! How often merchants may call: the documented rates of the endpoints, held.
//!
//! Each limit remembers when the requests of the last second passed, for each caller or value that
//! it counts apart, and refuses the one that would be too many. What it refuses is not counted.
//! Time is the machine's monotonic clock: stepping the business clock frees nobody.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Method;
use redress_api::error::FREQUENCY_LIMITED;
use redress_api::{Counts, Definition, Endpoint, Mchid, Rate};
use redress_core::refusal::number;
use serde_json::Value as Json;

use crate::config::LIMITED_KEYS_MAX;
use crate::metrics;
use crate::reply::Problem;

/// The limits of all endpoints.
#[derive(Debug)]
pub(crate) struct Limits {
    started: Instant,
    endpoints: HashMap<(Method, &'static str), Box<[Limit]>>,
}

#[derive(Debug)]
struct Limit {
    rate: Rate,
    passed: Mutex<Passed>,
}

impl Limits {
    /// Those of these endpoints, a documented second being so long.
    pub(crate) fn new(endpoints: &[Definition], second: Duration) -> Self {
        let second = u64::try_from(second.as_micros()).unwrap_or(u64::MAX);
        let limit = |rate: &Rate| Limit { rate: *rate, passed: Mutex::new(Passed::new(second)) };
        let limited = endpoints.iter().filter(|endpoint| !endpoint.rates.is_empty());
        let endpoints = limited.map(|endpoint| {
            let limits = endpoint.rates.iter().map(limit).collect();
            ((endpoint.method.clone(), endpoint.path), limits)
        });
        Self { started: Instant::now(), endpoints: endpoints.collect() }
    }

    /// None.
    pub(crate) fn off() -> Self {
        Self::new(&[], Duration::ZERO)
    }

    /// Counts a request of a caller whose signature is good.
    pub(crate) fn admit(&self, endpoint: &Definition, caller: &Mchid) -> Result<(), Problem> {
        for limit in self.of(&endpoint.method, endpoint.path) {
            if limit.rate.counts == Counts::Caller {
                limit.pass(endpoint.path, caller.as_str(), self.started)?;
            }
        }
        Ok(())
    }

    /// Counts a request for what it names.
    pub(crate) fn admit_request<E: Endpoint>(&self, request: &E) -> Result<(), Problem> {
        let mut printed = None;
        for limit in self.of(&E::METHOD, E::PATH) {
            let Counts::Field(name) = limit.rate.counts else { continue };
            let fields =
                printed.get_or_insert_with(|| serde_json::to_value(request).unwrap_or_default());
            if let Some(value) = fields.get(name).and_then(Json::as_str) {
                limit.pass(E::PATH, value, self.started)?;
            }
        }
        Ok(())
    }

    /// Counts a request that failed. One too many is told so instead of why it failed.
    pub(crate) fn failed(
        &self,
        endpoint: &Definition,
        caller: &Mchid,
        problem: Problem,
    ) -> Problem {
        if !(400..500).contains(&problem.code.status) || problem.code == FREQUENCY_LIMITED {
            return problem;
        }
        for limit in self.of(&endpoint.method, endpoint.path) {
            if limit.rate.counts != Counts::Failures {
                continue;
            }
            if let Err(limited) = limit.pass(endpoint.path, caller.as_str(), self.started) {
                tracing::info!(code = problem.code.code, "too many failures to be told this one");
                return limited;
            }
        }
        problem
    }

    fn of(&self, method: &Method, path: &'static str) -> &[Limit] {
        self.endpoints.get(&(method.clone(), path)).map_or(&[], |limits| limits)
    }
}

impl Limit {
    fn pass(&self, path: &'static str, key: &str, started: Instant) -> Result<(), Problem> {
        let mut passed = self.passed.lock().unwrap_or_else(PoisonError::into_inner);
        // Read under the lock, so that the times that are kept never go back.
        let now = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let passes = passed.pass(key, self.rate.per_second, now);
        drop(passed);
        if passes {
            return Ok(());
        }
        metrics::limited(path, self.rate.counts.label());
        Err(Problem::new(FREQUENCY_LIMITED, number::FREQUENCY, "请求频率超过限制"))
    }
}

/// When the requests of the last second passed, by key. Times are microseconds.
#[derive(Debug)]
struct Passed {
    second: u64,
    kept: HashMap<Box<str>, VecDeque<u64>>,
    /// When keys that were idle for a second were last dropped.
    swept: u64,
}

impl Passed {
    fn new(second: u64) -> Self {
        Self { second, kept: HashMap::new(), swept: 0 }
    }

    /// Whether one more passes now; it is counted if it does.
    fn pass(&mut self, key: &str, most: u32, now: u64) -> bool {
        let over = |then: u64| now.saturating_sub(then) >= self.second;
        if over(self.swept) {
            self.kept.retain(|_, times| !times.back().is_none_or(|last| over(*last)));
            self.kept.shrink_to(2 * self.kept.len());
            self.swept = now;
        }
        if let Some(times) = self.kept.get_mut(key) {
            while times.front().is_some_and(|first| over(*first)) {
                times.pop_front();
            }
            let passes = times.len() < most as usize;
            if passes {
                times.push_back(now);
            }
            return passes;
        }
        // So many keys within a second are no merchant's traffic. What finds no room passes,
        // because a full table must not keep out those who did not fill it.
        if self.kept.len() < LIMITED_KEYS_MAX {
            self.kept.insert(key.into(), VecDeque::from([now]));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use redress_api::endpoints;

    use super::*;

    const SECOND: u64 = 1_000_000;

    #[test]
    fn so_many_pass_within_any_second_and_no_more() {
        for definition in endpoints() {
            for rate in definition.rates {
                let (most, mut passed) = (u64::from(rate.per_second), Passed::new(SECOND));
                let mut pass = |key, now| passed.pass(key, rate.per_second, now);
                // Spread over a second, at the end of which the first is still counted.
                let start = 5 * SECOND;
                let at = |n: u64| start + n * (SECOND - 1) / most;
                for n in 0..most {
                    assert!(pass("a", at(n)), "{} {rate}: {n}", definition.path);
                }
                for _ in 0..3 {
                    assert!(!pass("a", start + SECOND - 1), "{} {rate}", definition.path);
                    assert!(pass("b", start + SECOND - 1) || most < 3, "others are counted apart");
                }
                // Each place is free again a second after it was taken.
                for n in 0..most {
                    assert!(pass("a", at(n) + SECOND), "{} {rate}: {n}", definition.path);
                    assert!(n + 1 == most || at(n + 1) == at(n) || !pass("a", at(n) + SECOND));
                }
            }
        }
    }

    #[test]
    fn a_hundred_thousand_keys_take_no_more_room_than_the_most() {
        let mut passed = Passed::new(SECOND);
        for n in 0..100_000_u64 {
            assert!(passed.pass(&format!("key{n}"), 1, SECOND + n / 1_000));
        }
        assert_eq!(passed.kept.len(), LIMITED_KEYS_MAX);
        assert!(!passed.pass("key0", 1, SECOND + 100), "what is kept is still limited");
        // Idle ones go, and with them the room that they took.
        assert!(passed.pass("key0", 1, 3 * SECOND));
        assert_eq!(passed.kept.len(), 1);
        assert!(passed.kept.capacity() < 64, "{}", passed.kept.capacity());
        // Ten seconds of 10 000 new keys each keep those of about two.
        for n in 0..100_000_u64 {
            passed.pass(&format!("slow{n}"), 1, 3 * SECOND + n * 100);
            assert!(passed.kept.len() <= 20_001.min(LIMITED_KEYS_MAX));
        }
    }

    /// Run with `--nocapture` to see what a request pays.
    #[test]
    #[expect(clippy::print_stdout, reason = "a figure to look at")]
    fn it_costs_a_small_part_of_a_signature() {
        let limits = Limits::new(&endpoints(), Duration::from_secs(1));
        let create = Definition::of::<redress_api::compensation::Create>();
        let callers: Vec<Mchid> =
            (0..1_000).map(|n| format!("19{n:08}").parse().expect("a number")).collect();
        let timed = |count: u32, run: &mut dyn FnMut(usize)| {
            let started = Instant::now();
            (0..count as usize).for_each(run);
            started.elapsed() / count
        };
        let counted = timed(100_000, &mut |n| {
            let _ = limits.admit(&create, &callers[n % callers.len()]);
        });
        let key = redress_crypto::PrivateKey::generate().expect("a key");
        let signed = timed(50, &mut |_| drop(key.sign(b"an answer")));
        println!("counting {counted:?}, signing {signed:?}");
        assert!(counted * 20 < signed, "counting {counted:?}, signing {signed:?}");
    }
}
