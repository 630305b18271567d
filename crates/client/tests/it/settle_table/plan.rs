//! The cells of the table, and what is drawn for a run of one.

use std::fmt;
use std::time::Duration;

use http::Method;
use redress::{Failover, Retry};
use serde_json::{Value as Json, json};

use super::cases::{Draw, PATHS};
use super::gate::{Away, Leaves, Script};
use super::world::{ATTEMPT, Policy};

/// One attempt, or three: as by default, with shorter waits, at one site or at two.
pub(crate) fn policies() -> [Policy; 3] {
    let (first_delay, max_delay) = (Duration::from_millis(1), Duration::from_millis(4));
    let thrice = Retry { first_delay, max_delay, ..Retry::default() };
    let policy = |name, retry, failover| Policy { name, retry, failover };
    [
        policy("once", Retry::none(), Failover::Off),
        policy("thrice", thrice, Failover::Off),
        policy("failover", thrice, Failover::OnConnectFailure),
    ]
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(crate) enum Wrong {
    /// The main site is away.
    Away(Away),
    /// The server is told so.
    Told(Json),
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(Away::Refused) => f.write_str("refused"),
            Self::Away(Away::Silent) => f.write_str("silent"),
            Self::Away(Away::Closed) => f.write_str("closed"),
            Self::Told(fault) => {
                let part = |name: &str| {
                    let said = fault.get(name);
                    said.map(|value| format!("_{value}").replace('"', "")).unwrap_or_default()
                };
                let kind = fault["kind"].as_str().expect("a kind");
                write!(f, "{kind}{}{}{}", part("stage"), part("status"), part("delay_ms"))
            }
        }
    }
}

/// Every kind of fault, at every stage that it has.
pub(crate) fn wrongs() -> Vec<Wrong> {
    let mut all = [Away::Refused, Away::Silent, Away::Closed].map(Wrong::Away).to_vec();
    all.extend(told().into_iter().map(Wrong::Told));
    all
}

fn late() -> u64 {
    u64::try_from(ATTEMPT.as_millis()).expect("a short time") + 60
}

/// Those that the server makes.
fn told() -> Vec<Json> {
    let plain = [
        "hang_up",
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
    ];
    let mut all = plain.map(|kind| json!({ "kind": kind })).to_vec();
    for stage in ["before", "after"] {
        for delay in [20, late()] {
            all.push(json!({ "kind": "slow", "stage": stage, "delay_ms": delay }));
        }
        for status in [500, 502, 503] {
            all.push(json!({ "kind": "status", "stage": stage, "status": status }));
        }
    }
    all.push(json!({ "kind": "status", "stage": "before", "status": 429 }));
    all
}

/// One fault with one endpoint under one policy.
#[derive(Clone)]
pub(crate) struct Cell {
    pub(crate) policy: Policy,
    pub(crate) wrong: Wrong,
    pub(crate) path: &'static str,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.policy.name, self.wrong, self.path)
    }
}

/// All cells. Neighbours differ in their endpoints.
pub(crate) fn cells() -> Vec<Cell> {
    let mut all = Vec::new();
    for policy in policies() {
        for wrong in wrongs() {
            all.extend(PATHS.map(|path| Cell { policy, wrong: wrong.clone(), path }));
        }
    }
    all
}

/// At which request something goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    First,
    /// At the query by which the fate of the first is looked for.
    Query,
    /// When the first is sent again.
    Repeat,
}

/// What goes wrong in one run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) draw: Draw,
    pub(crate) faults: Vec<Json>,
    /// Which of them is the cell's, if the server makes it.
    pub(crate) own: Option<usize>,
    pub(crate) script: Script,
    /// Whether it ever stops.
    pub(crate) ends: bool,
    /// Whether connections that idle are ended first.
    pub(crate) ends_idle: bool,
}

