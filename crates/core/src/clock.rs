//! Business time: the wall clock plus a distance that only grows, kept in the store so that a
//! restart does not turn it back.

use redress_api::Timestamp;
use serde::{Deserialize, Serialize};

use crate::command::{Command, Stop};
use crate::context::Context;
use crate::refusal;
use crate::row::{Key, Row};

/// The longest step at once: 400 days, in seconds.
pub const STEP_SECONDS_MAX: i64 = 400 * 24 * 3600;
/// The furthest that business time runs ahead: 100 years, in seconds.
pub const OFFSET_SECONDS_MAX: i64 = 100 * 366 * 24 * 3600;

/// How far business time is ahead of the wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// In seconds.
    pub offset_seconds: i64,
}

impl Clock {
    /// The number of the only row.
    pub const ID: &'static str = "business";
}

impl Row for Clock {
    const KIND: &'static str = "clock";

    fn id(&self) -> String {
        Self::ID.to_owned()
    }

    fn owner(&self) -> &str {
        ""
    }

    fn check(&self) -> Result<(), String> {
        if (0..=OFFSET_SECONDS_MAX).contains(&self.offset_seconds) {
            Ok(())
        } else {
            Err(format!("{} seconds is no offset", self.offset_seconds))
        }
    }

    fn follows(&self, before: &Self) -> Result<(), String> {
        if self.offset_seconds >= before.offset_seconds {
            Ok(())
        } else {
            Err("business time would run backwards".to_owned())
        }
    }
}

/// Reads the clock.
#[derive(Clone, Copy, Debug)]
pub struct Read;

impl Command for Read {
    type Outcome = Clock;

    fn looks_at(&self) -> Vec<Key> {
        vec![Key::of::<Clock>(Clock::ID.to_owned())]
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<Clock, Stop> {
        Ok(cx.get(Clock::ID)?.unwrap_or_default())
    }
}

/// Moves business time forward.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// By how much, in seconds, at most [`STEP_SECONDS_MAX`].
    pub seconds: i64,
}

impl Command for Step {
    type Outcome = Clock;

    fn looks_at(&self) -> Vec<Key> {
        Read.looks_at()
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<Clock, Stop> {
        let clock = Read.decide(cx)?;
        let offset_seconds = clock.offset_seconds.saturating_add(self.seconds);
        if !(0..=STEP_SECONDS_MAX).contains(&self.seconds) || offset_seconds > OFFSET_SECONDS_MAX {
            let what = format!("a step has 0 to {STEP_SECONDS_MAX} seconds, 100 years in all");
            return Err(refusal::control_invalid(what).into());
        }
        let stepped = Clock { offset_seconds };
        cx.put(&stepped)?;
        Ok(stepped)
    }
}

/// Has business time be this late at least. Nodes that say it at once step once.
#[derive(Clone, Copy, Debug)]
pub struct Begin {
    /// How late.
    pub at: Timestamp,
    /// The wall clock. Business time as the node knows it may be behind that of the store.
    pub wall: Timestamp,
}

impl Command for Begin {
    type Outcome = Clock;

    fn looks_at(&self) -> Vec<Key> {
        Read.looks_at()
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<Clock, Stop> {
        let clock = Read.decide(cx)?;
        let ahead = Clock { offset_seconds: self.at.seconds_since(self.wall) };
        if ahead.offset_seconds <= clock.offset_seconds {
            return Ok(clock);
        }
        if ahead.offset_seconds > OFFSET_SECONDS_MAX {
            let what = format!("{} is more than 100 years ahead", self.at);
            return Err(refusal::control_invalid(what).into());
        }
        cx.put(&ahead)?;
        Ok(ahead)
    }
}
