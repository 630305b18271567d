//! `redress exec`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::{Behaviour, Output};

/// Which command to run, and against what.
#[derive(Debug, ClapArgs)]
pub(crate) struct Exec {
    /// Keep everything in this folder. By default it is a temporary one, deleted at the end.
    #[arg(long, value_name = "DIR", env = "REDRESS_EXEC_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// At the end, sum up on stderr what was asked, answered, called back and moved, and check
    /// the ledger. Exits 1 if an invariant is broken, even if the command succeeded.
    #[arg(long, env = "REDRESS_CI")]
    pub(crate) ci: bool,
    /// Write that summary into this file, as JSON; with --ci it is printed too.
    #[arg(long, value_name = "FILE", env = "REDRESS_SUMMARY")]
    pub(crate) summary: Option<PathBuf>,
    /// Do not say where the server is.
    #[arg(long, short, env = "REDRESS_QUIET")]
    pub(crate) quiet: bool,
    #[command(flatten)]
    pub(crate) behaviour: Behaviour,
    #[command(flatten)]
    pub(crate) output: Output,
    /// The command and its arguments, as they are.
    #[arg(value_name = "COMMAND", required = true, trailing_var_arg = true)]
    #[arg(allow_hyphen_values = true)]
    pub(crate) command: Vec<OsString>,
}
