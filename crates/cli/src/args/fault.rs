//! Faults on demand: what goes wrong with which requests, and how often.

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use redress::api::Mchid;

use super::Reach;

#[derive(Debug, Subcommand)]
pub(crate) enum Fault {
    /// Have something go wrong with the requests that come: all of them, or those of a scope.
    Arm(Box<Arm>),
    /// List the faults that are armed, and how often each has happened.
    List(Reach),
    /// Clear a fault, or all of them.
    Clear {
        /// The number of one; all when left out.
        #[arg(value_name = "NUMBER")]
        id: Option<u64>,
        #[command(flatten)]
        reach: Reach,
    },
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// The head of the request is read, and the connection is reset.
    Refuse,
    /// The request is read, nothing is done, and the connection is reset.
    ResetBefore,
    /// It is done, and the connection is reset before any of the answer is sent.
    ResetAfter,
    /// It is done, and the answer breaks off in the middle of its body.
    CutBody,
    /// It takes longer: --delay-ms, before it is done or after it.
    Slow,
    /// --status in the place of the answer, before it is done or after it.
    Status,
    /// The answer's signature is wrong.
    WrongSignature,
    /// The answer is signed with a key that nobody knows.
    UnknownSerial,
    /// The answer was signed an hour ago.
    Stale,
    /// The answer is not signed.
    Unsigned,
    /// The answer is a probe of the signature check (签名探测).
    Probe,
    /// 202 in the place of 200.
    Accepted,
}

/// When, seen from the commit.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Stage {
    /// Nothing is done yet.
    Before,
    /// It is done for good.
    After,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Arm {
    /// What goes wrong.
    pub(crate) kind: Kind,
    /// When, for slow and status; before it is done when left out.
    #[arg(long)]
    pub(crate) stage: Option<Stage>,
    /// For how long, for slow.
    #[arg(long, value_name = "MILLISECONDS")]
    pub(crate) delay_ms: Option<u64>,
    /// Which one, for status: 429, 500, 502 or 503.
    #[arg(long)]
    pub(crate) status: Option<u16>,
    /// Only requests of this merchant.
    #[arg(long, help_heading = "Scope")]
    pub(crate) mchid: Option<Mchid>,
    /// Only requests with this method.
    #[arg(long, help_heading = "Scope")]
    pub(crate) method: Option<String>,
    /// Only requests of this endpoint: its path, with the names in braces.
    #[arg(long, help_heading = "Scope")]
    pub(crate) path: Option<String>,
    /// Only requests that name this number.
    #[arg(long, help_heading = "Scope")]
    pub(crate) number: Option<String>,
    /// Only requests that come in at this site: main or standby.
    #[arg(long, help_heading = "Scope")]
    pub(crate) site: Option<String>,
    /// So often, and no more; without end when left out.
    #[arg(long, value_name = "COUNT", help_heading = "How often")]
    pub(crate) times: Option<u64>,
    /// Only with every so many-th request.
    #[arg(long, value_name = "COUNT", help_heading = "How often")]
    pub(crate) every: Option<u64>,
    /// Only with this share of the requests, from 0 to 1, drawn with --seed.
    #[arg(long, value_name = "SHARE", help_heading = "How often", requires = "seed")]
    pub(crate) probability: Option<f64>,
    /// What is drawn with: the same draws the same.
    #[arg(long, help_heading = "How often", requires = "probability")]
    pub(crate) seed: Option<u64>,
    #[command(flatten)]
    pub(crate) reach: Reach,
}
