//! Messages in files: signed, verified, opened.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::{Output, Who};

#[derive(Debug, Subcommand)]
pub(crate) enum Message {
    /// Sign a request, and print its Authorization. Sends nothing.
    Sign(MessageSign),
    /// Check the signature of an answer or a callback in a file.
    ///
    /// Exits 0 if it is good, 1 if not, 2 if the file or a key cannot be read. `redress explain
    /// --answer` says why it is not.
    Verify(MessageVerify),
    /// Open what is sealed for a merchant: a callback's resource with its APIv3 key, a sensitive
    /// field with its private key. Checks no signature.
    Open(MessageOpen),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MessageSign {
    /// The method.
    pub(crate) method: http::Method,
    /// The path with its query, exactly as it is to be signed and sent: /v3/…
    pub(crate) path: String,
    /// The body, exactly as it is to be signed and sent. @FILE reads a file, @- stdin.
    #[arg(long, value_name = "BODY")]
    pub(crate) json: Option<String>,
    /// Print the text that is signed instead, for a key that lives elsewhere.
    #[arg(long)]
    pub(crate) message: bool,
    #[command(flatten)]
    pub(crate) who: Who,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MessageVerify {
    /// A file with the answer or callback as it was captured: first line, headers, an empty line,
    /// the body byte for byte. `-` reads stdin.
    #[arg(value_name = "FILE.http")]
    pub(crate) file: String,
    /// The platform's public key or certificate in PEM; those in the merchant's folder when left
    /// out.
    #[arg(long, value_name = "FILE", env = "REDRESS_KEY")]
    pub(crate) key: Option<PathBuf>,
    /// When it came in, in Unix seconds. Without it nothing is said of a stale timestamp.
    #[arg(long, value_name = "SECONDS", env = "REDRESS_AT")]
    pub(crate) at: Option<i64>,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct MessageOpen {
    /// A file with a callback as it was captured, or its body alone. `-` reads stdin.
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// The file holds a sealed field of an answer instead, in Base64.
    #[arg(long)]
    pub(crate) field: bool,
    #[command(flatten)]
    pub(crate) who: Who,
}
