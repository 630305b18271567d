//! Who is told where, and when again.

use std::collections::{BTreeMap, BTreeSet};

/// When the attempts of a round are due, in minutes after the first; the page has the gaps.
const MINUTES: [f64; 16] = [
    0.0, 0.25, 0.5, 1.0, 4.0, 14.0, 34.0, 64.0, 94.0, 124.0, 184.0, 364.0, 544.0, 724.0, 1084.0,
    1444.0,
];

#[derive(Default)]
pub(crate) struct Notices {
    /// Merchants with an address in their console.
    told: BTreeSet<String>,
    rounds: BTreeMap<String, Round>,
}

/// Attempts that follow each other.
struct Round {
    start: i64,
    made: usize,
    over: bool,
}

impl Notices {
    pub(crate) fn tell_at(&mut self, mchid: &str, somewhere: bool) {
        if somewhere {
            self.told.insert(mchid.to_owned());
        } else {
            self.told.remove(mchid);
        }
    }

    pub(crate) fn is_told(&self, mchid: &str) -> bool {
        self.told.contains(mchid)
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.rounds.keys().cloned().collect()
    }

    pub(crate) fn told(&mut self, id: &str, start: i64) {
        self.rounds.insert(id.to_owned(), Round { start, made: 0, over: false });
    }

    /// Whether it is sent again.
    pub(crate) fn resend(&mut self, id: &str, now: i64) -> bool {
        let over = self.rounds[id].over;
        if over {
            self.told(id, now);
        }
        over
    }

    /// When the next attempt is due, if there is one. Notices that other commands have written are
    /// met here for the first time.
    pub(crate) fn attempt(&mut self, id: &str, written: i64, taken: bool) -> Option<i64> {
        if !self.rounds.contains_key(id) {
            self.told(id, written);
        }
        let round = self.rounds.get_mut(id).expect("known by now");
        assert!(!round.over);
        round.made += 1;
        let minutes = MINUTES.get(round.made).filter(|_| !taken);
        round.over = minutes.is_none();
        minutes.map(|minutes| round.start + (minutes * 60.0) as i64)
    }

    /// How many are done with.
    pub(crate) fn over(&self) -> usize {
        self.rounds.values().filter(|round| round.over).count()
    }
}
