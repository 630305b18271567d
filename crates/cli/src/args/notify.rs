//! What receives callbacks, and what looks after those that a server sends.

use std::num::NonZeroU64;

use clap::{Args as ClapArgs, Subcommand};
use redress::api::Mchid;

use super::{Output, PathId, Reach, Who};

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
    /// Send a merchant a made-up callback, to try its receiver with.
    Send(Send),
    /// List the callbacks of a running server, the latest last: what was told to whom, how it ended.
    List(List),
    /// Show a callback: what it tells, and every attempt to deliver it.
    Show(OneNotice),
    /// Deliver a callback again that was delivered or given up, with all repetitions.
    Resend(OneNotice),
    /// Set where a merchant is told when a request names no notify_url, as its console would.
    Url(SetUrl),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Send {
    /// Whom to tell.
    pub(crate) mchid: Mchid,
    /// Where; the address that `redress notify url` has set when left out.
    #[arg(long, value_name = "URL", env = "REDRESS_NOTIFY_URL")]
    pub(crate) url: Option<String>,
    /// What happened.
    #[arg(long, value_name = "TYPE", default_value = "TRANSACTION.SUCCESS")]
    pub(crate) event_type: String,
    /// What the resource is.
    #[arg(long, value_name = "TYPE", default_value = "transaction")]
    pub(crate) original_type: String,
    /// What happened, for people.
    #[arg(long, value_name = "TEXT", default_value = "支付成功")]
    pub(crate) summary: String,
    /// What it tells, a JSON object. @FILE reads a file, @- stdin.
    #[arg(
        long,
        value_name = "JSON",
        default_value = r#"{"out_trade_no":"made-up","trade_state":"SUCCESS"}"#
    )]
    pub(crate) resource: String,
    /// Sign the first attempt wrongly on purpose, as the platform does now and then to see whether
    /// the receiver checks. A receiver that refuses it gets a good one 15 seconds later.
    #[arg(long)]
    pub(crate) probe: bool,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct List {
    /// Only those that this merchant is told.
    #[arg(long, env = "REDRESS_MCHID")]
    pub(crate) mchid: Option<Mchid>,
    /// The latest so many.
    #[arg(long, value_name = "N", env = "REDRESS_MOST", default_value_t = 20)]
    pub(crate) most: usize,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OneNotice {
    /// Its number, as `redress notify list` has it.
    pub(crate) id: PathId,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SetUrl {
    /// The merchant.
    pub(crate) mchid: Mchid,
    /// http or https, without query; `none` for no callbacks.
    pub(crate) url: String,
    #[command(flatten)]
    pub(crate) reach: Reach,
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
