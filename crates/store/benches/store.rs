//! What a command costs: commands per second, CPU time and latency by the size of the groups that
//! share a commit, on both engines; how that grows with the database; how large a file becomes.
//!
//! `cargo bench -p redress-store [-- --orders 1000000] [--only PART]`; the parts are sqlite, postgres,
//! growth and compensated. CPU time is this process's: of PostgreSQL it is the client's half.

#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/cluster/mod.rs"]
mod cluster;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redress_api::compensation::{Create, Receiver};
use redress_api::{Fen, Mchid, Timestamp};
use redress_core::command::Call;
use redress_core::merchant::{AccountKind, Confirmation, Merchant, Register, Role, TopUp};
use redress_core::order::{Outcome, Place, TradeType};
use redress_core::{Command, Frame};
use redress_store::{Location, Options, Queue, Store};
use rustix::time::{ClockId, clock_gettime};

/// Who takes orders, and compensates.
const MERCHANT: &str = "1900001108";
const APPID: &str = "wx8888888888888888";
/// How many people pay.
const PAYERS: u64 = 10_000;
/// Commands under way at once while a database is filled.
const FILLING: usize = 512;
/// Commands of one measurement.
const MEASURED: u64 = 20_000;
/// The small database of the growth.
const FEW: u64 = 10_000;
/// Growth is measured in turns: so many, of so many commands.
const TURNS: u64 = 20;
const TURN: u64 = 500;

/// A database and the number of its next order.
struct World {
    store: Store,
    next: Arc<AtomicU64>,
}

/// What a run took.
struct Took {
    commands: u64,
    wall: Duration,
    cpu: Duration,
    /// Of each command, sorted.
    latencies: Vec<Duration>,
}

impl Took {
    fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.commands as f64
    }

    fn per_second(&self) -> f64 {
        self.commands as f64 / self.wall.as_secs_f64()
    }

    fn latency(&self, share: f64) -> f64 {
        let at = (self.latencies.len() as f64 * share) as usize;
        self.latencies[at.min(self.latencies.len() - 1)].as_secs_f64() * 1e3
    }
}

fn cpu() -> Duration {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).expect("nanoseconds"))
}

fn mchid() -> Mchid {
    MERCHANT.parse().expect("a merchant")
}

/// Distinct numbers in an order as random as merchants' own.
fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn frame(number: u64) -> Frame {
    let now = Timestamp::from_unix(1_764_000_000 + i64::try_from(number / 500).expect("small"));
    Frame { now, seed: (u128::from(number) << 64) | u128::from(scattered(number)) }
}

fn order(number: u64) -> Place {
    Place {
        mchid: mchid(),
        sub_mchid: None,
        appid: APPID.parse().expect("an appid"),
        out_trade_no: format!("{:020}{:08}", scattered(number), number % 100_000_000)
            .parse()
            .expect("a number"),
        transaction_id: None,
        trade_type: TradeType::Jsapi,
        outcome: Outcome::Paid,
        amount: Fen::new(8_800),
        payer: format!("oUpF8uMuAJO_M2pxb1Q9{:08}", scattered(number) % PAYERS),
        profit_sharing: false,
        subsidy_amount: None,
        refunded: None,
    }
}

impl World {
    fn open(location: &Location, group_max: usize) -> Self {
        let queue = Queue { group_max, ..Queue::default() };
        let options = Options { queue, ..Options::default() };
        let store = Store::open(location, options).expect("a store");
        Self { store, next: Arc::new(AtomicU64::new(10)) }
    }

    /// A merchant, and what it can compensate with.
    async fn begin(&self) {
        let merchant = Merchant {
            roles: [Role::Platform].into(),
            appids: [APPID.parse().expect("an appid")].into(),
            confirmation: Confirmation::None,
            ..Merchant::new(mchid())
        };
        self.store.execute(Register(merchant), frame(1)).await.expect("a merchant");
        let amount = Fen::new(1_000_000_000_000);
        let fund = TopUp { mchid: mchid(), amount, account: AccountKind::Basic };
        self.store.execute(fund, frame(2)).await.expect("money");
    }

    /// Has so many commands run, so many at a time.
    async fn run<C, M>(&self, commands: u64, at_once: usize, make: M) -> Took
    where
        C: Command,
        M: Fn(u64) -> C + Copy + Send + Sync + 'static,
    {
        let (wall, cpu_before) = (Instant::now(), cpu());
        let end = self.next.load(Ordering::Relaxed) + commands;
        let callers: Vec<_> = (0..at_once)
            .map(|_| {
                let (store, next) = (self.store.clone(), Arc::clone(&self.next));
                tokio::spawn(async move {
                    let mut latencies = Vec::new();
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= end {
                            return latencies;
                        }
                        let start = Instant::now();
                        store.execute(make(number), frame(number)).await.expect("it is written");
                        latencies.push(start.elapsed());
                    }
                })
            })
            .collect();
        let mut latencies = Vec::new();
        for caller in callers {
            latencies.extend(caller.await.expect("a caller"));
        }
        let (wall, cpu) = (wall.elapsed(), cpu() - cpu_before);
        self.next.store(end, Ordering::Relaxed);
        latencies.sort_unstable();
        Took { commands, wall, cpu, latencies }
    }

    async fn fill(&self, orders: u64) {
        self.run(orders, FILLING, order).await;
    }
}

