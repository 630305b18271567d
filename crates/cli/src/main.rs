//! `redress`: WeChat Pay APIv3 on your own machine.

mod args;
mod bench;
mod bill;
mod ca;
mod call;
mod caller;
mod check;
mod clock;
mod control;
mod curl;
mod demo;
mod doctor;
mod exec;
mod explain;
mod fault;
mod keys;
mod lines;
mod man;
mod message;
mod notify;
mod operate;
mod pay;
mod print;
mod profile;
mod requests;
mod reset;
mod serve;
mod span;
mod store;
mod verify;
mod wait;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use mimalloc::MiMalloc;
use tracing_subscriber::fmt::MakeWriter;

use crate::args::{Args, Command};
use crate::lines::Lines;

/// What a request allocates is freed by other threads, which glibc's allocator pays dearly for.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The command line was wrong, as clap says it.
pub(crate) const USAGE: u8 = 2;

/// What is wrong with how it was called, and what to do about it. Nothing was done.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // A closed pipe is no reason to fail twice.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS };
        }
    };
    let lines = log(&args);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(run(args)),
        Err(error) => Err(error.into()),
    };
    // Before the last word.
    if let Some(lines) = lines {
        lines.flush();
    }
    match outcome {
        Ok(code) => code,
        Err(error) => {
            print::error(&error);
            if error.is::<Usage>() { ExitCode::from(USAGE) } else { ExitCode::FAILURE }
        }
    }
}

async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.command {
        Command::Serve(args) => serve::run(args).await,
        Command::Exec(given) => exec::run(given, args.verbose > 0).await,
        Command::Demo(args) => demo::run(&args).await,
        Command::Reset(args) => reset::run(&args),
        Command::Verify(args) => verify::run(&args).await,
        Command::Store(command) => store::run(command).await,
        Command::Call(args) => call::run(args).await,
        Command::Profile(command) => profile::run(command, args.profile),
        Command::Doctor(args) => doctor::run(args).await,
        Command::Keys(command) => keys::run(&command),
        Command::Message(command) => message::run(command).await,
        Command::Explain(args) => explain::run(&args).await,
        Command::Compensate(args) => operate::compensate(args).await,
        Command::Reverse(args) => operate::reverse(args).await,
        Command::Subsidy(args) => operate::subsidy(args).await,
        Command::Bill(args) => bill::run(args).await,
        Command::Notify(args) => notify::run(args).await,
        Command::Requests(args) => requests::run(args).await,
        Command::Pay(args) => pay::run(args).await,
        Command::Fault(args) => fault::run(args).await,
        Command::Clock(args) => clock::run(args).await,
        Command::Ca(args) => ca::run(&args),
        Command::Bench(command) => bench::run(command).await,
        Command::Assumptions(args) => print::assumptions(&args),
        Command::Man { folder } => man::run(folder.as_deref()),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Args::command(), "redress", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Logs to stderr. `RUST_LOG` has the last word; a server tells what it answers, other commands
/// are quiet. What `exec` runs has stderr to itself, unless asked otherwise. What a server logs is
/// written by a thread of its own, and is flushed at the end.
fn log(args: &Args) -> Option<Lines> {
    let level = match (&args.command, args.verbose) {
        (Command::Exec(_), 0) => return None,
        (Command::Serve(_), 0) | (_, 1) => "info",
        (Command::Serve(_), _) | (_, 2..) => "debug",
        (_, 0) => "error",
    };
    let colours = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
    if let Command::Serve(_) = &args.command
        && let Ok(lines) = Lines::to(std::io::stderr())
    {
        log_to(level, colours, lines.clone());
        return Some(lines);
    }
    log_to(level, colours, std::io::stderr);
    None
}

/// Logs to some place.
fn log_to<W>(level: &str, colours: bool, writer: W)
where
    W: for<'writer> MakeWriter<'writer> + Send + Sync + 'static,
{
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(
        |_: tracing_subscriber::filter::FromEnvError| tracing_subscriber::EnvFilter::new(level),
    );
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).with_ansi(colours).init();
}
