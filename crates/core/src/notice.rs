//! Notices (回调通知): what a merchant is told, kept with every attempt to tell it.
//!
//! A notice is written in the transaction of the change that it tells of, together with the job
//! that delivers it. The delivery itself (sealing, signing, sending) is the server's; here is what
//! is told, when it is told again, and when it is given up.

mod control;
mod echo;

use redress_api::{Mchid, NotifyUrl, Timestamp};
use serde::{Deserialize, Serialize};

use crate::command::{Broken, Command, Stop};
use crate::context::Context;
use crate::job::Job;
use crate::merchant::Merchant;
use crate::row::{Key, Row};

pub use self::control::{MakeUp, Resend, SetUrl};
pub use self::echo::Echo;

/// How long after each attempt the next is made, in seconds: 15 repetitions in 24 h 4 min.
pub const RETRY_SECONDS: [i64; 15] = [
    15, 15, 30, 180, 600, 1_200, 1_800, 1_800, 1_800, 3_600, 10_800, 10_800, 10_800, 21_600, 21_600,
];

/// A kind of notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened, in the API's word.
    pub event_type: &'static str,
    /// What the resource is, in the API's word.
    pub original_type: &'static str,
    /// What happened, for people.
    pub summary: &'static str,
}

impl Event {
    const fn new(
        event_type: &'static str,
        original_type: &'static str,
        summary: &'static str,
    ) -> Self {
        Self { event_type, original_type, summary }
    }

    /// An order was paid.
    pub const PAID: Self = Self::new("TRANSACTION.SUCCESS", "transaction", "支付成功");
    /// A refund has reached its payer.
    pub const REFUNDED: Self = Self::new("REFUND.SUCCESS", "refund", "退款成功");
    /// A refund could not reach its payer.
    pub const REFUND_ABNORMAL: Self = Self::new("REFUND.ABNORMAL", "refund", "退款异常");
    /// A refund was closed.
    pub const REFUND_CLOSED: Self = Self::new("REFUND.CLOSED", "refund", "退款关闭");
    /// A receiver has its share.
    pub const SHARED: Self = Self::new("PROFITSHARING.SUCCESS", "profitsharing", "分账成功");
    /// A share came back.
    pub const SHARE_RETURNED: Self =
        Self::new("PROFITSHARING.RETURN", "profitsharing", "分账回退成功");
    /// A compensation has ended. No page publishes this kind: assumed.
    pub const COMPENSATED: Self =
        Self::new("MCHTRANSFER.COMPENSATE.FINISHED", "compensate_bill", "赔付单据终态通知");
    /// A merchant tries its keys.
    pub const ECHOED: Self = Self::new("SECURITY_ECHO.SUCCESS", "security", "回调通知成功");
}

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not delivered yet; another attempt will be made.
    Waiting,
    /// The merchant has answered that it has it.
    Delivered,
    /// The last attempt has failed too.
    GivenUp,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Outcome {
    /// The merchant answered.
    Answered {
        /// The HTTP status: 200 and 204 deliver it, whatever the body says.
        status: u16,
    },
    /// No whole answer came in time.
    TimedOut,
    /// It was a probe, and the merchant took it: it does not check signatures.
    Deceived {
        /// The HTTP status.
        status: u16,
    },
    /// There was no connection, or it ended before an answer.
    Unreachable {
        /// Why, in short.
        why: String,
    },
    /// It was not sent at all: this server may not send it there, or cannot seal it.
    Unsent {
        /// Why, in short.
        why: String,
    },
}

impl Outcome {
    /// Whether the merchant has it.
    #[must_use]
    pub const fn delivers(&self) -> bool {
        matches!(self, Self::Answered { status: 200 | 204 })
    }
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it was to be made.
    pub due: Timestamp,
    /// When it ended.
    pub at: Timestamp,
    /// How.
    pub outcome: Outcome,
}

/// A notice.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its number: 36 characters.
    pub id: String,
    /// Whom it tells, and whose APIv3 key seals it.
    pub mchid: Mchid,
    /// Where it goes.
    pub url: NotifyUrl,
    /// What happened, in the API's word.
    pub event_type: String,
    /// What the resource is, in the API's word.
    pub original_type: String,
    /// What happened, for people.
    pub summary: String,
    /// What it tells, as JSON. It travels sealed.
    pub resource: String,
    /// When it happened.
    pub create_time: Timestamp,
    /// When the next attempt is to be made, or the last was.
    pub due: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Every attempt.
    pub attempts: Vec<Attempt>,
    /// How many attempts of the present round have failed: a resend starts a round.
    pub failed: usize,
    /// Whether its first attempt is a probe (签名探测): signed wrongly on purpose, to see whether
    /// the merchant checks.
    #[serde(default)]
    pub probe: bool,
}

/// The resource is told to its merchant alone.
impl std::fmt::Debug for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Notice")
            .field("id", &self.id)
            .field("mchid", &self.mchid)
            .field("event_type", &self.event_type)
            .field("state", &self.state)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