impl Plan {
    /// Nothing goes wrong.
    pub(crate) fn well(number: u64) -> Self {
        let draw = Draw { number: format!("well{number:05}"), amount: 100 };
        let script = Script::default();
        Self { draw, faults: Vec::new(), own: None, script, ends: true, ends_idle: false }
    }

    /// What the seed says of a cell.
    pub(crate) fn drawn(cell: &Cell, seed: u64, number: u64) -> Self {
        let mut random = Random::of(&cell.to_string(), seed);
        let number = format!("t{number:06}x{:06x}", random.below(1 << 24));
        let mut plan = Self::well(0);
        plan.draw = Draw { number, amount: 10 + random.below(491) };
        let at = match random.below(5) {
            0..=2 => At::First,
            3 => At::Query,
            _ => At::Repeat,
        };
        let times = 1 + random.below(if cell.is_long() { 2 } else { 4 });
        plan.ends = random.below(12) != 0;
        let lead = if at == At::First { 0 } else { 1 + random.below(3) };
        if lead > 0 {
            let lost = ["reset_after", "reset_before", "cut_body", "stale", "unsigned", "probe"];
            let kind = random.pick(&lost);
            plan.faults.push(json!({ "kind": kind, "method": "POST", "times": lead }));
        }
        let method = match at {
            At::First => None,
            At::Query => Some(Method::GET),
            At::Repeat => Some(Method::POST),
        };
        match &cell.wrong {
            Wrong::Away(away) => {
                plan.script.away = Some((*away, method));
                plan.script.after = if at == At::Repeat { lead } else { 0 };
                plan.script.times = if plan.ends { times } else { u64::MAX };
            }
            Wrong::Told(fault) => {
                let mut fault = fault.clone();
                let is_hang_up = fault["kind"] == "hang_up";
                if plan.ends || is_hang_up {
                    // Connections are hung up on only so often.
                    plan.ends = true;
                    fault["times"] = times.into();
                }
                if is_hang_up {
                    fault["site"] = "main".into();
                    plan.ends_idle = at == At::First;
                } else if let Some(method) = method {
                    fault["method"] = method.as_str().into();
                }
                plan.own = Some(plan.faults.len());
                plan.faults.push(fault);
            }
        }
        if random.below(4) == 0 && plan.ends {
            let mut other = random.pick(&told()).clone();
            other["times"] = (1 + random.below(2)).into();
            if other["kind"] == "hang_up" {
                other["site"] = "main".into();
            }
            plan.faults.push(other);
        }
        if random.below(5) == 0 && plan.ends {
            let leaves = match random.below(3) {
                0 => Leaves::BeforeSending,
                1 => Leaves::Within(Duration::from_micros(random.below(3_000))),
                _ => Leaves::AfterTheAnswer,
            };
            plan.script.leaves = Some((1 + random.below(4), leaves));
        }
        if random.below(8) == 0 {
            plan.script.latency = Duration::from_millis(1 + random.below(3));
        }
        plan
    }

    /// Whether nothing but a main site out of reach is in the way of the first request, and then
    /// how often. What is to be known of it is known beforehand.
    pub(crate) fn out_of_reach(&self) -> Option<u64> {
        let (away, method) = self.script.away.as_ref()?;
        let is_alone = self.faults.is_empty() && self.script.leaves.is_none() && method.is_none();
        (is_alone && *away != Away::Closed).then_some(self.script.times)
    }
}

impl Cell {
    /// Whether its fault takes a whole attempt each time.
    fn is_long(&self) -> bool {
        match &self.wrong {
            Wrong::Away(away) => *away == Away::Silent,
            Wrong::Told(fault) => fault["delay_ms"] == late(),
        }
    }
}

/// SplitMix64.
struct Random(u64);

impl Random {
    /// Draws of its own for each name.
    fn of(name: &str, seed: u64) -> Self {
        let mixed = name.bytes().fold(seed, |so_far, byte| Self(so_far ^ u64::from(byte)).next());
        Self(mixed)
    }

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
