//! The table: every fault that the server makes, at every stage, with every endpoint that changes
//! something, under each way to retry. `settle` ends in the state that the ledger has, and nothing
//! happens twice.
//!
//! By default a part of it, in which each endpoint and each fault has its turn, and a few random
//! runs. With `REDRESS_SETTLE_RUNS` all of it, and so many random runs, drawn with
//! `REDRESS_SETTLE_SEED`.

mod cases;
mod world;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use redress::{Fate, Patience, Retry};
use redress_server::DIRECT;
use serde_json::{Value as Json, json};

use self::cases::{Outcome, PATHS, ready};
use self::world::{ATTEMPT, World};

/// Long enough for whatever ends.
const PATIENT: Patience = patience(30_000);
/// Over soon, for what does not end.
const IMPATIENT: Patience = patience(400);
/// How many runs there are if nobody says.
const RUNS: u64 = 120;
/// Which part of the table is run if nobody says: one cell of so many.
const PART: usize = 8;

/// After how many a server is replaced: its lists grow.
const SERVED: u64 = 150;
/// Longer than what time does by itself takes, in seconds; a day of it would close bills.
const LATER_SECONDS: i64 = 90;
/// What they are drawn with.
const SEED: u64 = 20_261_125;
const RUNS_GIVEN: &str = "REDRESS_SETTLE_RUNS";
const SEED_GIVEN: &str = "REDRESS_SETTLE_SEED";

/// A number that the environment has.
fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

const fn patience(limit_ms: u64) -> Patience {
    Patience {
        limit: Duration::from_millis(limit_ms),
        first_wait: Duration::from_millis(2),
        longest_wait: Duration::from_millis(60),
    }
}

