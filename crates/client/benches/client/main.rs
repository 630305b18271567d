//! What the client costs beside the signatures that no client can do without.
//!
//! `cargo bench -p redress` prints a table, `cargo bench -p redress -- --json` the same as JSON, and
//! `cargo bench -p redress -- call` only the rows whose name has that word. It asserts nothing:
//! each row with a target says whether it is met.
//!
//! Two processes: this one is the server, and starts itself again as the client, so that the CPU
//! time and the memory of that process are the client's alone. What is compared runs in turns,
//! a few milliseconds each, so that whatever else the machine does slows both.
//!
//! Both processes share one processor, as they take turns anyway: what it costs to wake another
//! one is the machine's, several times as much in a virtual machine, and while two of them share a
//! core the time of a signature is not one number. Two rows tell it with the server elsewhere.

mod alone;
mod cpu;
mod idle;
mod keys;
mod report;
mod rows;
mod turns;

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use redress_server::PLATFORM;
use redress_server::testing::TestServer;

/// What went wrong, whatever it is: a benchmark has nobody to tell the kinds apart.
pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Marks the process that is the client; its folder and the server's address follow.
const CLIENT: &str = "--client";
/// Where Debian, and most others, keep the authorities that every program trusts.
const AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

fn main() -> Result<ExitCode, Failure> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    // `cargo bench` says so; `cargo test --all-targets` runs the program too, and does not.
    if !args.iter().any(|arg| arg == "--bench") {
        report::say("nothing is measured: this is run by `cargo bench -p redress`\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    match args.iter().position(|arg| arg == CLIENT) {
        Some(at) => {
            let folder = args.get(at + 1).ok_or("no folder")?;
            let address = args.get(at + 2).ok_or("no address")?;
            let cpus = cpu::allowed();
            let server = Server { merchant: folder.into(), address: address.clone(), cpus };
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let asked = Asked::of(&args[at + 3..]);
            runtime.block_on(rows::measure(&server, &asked))?;
            Ok(ExitCode::SUCCESS)
        }
        None => serve(&args),
    }
}

/// Where the server is, as the client knows it.
pub(crate) struct Server {
    /// The folder of the merchant that calls.
    pub(crate) merchant: PathBuf,
    /// Host and port.
    pub(crate) address: String,
    /// The processors that there are, the server's first.
    pub(crate) cpus: Vec<usize>,
}

impl Server {
    /// The processor that it runs on, where that can be chosen, and the others.
    pub(crate) fn own_and_others(&self) -> (&[usize], &[usize]) {
        own_and_others(&self.cpus)
    }

    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn https(&self) -> String {
        format!("https://{}", self.address)
    }
}

/// What the command line asks for.
pub(crate) struct Asked {
    pub(crate) json: bool,
    words: Vec<String>,
}

impl Asked {
    fn of(args: &[String]) -> Self {
        let words = args.iter().filter(|arg| !arg.starts_with("--")).cloned().collect();
        Self { json: args.iter().any(|arg| arg == "--json"), words }
    }

    /// Whether a row of that name is wanted.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.words.is_empty() || self.words.iter().any(|word| name.contains(word.as_str()))
    }
}

/// The server's processor, and the others.
fn own_and_others(cpus: &[usize]) -> (&[usize], &[usize]) {
    cpus.split_at(cpus.len().min(1))
}

/// Is the server until the other process is done.
fn serve(args: &[String]) -> Result<ExitCode, Failure> {
    let cpus = cpu::allowed();
    cpu::run_on(own_and_others(&cpus).0)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(TestServer::start_with(|config| config.rate_limits = false))?;
    // The other process chooses for itself.
    cpu::run_on(&cpus)?;
    let authorities = authorities(server.server().data())?;
    let address = server.base_url().trim_start_matches("http://");
    let mut client = Command::new(std::env::current_exe()?);
    client.args(["--bench", CLIENT]).arg(server.merchant(PLATFORM)).arg(address);
    client.args(args.iter().filter(|arg| *arg != "--bench"));
    let status = client.env("SSL_CERT_FILE", authorities).status()?;
    runtime.block_on(server.stop());
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The machine's authorities and the server's own, in one file: a client over TLS keeps all of
/// them, so that its memory is what it is elsewhere.
fn authorities(data: &Path) -> Result<PathBuf, Failure> {
    let mut all = fs::read_to_string(AUTHORITIES).unwrap_or_default();
    all += &fs::read_to_string(data.join("ca/ca.pem"))?;
    let file = data.join("authorities.pem");
    fs::write(&file, all)?;
    Ok(file)
}
