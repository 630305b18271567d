//! Many callbacks at once, with receivers that hang among them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use tokio::task::JoinSet;

use super::receiver::{Manner, Receiver};
use super::told;
use crate::world::World;

/// How long the callbacks to receivers that answer may take, hanging ones or not.
const SECONDS_MAX: u64 = 2;
const TRIES_MAX: u32 = 3;
const CALLBACKS: usize = 1000;
/// How many calls make them at once.
const LANES: usize = 16;

/// What this process has in memory, in KiB; 0 where that cannot be read.
fn memory_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// A thousand callbacks that become due at the same moment. Receivers have addresses `127.0.n.1`,
/// and so are different ones; odd ones hang.
async fn a_thousand(receivers: usize) -> Duration {
    let world = Arc::new(World::start().await);
    // Nobody listens yet, so that all of them wait for their second attempt.
    let (good, bad) = (
        Receiver::at("0.0.0.0:0".parse().unwrap(), Manner::Hang).await.address,
        Receiver::at("0.0.0.0:0".parse().unwrap(), Manner::Hang).await.address,
    );
    let url = move |n: usize| {
        let port = if n.is_multiple_of(2) { good.port() } else { bad.port() };
        format!("http://127.0.{}.1:{port}/notify", n % receivers)
    };
    let mut telling = JoinSet::new();
    for lane in 0..LANES {
        let (world, url) = (Arc::clone(&world), url);
        telling.spawn(async move {
            for n in (lane..CALLBACKS).step_by(LANES) {
                told(&world, &url(n)).await;
            }
        });
    }
    telling.join_all().await;
    let waits = |notice: &Json| notice["attempts"].as_array().unwrap().len() == 1;
    while !world.show("/notices?most=1000").await["items"].as_array().unwrap().iter().all(waits) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let good = Receiver::at(good, Manner::answer(200, "")).await;
    let bad = Receiver::at(bad, Manner::Hang).await;
    let before = memory_kib();
    let started = Instant::now();
    world.step(15).await;
    let got = good.until(CALLBACKS / 2).await;
    let last = got.iter().map(|got| got.at).max().unwrap().duration_since(started);
    let grown = memory_kib().saturating_sub(before);
    eprintln!(
        "{receivers} receivers: {} callbacks arrived within {last:?} beside {} that hang; \
         {grown} KiB more memory",
        CALLBACKS / 2,
        bad.got().len()
    );
    assert!(grown < 128 * 1024, "{grown} KiB");
    // The worker is at hand for other things, too.
    let started = Instant::now();
    world.waiting("meanwhile").await;
    assert!(started.elapsed() < Duration::from_secs(1));
    world.verify().await;
    last
}

#[tokio::test]
async fn a_thousand_callbacks_half_of_whose_receivers_hang() {
    for receivers in [2, 60] {
        // The machine may be busy with other tests: one quick run shows that it can be done.
        let mut tries = 0;
        while a_thousand(receivers).await >= Duration::from_secs(SECONDS_MAX) {
            tries += 1;
            assert!(tries < TRIES_MAX, "not once within {SECONDS_MAX} s");
        }
    }
}
