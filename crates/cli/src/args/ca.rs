//! The local CA.

use std::net::SocketAddr;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};

use super::{Data, Output};

#[derive(Debug, Subcommand)]
pub(crate) enum Ca {
    /// Show the CA of a data folder, and make it if there is none yet.
    ///
    /// It signs the certificate that the server shows under the provider's names. It can vouch for
    /// those names and for this machine, and for nothing else.
    Show(CaShow),
    /// Print how to make this machine and each language trust the CA, and how to lead the
    /// provider's names here. Changes nothing.
    InstallHelp(CaHelp),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CaShow {
    #[command(flatten)]
    pub(crate) data: Data,
    /// Print the certificate alone, in PEM.
    #[arg(long, env = "REDRESS_PEM", conflicts_with = "json")]
    pub(crate) pem: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct CaHelp {
    #[command(flatten)]
    pub(crate) data: Data,
    /// For which system; this one when left out.
    #[arg(long, value_enum, env = "REDRESS_OS")]
    pub(crate) os: Option<Os>,
    /// For which language; all when left out.
    #[arg(long, value_enum, env = "REDRESS_LANGUAGE")]
    pub(crate) language: Option<Language>,
    /// Where `redress serve` listens.
    #[arg(long, value_name = "ADDRESS", env = "REDRESS_LISTEN", default_value = "127.0.0.1:8790")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Os {
    Linux,
    Macos,
    Windows,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Language {
    Curl,
    Python,
    Node,
    Java,
    Go,
    Php,
    Dotnet,
    Rust,
}
