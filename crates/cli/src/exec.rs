//! `redress exec`: a command that talks to this server without knowing it.
//!
//! Server, proxy and certificate authority live in this process, for as long as the command runs.
//! The command finds them by the variables that every language reads, so nothing in it changes.

mod child;
mod environment;
mod signals;
mod summary;
mod trust;

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;

use anyhow::Context as _;
use redress_server::{Config, Server};

use self::child::Ended;
use self::environment::{Environment, Served};
use self::signals::Signals;
use self::trust::Trust;
use crate::args;
use crate::print;

/// A free port of this machine, that no other machine reaches.
const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The server's log, in the data folder.
const LOG: &str = "exec.log";
/// What is made for the command, in the data folder.
const FOLDER: &str = "exec";

pub(crate) async fn run(args: args::Exec, logs_to_stderr: bool) -> anyhow::Result<ExitCode> {
    let mut signals = Signals::listen().context("listening for signals")?;
    let folder = Folder::open(args.data.as_deref())?;
    if !logs_to_stderr {
        let log = folder.path.join(LOG);
        let file = File::options().create(true).append(true).open(&log);
        let file = file.with_context(|| format!("opening {}", log.display()))?;
        crate::log_to("info", false, Mutex::new(file));
    }
    let config = Config {
        data: folder.path.clone(),
        listen: FREE,
        standby: Some(FREE),
        ..args.behaviour.clone().config()?
    };
    let server = Server::start(config).await.context("the server does not start")?;
    let ended = beside(&server, &args, &mut signals).await;
    let summary = match (args.ci || args.summary.is_some(), &ended) {
        (true, Ok(_)) => Some(server.summary().await),
        (_, Err(_)) | (false, Ok(_)) => None,
    };
    server.stop().await;
    let ended = ended?;
    if let Ended::NotStarted(_, error) = &ended {
        let program = args.command.first().map(|name| name.display().to_string());
        let error = anyhow::anyhow!("{}: {error}", program.unwrap_or_default());
        print::error(&error.context("the command does not start"));
    }
    let sound = match summary.transpose().context("no summary can be made")? {
        Some(summary) => summary::show(&summary, ended.status(), &args)?,
        None => true,
    };
    let status = if sound || ended.status() != 0 { ended.status() } else { 1 };
    Ok(ExitCode::from(status))
}

/// Runs the command while the server runs.
async fn beside(
    server: &Server,
    args: &args::Exec,
    signals: &mut Signals,
) -> anyhow::Result<Ended> {
    let proxy: http::Uri = server.proxy_url().parse().context("the proxy's address")?;
    let served = Served {
        base_url: server.base_url(),
        standby_url: server.standby_url().unwrap_or(server.base_url()),
        proxy_url: server.proxy_url(),
        proxy_host: proxy.host().unwrap_or_default().to_owned(),
        proxy_port: proxy.port_u16().unwrap_or_default(),
        ca: server.ca_path(),
        data: server.data(),
        control_token: args.behaviour.control_token.as_deref(),
    };
    let trust = Trust::write(&server.data().join(FOLDER), served.ca).context("trust stores")?;
    if !args.quiet {
        let line = format!(
            "redress: {} is served at {}, with everything in {}",
            redress::PRODUCTION,
            served.base_url,
            served.data.display()
        );
        let _ = writeln!(anstream::stderr(), "{line}");
    }
    child::run(&args.command, &Environment::of(&served, &trust), signals).await
}

/// Where everything is kept.
struct Folder {
    path: PathBuf,
    /// Deletes it when dropped.
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// The one that was asked for, or a temporary one. The path is absolute, because the command
    /// may go elsewhere.
    fn open(asked: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = asked else {
            let temporary = tempfile::Builder::new().prefix("redress-exec-").tempdir();
            let temporary = temporary.context("making a temporary folder")?;
            return Ok(Self { path: temporary.path().to_owned(), _temporary: Some(temporary) });
        };
        fs::create_dir_all(path).with_context(|| format!("making {}", path.display()))?;
        let path = fs::canonicalize(path).with_context(|| format!("{}", path.display()))?;
        Ok(Self { path, _temporary: None })
    }
}
