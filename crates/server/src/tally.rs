//! How often what was answered, and what became of callbacks, since this server started.
//!
//! The metrics say the same for the whole process; this is for whoever holds one [`crate::Server`].

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

/// Requests that were answered alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Answered {
    /// The endpoint's path, with its parameters in braces; `(unknown)` if it is not served.
    pub path: &'static str,
    /// The method.
    pub method: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The code of the error; empty for a success.
    pub code: &'static str,
}

/// Counts. Every part of a key is a constant of the program, so that callers cannot make it grow.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    requests: Mutex<BTreeMap<Answered, u64>>,
    callbacks: Mutex<BTreeMap<&'static str, u64>>,
}

fn count<K: Ord>(counts: &Mutex<BTreeMap<K, u64>>, key: K) {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    *counts.entry(key).or_default() += 1;
}

impl Tally {
    /// A request was answered.
    pub(crate) fn request(&self, answered: Answered) {
        count(&self.requests, answered);
    }

    /// An attempt to deliver a callback ended.
    pub(crate) fn callback(&self, outcome: &'static str) {
        count(&self.callbacks, outcome);
    }

    pub(crate) fn requests(&self) -> BTreeMap<Answered, u64> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn callbacks(&self) -> BTreeMap<&'static str, u64> {
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
