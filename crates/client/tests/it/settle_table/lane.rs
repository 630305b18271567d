//! Runs, a wave of them at a time: what they need is made ready together, they are settled one
//! after the other, and time goes on for all of them at once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use redress::{Fate, Patience};

use super::cases::{Outcome, PATHS, Ready, ground, ready};
use super::gate::{Away, Nowhere, Script};
use super::plan::{Cell, Plan, cells};
use super::world::World;
use super::{IMPATIENT, PATIENT};

/// After how many runs a server is replaced: its lists grow.
const SERVED: u64 = 200;
/// Longer than what time does by itself takes, in seconds; a day of it would close bills.
const LATER_SECONDS: i64 = 90;
/// After this an order can be shared, in seconds.
const SHAREABLE_SECONDS: i64 = 60;

/// How many transfers one effect makes, by path.
pub(crate) type Usual = BTreeMap<&'static str, u64>;

/// One run of one cell.
pub(crate) struct Run {
    cell: Cell,
    seed: u64,
    plan: Plan,
    /// The provider's number of its order.
    order: String,
    ready: Option<Ready>,
    outcome: Option<Outcome>,
    /// How many transfers it has made.
    transfers: u64,
    /// Whether its fault has happened.
    struck: bool,
    /// Whether its caller has gone away, and another has taken over.
    is_second: bool,
}

/// What came of many runs.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: u64,
    /// In how many of them the fault of the cell has happened.
    pub(crate) struck: u64,
    pub(crate) ends: BTreeMap<String, u64>,
    pub(crate) failures: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.runs += other.runs;
        self.struck += other.struck;
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
        self.failures.extend(other.failures);
    }
}

/// When transfers were made.
#[derive(Clone, Copy)]
enum When {
    /// While this run was made ready.
    Ready(usize),
    /// While this run was settled.
    Settled(usize),
    /// When time went on.
    Later,
}

/// One server, and who has made its transfers.
pub(crate) struct Lane {
    world: World,
    nowhere: Arc<Nowhere>,
    /// The last transfer.
    last: u64,
    served: u64,
    numbers: u64,
}

impl Run {
    /// What it takes to run it alone.
    fn again(&self) -> String {
        format!("REDRESS_SETTLE_CELL='{}' REDRESS_SETTLE_SEED={}", self.cell, self.seed)
    }
}

impl Lane {
    pub(crate) async fn start(nowhere: Arc<Nowhere>) -> Self {
        let world = World::start(&nowhere).await;
        world.calm().await;
        let (_, last) = world.transfers(0).await;
        Self { world, nowhere, last, served: 0, numbers: 0 }
    }

    /// A run that is about to begin.
    pub(crate) fn run(&mut self, cell: Cell, seed: u64) -> Run {
        self.numbers += 1;
        let plan = Plan::drawn(&cell, seed, self.numbers);
        Run::of(cell, seed, plan)
    }

    /// Learns how many transfers one effect makes, where nothing goes wrong.
    pub(crate) async fn usual(&mut self) -> Usual {
        let cell = |path: &&'static str| cells().into_iter().find(|cell| cell.path == *path);
        let mut runs: Vec<Run> = PATHS
            .iter()
            .map(|path| {
                self.numbers += 1;
                let cell = cell(path).expect("it has a cell");
                Run::of(cell, 0, Plan::well(self.numbers))
            })
            .collect();
        let seen = self.wave(&mut runs, true).await;
        for (run, is_there) in runs.iter().zip(seen) {
            let (path, outcome) = (run.cell.path, run.outcome.as_ref().expect("it is over"));
            assert!(matches!(outcome, Outcome::Done), "{path}: {outcome}");
            assert!(is_there != Some(false), "{path}: what was done is not to be seen");
        }
        runs.iter().map(|run| (run.cell.path, run.transfers)).collect()
    }

