//! Faults on demand: what goes wrong with which requests, and how often.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Subcommand};
use redress::api::Mchid;
use redress_server::{FaultKind, FaultStage};

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

/// The kinds, each with a line of help.
fn kind() -> impl TypedValueParser<Value = FaultKind> {
    let all = FaultKind::ALL.map(|kind| PossibleValue::new(kind.as_str()).help(kind.about()));
    PossibleValuesParser::new(all).try_map(|word| word.parse())
}

/// When, seen from the commit.
fn stage() -> impl TypedValueParser<Value = FaultStage> {
    let all = FaultStage::ALL.map(|stage| PossibleValue::new(stage.as_str()).help(stage.about()));
    PossibleValuesParser::new(all).try_map(|word| word.parse())
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Arm {
    /// What goes wrong.
    #[arg(value_parser = kind())]
    pub(crate) kind: FaultKind,
    /// When, for slow and status; before it is done when left out.
    #[arg(long, value_parser = stage())]
    pub(crate) stage: Option<FaultStage>,
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
