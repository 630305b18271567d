//! How a server behaves, whoever starts it.

use clap::Args as ClapArgs;
use redress::api::Timestamp;
use redress_server::{Callbacks, Config, SignTest};

use crate::doctor;
use crate::span::When;

/// The settings that `serve` and `exec` share.
#[derive(Clone, Debug, ClapArgs)]
pub(crate) struct Behaviour {
    /// Let whoever presents this bearer token use the control API, from anywhere.
    #[arg(long, value_name = "TOKEN", env = "REDRESS_CONTROL_TOKEN", hide_env_values = true)]
    pub(crate) control_token: Option<String>,
    /// Send callbacks to any address. By default they go to this machine only.
    #[arg(long, env = "REDRESS_CALLBACKS_ANYWHERE")]
    pub(crate) callbacks_anywhere: bool,
    /// Let merchants call as often as they like. By default the documented rates are held: who
    /// exceeds one is answered 429 FREQUENCY_LIMITED.
    #[arg(long, env = "REDRESS_NO_RATE_LIMIT", help_heading = "Strictness")]
    pub(crate) no_rate_limit: bool,
    /// Sign this share of answers and callbacks wrongly on purpose (签名探测), from 0 to 1, as the
    /// provider does now and then: a client that checks signatures refuses them, and asks again.
    #[arg(
        long,
        value_name = "SHARE",
        env = "REDRESS_SIGN_TEST",
        default_value_t,
        help_heading = "Strictness"
    )]
    pub(crate) sign_test: SignTest,
    /// Have business time be this late at least when it starts, so that a run near midnight in China
    /// has all its orders in one day's statements: 12:00, or any TIME of `redress clock until`.
    #[arg(long, value_name = "TIME", env = "REDRESS_CLOCK_UNTIL")]
    pub(crate) clock_until: Option<When>,
    /// Say in each refusal of a signature where it is explained, in a header Redress-Explain. The
    /// real service has no such header; `redress requests show` explains without it.
    #[arg(long, env = "REDRESS_EXPLAIN")]
    pub(crate) explain: bool,
}

impl Behaviour {
    /// A server's configuration, with everything else as it usually is.
    pub(crate) fn config(self) -> anyhow::Result<Config> {
        let moment = |time: When| {
            let now = Timestamp::from_unix(doctor::now()?);
            anyhow::Ok(now.plus_seconds(time.seconds_from(now)))
        };
        let callbacks =
            if self.callbacks_anywhere { Callbacks::Anywhere } else { Callbacks::Loopback };
        Ok(Config {
            control_token: self.control_token,
            callbacks,
            rate_limits: !self.no_rate_limit,
            sign_test: self.sign_test,
            clock_until: self.clock_until.map(moment).transpose()?,
            explain: self.explain,
            ..Config::default()
        })
    }
}
