//! Three nodes on a primary with a synchronous standby, under random traffic, while nodes are
//! killed, lines are cut and slowed, and the primary dies: nothing that was acknowledged is lost,
//! nothing is doubled, every callback arrives, every invariant holds.
//!
//! `REDRESS_CHAOS_SECONDS` says for how long (60 by default), `REDRESS_CHAOS_SEED` what is done
//! when; which request meets which fault is up to the machine.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use redress::api::compensation::{BillState, Query};
use redress::api::{Endpoint, refund};
use redress::crypto::random_bytes;
use serde_json::json;

use super::pair::Pair;
use super::proxy::Proxy;
use super::receiver::Receiver;
use super::serving::Nodes;
use super::traffic::{Chance, MADE, PLATFORM, Told, Traffic};
use super::{cluster, control};
use crate::served::{run, stderr, stdout};

const NODES: usize = 3;
const CALLERS: u64 = 6;
/// A lease lives half a minute, and a callback that failed waits for a while.
const CALLBACKS_MAX: Duration = Duration::from_secs(120);

fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nodes_lose_nothing_when_they_and_their_database_die() {
    // That one says so, or fails, where there is no PostgreSQL.
    if cluster::cluster().is_none() {
        return;
    }
    let seconds = given("REDRESS_CHAOS_SECONDS").unwrap_or(60);
    let seed = given("REDRESS_CHAOS_SEED").unwrap_or_else(|| u64::from_be_bytes(random_bytes()));
    eprintln!("REDRESS_CHAOS_SECONDS={seconds} REDRESS_CHAOS_SEED={seed}");
    let pair = Pair::start().expect("two servers");
    let lines =
        [Proxy::start(vec![pair.ports()[0]]).await, Proxy::start(vec![pair.ports()[1]]).await];
    let hosts = lines.each_ref().map(|line| format!("127.0.0.1:{}", line.port)).join(",");
    let store = format!("postgres://redress@{hosts}/redress?sslmode=disable");
    let nodes = Arc::new(Nodes::new(NODES, &store, &[]));
    apart(&nodes, |nodes| nodes.start_all()).await;
    for (at, mchid) in MADE.iter().enumerate() {
        let merchant =
            json!({ "mchid": mchid, "roles": ["direct"], "appids": ["wxd678efh567hg6787"] });
        control(&nodes.url(at), "/merchants", &merchant).await;
    }
    let receiver = Receiver::start(nodes.data().join("merchants")).await;
    let traffic = Traffic::new(&nodes, &receiver.url);
    let until = Instant::now() + Duration::from_secs(seconds);
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| {
            let chance = Chance(seed ^ (number + 1).wrapping_mul(0x5851_f42d_4c95_7f2d));
            tokio::spawn(Arc::clone(&traffic).run(chance, until))
        })
        .collect();
    let done = trouble(&nodes, &lines, pair, Chance(seed), until).await;
    for caller in callers {
        caller.await.expect("a caller ends");
    }
    let open = traffic.settle_open().await;
    eprintln!("{done}\n{}", traffic.told().availability());
    check(&traffic, open, &receiver).await;
    verify(&store);
}

/// Does something that may block.
async fn apart(nodes: &Arc<Nodes>, work: impl FnOnce(&Nodes) + Send + 'static) {
    let nodes = Arc::clone(nodes);
    tokio::task::spawn_blocking(move || work(&nodes)).await.expect("it ends well");
}

/// One mishap after the other; half way through, the primary dies. Says what was done.
async fn trouble(
    nodes: &Arc<Nodes>,
    lines: &[Proxy; 2],
    pair: Pair,
    mut chance: Chance,
    until: Instant,
) -> String {
    let dies_at = Instant::now() + until.saturating_duration_since(Instant::now()) / 2;
    let pair = Arc::new(pair);
    let (mut kills, mut cuts, mut slowed, mut died) = (0, 0, 0, false);
    // The last seconds are quiet, so that everyone comes back.
    while Instant::now() + Duration::from_secs(5) < until {
        tokio::time::sleep(Duration::from_millis(500 + chance.below(2500))).await;
        if !died && Instant::now() >= dies_at {
            died = true;
            let (primary, pause) = (Arc::clone(&pair), chance.below(1500));
            let fail_over = move || {
                primary.kill_primary();
                std::thread::sleep(Duration::from_millis(pause));
                primary.promote();
            };
            tokio::task::spawn_blocking(fail_over).await.expect("the standby takes over");
            continue;
        }
        match chance.below(3) {
            0 => {
                kills += 1;
                let at = usize::try_from(chance.below(NODES as u64)).expect("small");
                let pause = Duration::from_millis(200 + chance.below(1300));
                let again = move |nodes: &Nodes| {
                    nodes.kill(at);
                    std::thread::sleep(pause);
                    nodes.start(at);
                };
                apart(nodes, again).await;
            }
            1 => {
                cuts += 1;
                lines.iter().for_each(Proxy::cut);
            }
            _ => {
                slowed += 1;
                let delay = 10 + chance.below(90);
                lines.iter().for_each(|line| line.slow(delay));
                tokio::time::sleep(Duration::from_millis(500 + chance.below(1500))).await;
                // What was slow is cut half the time.
                if chance.below(2) == 0 {
                    lines.iter().for_each(Proxy::cut);
                }
                lines.iter().for_each(|line| line.slow(0));
            }
        }
    }
    assert!(died, "there was no time for the primary to die");
    // The promoted server lives on.
    let _pair = Box::leak(Box::new(pair));
    format!("{kills} nodes killed, lines cut {cuts} times, slow {slowed} times, 1 failover")
}

