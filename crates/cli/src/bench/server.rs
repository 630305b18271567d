//! The server that is measured: a process of its own that is started here, or one that runs.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use serde_json::Value as Json;

use super::machine::{self, Usage};
use super::room;
use crate::args::BenchRun;
use crate::control::Control;

/// The store that needs no flag.
pub(super) const SQLITE: &str = "sqlite";
/// How long a server may take to end, once it was asked to.
const STOP_SECONDS_MAX: u64 = 30;

/// What a server has counted since it started.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) commits: f64,
    pub(super) commands: f64,
    /// Jobs that were done.
    pub(super) jobs: f64,
}

/// A server.
pub(super) struct Served {
    child: Option<Started>,
    base_url: String,
    pub(super) address: SocketAddr,
    token: Option<String>,
    http: reqwest::Client,
}

/// A process that is killed when it is dropped, and its folder deleted.
struct Started {
    process: Child,
    folder: tempfile::TempDir,
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    /// The one that was asked for, or a new one: the first, the second, …
    pub(super) fn open(args: &BenchRun, number: usize) -> anyhow::Result<Self> {
        let (child, base_url) = match &args.target {
            Some(target) => (None, target.trim_end_matches('/').to_owned()),
            None => {
                let (started, base_url) = start(args, store(args, number))?;
                (Some(started), base_url)
            }
        };
        let url = reqwest::Url::parse(&base_url).with_context(|| base_url.clone())?;
        if url.scheme() != "http" {
            bail!("{base_url}: the load goes over plain HTTP");
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let port = url.port_or_known_default().unwrap_or(80);
        let mut found = (host.trim_matches(['[', ']']), port).to_socket_addrs();
        let address = found.as_mut().ok().and_then(Iterator::next);
        let address = address.with_context(|| format!("{base_url} cannot be found"))?;
        let http =
            reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        let token = args.target.as_ref().and(args.control_token.clone());
        Ok(Self { child, base_url, address, token, http })
    }

    pub(super) fn control(&self) -> anyhow::Result<Control> {
        Ok(Control::new(&self.base_url)?.with_token(self.token.clone()))
    }

    pub(super) fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// What stands in `Host`.
    pub(super) fn host(&self) -> String {
        self.base_url.trim_start_matches("http://").to_owned()
    }

    /// The folder of one of its merchants, if it was started here.
    pub(super) fn merchant(&self, mchid: &str) -> Option<PathBuf> {
        let started = self.child.as_ref()?;
        Some(data(&started.folder).join("merchants").join(mchid))
    }

    pub(super) fn usage(&self) -> Option<Usage> {
        machine::usage(self.child.as_ref()?.process.id())
    }

    pub(super) async fn counts(&self) -> anyhow::Result<Counts> {
        let url = format!("{}/metrics", self.base_url);
        let text = self.http.get(url).send().await?.text().await?;
        let sum = |name: &str| {
            let values = text.lines().filter_map(|line| {
                let (series, value) = line.rsplit_once(' ')?;
                let whole = series.strip_prefix(name)?;
                let same = whole.is_empty() || whole.starts_with('{');
                value.parse::<f64>().ok().filter(|_| same)
            });
            values.sum::<f64>()
        };
        Ok(Counts {
            commits: sum("redress_commits_total"),
            commands: sum("redress_commands_total"),
            jobs: sum("redress_jobs_total{outcome=\"done\"}"),
        })
    }

    /// How large its database is, its log included. Not known of one that runs elsewhere, or that
    /// keeps nothing in files.
    pub(super) fn stored_bytes(&self) -> Option<u64> {
        room::bytes(&data(&self.child.as_ref()?.folder).join("redress.db"))
    }

    /// Asks it to stop, and waits until it has; how large its database is then.
    pub(super) fn stop(mut self) -> anyhow::Result<Option<u64>> {
        let Some(started) = self.child.as_mut() else { return Ok(None) };
        ask_to_stop(&started.process)?;
        let begun = Instant::now();
        loop {
            match started.process.try_wait()? {
                Some(status) if status.success() => break,
                Some(status) => bail!("the server ended with {status}"),
                None if begun.elapsed() > Duration::from_secs(STOP_SECONDS_MAX) => {
                    bail!("the server does not end");
                }
                None => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        Ok(self.stored_bytes())
    }
}

#[cfg(unix)]
fn ask_to_stop(process: &Child) -> anyhow::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let pid = i32::try_from(process.id()).ok().and_then(Pid::from_raw).context("its number")?;
    Ok(kill_process(pid, Signal::TERM)?)
}

#[cfg(not(unix))]
fn ask_to_stop(_process: &Child) -> anyhow::Result<()> {
    bail!("a server can be asked to stop on Unix only")
}

fn data(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("data")
}

/// The store of a server, if it is not the usual one.
fn store(args: &BenchRun, number: usize) -> Option<&str> {
    let store = args.store.get(number).map(String::as_str);
    store.filter(|store| *store != SQLITE)
}

/// Starts a server on its processors, and waits until it serves. What it logs goes into a file.
fn start(args: &BenchRun, store: Option<&str>) -> anyhow::Result<(Started, String)> {
    let mut builder = tempfile::Builder::new();
    let folder = match &args.within {
        Some(within) => builder.prefix("redress-bench-").tempdir_in(within),
        None => builder.prefix("redress-bench-").tempdir(),
    };
    let folder = folder.context("making a temporary folder")?;
    let log = fs::File::create(folder.path().join("serve.log"))?;
    let mut command = Command::new(std::env::current_exe().context("this program's own path")?);
    // Nobody else's settings.
    for (name, _) in std::env::vars_os().filter(|(name, _)| is_setting(name)) {
        command.env_remove(name);
    }
    command.args(["serve", "--json", "--no-rate-limit", "--listen", "127.0.0.1:0", "--data"]);
    command.arg(data(&folder));
    if let Some(store) = store {
        command.args(["--store", store]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
    let cpus = args.server_cpus.clone();
    // A process runs on the processors of the thread that starts it.
    let starting = std::thread::spawn(move || {
        if let Some(cpus) = cpus {
            machine::pin(&cpus.0)?;
        }
        command.spawn().context("starting the server")
    });
    let mut process = starting.join().map_err(|_panic| anyhow!("starting panicked"))??;
    let stdout = process.stdout.take().context("stdout is piped")?;
    let started = Started { process, folder };
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let ready: Option<Json> = serde_json::from_str(&line).ok();
    let base_url = ready.as_ref().and_then(|ready| ready["base_url"].as_str());
    match base_url {
        Some(base_url) => {
            let base_url = base_url.to_owned();
            Ok((started, base_url))
        }
        None => {
            Err(anyhow!("{}", said(started.folder.path())).context("the server does not start"))
        }
    }
}

fn is_setting(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("REDRESS_"))
}

/// The last of what it logged.
fn said(folder: &Path) -> String {
    let log = fs::read_to_string(folder.join("serve.log")).unwrap_or_default();
    let last: Vec<&str> = log.lines().rev().take(5).collect();
    last.into_iter().rev().collect::<Vec<_>>().join("; ")
}
