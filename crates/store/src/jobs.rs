//! What the store says about jobs.

use redress_api::Timestamp;
use redress_core::Job;

/// A job that the holder may do, until its lease ends.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its number; never used for another job.
    pub id: i64,
    /// How often it was claimed, this time included. Tells this claim from a later one.
    pub attempt: u32,
    /// What to do.
    pub job: Job,
    /// When it was due, in business time.
    pub run_at: Timestamp,
}

/// What a look for work gave.
#[derive(Clone, Debug)]
pub struct Claims {
    /// What to do, by the time it was due.
    pub claims: Vec<Claim>,
    /// When the earliest of the other jobs is due, leased ones apart. It may have passed: then
    /// there is more to claim.
    pub next_at: Option<Timestamp>,
}

/// A job as it waits.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Its number.
    pub id: i64,
    /// When it is due, in business time.
    pub run_at: Timestamp,
    /// Until when someone is at it, in seconds of wall time since 1970; 0 if no one is.
    pub leased_until: i64,
    /// How often it was claimed.
    pub attempt: u32,
    /// What to do.
    pub job: Job,
}

/// Which jobs to claim, and for how long.
pub(crate) struct Window {
    /// Business time: what is due.
    pub(crate) now: Timestamp,
    /// Wall time: which leases have ended, and when the new ones do.
    pub(crate) wall_seconds: i64,
    pub(crate) lease_seconds: i64,
    pub(crate) most: u32,
}

impl Window {
    /// When the new leases end. One that ends later than this was given by a clock that has been
    /// set back since, and holds no longer.
    pub(crate) const fn until(&self) -> i64 {
        self.wall_seconds.saturating_add(self.lease_seconds)
    }
}
