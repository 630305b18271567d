//! `--wait`.

use clap::Args as ClapArgs;

/// Whether to keep at it.
#[derive(Clone, Copy, Debug, ClapArgs)]
pub(crate) struct Wait {
    /// Keep at it, five minutes or so many seconds: find out what came of a request whose answer
    /// was lost, and wait until a compensation is final (a pre-transfer waits for its answer
    /// only).
    ///
    /// Exits 1 if it did not end as it was meant to, or not in time.
    #[arg(
        long,
        value_name = "SECONDS",
        env = "REDRESS_WAIT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "300"
    )]
    pub(crate) wait: Option<u64>,
}
