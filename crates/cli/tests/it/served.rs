//! A `redress serve` of its own process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value as Json;

/// The binary under test, without the settings of whoever runs the tests.
pub(crate) fn redress() -> Command {
    let mut command = redress_trail::program(env!("CARGO_BIN_EXE_redress"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REDRESS_")) {
        command.env_remove(name);
    }
    command.env("REDRESS_CONFIG", "/nowhere/profiles.json");
    command.env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn run(args: &[&str]) -> Output {
    redress().args(args).output().expect("redress runs")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What it printed with `--json`.
pub(crate) fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", stdout(output), stderr(output)))
}

/// What it printed with `--json`; it must have succeeded.
#[track_caller]
pub(crate) fn success(output: &Output) -> Json {
    assert!(output.status.success(), "{}{}", stdout(output), stderr(output));
    json(output)
}

/// What `compensate create NUMBER` and `pre-transfer NUMBER` ask for: a yuan for the payer of the
/// platform's order.
pub(crate) const COMPENSATION: [&str; 4] = [
    "--amount=100",
    "--transaction-id=1217752501201407033233368018",
    "--sponsor=1900001109",
    "--remark=退货",
];

/// A server that is killed when the test is done with it.
pub(crate) struct Served {
    child: Child,
    /// What it said when it was ready.
    pub(crate) ready: Json,
    pub(crate) base_url: String,
    pub(crate) data: PathBuf,
}

impl Served {
    /// Starts one on a free port and waits until it serves.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Starts one with more settings.
    pub(crate) fn start_with(data: &Path, settings: &[&str]) -> Self {
        Self::start_in(data, settings, &[])
    }

    /// Starts one with more variables set.
    pub(crate) fn start_in(data: &Path, settings: &[&str], environment: &[(&str, String)]) -> Self {
        let mut command = redress();
        command.envs(environment.iter().cloned());
        // The trail has the whole log, and whoever looks at the tests what went wrong.
        match redress_trail::folder() {
            Some(_) => command.stderr(Stdio::null()),
            None => command.env("RUST_LOG", "error"),
        };
        let mut child = command
            .args(["serve", "--json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(settings)
            .stdout(Stdio::piped())
            .spawn()
            .expect("redress serve starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).expect("serve says where it listens");
        let ready: Json = serde_json::from_str(&line).expect("serve --json prints JSON");
        redress_trail::plant_folder(data);
        let base_url = ready["base_url"].as_str().expect("base_url").to_owned();
        Self { child, ready, base_url, data: data.to_owned() }
    }

    pub(crate) fn merchant(&self, mchid: &str) -> PathBuf {
        self.data.join("merchants").join(mchid)
    }

    /// Kills it at once, as a power cut would: no destructor of it runs.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the server was still running");
        self.child.wait().expect("the server is gone");
    }

    /// Asks it to stop and waits for its exit status.
    pub(crate) fn terminate(mut self) -> std::process::ExitStatus {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(asked.expect("kill runs").success());
        self.child.wait().expect("the server ends")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Merchants were made since.
        redress_trail::plant_folder(&self.data);
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
