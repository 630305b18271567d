//! What acts on a running server from outside the API: the clock, the payer.

use std::str::FromStr;

use clap::{Args as ClapArgs, Subcommand};
use redress::api::{Appid, Mchid, OutBillNo, OutTradeNo};

use super::{Data, Output};
use crate::span::{Span, When};

/// Which server, through its control API.
#[derive(Clone, Debug, ClapArgs)]
#[command(next_help_heading = "Server")]
pub(crate) struct Reach {
    /// Where it is; the one that last served --data when left out.
    #[arg(long, value_name = "URL", env = "REDRESS_SERVER")]
    pub(crate) server: Option<String>,
    /// The token that it was started with, if it was.
    #[arg(long, value_name = "TOKEN", env = "REDRESS_CONTROL_TOKEN", hide_env_values = true)]
    pub(crate) control_token: Option<String>,
    #[command(flatten)]
    pub(crate) data: Data,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Clock {
    /// Show business time, and how far it is ahead of the wall clock.
    Show(Reach),
    /// Move business time forward by so much. What falls due on the way is done at once.
    Step {
        /// Days, hours, minutes, seconds: 90s, 15m, 24h, 3d, 1h30m.
        #[arg(value_name = "DURATION")]
        by: Span,
        #[command(flatten)]
        reach: Reach,
    },
    /// Move business time forward until it is this late. It never runs backwards.
    Until {
        /// In China: 10:00 (the next time it is that late), "2026-11-26 10:00", 2026-11-26 (its
        /// first second); or RFC 3339: 2026-11-26T10:00:00+08:00.
        #[arg(value_name = "TIME")]
        time: When,
        #[command(flatten)]
        reach: Reach,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Pay {
    /// Show a payment code (付款码), for `POST /v3/pay/transactions/codepay`. It pays once, within a
    /// minute.
    Code(PayCode),
    /// Pay an order that waits for its payer: enter the password of a code payment, or pay by the
    /// order's number.
    Order(PayOrder),
    /// Pay an order that was placed with a prepay id (预支付交易会话标识), a code's URL or an H5 URL,
    /// alone or combined.
    Prepay(PayPrepay),
    /// Make a payer known, and say whether its account takes refunds.
    Payer(PayPayer),
    /// Confirm a compensation (赔付) as the payer who gets it, or refuse it.
    Bill(PayBill),
    /// Follow the package_info of a compensation that was transferred in advance (预下单), and
    /// confirm it or refuse it.
    Package(PayPackage),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PayCode {
    /// Who shows it.
    #[arg(long, env = "REDRESS_OPENID", default_value = "o_payer")]
    pub(crate) openid: String,
    /// Ask for the password whatever the amount: the answer to the merchant is 202 USERPAYING.
    #[arg(long)]
    pub(crate) password: bool,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PayOrder {
    /// The merchant that placed it: of a service provider's order, the service provider.
    pub(crate) mchid: Mchid,
    /// The merchant's number of the order.
    pub(crate) out_trade_no: OutTradeNo,
    /// Who pays, where the order does not say.
    #[arg(long, env = "REDRESS_OPENID")]
    pub(crate) openid: Option<String>,
    /// Fail instead: a wrong password, an empty account.
    #[arg(long)]
    pub(crate) fail: bool,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PayPrepay {
    /// What the merchant was answered: prepay_id, code_url or h5_url.
    #[arg(value_name = "PREPAY_ID_OR_URL")]
    pub(crate) prepay: String,
    /// Who pays; the one that the order was placed for when left out.
    #[arg(long, env = "REDRESS_OPENID")]
    pub(crate) openid: Option<String>,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PayPayer {
    /// The payer's name; a fresh one when left out.
    #[arg(env = "REDRESS_OPENID")]
    pub(crate) openid: Option<String>,
    /// The application that knows it; every one when left out.
    #[arg(long)]
    pub(crate) appid: Option<Appid>,
    /// Its account takes no money any more: refunds on their way to it end ABNORMAL.
    #[arg(long, conflicts_with = "sound")]
    pub(crate) abnormal: bool,
    /// Its account takes money again.
    #[arg(long)]
    pub(crate) sound: bool,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PayBill {
    /// The platform that compensates.
    pub(crate) sp_mchid: Mchid,
    /// Its number of the bill.
    pub(crate) out_bill_no: OutBillNo,
    #[command(flatten)]
    pub(crate) answer: Answer,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct PayPackage {
    /// What the platform was answered.
    pub(crate) package_info: String,
    #[command(flatten)]
    pub(crate) answer: Answer,
    #[command(flatten)]
    pub(crate) reach: Reach,
}

/// What a payer says to a compensation.
#[derive(Debug, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct Answer {
    /// Take the money.
    #[arg(long)]
    pub(crate) confirm: bool,
    /// Leave it.
    #[arg(long)]
    pub(crate) refuse: bool,
}

impl Answer {
    /// In the control API's word.
    pub(crate) const fn word(&self) -> &'static str {
        if self.confirm { "confirm" } else { "refuse" }
    }
}

/// A number that a server has made, such as that of a request or a callback: letters, digits and
/// dashes, so that it can stand in a path.
#[derive(Clone, Debug)]
pub(crate) struct PathId(pub(crate) String);

impl FromStr for PathId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if fits && !text.is_empty() {
            Ok(Self(text.to_owned()))
        } else {
            Err("such a number has letters, digits and dashes")
        }
    }
}
