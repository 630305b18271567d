//! What several queries look for at the same time, read in one statement: a statement costs more
//! than the few rows that a query needs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use redress_core::Key;
use redress_core::row::Found;
use tokio::sync::oneshot;

use super::load;
use super::overlay::Missing;
use super::readers::Readers;

/// How many keys one statement has at most, apart from those of the query that is one too many.
const KEYS_MAX: usize = 256;

type Rows = Vec<(Key, Option<Found>)>;

/// The queries that wait for a connection.
#[derive(Default)]
pub(super) struct Together {
    waiting: Mutex<VecDeque<Wish>>,
}

/// What one of them looks for.
struct Wish {
    keys: BTreeSet<Key>,
    reply: oneshot::Sender<Rows>,
}

impl Together {
    /// Reads rows as one moment has them, the same moment for all. None if that failed, for whatever
    /// reason: whoever then reads them alone learns it.
    pub(super) async fn look(&self, readers: &Readers, keys: BTreeSet<Key>) -> Option<Rows> {
        let (reply, mut answer) = oneshot::channel();
        self.waiting().push_back(Wish { keys, reply });
        // Whoever gets a connection reads for those who wait, until its own turn has come.
        loop {
            let lease = tokio::select! {
                biased;
                rows = &mut answer => return rows.ok(),
                lease = readers.lease() => lease,
            };
            let Ok(lease) = lease else {
                drop(answer);
                self.forget();
                return None;
            };
            let wishes = self.some();
            if wishes.is_empty() {
                // Another reads for this one.
                lease.give_back();
                return answer.await.ok();
            }
            let keys = wishes.iter().flat_map(|wish| wish.keys.iter().cloned()).collect();
            let missing = Missing { keys, ..Missing::default() };
            // Whoever waited with this one, and hears nothing, reads alone.
            let found = load::look(&lease.connection, &missing).await.ok()?;
            lease.give_back();
            share(wishes, found.rows);
        }
    }

    /// As many as one statement reads.
    fn some(&self) -> Vec<Wish> {
        self.forget();
        let mut waiting = self.waiting();
        let mut keys = 0;
        let enough = waiting.iter().position(|wish| {
            keys += wish.keys.len();
            keys >= KEYS_MAX
        });
        let count = enough.map_or(waiting.len(), |at| at + 1);
        waiting.drain(..count).collect()
    }

    /// Drops what nobody waits for any more.
    fn forget(&self) {
        self.waiting().retain(|wish| !wish.reply.is_closed());
    }

    fn waiting(&self) -> MutexGuard<'_, VecDeque<Wish>> {
        // Nothing that can panic runs under the lock.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives each what it looked for.
fn share(wishes: Vec<Wish>, rows: Rows) {
    let rows: BTreeMap<Key, Option<Found>> = rows.into_iter().collect();
    for Wish { keys, reply } in wishes {
        let own = keys.into_iter().map(|key| {
            let found = rows.get(&key).cloned().flatten();
            (key, found)
        });
        // Whoever stopped waiting does not want to know.
        drop(reply.send(own.collect()));
    }
}