async fn send<E: Endpoint>(traffic: &Traffic, mchid: &str, request: &E) -> E::Response {
    traffic.client(mchid).send(request).await.expect("nodes that are well answer")
}

/// What was told must be so.
async fn check(traffic: &Arc<Traffic>, open: usize, receiver: &Receiver) {
    let Told { bills, refunds, orders, refused, .. } = std::mem::take(&mut *traffic.told());
    assert_eq!(refused, Vec::<String>::new(), "nothing of this is to be refused");
    let acknowledged = format!(
        "{} bills, {} refunds acknowledged, {open} of them settled at the end",
        bills.len(),
        refunds.len()
    );
    assert!(bills.len() > 10 && refunds.len() > 10, "the traffic did nothing: {acknowledged}");
    for (out_bill_no, bill) in &bills {
        let query = Query { out_bill_no: out_bill_no.parse().expect("a number") };
        let found = send(traffic, PLATFORM, &query).await;
        assert_eq!(found.bill_id.as_str(), bill.bill_id, "{out_bill_no} is another bill");
        assert_eq!(found.amount.get(), bill.amount, "{out_bill_no}");
        let state = found.state.known().expect("a known state");
        let cancelled = matches!(state, BillState::Canceling | BillState::Cancelled);
        assert_eq!(bill.is_cancelled, cancelled, "{out_bill_no}: {state}");
    }
    for (out_refund_no, told) in &refunds {
        let query = refund::Query {
            out_refund_no: out_refund_no.parse().expect("a number"),
            sub_mchid: None,
        };
        let found = send(traffic, told.mchid, &query).await;
        assert_eq!(found.refund_id.as_str(), told.refund_id, "{out_refund_no} is another refund");
        assert_eq!(found.amount.refund.get(), told.amount, "{out_refund_no}");
    }
    nothing_twice(traffic, bills.len(), refunds.len()).await;
    let start = Instant::now();
    for out_refund_no in refunds.keys() {
        while receiver.times(out_refund_no) == 0 {
            assert!(start.elapsed() < CALLBACKS_MAX, "nobody was told of {out_refund_no}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
    let callbacks = receiver.total();
    eprintln!("{acknowledged}, none lost; {orders} orders; {callbacks} callbacks heard");
}

/// No bill or refund that nobody knows of, and no step of one that was done twice.
async fn nothing_twice(traffic: &Traffic, bills: usize, refunds: usize) {
    let named = |start: &'static str| {
        move |item: &serde_json::Value| {
            ["out_bill_no", "out_refund_no"]
                .iter()
                .any(|field| item[field].as_str().is_some_and(|number| number.starts_with(start)))
        }
    };
    let found = traffic.list("/bills?").await.into_iter().filter(named("chaos")).count();
    assert_eq!(found, bills, "bills that nobody was told of");
    let found = traffic.list("/refunds?").await.into_iter().filter(named("refund")).count();
    assert_eq!(found, refunds, "refunds that nobody was told of");
    let mut steps = BTreeSet::new();
    for transfer in traffic.list("/transfers?").await {
        let fields = ["reference", "reason", "phase", "debit", "credit"];
        let step: Vec<String> = fields.iter().map(|field| transfer[field].to_string()).collect();
        assert!(steps.insert(step), "twice: {transfer}");
    }
    assert!(!steps.is_empty(), "there are transfers");
}

/// Everything, from the database alone.
fn verify(store: &str) {
    let verified = run(&["verify", "--store", store]);
    let said = stdout(&verified);
    assert!(verified.status.success(), "{said}{}", stderr(&verified));
    eprintln!("{said}");
}
