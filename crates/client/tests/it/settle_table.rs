//! The table: every fault that the server makes, and those of connecting, at every stage, with
//! every endpoint that changes something, under each way to retry. `settle` ends in the state that
//! the ledger has, nothing happens twice, and nobody is told what is not so.
//!
//! What happens in a run is drawn: how often in a row, at the request, the query or the repetition,
//! what goes wrong besides, whether the caller goes away in the middle of it, and how much money it
//! is about. By default a part of the cells is run once, in which each endpoint and each fault has
//! its turn. `REDRESS_SETTLE_RUNS` has each cell run so often, with the seeds from
//! `REDRESS_SETTLE_SEED` on; `REDRESS_SETTLE_CELL` only those whose name has this in it.

mod cases;
mod gate;
mod lane;
mod plan;
mod world;

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use redress::Patience;
use tokio::task::LocalSet;

use self::cases::PATHS;
use self::gate::Nowhere;
use self::lane::{Lane, Tally, patience};
use self::plan::{Cell, cells, wrongs};

/// Long enough for whatever ends.
const PATIENT: Patience = patience(30_000);
/// Over soon, for what does not end.
const IMPATIENT: Patience = patience(20);
/// Which part of the table is run if nobody says: one cell of so many.
const PART: usize = 4;
/// How many servers there are. Runs wait for time limits, and others go on meanwhile.
const LANES: usize = 10;
/// How many runs wait for the same clock.
const WAVE: usize = 20;
/// What they are drawn with.
const SEED: u64 = 20_261_125;
const RUNS_GIVEN: &str = "REDRESS_SETTLE_RUNS";
const SEED_GIVEN: &str = "REDRESS_SETTLE_SEED";
const CELL_GIVEN: &str = "REDRESS_SETTLE_CELL";

/// A number that the environment has.
fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

/// The cells that are run, and how often each.
fn chosen() -> (Vec<Cell>, u64) {
    let runs = given(RUNS_GIVEN);
    if let Ok(part) = std::env::var(CELL_GIVEN) {
        let cells = cells().into_iter().filter(|cell| cell.to_string().contains(&part));
        return (cells.collect(), runs.unwrap_or(1));
    }
    match runs {
        Some(runs) => (cells(), runs),
        None => {
            // Each endpoint, and each fault, has its turn: rows begin one further each.
            let cells = cells().into_iter().enumerate();
            let part = cells.filter(|(at, _)| (at + at / PATHS.len()).is_multiple_of(PART));
            (part.map(|(_, cell)| cell).collect(), 1)
        }
    }
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

#[test]
fn the_table_has_every_fault_that_the_server_makes() {
    let names: Vec<String> = wrongs().iter().map(ToString::to_string).collect();
    for kind in redress_server::FaultKind::ALL.map(redress_server::FaultKind::as_str) {
        let staged = format!("{kind}_");
        let has = |name: &String| name == kind || name.starts_with(&staged);
        assert!(names.iter().any(has), "{kind} is in no cell");
    }
}

/// Tells how far it has come, if somebody watches.
fn progress(tally: &Tally, all: u64) {
    if std::io::stderr().is_terminal() {
        eprint!("\r{} of {all} runs", tally.runs);
    }
}

#[tokio::test]
async fn each_fault_with_each_endpoint_under_each_policy() {
    let seed = given(SEED_GIVEN).unwrap_or(SEED);
    let (cells, runs) = chosen();
    assert!(!cells.is_empty(), "no cell has such a name");
    let all = cells.len() as u64 * runs;
    let started = Instant::now();
    let nowhere = Arc::new(Nowhere::make().await);
    let mut first = Lane::start(Arc::clone(&nowhere)).await;
    let usual = Rc::new(first.usual().await);
    first.finish().await;
    let count = cells.len();
    let due =
        (0..runs).flat_map(move |run| cells.clone().into_iter().map(move |c| (c, seed + run)));
    let due = Rc::new(RefCell::new(due));
    let tally = Rc::new(RefCell::new(Tally::default()));
    let lane = |nowhere: Arc<Nowhere>| {
        let (due, tally, usual) = (Rc::clone(&due), Rc::clone(&tally), Rc::clone(&usual));
        async move {
            let mut lane = Lane::start(nowhere).await;
            loop {
                let next: Vec<_> = due.borrow_mut().by_ref().take(WAVE).collect();
                if next.is_empty() {
                    break;
                }
                let wave = next.into_iter().map(|(cell, seed)| lane.run(cell, seed)).collect();
                let mut so_far = Tally::default();
                lane.check(wave, &usual, &mut so_far).await;
                tally.borrow_mut().add(so_far);
                progress(&tally.borrow(), all);
            }
            lane.finish().await;
        }
    };
    let lanes = LANES.min(usize::try_from(all).unwrap_or(LANES).div_ceil(WAVE));
    let local = LocalSet::new();
    let tasks: Vec<_> = (0..lanes).map(|_| local.spawn_local(lane(Arc::clone(&nowhere)))).collect();
    local.await;
    for task in tasks {
        task.await.expect("a lane goes on to its end");
    }
    let tally = tally.borrow();
    let (took, Tally { runs: ran, struck, ends, failures }) = (started.elapsed(), &*tally);
    eprintln!(
        "{count} cells × {runs} from {SEED_GIVEN}={seed}: {ran} runs in {took:.1?}, struck in \
         {struck}, {ends:?}, {} failed",
        failures.len()
    );
    assert_eq!(*ran, all);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
