//! How a fault is armed: what goes wrong, with which requests, and how often.

use std::time::Duration;

use redress_api::error::{FREQUENCY_LIMITED, SYSTEM_ERROR};
use redress_api::{ErrorCode, Mchid};
use serde::{Deserialize, Serialize};

use super::{Kind, Stage, What};
use crate::exchange::Exchange;
use crate::identify;
use crate::requests::Numbers;
use crate::router;
use crate::site::Site;

/// The longest delay, in milliseconds.
const DELAY_MS_MAX: u64 = 60_000;
/// The code of 502 and 503 in the provider's table.
const SERVICE_UNAVAILABLE: &str = "SERVICE_UNAVAILABLE";

/// What the control API is told.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Arming {
    pub(crate) kind: Kind,
    /// `slow` and `status`: before or after the commit; before if it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<Stage>,
    /// `slow`: for so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    delay_ms: Option<u64>,
    /// `status`: this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Only requests of this merchant.
    #[serde(skip_serializing_if = "Option::is_none")]
    mchid: Option<Mchid>,
    /// Only requests with this method.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// Only requests of the endpoint with this path, names in braces.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Only requests that name this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<String>,
    /// Only requests that came in at this site.
    #[serde(skip_serializing_if = "Option::is_none")]
    site: Option<Site>,
    /// So often, and no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<u64>,
    /// Only with every so many-th request in its scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    every: Option<u64>,
    /// Only with this share of the requests in its scope, drawn by the seed.
    #[serde(skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    /// What is drawn with.
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
}

/// A fault that cannot be armed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ArmingError {
    #[error("{0} are armed already; clear some: DELETE /_control/faults")]
    TooMany(usize),
    #[error("{0}")]
    Senseless(String),
}

impl Arming {
    /// What goes wrong, if all that was said goes together.
    pub(super) fn what(&self) -> Result<What, ArmingError> {
        let senseless = |why: &str| Err(ArmingError::Senseless(why.to_owned()));
        let stage = self.stage.unwrap_or(Stage::Before);
        if self.stage.is_some() && !matches!(self.kind, Kind::Slow | Kind::Status) {
            return senseless("only slow and status have a stage; the other kinds name theirs");
        }
        if self.delay_ms.is_some() != (self.kind == Kind::Slow) {
            return senseless("slow has a delay_ms, and nothing else has");
        }
        if self.status.is_some() != (self.kind == Kind::Status) {
            return senseless("status has a status, and nothing else has");
        }
        if self.delay_ms.is_some_and(|delay| delay > DELAY_MS_MAX) {
            return senseless("delay_ms is 60000 at most");
        }
        if self.kind == Kind::Refuse && self.number.is_some() {
            return senseless("refuse reads the head only, and the numbers stand in the body");
        }
        if self.kind == Kind::HangUp {
            if self.mchid.is_some()
                || self.method.is_some()
                || self.path.is_some()
                || self.number.is_some()
            {
                return senseless("hang_up reads nothing: of a scope it can only know the site");
            }
            if self.times.is_none() {
                return senseless(
                    "hang_up cannot tell the control API from the others, which could not end \
                     it then: say how many times",
                );
            }
        }
        if self.times == Some(0) || self.every == Some(0) {
            return senseless("times and every are 1 at least");
        }
        if self.every.is_some() && self.probability.is_some() {
            return senseless("every and probability do not go together");
        }
        if self.probability.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
            return senseless("a probability is a number from 0 to 1");
        }
        if self.probability.is_some() != self.seed.is_some() {
            return senseless("a probability comes with a seed, so that it can be drawn again");
        }
        let is_served = |path: &str| router::operations().iter().any(|known| known.path == path);
        if let Some(path) = self.path.as_deref().filter(|path| !is_served(path)) {
            return Err(ArmingError::Senseless(format!(
                "{path} is no path of an endpoint; see GET /_control/endpoints"
            )));
        }
        if self.method.as_deref().is_some_and(|method| !matches!(method, "GET" | "POST")) {
            return senseless("the methods are GET and POST");
        }
        let delay = Duration::from_millis(self.delay_ms.unwrap_or_default());
        Ok(match self.kind {
            Kind::HangUp => What::HangUp,
            Kind::Refuse => What::Refuse,
            Kind::ResetBefore => What::ResetBefore,
            Kind::ResetAfter => What::ResetAfter,
            Kind::CutBody => What::CutBody,
            Kind::Slow => What::Slow(stage, delay),
            Kind::Status => What::Status(stage, code(stage, self.status.unwrap_or_default())?),
            Kind::WrongSignature => What::WrongSignature,
            Kind::UnknownSerial => What::UnknownSerial,
            Kind::Stale => What::Stale,
            Kind::Unsigned => What::Unsigned,
            Kind::Probe => What::Probe,
            Kind::Accepted => What::Accepted,
        })
    }

    /// Whether what comes in at a site is in its scope.
    pub(super) fn covers_site(&self, site: Site) -> bool {
        self.site.is_none_or(|said| said == site)
    }

    /// Whether a request is in its scope.
    pub(super) fn covers(&self, exchange: &Exchange) -> bool {
        let Exchange { method, path, site, definition, target, body, .. } = exchange;
        let is = |said: &Option<String>, given: &str| said.as_deref().is_none_or(|it| it == given);
        let is_caller = |mchid: &Mchid| match &exchange.caller {
            Some(caller) => caller == mchid,
            None => identify::claimed_mchid(&exchange.headers).as_deref() == Some(mchid.as_str()),
        };
        let names = |number: &String| {
            let body = body.as_deref().unwrap_or_default();
            let numbers = Numbers::of(*definition, target, body, b"");
            numbers.all.iter().any(|named| *named.value == **number)
        };
        is(&self.method, method.as_str())
            && is(&self.path, path)
            && self.covers_site(*site)
            && self.mchid.as_ref().is_none_or(is_caller)
            && self.number.as_ref().is_none_or(names)
    }

    /// Whether it happens to the request that is the `seen`-th in its scope.
    pub(super) fn picks(&self, seen: u64) -> bool {
        if let Some(every) = self.every {
            return seen.is_multiple_of(every);
        }
        let (Some(share), Some(seed)) = (self.probability, self.seed) else { return true };
        let high = u32::try_from(mixed(seed, seen) >> 32).unwrap_or_default();
        f64::from(high) / 4_294_967_296.0 < share
    }
}

/// The code that goes with a status, at a stage where it tells no lie.
fn code(stage: Stage, status: u16) -> Result<ErrorCode, ArmingError> {
    match (stage, status) {
        (_, 500) => Ok(SYSTEM_ERROR),
        (_, 502 | 503) => Ok(ErrorCode { status, code: SERVICE_UNAVAILABLE }),
        (Stage::Before, 429) => Ok(FREQUENCY_LIMITED),
        (Stage::After, 429) => Err(ArmingError::Senseless(
            "429 says that nothing was done, which is a lie after the commit".to_owned(),
        )),
        _ => Err(ArmingError::Senseless("the status is 429, 500, 502 or 503".to_owned())),
    }
}

/// What is drawn for a request: SplitMix64, whose numbers are as good as random for this.
const fn mixed(seed: u64, seen: u64) -> u64 {
    let mut z = seed.wrapping_add(seen.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
