//! The request log of a running server.

use clap::{Args as ClapArgs, Subcommand};

use super::{PathId, Reach};

#[derive(Debug, Subcommand)]
pub(crate) enum Requests {
    /// List the last requests, the latest last: who asked what, and what was answered.
    List(ListRequests),
    /// Show one whole: headers and bodies as they were sent, without the secrets in them, and why
    /// its signature was refused.
    ///
    /// Exits 1 if the server does not have it (any more).
    Show(OneRequest),
    /// Print requests as they are answered, until Ctrl-C.
    Follow(ListRequests),
}

/// Which requests.
#[derive(Clone, Debug, ClapArgs)]
#[command(next_help_heading = "Search")]
pub(crate) struct Search {
    /// Only those of this merchant, whether it has proven to be it or not.
    #[arg(long, env = "REDRESS_MCHID")]
    pub(crate) mchid: Option<String>,
    /// Only those that name this number: out_trade_no, transaction_id, refund_id, …
    #[arg(long, env = "REDRESS_NUMBER")]
    pub(crate) number: Option<String>,
    /// Only those answered with this status: 401, or 4xx.
    #[arg(long, env = "REDRESS_STATUS")]
    pub(crate) status: Option<String>,
    /// Only those answered with this code: SIGN_ERROR.
    #[arg(long, env = "REDRESS_CODE")]
    pub(crate) code: Option<String>,
    /// Only those whose path or query has this in it.
    #[arg(long, env = "REDRESS_PATH")]
    pub(crate) path: Option<String>,
    /// Only those with this method.
    #[arg(long, env = "REDRESS_METHOD")]
    pub(crate) method: Option<String>,
    /// Of those that ask the same of the same numbers, only the latest.
    #[arg(long, env = "REDRESS_GROUP")]
    pub(crate) group: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct ListRequests {
    #[command(flatten)]
    pub(crate) search: Search,
    /// The latest so many.
    #[arg(long, value_name = "N", env = "REDRESS_MOST", default_value_t = 20)]
    pub(crate) most: usize,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct OneRequest {
    /// What the answer says in its header Request-ID, with or without what is behind the dash.
    pub(crate) id: PathId,
    #[command(flatten)]
    pub(crate) reach: Reach,
}
