//! What surrounds a server fails: the disk is full or takes no writes, the database is gone or
//! takes none, the clock goes back. Callers get the documented answer, nothing is wrong afterwards,
//! and nobody has to lend a hand.
//!
//! `REDRESS_OUTAGE_SECONDS` says how long the database is gone (4 by default).

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::cluster::{cluster, psql};
use crate::served::{Served, redress, run, stderr, stdout};

/// How long things may take to be right again: a job whose claim was answered to no one waits for
/// the end of its lease.
const RECOVERY_MAX: Duration = Duration::from_secs(90);
/// How long a caller may wait for the answer that it does not work.
const ANSWER_MAX: Duration = Duration::from_secs(12);

/// Calls, as a person does, with more variables set.
struct Caller {
    data: PathBuf,
    environment: Vec<(&'static str, String)>,
}

impl Caller {
    fn of(served: &Served) -> Self {
        Self { data: served.data.clone(), environment: Vec::new() }
    }

    fn ask(&self, args: &[&str]) -> Result<Json, String> {
        self.answer(&[args, &["--json"]].concat())
    }

    fn answer(&self, args: &[&str]) -> Result<Json, String> {
        let mut command = redress();
        command.args(args).arg("--data").arg(&self.data);
        command.envs(self.environment.iter().cloned());
        let output = command.output().expect("redress runs");
        if output.status.success() {
            Ok(serde_json::from_slice(&output.stdout).expect("JSON"))
        } else {
            Err(format!("{}{}", stdout(&output), stderr(&output)))
        }
    }

    /// A compensation of so many fen. Sent once: what it is answered is what is looked at.
    fn create(&self, number: &str, amount: u32) -> Result<Json, String> {
        let body = format!(
            r#"{{"receiver":{{"type":"TRANSACTION_USER","transaction_info":{{"transaction_id":
                "1217752501201407033233368018","type":"WXPAY"}}}},"out_bill_no":"{number}",
                "amount":{amount},"transfer_remark":"outage","sponsor_mchid":"1900001109"}}"#
        );
        let path = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills";
        self.answer(&["call", "POST", path, "--mchid", "1900001108", "--json", &body])
    }

    fn query(&self, number: &str) -> Result<Json, String> {
        self.ask(&["compensate", "query", number])
    }

    /// Waits until a bill is in this state.
    fn reaches(&self, number: &str, state: &str) {
        let start = Instant::now();
        loop {
            let bill = self.query(number);
            if bill.as_ref().is_ok_and(|bill| bill["state"] == state) {
                return;
            }
            assert!(start.elapsed() < RECOVERY_MAX, "{number} is not {state}: {bill:?}");
        }
    }

    /// Creates until it works again.
    fn insists(&self, number: &str, amount: u32) {
        let start = Instant::now();
        while let Err(error) = self.create(number, amount) {
            assert!(start.elapsed() < RECOVERY_MAX, "it does not work again: {error}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Creates, which is answered with the documented error, in time.
    fn is_refused(&self, number: &str) {
        let start = Instant::now();
        let error = self.create(number, 7).expect_err("it was taken on");
        assert!(error.contains("SYSTEM_ERROR"), "{error}");
        assert!(start.elapsed() < ANSWER_MAX, "{:?}", start.elapsed());
    }
}

fn ready(base_url: &str) -> bool {
    let address = base_url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream
        .write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer.starts_with("HTTP/1.1 200")
}

fn is_clean(args: &[&str]) {
    let output = run(&[&["verify"], args].concat());
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
}

/// A disk of its own, so small that it is soon full. None where this program may not mount one.
struct Disk {
    place: tempfile::TempDir,
}

impl Disk {
    fn mount() -> Option<Self> {
        let place = tempfile::tempdir().expect("a folder");
        let options = ["-t", "tmpfs", "-o", "size=6m", "tmpfs"];
        let mounted = Command::new("mount").args(options).arg(place.path()).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { place });
        }
        assert!(std::env::var_os("CI").is_none(), "no disk can be mounted here");
        let mut stderr = std::io::stderr().lock();
        writeln!(stderr, "passed over: no disk can be mounted here").expect("stderr");
        None
    }

    fn data(&self) -> PathBuf {
        self.place.path().join("data")
    }

    fn remount(&self, how: &str) {
        let options = ["-o", &format!("remount,{how}")];
        let done = Command::new("mount").args(options).arg(self.place.path()).status();
        assert!(done.expect("mount runs").success(), "{how}");
    }

    /// Fills what is left of it.
    fn fill(&self) -> PathBuf {
        let ballast = self.place.path().join("ballast");
        let mut file = std::fs::File::create(&ballast).expect("a file");
        while file.write_all(&[0; 4096]).is_ok() {}
        ballast
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let gone = Command::new("umount").arg("--lazy").arg(self.place.path()).status();
        drop(gone);
    }
}

