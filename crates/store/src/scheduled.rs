//! Who waits for jobs is woken by those that are due before it would look again.

use std::sync::atomic::{AtomicI64, Ordering};

use redress_api::Timestamp;
use tokio::sync::Notify;

/// Jobs of this process, and whoever waits for them.
#[derive(Debug)]
pub(crate) struct Scheduled {
    wake: Notify,
    /// The one who waits looks again by itself when this moment has come, in seconds of business
    /// time since 1970.
    looks_again: AtomicI64,
}

impl Scheduled {
    /// Every job wakes.
    pub(crate) const fn new() -> Self {
        Self { wake: Notify::const_new(), looks_again: AtomicI64::new(i64::MAX) }
    }

    /// What wakes.
    pub(crate) const fn wake(&self) -> &Notify {
        &self.wake
    }

    /// A job that is due then is committed, or given back.
    pub(crate) fn job(&self, at: Timestamp) {
        if at.unix() < self.looks_again.load(Ordering::SeqCst) {
            self.wake.notify_one();
        }
    }

    /// Jobs may be committed that are due at any moment.
    pub(crate) fn any(&self) {
        self.wake.notify_one();
    }

    /// Someone looks for work. What is committed from now on may be too late to be seen, and wakes.
    pub(crate) fn looking(&self) {
        self.looks_again.store(i64::MAX, Ordering::SeqCst);
    }

    /// Someone has found nothing to do, and the next job due then.
    pub(crate) fn idle(&self, next_at: Option<Timestamp>) {
        let again = next_at.map_or(i64::MAX, Timestamp::unix);
        self.looks_again.store(again, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_woken(scheduled: &Scheduled) -> bool {
        let mut notified = std::pin::pin!(scheduled.wake().notified());
        notified.as_mut().enable()
    }

    #[test]
    fn only_what_comes_first_wakes() {
        let at = Timestamp::from_unix;
        let scheduled = Scheduled::new();
        scheduled.job(at(5_000));
        assert!(is_woken(&scheduled), "nobody has looked yet");
        scheduled.looking();
        scheduled.idle(Some(at(1_000)));
        scheduled.job(at(1_000));
        assert!(!is_woken(&scheduled));
        scheduled.job(at(999));
        assert!(is_woken(&scheduled));
        scheduled.looking();
        scheduled.job(at(5_000));
        assert!(is_woken(&scheduled), "it may have been looked past");
        scheduled.idle(None);
        scheduled.job(at(5_000));
        assert!(is_woken(&scheduled), "there was no job at all");
    }
}