    /// Some runs, held against the ledger.
    pub(crate) async fn check(&mut self, mut runs: Vec<Run>, usual: &Usual, tally: &mut Tally) {
        let seen = self.wave(&mut runs, false).await;
        for (run, is_there) in runs.iter().zip(seen) {
            tally.runs += 1;
            tally.struck += u64::from(run.struck);
            match judge(run, is_there, usual[run.cell.path]) {
                Ok(end) => *tally.ends.entry(end).or_default() += 1,
                Err(why) => {
                    let failure = format!("{why}\n  {}\n  {:?}", run.again(), run.plan);
                    eprintln!("{failure}");
                    tally.failures.push(failure);
                }
            }
        }
        self.served += runs.len() as u64;
        if self.served >= SERVED {
            self.world.verify().await;
            let next = World::start(&self.nowhere).await;
            std::mem::replace(&mut self.world, next).stop().await;
            self.served = 0;
            self.world.calm().await;
            (_, self.last) = self.world.transfers(0).await;
        }
    }

    pub(crate) async fn finish(self) {
        self.world.verify().await;
        self.world.stop().await;
    }

    /// Carries runs out. Says of each whether its effect is there.
    async fn wave(&mut self, runs: &mut [Run], is_first: bool) -> Vec<Option<bool>> {
        for run in &mut *runs {
            run.order = ground(&self.world, run.cell.path, &run.plan.draw).await;
        }
        self.later(SHAREABLE_SECONDS).await;
        let mut owners = HashMap::new();
        (_, self.last) = self.world.transfers(self.last).await;
        for at in 0..runs.len() {
            // A payment code is good for a minute.
            if !runs[at].cell.path.ends_with("/codepay") {
                self.make_ready(runs, at, is_first, &mut owners).await;
            }
        }
        self.later(LATER_SECONDS).await;
        (_, self.last) = self.world.transfers(self.last).await;
        for at in 0..runs.len() {
            if runs[at].ready.is_none() {
                self.make_ready(runs, at, is_first, &mut owners).await;
            }
            self.settle(&mut runs[at]).await;
            self.count(runs, When::Settled(at), &mut owners).await;
        }
        self.later(LATER_SECONDS).await;
        self.count(runs, When::Later, &mut owners).await;
        let mut seen = Vec::new();
        for run in runs {
            let ready = run.ready.as_ref().expect("it was made");
            seen.push(ready.effect.is_there(&self.world).await);
        }
        seen
    }

    /// Lets time go on, and do what it does.
    async fn later(&self, seconds: i64) {
        self.world.calm().await;
        self.world.step(seconds).await;
        self.world.calm().await;
    }

    async fn make_ready(
        &mut self,
        runs: &mut [Run],
        at: usize,
        is_first: bool,
        owners: &mut HashMap<String, usize>,
    ) {
        let Run { cell, plan, order, .. } = &runs[at];
        let made = ready(&self.world, cell.path, &plan.draw, order).await;
        if is_first {
            let before = made.effect.is_there_before(&self.world).await;
            assert!(before != Some(true), "{}: it is there before it is done", cell.path);
        }
        runs[at].ready = Some(made);
        self.count(runs, When::Ready(at), owners).await;
    }

    /// Counts the transfers since the last time, each for the run that it belongs to.
    async fn count(&mut self, runs: &mut [Run], when: When, owners: &mut HashMap<String, usize>) {
        let (references, last) = self.world.transfers(self.last).await;
        self.last = last;
        for reference in references {
            let named = |run: &Run| reference.contains(&run.plan.draw.number);
            let known = runs.iter().position(named).or_else(|| owners.get(&reference).copied());
            let owner = match (known, when) {
                (Some(owner), _) => owner,
                (None, When::Ready(at) | When::Settled(at)) => at,
                (None, When::Later) => panic!("a transfer of {reference} belongs to nobody"),
            };
            owners.insert(reference, owner);
            if !matches!(when, When::Ready(at) if at == owner) {
                runs[owner].transfers += 1;
            }
        }
    }