#[test]
fn a_full_disk() {
    let Some(disk) = Disk::mount() else { return };
    let served = Served::start(&disk.data());
    let caller = Caller::of(&served);
    caller.create("full0", 5).expect("there is room");
    let ballast = disk.fill();
    // What the log of the database has room for is still taken on.
    let mut taken = 0;
    while caller.create(&format!("fullmore{taken}"), 5).is_ok() {
        taken += 1;
        assert!(taken < 500, "the disk is never full");
    }
    caller.is_refused("full1");
    assert_eq!(caller.query("full0").expect("reads go on")["amount"], 5);
    std::fs::remove_file(ballast).expect("room is made");
    caller.insists("full1", 7);
    assert_eq!(caller.query("full1").expect("it is there")["amount"], 7);
    for number in 0..taken {
        let bill = caller.query(&format!("fullmore{number}")).expect("what was answered is there");
        assert_eq!(bill["amount"], 5);
    }
    is_clean(&["--data", caller.data.to_str().expect("UTF-8")]);
    // Full again, killed, and started on a disk that has room again.
    let ballast = disk.fill();
    served.kill();
    std::fs::remove_file(ballast).expect("room is made");
    let served = Served::start(&disk.data());
    Caller::of(&served).create("full2", 5).expect("it goes on");
    assert!(served.terminate().success());
    is_clean(&["--data", caller.data.to_str().expect("UTF-8")]);
}

#[test]
fn a_disk_that_takes_no_writes() {
    let Some(disk) = Disk::mount() else { return };
    let served = Served::start(&disk.data());
    Caller::of(&served).create("ro0", 5).expect("it takes writes");
    assert!(served.terminate().success());
    disk.remount("ro");
    let mut serve = redress();
    serve.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(disk.data());
    let refused = serve.output().expect("redress runs");
    assert_eq!(refused.status.code(), Some(1), "{}", stdout(&refused));
    assert!(stderr(&refused).contains("ead-only file system"), "{}", stderr(&refused));
    disk.remount("rw");
    let served = Served::start(&disk.data());
    Caller::of(&served).create("ro1", 5).expect("it takes writes again");
    is_clean(&["--data", disk.data().to_str().expect("UTF-8")]);
}

