//! Keys, and what is said about a merchant's.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use redress::api::Mchid;

use super::{Output, Who};

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Make a key, and a certificate request for it or a self-signed certificate for tests.
    New(KeysNew),
    /// Show what PEM files hold: fingerprint, serial number, validity. Never a private key.
    Show(KeysShow),
    /// Check whether keys, certificates and serial numbers belong together: those of a merchant's
    /// folder, or those in files.
    ///
    /// Exits 0 if they do, 1 if not.
    Check(KeysCheck),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct KeysNew {
    /// The folder for apiclient_key.pem and the other; nothing in it is overwritten.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Whose key: the common name.
    #[arg(long, env = "REDRESS_MCHID")]
    pub(crate) mchid: Mchid,
    /// Make a certificate for tests, apiclient_cert.pem, instead of a request, apiclient_csr.pem.
    #[arg(long)]
    pub(crate) self_signed: bool,
    /// How long a self-signed certificate is valid.
    #[arg(long, value_name = "DAYS", default_value_t = 1826)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..), requires = "self_signed")]
    pub(crate) days: u16,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct KeysShow {
    /// Private keys, public keys, certificates.
    #[arg(value_name = "FILE.pem", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct KeysCheck {
    /// Do all of these hold the same key? Without any, the merchant's folder is checked.
    #[arg(value_name = "FILE.pem")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What to look after.
#[derive(Debug, ClapArgs)]
pub(crate) struct Doctor {
    /// Look at the folder only; connect to nobody.
    #[arg(long)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) who: Who,
    /// Look at this host instead of the profile's or the one in merchant.json.
    #[arg(long, value_name = "URL", env = "REDRESS_BASE_URL")]
    pub(crate) base_url: Option<String>,
    /// How long each look may take, in seconds.
    #[arg(long, value_name = "SECONDS", env = "REDRESS_TIMEOUT", default_value_t = 10)]
    pub(crate) timeout: u64,
    #[command(flatten)]
    pub(crate) output: Output,
}
