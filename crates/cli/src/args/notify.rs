//! What receives callbacks.

use std::num::NonZeroU64;

use clap::{Args as ClapArgs, Subcommand};

use super::{Output, Who};

#[derive(Debug, Subcommand)]
pub(crate) enum Notify {
    /// Receive callbacks (回调通知) on this machine: check each one's signature, open it, print it,
    /// answer it.
    ///
    /// Give the address that is printed, with any path behind it, as notify_url. Without --merchant
    /// and --mchid it opens the callbacks of every merchant under --data. What is not signed by the
    /// platform, or cannot be opened, is refused with an error that says why.
    ///
    /// Exits 0 after Ctrl-C or --count callbacks, 1 if --wait is over before.
    Listen(Listen),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Listen {
    /// Where to listen on 127.0.0.1; port 0 takes a free one.
    #[arg(long, env = "REDRESS_NOTIFY_PORT", default_value_t = 8791)]
    pub(crate) port: u16,
    /// What to answer to a callback that is good: 200 and 204 take it, all else makes the platform
    /// send it again.
    #[arg(
        long,
        value_name = "CODE",
        env = "REDRESS_NOTIFY_STATUS",
        default_value_t = 204,
        value_parser = clap::value_parser!(u16).range(200..600)
    )]
    pub(crate) status: u16,
    /// Wait before each answer. The platform waits five seconds for it.
    #[arg(
        long,
        value_name = "SECONDS",
        env = "REDRESS_NOTIFY_DELAY",
        default_value_t = 0,
        value_parser = clap::value_parser!(u64).range(..=3600)
    )]
    pub(crate) delay: u64,
    /// End after so many callbacks; those that are refused do not count.
    #[arg(long, value_name = "N", env = "REDRESS_NOTIFY_COUNT")]
    pub(crate) count: Option<NonZeroU64>,
    /// With --count: give up after so long.
    #[arg(long, value_name = "SECONDS", env = "REDRESS_NOTIFY_WAIT", requires = "count")]
    pub(crate) wait: Option<u64>,
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) output: Output,
}
