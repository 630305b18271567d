//! The numbers of the notifications that came of late, so that one is dealt with once.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, PoisonError};

/// Remembers the last so many notifications by their `id`. It forgets when the process ends: what
/// must happen once in the world belongs behind a unique key of a database.
#[derive(Debug)]
pub struct Recent {
    most: usize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    ids: BTreeSet<String>,
    order: VecDeque<String>,
}

impl Recent {
    /// Remembers so many, at least one.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), seen: Mutex::default() }
    }

    /// Whether this one comes for the first time. From now on it does not.
    pub fn is_first(&self, id: &str) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if !seen.ids.insert(id.to_owned()) {
            return false;
        }
        seen.order.push_back(id.to_owned());
        if seen.order.len() > self.most
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.ids.remove(&oldest);
        }
        true
    }

    /// Forgets one that could not be dealt with, so that it counts when it comes again.
    pub fn forget(&self, id: &str) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.ids.remove(id) {
            seen.order.retain(|known| known != id);
        }
    }
}