/// Commands that share a commit, one row for each size of group.
async fn groups(location: &Location) {
    for group in [1, 8, 64] {
        let world = World::open(location, group);
        if group == 1 {
            world.begin().await;
        }
        world.next.store(group as u64 * 10_000_000, Ordering::Relaxed);
        world.run(1_000, group * 2, order).await;
        let took = world.run(MEASURED, group * 2, order).await;
        println!(
            "{:<9} {group:>5} {:>10.0} {:>9.1} {:>8.2} {:>8.2} {:>8.2}",
            location.engine(),
            took.per_second(),
            took.cpu_micros(),
            took.latency(0.5),
            took.latency(0.99),
            took.latency(0.999),
        );
        world.store.close().await;
    }
}

/// The same commands on a small and on a large database, in turns.
async fn growth(folder: &Path, orders: u64) {
    let mut worlds = Vec::new();
    for (name, orders) in [("few.db", FEW), ("many.db", orders)] {
        let world = World::open(&Location::File(folder.join(name)), 256);
        world.begin().await;
        world.fill(orders).await;
        world.store.close().await;
        let reopened = World::open(&Location::File(folder.join(name)), 64);
        reopened.next.store(orders + 10, Ordering::Relaxed);
        reopened.run(1_000, 128, order).await;
        worlds.push(reopened);
    }
    let mut cpu = [Duration::ZERO; 2];
    let mut wall = [Duration::ZERO; 2];
    for _ in 0..TURNS {
        for (at, world) in worlds.iter().enumerate() {
            let took = world.run(TURN, 128, order).await;
            cpu[at] += took.cpu;
            wall[at] += took.wall;
        }
    }
    let micros = |taken: Duration| taken.as_secs_f64() * 1e6 / (TURNS * TURN) as f64;
    let ratio = |of: [Duration; 2]| of[1].as_secs_f64() / of[0].as_secs_f64();
    println!(
        "sqlite, paid orders in groups of 64: {:.1} µs of CPU at {FEW} orders, {:.1} µs at {orders}: \
         {:.2} x (wall {:.2} x)",
        micros(cpu[0]),
        micros(cpu[1]),
        ratio(cpu),
        ratio(wall),
    );
    for world in worlds {
        world.store.close().await;
    }
    println!("bytes per paid order, of {orders}: {:.0}", bytes(&folder.join("many.db"), orders));
    tables(&folder.join("many.db"), orders);
}

fn bytes(path: &Path, orders: u64) -> f64 {
    std::fs::metadata(path).expect("a file").len() as f64 / orders as f64
}

/// What each table and index of a file takes.
fn tables(path: &Path, orders: u64) {
    let connection = rusqlite::Connection::open(path).expect("a database");
    let mut statement = connection
        .prepare("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC LIMIT 16")
        .expect("dbstat is there");
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))
        .expect("sizes");
    for row in rows {
        let (name, size) = row.expect("a size");
        println!("    {name:<32} {:>7.1}", size as f64 / orders as f64);
    }
}

/// Orders that are each compensated, and the compensation paid.
async fn compensated(folder: &Path, orders: u64) {
    let path = folder.join("bills.db");
    let world = World::open(&Location::File(path.clone()), 256);
    world.begin().await;
    for number in 10..10 + orders {
        let placed = world.store.execute(order(number), frame(number)).await.expect("an order");
        let create = Create {
            receiver: Receiver::transaction_user(placed.transaction_id.expect("it is paid")),
            out_bill_no: format!("{:020}", scattered(number)).parse().expect("a number"),
            amount: Fen::new(300),
            transfer_remark: "延误赔付".parse().expect("a remark"),
            sponsor_mchid: mchid(),
            transfer_scene_id: None,
            user_recv_perception: None,
        };
        let call = Call { caller: mchid(), request: create };
        let seed = frame(1_000_000_000 + number).seed;
        let now = frame(number).now;
        world.store.execute(call, Frame { now, seed }).await.expect("a bill");
    }
    let mut seed = frame(3_000_000_000).seed;
    loop {
        let now = Timestamp::from_unix(1_900_000_000);
        let due = world.store.claim(now, 0, 60, 256).await.expect("jobs");
        if due.claims.is_empty() {
            break;
        }
        for claim in due.claims {
            seed += 1 << 64;
            world.store.complete(&claim, Frame { now, seed }).await.expect("it is done");
        }
    }
    world.store.close().await;
    println!("bytes per paid and compensated order, of {orders}: {:.0}", bytes(&path, orders));
    tables(&path, orders);
}

fn argument(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != name);
    arguments.nth(1)
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let orders = argument("--orders").map_or(1_000_000, |text| text.parse().expect("a number"));
    let only = argument("--only");
    let wanted = |part: &str| only.as_ref().is_none_or(|only| only == part);
    if wanted("sqlite") || wanted("postgres") {
        println!("engine    group commands/s    µs CPU   p50 ms   p99 ms  p999 ms");
    }
    if wanted("sqlite") {
        groups(&Location::File(folder.path().join("groups.db"))).await;
    }
    if wanted("postgres")
        && let Some(cluster) = cluster::cluster()
    {
        groups(&cluster.place().parse().expect("an address")).await;
    }
    if wanted("growth") {
        growth(folder.path(), orders).await;
    }
    if wanted("compensated") {
        compensated(folder.path(), 10_000).await;
    }
}