    /// Has something go wrong, and the request settled.
    async fn settle(&self, run: &mut Run) {
        let (world, plan) = (&self.world, &run.plan);
        let ready = run.ready.as_ref().expect("it was made");
        for fault in &plan.faults {
            let mut fault = fault.clone();
            if fault["kind"] != "hang_up" {
                fault["mchid"] = ready.mchid.into();
            }
            world.act("faults", fault).await;
        }
        if plan.ends_idle {
            world.end_idle().await;
        }
        let policy = run.cell.policy;
        let patience = if plan.ends { PATIENT } else { IMPATIENT };
        let (client, gate) = world.client(ready.mchid, policy, plan.script.clone());
        let outcome = tokio::select! {
            outcome = (ready.settle)(client, patience) => Some(outcome),
            () = gate.left.notified() => None,
        };
        let mut is_struck = *gate.struck.lock().expect("no panic") > 0;
        run.is_second = outcome.is_none();
        let outcome = match outcome {
            Some(outcome) => outcome,
            // The program has ended, is started once more, and knows nothing but its request.
            None => {
                let script = Script { leaves: None, ..gate.rest() };
                let (client, gate) = world.client(ready.mchid, policy, script);
                let outcome = (ready.settle)(client, patience).await;
                is_struck |= *gate.struck.lock().expect("no panic") > 0;
                if matches!(outcome, Outcome::Done) {
                    outcome
                } else {
                    // What became of this attempt says nothing about the first.
                    world.clear_faults().await;
                    let (client, _) = world.client(ready.mchid, policy, Script::default());
                    (ready.settle)(client, PATIENT).await
                }
            }
        };
        if !plan.faults.is_empty() {
            let struck = world.clear_faults().await;
            is_struck |= plan.own.is_some_and(|own| struck.get(own).is_some_and(|all| *all > 0));
        }
        run.struck = is_struck;
        redress_trail::saw(outcome.to_string());
        run.outcome = Some(outcome);
    }
}

impl Run {
    fn of(cell: Cell, seed: u64, plan: Plan) -> Self {
        let (order, ready, outcome) = (String::new(), None, None);
        Self {
            cell,
            seed,
            plan,
            order,
            ready,
            outcome,
            transfers: 0,
            struck: false,
            is_second: false,
        }
    }
}

/// Holds what a client believes against what the ledger has.
fn judge(run: &Run, is_there: Option<bool>, usual: u64) -> Result<String, String> {
    let outcome = run.outcome.as_ref().expect("it is over");
    let fate = match outcome {
        Outcome::Done => None,
        Outcome::Overtaken => return Err("nobody has overtaken it".to_owned()),
        Outcome::Failed(error) => Some(error.fate()),
    };
    let is_done = match fate {
        None => true,
        Some(Fate::NotSent | Fate::Rejected) => false,
        Some(Fate::Unknown) if run.plan.ends => {
            return Err(format!("it could have been known: {outcome}"));
        }
        Some(Fate::Unknown) => is_there.unwrap_or(run.transfers > 0),
    };
    if run.is_second && !is_done {
        return Err(format!("its second caller could have done it: {outcome}"));
    }
    if is_there.is_some_and(|is_there| is_there != is_done) {
        return Err(format!("the ledger says otherwise: {outcome}"));
    }
    let due = if is_done { usual } else { 0 };
    if run.transfers != due {
        return Err(format!("{} transfers in the place of {due}: {outcome}", run.transfers));
    }
    if let Some(times) = run.plan.out_of_reach() {
        let attempts = u64::from(run.cell.policy.retry.attempts);
        let is_out = run.cell.policy.name != "failover" && times >= attempts;
        let due = is_out.then_some(Fate::NotSent);
        // On a machine so busy that the time to connect and that of the whole attempt are over at
        // the same moment, a client errs on the safe side, and settles it.
        let is_silent = matches!(run.plan.script.away, Some((Away::Silent, _)));
        if fate != due && !(is_silent && fate.is_none()) {
            return Err(format!("it must end with {due:?}: {outcome}"));
        }
    }
    Ok(fate.map_or("done".to_owned(), |fate| fate.to_string()))
}

/// How long a client keeps at it.
pub(crate) const fn patience(limit_ms: u64) -> Patience {
    Patience {
        limit: Duration::from_millis(limit_ms),
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(8),
    }
}
