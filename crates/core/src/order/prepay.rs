//! Prepay ids (预支付交易会话标识): what a payer starts a payment with, and where it leads.
//!
//! A merchant asks for an order; it gets a prepay id that lives two hours. The same request again
//! gives the same id, or a fresh one when that is over; another request under the same number is
//! refused.

use redress_api::pay::PrepayId;
use redress_api::{Endpoint, Mchid, OutTradeNo, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::TradeType;
use crate::command::{Broken, Stop};
use crate::context::Context;
use crate::refusal;
use crate::row::Row;

/// How long a prepay id lives: two hours, in seconds.
pub const PREPAY_SECONDS_MAX: i64 = 2 * 3600;

/// How many digits of a prepay id are its own; the rest is the time.
const TOKEN_BYTES: usize = 20;
const CODE_URL: &str = "weixin://wxpay/bizpayurl?pr=";
const H5_URL: &str = "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=";

/// What is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "pays")]
pub enum Target {
    /// An order.
    Order {
        /// See [`Order::mchid`](super::Order::mchid).
        mchid: Mchid,
        /// See [`Order::out_trade_no`](super::Order::out_trade_no).
        out_trade_no: OutTradeNo,
    },
    /// A combined order: several orders at once.
    Combine {
        /// Who combines them.
        mchid: Mchid,
        /// Its number of the combined order.
        out_trade_no: String,
    },
}

impl Target {
    fn id(&self) -> String {
        match self {
            Self::Order { mchid, out_trade_no } => format!("order/{mchid}/{out_trade_no}"),
            Self::Combine { mchid, out_trade_no } => format!("combine/{mchid}/{out_trade_no}"),
        }
    }

    const fn mchid(&self) -> &Mchid {
        match self {
            Self::Order { mchid, .. } | Self::Combine { mchid, .. } => mchid,
        }
    }
}

/// A prepay id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepay {
    /// The id.
    pub prepay_id: PrepayId,
    /// What it pays.
    pub target: Target,
    /// How: it decides in which form the id is handed out.
    pub trade_type: TradeType,
    /// Until when.
    pub expire_time: Timestamp,
}

impl Row for Prepay {
    const KIND: &'static str = "prepay";

    fn id(&self) -> String {
        self.token().to_owned()
    }

    fn owner(&self) -> &str {
        self.target.mchid().as_str()
    }

    fn check(&self) -> Result<(), String> {
        if self.token().len() == TOKEN_BYTES { Ok(()) } else { Err("is too short".to_owned()) }
    }

    fn follows(&self, _: &Self) -> Result<(), String> {
        Err("a prepay id never changes".to_owned())
    }
}

impl Prepay {
    /// A fresh one, of the form that the provider's have.
    fn fresh(cx: &mut Context<'_>, target: Target, trade_type: TradeType) -> Self {
        let time: String = cx.now().to_string().chars().filter(char::is_ascii_digit).collect();
        let token = cx.fresh() % 16_u128.pow(20);
        Self {
            prepay_id: format!("wx{}{token:020x}", &time[..14])
                .parse()
                .expect("36 letters and digits are a prepay id"),
            target,
            trade_type,
            expire_time: cx.now().plus_seconds(PREPAY_SECONDS_MAX),
        }
    }

    fn token(&self) -> &str {
        token(self.prepay_id.as_str()).unwrap_or_default()
    }

    /// Whether it still starts a payment.
    #[must_use]
    pub fn lives(&self, now: Timestamp) -> bool {
        now < self.expire_time
    }

    /// What a merchant's code says.
    #[must_use]
    pub fn code_url(&self) -> String {
        format!("{CODE_URL}{}", self.token())
    }

    /// Where a browser goes.
    #[must_use]
    pub fn h5_url(&self) -> String {
        let package = u32::from_str_radix(&self.token()[..8], 16).unwrap_or_default();
        format!("{H5_URL}{}&package={package}", self.prepay_id)
    }
}

fn token(prepay_id: &str) -> Option<&str> {
    prepay_id.get(prepay_id.len().checked_sub(TOKEN_BYTES)?..)
}

/// What was asked for last time, and what was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What is paid.
    pub target: Target,
    /// The digest of the request.
    pub digest: String,
    /// The prepay id that was given last.
    pub prepay_id: PrepayId,
}

impl Row for Asked {
    const KIND: &'static str = "prepay_asked";

