//! The command that runs: its variables, its exit status, the signals that are passed on to it.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::process::ExitStatus;

use tokio::process::{Child, Command};

use super::environment::Environment;
use super::signals::Signals;

/// As shells say that a command is not there.
const NOT_FOUND: u8 = 127;
/// As shells say that it is there and cannot be run.
const NOT_EXECUTABLE: u8 = 126;
/// What shells add to the number of the signal that ended a command.
const SIGNALLED: u8 = 128;

/// How a command ended, in the number that shells give it.
pub(crate) enum Ended {
    /// It ran.
    With(u8),
    /// It was never started.
    NotStarted(u8, io::Error),
}

impl Ended {
    pub(crate) const fn status(&self) -> u8 {
        match self {
            Self::With(status) | Self::NotStarted(status, _) => *status,
        }
    }
}

/// Runs a command to its end. It has this process's stdin, stdout and stderr.
pub(crate) async fn run(
    command: &[OsString],
    environment: &Environment,
    signals: &mut Signals,
) -> anyhow::Result<Ended> {
    let Some((program, args)) = command.split_first() else {
        anyhow::bail!("no command is given");
    };
    // A signal that came before the command was there ends the matter.
    if let Some(signal) = signals.pending().await {
        return Ok(Ended::With(SIGNALLED.saturating_add(signal.number())));
    }
    let mut command = Command::new(program);
    command.args(args);
    environment.apply(command.as_std_mut());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(Ended::NotStarted(NOT_FOUND, error));
        }
        Err(error) => return Ok(Ended::NotStarted(NOT_EXECUTABLE, error)),
    };
    Ok(Ended::With(status(wait(&mut child, signals).await?)))
}

async fn wait(child: &mut Child, signals: &mut Signals) -> io::Result<ExitStatus> {
    loop {
        tokio::select! {
            status = child.wait() => return status,
            signal = signals.next() => {
                if let Some(id) = child.id() {
                    signal.pass_on(id);
                }
            }
        }
    }
}

#[cfg(unix)]
fn status(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;
    let signalled = || status.signal().and_then(|signal| u8::try_from(signal).ok());
    match status.code() {
        Some(code) => u8::try_from(code).unwrap_or(u8::MAX),
        None => SIGNALLED.saturating_add(signalled().unwrap_or_default()),
    }
}

#[cfg(not(unix))]
fn status(status: ExitStatus) -> u8 {
    status.code().map_or(u8::MAX, |code| u8::try_from(code).unwrap_or(u8::MAX))
}
