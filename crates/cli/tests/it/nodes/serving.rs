//! Several `redress serve` processes over one database and one data folder, each on a port that it
//! keeps when it is started again.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use redress::Merchant;
use serde_json::Value as Json;

use super::cluster::free_port;
use crate::served::redress;

const START_MAX: Duration = Duration::from_secs(60);

pub(crate) struct Nodes {
    folder: tempfile::TempDir,
    store: String,
    settings: Vec<String>,
    ports: Vec<u16>,
    running: Vec<Mutex<Option<Child>>>,
}

impl Nodes {
    /// None of them runs yet.
    pub(crate) fn new(count: usize, store: &str, settings: &[&str]) -> Self {
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            store: store.to_owned(),
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
            ports: (0..count).map(|_| free_port()).collect(),
            running: (0..count).map(|_| Mutex::default()).collect(),
        }
    }

    pub(crate) fn count(&self) -> usize {
        self.ports.len()
    }

    pub(crate) fn ports(&self) -> Vec<u16> {
        self.ports.clone()
    }

    pub(crate) fn url(&self, at: usize) -> String {
        format!("http://127.0.0.1:{}", self.ports[at])
    }

    pub(crate) fn name(at: usize) -> String {
        format!("node-{at}")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn merchant(&self, mchid: &str) -> Merchant {
        let folder = self.data().join("merchants").join(mchid);
        Merchant::from_folder(folder).expect("a merchant's folder")
    }

    /// Starts all of them at the same moment.
    pub(crate) fn start_all(&self) {
        std::thread::scope(|scope| {
            for at in 0..self.count() {
                scope.spawn(move || self.start(at));
            }
        });
    }

    /// Starts one and waits until it serves. It does not start without its database: then it is
    /// started again.
    pub(crate) fn start(&self, at: usize) {
        let start = Instant::now();
        while !self.try_start(at) {
            assert!(start.elapsed() < START_MAX, "{} does not start:\n{}", at, self.log(at));
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn try_start(&self, at: usize) -> bool {
        let log = File::options().create(true).append(true).open(self.log_path(at));
        let mut child = redress()
            .args(["serve", "--json", "--no-rate-limit", "--store", &self.store])
            .args(["--listen", &format!("127.0.0.1:{}", self.ports[at]), "--node", &Self::name(at)])
            .args(["--public-url", &self.url(0), "--data"])
            .arg(self.data())
            .args(&self.settings)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(log.expect("a log"))
            .spawn()
            .expect("redress serve starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line, or none");
        if line.is_empty() {
            child.wait().expect("it has ended");
            return false;
        }
        let ready: Json = serde_json::from_str(&line).expect("JSON");
        assert_eq!(ready["base_url"], self.url(at));
        assert_eq!(ready["public_url"], self.url(0));
        *self.running[at].lock().expect("no panic") = Some(child);
        true
    }

    fn take(&self, at: usize) -> Child {
        self.running[at].lock().expect("no panic").take().expect("it runs")
    }

    /// Kills one at once, as a power cut would.
    pub(crate) fn kill(&self, at: usize) {
        let mut child = self.take(at);
        child.kill().expect("it was still running");
        child.wait().expect("it is gone");
    }

    /// Asks one to stop.
    pub(crate) fn ask_to_stop(&self, at: usize) {
        let running = self.running[at].lock().expect("no panic");
        let id = running.as_ref().expect("it runs").id().to_string();
        assert!(Command::new("kill").arg(id).status().expect("kill runs").success());
    }

    /// Waits for the end of one that was asked to stop.
    pub(crate) fn ended(&self, at: usize) -> ExitStatus {
        self.take(at).wait().expect("it ends")
    }

    fn log_path(&self, at: usize) -> PathBuf {
        self.folder.path().join(format!("{at}.log"))
    }

    /// The end of what one has logged.
    fn log(&self, at: usize) -> String {
        let log = std::fs::read_to_string(self.log_path(at)).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        for at in 0..self.count() {
            if let Ok(mut running) = self.running[at].lock()
                && let Some(mut child) = running.take()
            {
                // It may be gone already.
                let _ = child.kill();
                let _ = child.wait();
            }
            if std::thread::panicking() {
                eprintln!("{}:\n{}", Self::name(at), self.log(at));
            }
        }
    }
}
