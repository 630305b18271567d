//! `redress explain`.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::Output;

/// What to explain, and by which keys.
#[derive(Debug, ClapArgs)]
pub(crate) struct Explain {
    /// A file with the request or answer as it was captured: first line, headers, an empty line,
    /// the body byte for byte. `-` reads stdin.
    ///
    /// Or the Request-ID of an answer: then the running server that has sent it is asked why it
    /// refused the request; with `--answer`, what it has answered.
    #[arg(value_name = "FILE.http|REQUEST_ID")]
    pub(crate) what: String,
    /// It is an answer or a callback that a program refuses. A first line of an answer says so by
    /// itself; a callback looks like a request.
    #[arg(long, env = "REDRESS_ANSWER")]
    pub(crate) answer: bool,
    /// A public key or certificate in PEM: the merchant's for a request, for an answer the one
    /// that the program checks with. May be given more than once.
    #[arg(long, value_name = "FILE", env = "REDRESS_KEY")]
    pub(crate) key: Vec<PathBuf>,
    /// The data folder whose merchants' and platform's keys are known. Without --key it is
    /// ./redress-data when left out.
    #[arg(long, value_name = "DIR", env = "REDRESS_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// When it came in, in Unix seconds. Without it nothing is said of a stale timestamp; for the
    /// Request-ID of an answer it is when that was sent.
    #[arg(long, value_name = "SECONDS", env = "REDRESS_AT")]
    pub(crate) at: Option<i64>,
    /// For a Request-ID: where the server is; the one that last served --data when left out.
    #[arg(long, value_name = "URL", env = "REDRESS_SERVER")]
    pub(crate) server: Option<String>,
    /// For a Request-ID: the token that the server was started with, if it was.
    #[arg(long, value_name = "TOKEN", env = "REDRESS_CONTROL_TOKEN", hide_env_values = true)]
    pub(crate) control_token: Option<String>,
    /// The language of the explanation.
    #[arg(long, value_enum, env = "REDRESS_LANG", default_value_t = Lang::En)]
    pub(crate) lang: Lang,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// A language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}
