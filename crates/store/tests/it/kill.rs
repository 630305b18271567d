//! What was acknowledged outlives the process.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use redress_store::{Options, Store};

use crate::world::{Find, append, frame, top_up};

const ADDRESS: &str = "REDRESS_TEST_CRASH_ADDRESS";
/// The writer, whichever suite it is run for.
const WRITER: &str = "sqlite::kill::write_until_killed";
const ACKNOWLEDGED: &str = "acknowledged ";

#[tokio::test]
async fn dropping_without_closing_loses_nothing() {
    let place = place!();
    let store = place.open();
    store.execute(append("a", "one"), frame(1)).await.unwrap();
    drop(store);
    assert!(place.open().read(Find("a"), frame(2)).await.unwrap().is_some());
}

/// Runs this test binary's [`write_until_killed`] in a process of its own, and kills it.
#[tokio::test]
async fn a_killed_process_has_kept_what_it_acknowledged() {
    let place = place!();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", WRITER, "--ignored", "--nocapture"])
        .env(ADDRESS, place.address())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut lines = output.lines().map(Result::unwrap);
    let last: usize = lines
        .by_ref()
        .filter_map(|line| Some(line.split_once(ACKNOWLEDGED)?.1.parse().unwrap()))
        .nth(49)
        .unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    // It may have acknowledged more before it died.
    let more = lines.filter_map(|line| line.split_once(ACKNOWLEDGED)?.1.parse().ok()).last();
    let acknowledged = more.unwrap_or(last);

    let store = place.open();
    let kept = store.transfers(None, None, 0, u32::MAX).await.unwrap().len();
    assert!(kept >= acknowledged, "{acknowledged} acknowledged, {kept} kept");
    let balance = store.accounts("", 1).await.unwrap()[0].credits.posted.get();
    assert_eq!(balance, 5 * i64::try_from(kept).unwrap());
    assert!(store.audit().await.unwrap().is_clean());
}

#[tokio::test]
#[ignore = "runs until it is killed, on behalf of another test"]
async fn write_until_killed() {
    let Ok(address) = env::var(ADDRESS) else { return };
    let store = Store::open(&address.parse().unwrap(), Options::default()).unwrap();
    for number in 1.. {
        store.execute(top_up(1, 5), frame(number)).await.unwrap();
        writeln!(std::io::stdout(), "\n{ACKNOWLEDGED}{number}").unwrap();
    }
}
