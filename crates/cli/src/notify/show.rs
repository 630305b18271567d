//! What is printed of a callback.

use std::fmt::Write as _;
use std::time::Duration;

use http::StatusCode;
use redress::api::Mchid;
use redress::{Merchant, Notification};
use serde_json::{Value as Json, json};

use crate::args::Output;
use crate::print::{BAD, GOOD};

/// What a request turned out to be.
pub(super) enum Outcome {
    Good { mchid: Mchid, notification: Box<Notification> },
    Refused { status: StatusCode, why: String },
}

/// A request, and what it is answered.
pub(super) struct Heard<'a> {
    pub(super) path: &'a str,
    pub(super) outcome: &'a Outcome,
    pub(super) status: StatusCode,
    pub(super) delay: Duration,
}

/// What is said when it listens.
pub(super) fn listening(address: &str, merchants: &[Merchant], output: Output) -> String {
    let merchants: Vec<&str> = merchants.iter().map(|merchant| merchant.mchid().as_str()).collect();
    if output.json {
        return json!({ "listening": address, "merchants": merchants }).to_string();
    }
    format!(
        "Listening for callbacks at {address}\n  merchants  {}\n  stop with Ctrl-C",
        merchants.join(", ")
    )
}

impl Heard<'_> {
    /// One line of JSON.
    pub(super) fn line(&self) -> String {
        let answered = self.status.as_u16();
        match self.outcome {
            Outcome::Good { mchid, notification } => {
                let Notification { signature, envelope, resource, .. } = &**notification;
                json!({
                    "verified": true,
                    "mchid": mchid,
                    "path": self.path,
                    "headers": {
                        "Wechatpay-Timestamp": signature.timestamp,
                        "Wechatpay-Nonce": signature.nonce,
                        "Wechatpay-Serial": signature.serial,
                        "Wechatpay-Signature": signature.signature,
                    },
                    "id": envelope.id,
                    "create_time": envelope.create_time,
                    "event_type": envelope.event_type,
                    "summary": envelope.summary,
                    "original_type": envelope.resource.original_type,
                    "resource": resource,
                    "answered": answered,
                })
            }
            Outcome::Refused { why, .. } => json!({
                "verified": false,
                "path": self.path,
                "why": why,
                "answered": answered,
            }),
        }
        .to_string()
    }

    /// A paragraph for people.
    pub(super) fn text(&self) -> String {
        let (path, status) = (self.path, self.status.as_u16());
        match self.outcome {
            Outcome::Refused { why, .. } => {
                format!("\n{BAD}refused{BAD:#}  {path}\n  why        {why}\n  answered   {status}")
            }
            Outcome::Good { mchid, notification } => {
                let Notification { signature, envelope, resource, .. } = &**notification;
                let after = match self.delay.as_secs() {
                    0 => String::new(),
                    seconds => format!(", after {seconds} s"),
                };
                let serial = &signature.serial;
                let mut text = format!(
                    "\n{GOOD}{}{GOOD:#}  {}\n  id         {}\n  created    {}\n  merchant   {mchid}\n  \
                     path       {path}\n  signature  good, of {serial}\n  answered   \
                     {status}{after}\n",
                    envelope.event_type, envelope.summary, envelope.id, envelope.create_time,
                );
                indented(&mut text, resource);
                text
            }
        }
    }
}

fn indented(text: &mut String, resource: &Json) {
    let pretty = format!("{resource:#}");
    for line in pretty.lines() {
        let _ = write!(text, "\n  {line}");
    }
}