/// Stands before a database, and can be gone.
struct Gate {
    port: u16,
    open: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Gate {
    fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let gate =
            Self { port: address.port(), open: Arc::new(true.into()), streams: Arc::default() };
        let (open, streams) = (Arc::clone(&gate.open), Arc::clone(&gate.streams));
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let far = TcpStream::connect(("127.0.0.1", port));
                let (true, Ok(far)) = (open.load(Ordering::SeqCst), far) else { continue };
                let pair = || Some((near.try_clone().ok()?, far.try_clone().ok()?));
                for (mut from, mut to) in pair().into_iter().chain(pair().map(|(a, b)| (b, a))) {
                    std::thread::spawn(move || {
                        let _ended = std::io::copy(&mut from, &mut to);
                        let _ended = to.shutdown(Shutdown::Both);
                    });
                }
                streams.lock().expect("no panic").extend([near, far]);
            }
        });
        gate
    }

    fn set(&self, open: bool) {
        self.open.store(open, Ordering::SeqCst);
        if !open {
            for stream in self.streams.lock().expect("no panic").drain(..) {
                let _gone = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

/// The same database, through another port.
fn through(url: &str, port: u16, gate: u16) -> String {
    url.replace(&format!(":{port}/"), &format!(":{gate}/"))
}

#[test]
fn a_database_that_is_gone() {
    let Some(cluster) = cluster() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let url = cluster.database(None);
    let gate = Gate::before(cluster.port);
    let store = through(&url, cluster.port, gate.port);
    let served = Served::start_with(&folder.path().join("data"), &["--store", &store]);
    let caller = Caller::of(&served);
    caller.create("gone0", 5).expect("it is there");
    gate.set(false);
    let start = Instant::now();
    caller.is_refused("gone1");
    assert!(!ready(&served.base_url), "it says that it is ready");
    let seconds = std::env::var("REDRESS_OUTAGE_SECONDS")
        .map_or(4, |given| given.parse().expect("REDRESS_OUTAGE_SECONDS is a number of seconds"));
    while start.elapsed() < Duration::from_secs(seconds) {
        caller.is_refused("gone1");
    }
    gate.set(true);
    caller.insists("gone1", 7);
    caller.reaches("gone0", "WAIT_USER_CONFIRM");
    caller.reaches("gone1", "WAIT_USER_CONFIRM");
    assert_eq!(caller.query("gone1").expect("it is there")["amount"], 7);
    assert!(ready(&served.base_url), "it says that it is not ready");
    is_clean(&["--store", &url]);
}

#[test]
fn a_database_that_takes_no_writes() {
    let Some(cluster) = cluster() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let url = cluster.database(None);
    let served = Served::start_with(&folder.path().join("data"), &["--store", &url]);
    let caller = Caller::of(&served);
    caller.create("standby0", 5).expect("it takes writes");
    let name = psql(&url, "SELECT current_database()").expect("a name");
    let set = |how: &str| {
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
        let set = format!("ALTER DATABASE {name} SET default_transaction_read_only = {how}");
        // Its own session may be one that takes no writes.
        psql(&url, &format!("SET transaction_read_only = off; {set}")).expect("it is set");
        psql(&url, cut).expect("sessions are cut");
    };
    set("on");
    caller.is_refused("standby1");
    assert!(!ready(&served.base_url), "it says that it is ready");
    set("off");
    caller.insists("standby1", 7);
    assert_eq!(caller.query("standby0").expect("it is there")["amount"], 5);
    assert!(ready(&served.base_url), "it says that it is not ready");
    is_clean(&["--store", &url]);
}

/// Debian's libfaketime: a clock that a file sets.
fn faketime() -> Option<PathBuf> {
    let found = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let library = found
        .map(|arch| arch.path().join("faketime/libfaketimeMT.so.1"))
        .find(|library| library.is_file());
    if library.is_none() {
        assert!(std::env::var_os("CI").is_none(), "libfaketime is not here");
        let mut stderr = std::io::stderr().lock();
        writeln!(stderr, "passed over: libfaketime is not here").expect("stderr");
    }
    library
}

#[test]
fn a_clock_that_is_set_back_by_an_hour() {
    let Some(library) = faketime() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let clock = folder.path().join("clock");
    let set = |to: &str| std::fs::write(&clock, format!("{to}\n")).expect("the clock is set");
    set("+0");
    let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
    let environment = vec![
        ("LD_PRELOAD", text(&library)),
        ("FAKETIME_TIMESTAMP_FILE", text(&clock)),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let served = Served::start_in(&folder.path().join("data"), &[], &environment);
    let caller = Caller { environment, ..Caller::of(&served) };
    caller.create("before", 5).expect("a bill");
    caller.reaches("before", "WAIT_USER_CONFIRM");
    caller.create("cutoff", 5).expect("a bill");

    set("-3600");
    caller.create("after", 7).expect("a bill of an hour ago");
    for number in ["cutoff", "after"] {
        caller.reaches(number, "WAIT_USER_CONFIRM");
    }
    let confirm = ["pay", "bill", "1900001108", "before", "--confirm"];
    assert_eq!(caller.ask(&confirm).expect("it is paid")["state"], "SUCCESS");
    caller.ask(&["compensate", "cancel", "cutoff"]).expect("it is taken on");
    caller.reaches("cutoff", "CANCELLED");
    assert_eq!(caller.create("before", 5).expect("the same again")["state"], "SUCCESS");

    set("+0");
    caller.create("again", 5).expect("a bill");
    caller.reaches("again", "WAIT_USER_CONFIRM");
    is_clean(&["--data", &text(&caller.data)]);
}
