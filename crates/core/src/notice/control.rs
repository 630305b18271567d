//! What the control API does with notices: send one again, make one up, say where they go.

use redress_api::{Mchid, NotifyUrl};
use serde::Deserialize;

use super::{Notice, State, Tell};
use crate::command::{Command, Stop};
use crate::context::Context;
use crate::merchant::{self, Merchant};
use crate::refusal;

/// The longest texts of an envelope. `original_type` is the associated data, too, which is shorter.
const EVENT_TYPE_CHARS_MAX: usize = 32;
const ORIGINAL_TYPE_CHARS_MAX: usize = 16;
const SUMMARY_CHARS_MAX: usize = 16;
/// The longest resource that can be made up, in bytes.
const RESOURCE_BYTES_MAX: usize = 64 * 1024;

/// Tells it again, at once and with all repetitions. Through the control API.
#[derive(Clone, Debug)]
pub struct Resend {
    /// The notice.
    pub id: String,
}

impl Command for Resend {
    type Outcome = Notice;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Notice, Stop> {
        let Some(mut notice) = cx.get::<Notice>(&self.id)? else {
            return Err(refusal::control_unknown(format!("there is no notice {}", self.id)).into());
        };
        if notice.state == State::Waiting {
            let what = format!("notice {} waits for its next attempt at {}", self.id, notice.due);
            return Err(refusal::control_conflict(what).into());
        }
        notice.state = State::Waiting;
        notice.failed = 0;
        notice.due = cx.now();
        notice.schedule(cx);
        cx.put(&notice)?;
        Ok(notice)
    }
}

/// Sets where a merchant is told of what no request names an address for. Through the control API:
/// the setting of its console.
#[derive(Clone, Debug)]
pub struct SetUrl {
    /// The merchant.
    pub mchid: Mchid,
    /// The address; none ends it.
    pub url: Option<NotifyUrl>,
}

impl Command for SetUrl {
    type Outcome = Merchant;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Merchant, Stop> {
        let mut merchant = merchant::existing(cx, &self.mchid)?;
        merchant.notify_url.clone_from(&self.url);
        cx.put(&merchant)?;
        Ok(merchant)
    }
}

/// Tells a merchant something made up, so that it can try its receiver. Through the control API.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeUp {
    /// Whom.
    pub mchid: Mchid,
    /// Where; the address of the merchant's console if it is left out.
    pub url: Option<NotifyUrl>,
    /// What happened, in the API's word.
    pub event_type: String,
    /// What the resource is, in the API's word.
    pub original_type: String,
    /// What happened, for people.
    #[serde(default)]
    pub summary: String,
    /// What it tells.
    pub resource: serde_json::Map<String, serde_json::Value>,
    /// Whether the first attempt is a probe.
    #[serde(default)]
    pub probe: bool,
}

impl Command for MakeUp {
    type Outcome = Notice;

    fn decide(&self, cx: &mut Context<'_>) -> Result<Notice, Stop> {
        merchant::existing(cx, &self.mchid)?;
        for (name, text, most, least) in [
            ("event_type", &self.event_type, EVENT_TYPE_CHARS_MAX, 1),
            ("original_type", &self.original_type, ORIGINAL_TYPE_CHARS_MAX, 1),
            ("summary", &self.summary, SUMMARY_CHARS_MAX, 0),
        ] {
            if !(least..=most).contains(&text.chars().count()) {
                let what = format!("{name} has {least} to {most} characters");
                return Err(refusal::control_invalid(what).into());
            }
        }
        let tell = Tell {
            mchid: &self.mchid,
            url: self.url.as_ref(),
            event_type: &self.event_type,
            original_type: &self.original_type,
            summary: &self.summary,
            probe: self.probe,
        };
        let Some(notice) = cx.notify(&tell, &self.resource)? else {
            let what = format!("merchant {} has no address for callbacks", self.mchid);
            return Err(refusal::control_conflict(what).into());
        };
        if notice.resource.len() > RESOURCE_BYTES_MAX {
            let what = format!("a resource has {RESOURCE_BYTES_MAX} bytes at most");
            return Err(refusal::control_invalid(what).into());
        }
        Ok(notice)
    }
}