impl Row for Notice {
    const KIND: &'static str = "notice";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> &str {
        self.mchid.as_str()
    }

    fn check(&self) -> Result<(), String> {
        let delivered = self.attempts.last().is_some_and(|last| last.outcome.delivers());
        let fits = match self.state {
            State::Waiting => self.failed <= RETRY_SECONDS.len(),
            State::Delivered => delivered,
            State::GivenUp => !delivered && self.failed > RETRY_SECONDS.len(),
        };
        if fits && self.id.len() == 36 {
            Ok(())
        } else {
            Err(format!("its attempts do not fit {:?}", self.state))
        }
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        let same = self.url == before.url
            && self.event_type == before.event_type
            && self.resource == before.resource
            && self.create_time == before.create_time
            && self.attempts.starts_with(&before.attempts);
        if same { Ok(()) } else { Err("what never changes has changed".to_owned()) }
    }

    fn awaits(&self) -> Option<Job> {
        (self.state == State::Waiting).then(|| Job::Notify { id: self.id.clone() })
    }
}

impl Notice {
    /// Whether the next attempt is a probe: the first one, if it was made up as one or drawn.
    #[must_use]
    pub const fn probes(&self, drawn: bool) -> bool {
        (self.probe || drawn) && self.attempts.is_empty()
    }

    fn schedule(&self, cx: &mut Context<'_>) {
        cx.schedule(self.due, Job::Notify { id: self.id.clone() });
    }
}

/// Something to tell a merchant.
#[derive(Clone, Debug)]
pub struct Tell<'a> {
    /// Whom.
    pub mchid: &'a Mchid,
    /// Where, if the request said so; else the address of the merchant's console, if there is one.
    pub url: Option<&'a NotifyUrl>,
    /// What happened, in the API's word.
    pub event_type: &'a str,
    /// What the resource is, in the API's word.
    pub original_type: &'a str,
    /// What happened, for people.
    pub summary: &'a str,
    /// Whether the first attempt is a probe.
    pub probe: bool,
}

impl<'a> Tell<'a> {
    /// An event of this merchant.
    #[must_use]
    pub const fn event(event: Event, mchid: &'a Mchid, url: Option<&'a NotifyUrl>) -> Self {
        let Event { event_type, original_type, summary } = event;
        Self { mchid, url, event_type, original_type, summary, probe: false }
    }
}

impl Context<'_> {
    /// Tells a merchant, once this change is committed. A merchant without an address is not told.
    ///
    /// # Errors
    /// If a row is not loaded, or the resource does not print.
    pub fn notify(
        &mut self,
        tell: &Tell<'_>,
        resource: &impl Serialize,
    ) -> Result<Option<Notice>, Stop> {
        let url = match tell.url {
            Some(url) => Some(url.clone()),
            None => self.get::<Merchant>(tell.mchid.as_str())?.and_then(|m| m.notify_url),
        };
        let Some(url) = url else { return Ok(None) };
        let resource = serde_json::to_string(resource)
            .map_err(|error| Broken(format!("a resource cannot be printed: {error}")))?;
        let notice = Notice {
            id: uuid(self.fresh()),
            mchid: tell.mchid.clone(),
            url,
            event_type: tell.event_type.to_owned(),
            original_type: tell.original_type.to_owned(),
            summary: tell.summary.to_owned(),
            resource,
            create_time: self.now(),
            due: self.now(),
            state: State::Waiting,
            attempts: Vec::new(),
            failed: 0,
            probe: tell.probe,
        };
        self.put(&notice)?;
        notice.schedule(self);
        Ok(Some(notice))
    }
}

/// A number in the form of a UUID, as the provider's notices have it.
fn uuid(number: u128) -> String {
    let hex = format!("{number:032x}");
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    parts.join("-")
}

/// Keeps how an attempt ended; has the next one made, if there is one to make.
#[derive(Clone, Debug)]
pub struct Record {
    /// The notice.
    pub id: String,
    /// How it ended.
    pub outcome: Outcome,
}

impl Command for Record {
    type Outcome = Notice;

    fn looks_at(&self) -> Vec<Key> {
        vec![Key::of::<Notice>(self.id.clone())]
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<Notice, Stop> {
        let notice = cx.get::<Notice>(&self.id)?;
        let mut notice = notice.ok_or_else(|| Broken(format!("no notice {}", self.id)))?;
        if notice.state != State::Waiting {
            return Ok(notice);
        }
        let outcome = self.outcome.clone();
        notice.attempts.push(Attempt { due: notice.due, at: cx.now(), outcome });
        if self.outcome.delivers() {
            notice.state = State::Delivered;
        } else {
            match RETRY_SECONDS.get(notice.failed) {
                // Counted from the moment it was due, so that a late attempt delays no other.
                Some(seconds) => {
                    notice.due = notice.due.plus_seconds(*seconds);
                    notice.schedule(cx);
                }
                None => notice.state = State::GivenUp,
            }
            notice.failed += 1;
        }
        cx.put(&notice)?;
        Ok(notice)
    }
}