    fn id(&self) -> String {
        self.target.id()
    }

    fn owner(&self) -> &str {
        self.target.mchid().as_str()
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        if self.digest == before.digest {
            Ok(())
        } else {
            Err("a number never asks for something else".to_owned())
        }
    }
}

fn digest<E: Endpoint>(request: &E) -> Result<String, Stop> {
    let printed = serde_json::to_string(request)
        .map_err(|error| Broken(format!("a request does not print: {error}")))?;
    let digest = Sha256::new().chain_update(E::PATH).chain_update(printed).finalize();
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Hands out a prepay id for what was asked for the first time.
///
/// # Errors
/// If a row is not loaded.
pub(crate) fn open<E: Endpoint>(
    cx: &mut Context<'_>,
    target: Target,
    trade_type: TradeType,
    request: &E,
) -> Result<Prepay, Stop> {
    hand_out(cx, target, trade_type, digest(request)?)
}

/// Hands out the prepay id once more, or a new one if it lives no more.
///
/// # Errors
/// If something else was asked for, or a row is not loaded.
pub(crate) fn again<E: Endpoint>(
    cx: &mut Context<'_>,
    target: Target,
    trade_type: TradeType,
    request: &E,
) -> Result<Prepay, Stop> {
    let digest = digest(request)?;
    let asked = cx.get::<Asked>(&target.id())?.filter(|asked| asked.digest == digest);
    let asked = asked.ok_or_else(|| refusal::REENTRY_DIFFERS.plain())?;
    match cx.get::<Prepay>(token(asked.prepay_id.as_str()).unwrap_or_default())? {
        Some(prepay) if prepay.lives(cx.now()) => Ok(prepay),
        _ => hand_out(cx, target, trade_type, digest),
    }
}

fn hand_out(
    cx: &mut Context<'_>,
    target: Target,
    trade_type: TradeType,
    digest: String,
) -> Result<Prepay, Stop> {
    let prepay = Prepay::fresh(cx, target, trade_type);
    let (target, prepay_id) = (prepay.target.clone(), prepay.prepay_id.clone());
    cx.put(&Asked { target, digest, prepay_id })?;
    cx.put(&prepay)?;
    Ok(prepay)
}

/// What a payer has in hand: exactly one of the three.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handle {
    /// What a page or an app was given.
    PrepayId(String),
    /// What the merchant's code says.
    CodeUrl(String),
    /// Where the browser was sent. The merchant may have added `&redirect_url=`.
    H5Url(String),
}

impl Handle {
    fn shown(&self) -> &str {
        match self {
            Self::PrepayId(text) | Self::CodeUrl(text) | Self::H5Url(text) => text,
        }
    }

    fn token(&self) -> Option<&str> {
        match self {
            Self::PrepayId(id) => token(id),
            Self::CodeUrl(url) => url.strip_prefix(CODE_URL),
            Self::H5Url(url) => token(url.strip_prefix(H5_URL)?.split('&').next()?),
        }
    }

    /// Whether the prepay id was handed out in this form.
    fn names(&self, prepay: &Prepay) -> bool {
        match (self, prepay.trade_type) {
            (Self::PrepayId(id), TradeType::Jsapi | TradeType::App) => {
                prepay.prepay_id.as_str() == id
            }
            (Self::CodeUrl(url), TradeType::Native) => prepay.code_url() == *url,
            (Self::H5Url(url), TradeType::Mweb) => {
                let rest = url.strip_prefix(&prepay.h5_url());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('&'))
            }
            _ => false,
        }
    }

    /// The prepay id, if it is known and lives.
    ///
    /// # Errors
    /// For the control API: it is not known, or lives no more.
    pub(crate) fn prepay(&self, cx: &mut Context<'_>) -> Result<Prepay, Stop> {
        let known = match self.token() {
            Some(token) => cx.get::<Prepay>(token)?,
            None => None,
        };
        let unknown = || refusal::control_unknown(format!("nothing is paid by {:?}", self.shown()));
        let prepay = known.filter(|prepay| self.names(prepay)).ok_or_else(unknown)?;
        if !prepay.lives(cx.now()) {
            let what = format!("{} is over since {}", prepay.prepay_id, prepay.expire_time);
            return Err(refusal::control_conflict(what).into());
        }
        Ok(prepay)
    }
}