/// One attempt, or three: as by default, with shorter waits.
fn policies() -> [(&'static str, Retry); 2] {
    let (first_delay, max_delay) = (Duration::from_millis(2), Duration::from_millis(20));
    let thrice = Retry { first_delay, max_delay, ..Retry::default() };
    [("none", Retry::none()), ("default", thrice)]
}

/// Every kind of fault, at every stage that it has.
fn faults() -> Vec<Json> {
    let late = u64::try_from(ATTEMPT.as_millis()).expect("a short time") + 60;
    let mut all: Vec<Json> = [
        "refuse",
        "reset_before",
        "reset_after",
        "cut_body",
        "wrong_signature",
        "unknown_serial",
        "stale",
        "unsigned",
        "probe",
        "accepted",
    ]
    .map(|kind| json!({ "kind": kind }))
    .into();
    for stage in ["before", "after"] {
        for delay in [20, late] {
            all.push(json!({ "kind": "slow", "stage": stage, "delay_ms": delay }));
        }
        for status in [500, 502, 503] {
            all.push(json!({ "kind": "status", "stage": stage, "status": status }));
        }
    }
    all.push(json!({ "kind": "status", "stage": "before", "status": 429 }));
    all
}

/// What goes wrong in one run.
struct Plan {
    faults: Vec<Json>,
    /// Whether it ever stops.
    ends: bool,
}

impl Plan {
    /// One fault, once.
    fn one(fault: &Json) -> Self {
        let mut fault = fault.clone();
        fault["times"] = 1.into();
        Self { faults: vec![fault], ends: true }
    }

    /// Some faults one after the other; now and then the last of them never stops.
    fn random(random: &mut Random) -> Self {
        let all = faults();
        let count = 1 + random.below(4);
        let mut faults: Vec<Json> = (0..count)
            .map(|_| {
                let mut fault = random.pick(&all).clone();
                fault["times"] = (1 + random.below(3)).into();
                fault
            })
            .collect();
        let ends = random.below(6) != 0;
        if let Some(last) = faults.last_mut().filter(|_| !ends) {
            last.as_object_mut().expect("a fault").remove("times");
        }
        Self { faults, ends }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = usize::try_from(self.below(all.len() as u64)).expect("it is an index");
        &all[at]
    }
}

/// What came of many runs.
#[derive(Default)]
struct Tally {
    runs: u64,
    ends: BTreeMap<String, u64>,
}

/// One server, one way to retry.
struct Bench {
    world: World,
    policy: &'static str,
    /// The last transfer.
    last: u64,
    /// How many transfers one effect makes, by path.
    usual: BTreeMap<&'static str, u64>,
    numbers: u64,
}

impl Bench {
    async fn start(policy: &'static str, retry: Retry) -> Self {
        let world = World::start(retry).await;
        world.calm().await;
        let (_, last) = world.transfers(0).await;
        Self { world, policy, last, usual: BTreeMap::new(), numbers: 0 }
    }

    /// How many transfers there are more than at the last time, once all has come to its end: a
    /// refund reaches its payer seconds later.
    async fn transferred(&mut self) -> u64 {
        self.world.calm().await;
        self.world.step(LATER_SECONDS).await;
        self.world.calm().await;
        let (count, last) = self.world.transfers(self.last).await;
        self.last = last;
        count
    }

    /// Learns how many transfers one effect makes, where nothing goes wrong.
    async fn usual(&mut self, path: &'static str) -> u64 {
        if let Some(known) = self.usual.get(path) {
            return *known;
        }
        let plan = Plan { faults: Vec::new(), ends: true };
        let (outcome, is_there, count) = self.go(path, &plan).await;
        assert!(matches!(outcome, Outcome::Done), "{path}: {outcome}");
        assert!(is_there != Some(false), "{path}: what was done is not to be seen");
        self.usual.insert(path, count);
        count
    }

    /// One run: how it ended, whether its effect is there, and how many transfers it made.
    async fn go(&mut self, path: &'static str, plan: &Plan) -> (Outcome, Option<bool>, u64) {
        self.numbers += 1;
        let ready = ready(&self.world, path, &format!("table{:05}", self.numbers)).await;
        let before = ready.effect_before(&self.world).await;
        assert!(before != Some(true), "{path}: it is there before it is done");
        if !path.ends_with("/codepay") {
            self.transferred().await;
        }
        for fault in &plan.faults {
            let mut fault = fault.clone();
            fault["mchid"] = ready.mchid.into();
            self.world.act("faults", fault).await;
        }
        let client = if ready.mchid == DIRECT { &self.world.direct } else { &self.world.platform };
        let patience = if plan.ends { PATIENT } else { IMPATIENT };
        let outcome = (ready.settle)(client.clone(), patience).await;
        redress_trail::saw(outcome.to_string());
        self.world.calm().await;
        self.world.clear_faults().await;
        let count = self.transferred().await;
        let is_there = ready.effect.is_there(&self.world).await;
        // What was looked with may have moved money too, and what comes next may have no time for
        // that: a payment code is good for a minute.
        self.transferred().await;
        (outcome, is_there, count)
    }

    /// One run, held against the ledger.
    async fn check(&mut self, path: &'static str, plan: &Plan, tally: &mut Tally) {
        let usual = self.usual(path).await;
        let (outcome, is_there, count) = self.go(path, plan).await;
        let what = format!("{path}, retry {}, {:?}: {outcome}", self.policy, plan.faults);
        let fate = match &outcome {
            Outcome::Done => None,
            Outcome::Overtaken => panic!("nobody has overtaken it: {what}"),
            Outcome::Failed(error) => Some(error.fate()),
        };
        let is_done = match fate {
            None => true,
            Some(Fate::NotSent | Fate::Rejected) => false,
            Some(Fate::Unknown) => {
                assert!(!plan.ends, "it could have been known: {what}");
                is_there.unwrap_or(count > 0)
            }
        };
        if let Some(is_there) = is_there {
            assert_eq!(is_there, is_done, "the ledger says otherwise: {what}");
        }
        assert_eq!(count, if is_done { usual } else { 0 }, "transfers: {what}");
        let end = fate.map_or("done".to_owned(), |fate| fate.to_string());
        *tally.ends.entry(end).or_default() += 1;
        tally.runs += 1;
    }

    /// Another server, whose ledger is short again.
    async fn renew(self, retry: Retry) -> Self {
        let policy = self.policy;
        self.finish().await;
        Self::start(policy, retry).await
    }

    async fn finish(self) {
        self.world.verify().await;
        self.world.stop().await;
    }
}

fn say(tally: &Tally, what: &str, started: Instant) {
    eprintln!("{what}: {} runs in {:.1?}, {:?}", tally.runs, started.elapsed(), tally.ends);
}

#[test]
fn the_table_has_every_endpoint_that_changes_something() {
    let served = redress_server::operations().into_iter();
    let mut posts: Vec<_> =
        served.filter(|known| known.method == "POST").map(|known| known.path).collect();
    let mut paths = PATHS.to_vec();
    posts.sort_unstable();
    paths.sort_unstable();
    assert_eq!(posts, paths);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_with_each_endpoint() {
    let started = Instant::now();
    let half = async |policy: (&'static str, Retry)| {
        let (name, retry) = policy;
        let mut tally = Tally::default();
        let part = if given(RUNS_GIVEN).is_some() { 1 } else { PART };
        let mut bench = Bench::start(name, retry).await;
        for (row, path) in PATHS.into_iter().enumerate() {
            for (column, fault) in faults().iter().enumerate() {
                if (row + column) % part == 0 {
                    bench.check(path, &Plan::one(fault), &mut tally).await;
                }
            }
            if part == 1 {
                bench = bench.renew(retry).await;
            }
        }
        bench.finish().await;
        say(&tally, &format!("one cell of {part} of the table, retry {name}"), started);
    };
    let [none, thrice] = policies();
    tokio::join!(half(none), half(thrice));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_faults_with_random_endpoints() {
    let runs = given(RUNS_GIVEN).unwrap_or(RUNS);
    let seed = given(SEED_GIVEN).unwrap_or(SEED);
    eprintln!("{RUNS_GIVEN}={runs} {SEED_GIVEN}={seed}");
    let started = Instant::now();
    let half = async |which: u64, policy: (&'static str, Retry)| {
        let (name, retry) = policy;
        let mut random = Random(seed.wrapping_mul(2).wrapping_add(which));
        let mut tally = Tally::default();
        let mut bench = Bench::start(name, retry).await;
        for run in 1..=runs.div_ceil(2) {
            let path = random.pick(&PATHS);
            bench.check(path, &Plan::random(&mut random), &mut tally).await;
            if run % SERVED == 0 {
                bench = bench.renew(retry).await;
            }
        }
        bench.finish().await;
        say(&tally, &format!("random faults, retry {name}"), started);
    };
    let [none, thrice] = policies();
    tokio::join!(half(0, none), half(1, thrice));
}
