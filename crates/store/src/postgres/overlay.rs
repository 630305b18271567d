//! What a group sees: the rows that were read, and over them what its members have decided so far.
//!
//! Nothing here talks to the database. A member that looks at what is not read yet stops, and what
//! it looked for is noted down, to be read with what the other members lack.

use std::collections::{BTreeMap, BTreeSet};

use redress_api::Timestamp;
use redress_core::row::{Found, Lookup, Rows};
use redress_core::{Account, AccountId, Changes, Job, Key, Stored, Transfer};

/// What a writer remembers from one group to the next: balances, and rows that are read again and
/// again (who calls, what a number leads to). If another writer has changed it since, the group
/// finds out under its locks, before it writes.
pub(super) type Recent = BTreeMap<Key, Option<Found>>;

/// How much is remembered; then everything is forgotten.
const RECENT_MAX: usize = 4096;

/// One job, by tenant and number.
pub(super) type JobKey = (String, i64);

/// What a group sees, and what it has decided.
#[derive(Default)]
pub(super) struct Overlay {
    /// What is in the database, or was when an earlier group saw it.
    base: Recent,
    /// What members have looked at.
    looked: BTreeSet<Key>,
    /// What members have made of it.
    over: BTreeMap<Key, Found>,
    /// The jobs that members hold, as they are in the database: number and attempt.
    jobs: BTreeMap<JobKey, Option<u32>>,
    pub(super) writes: Writes,
    missing: Missing,
}

/// What has to be read before a decision can go on.
#[derive(Default)]
pub(super) struct Missing {
    pub(super) keys: BTreeSet<Key>,
    pub(super) jobs: BTreeSet<JobKey>,
}

impl Missing {
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.jobs.is_empty()
    }

    /// Whether all of it is rows, which one statement reads.
    pub(super) fn are_rows(&self) -> bool {
        self.jobs.is_empty() && self.keys.iter().all(|key| matches!(key, Key::Row(..)))
    }
}

/// What a group wants written.
#[derive(Default)]
pub(super) struct Writes {
    /// Rows, by key: with the version that is in the database, 0 if there is none.
    pub(super) rows: BTreeMap<(&'static str, String), RowWrite>,
    /// Accounts, and whether there is none in the database.
    pub(super) accounts: BTreeMap<AccountId, (Account, bool)>,
    pub(super) transfers: Vec<Transfer>,
    pub(super) jobs: Vec<(Timestamp, Job)>,
    /// Jobs that are done, with their attempt.
    pub(super) done: BTreeMap<JobKey, u32>,
}

pub(super) struct RowWrite {
    pub(super) owner: String,
    pub(super) base: i64,
    pub(super) version: i64,
    pub(super) at: Timestamp,
    pub(super) body: String,
}

impl Writes {
    pub(super) fn is_empty(&self) -> bool {
        let Self { rows, accounts, transfers, jobs, done } = self;
        rows.is_empty()
            && accounts.is_empty()
            && transfers.is_empty()
            && jobs.is_empty()
            && done.is_empty()
    }
}

impl Rows for Overlay {
    fn look(&mut self, key: &Key) -> Lookup {
        if !self.looked.contains(key) {
            self.looked.insert(key.clone());
        }
        let found = match (self.over.get(key), self.base.get(key)) {
            (Some(found), _) | (None, Some(Some(found))) => found,
            (None, Some(None)) => return Lookup::Absent,
            (None, None) => {
                self.missing.keys.insert(key.clone());
                return Lookup::Unloaded;
            }
        };
        Lookup::Found(found.clone())
    }
}

impl Overlay {
    /// Begins with what is remembered.
    pub(super) fn recalling(recent: Recent) -> Self {
        Self { base: recent, ..Self::default() }
    }

    /// What is worth remembering, once everything is committed.
    pub(super) fn remember(self) -> Recent {
        let Self { base: mut recent, mut over, looked, writes, .. } = self;
        if recent.len() > RECENT_MAX {
            return Recent::new();
        }
        let written: BTreeSet<&'static str> = writes.rows.keys().map(|(kind, _)| *kind).collect();
        for key in looked {
            let lasts = match &key {
                Key::Account(_) => true,
                Key::Row(kind, _) => !written.contains(kind),
                Key::Transfer(..) => false,
            };
            match (lasts, over.remove(&key)) {
                (true, Some(found)) => drop(recent.insert(key, Some(found))),
                (true, None) if recent.get(&key).is_some_and(Option::is_some) => {}
                (true | false, _) => drop(recent.remove(&key)),
            }
        }
        recent
    }

    /// Takes in what was read.
    pub(super) fn load(&mut self, found: impl IntoIterator<Item = (Key, Option<Found>)>) {
        self.base.extend(found);
    }

    pub(super) fn load_jobs(&mut self, found: impl IntoIterator<Item = (JobKey, Option<u32>)>) {
        self.jobs.extend(found);
    }

    /// Whether the job is there, and no one has claimed it since, nor done it in this group. None
    /// if it was not read yet.
    pub(super) fn holds(&mut self, job: &JobKey, attempt: u32) -> Option<bool> {
        let Some(known) = self.jobs.get(job) else {
            self.missing.jobs.insert(job.clone());
            return None;
        };
        Some(*known == Some(attempt) && !self.writes.done.contains_key(job))
    }

    /// Which of these are not read yet.
    pub(super) fn lacks(&self, keys: impl IntoIterator<Item = Key>) -> Missing {
        let lacking = keys.into_iter().filter(|key| !self.base.contains_key(key));
        Missing { keys: lacking.collect(), ..Missing::default() }
    }

    /// What members lack; it is forgotten here.
    pub(super) fn missing(&mut self) -> Missing {
        std::mem::take(&mut self.missing)
    }

    /// Everything that was looked at, and the jobs.
    pub(super) fn seen(&self) -> Missing {
        Missing { keys: self.looked.clone(), jobs: self.jobs.keys().cloned().collect() }
    }

    /// Compares what is read again, under locks, with what was decided on. Takes it in, and if
    /// anything differs, forgets every decision.
    pub(super) fn confirm(
        &mut self,
        rows: Vec<(Key, Option<Found>)>,
        jobs: Vec<(JobKey, Option<u32>)>,
    ) -> bool {
        let same = rows.iter().all(|(key, found)| self.base.get(key) == Some(found))
            && jobs.iter().all(|(key, found)| self.jobs.get(key) == Some(found));
        self.load(rows);
        self.load_jobs(jobs);
        if !same {
            self.over.clear();
            self.writes = Writes::default();
        }
        same
    }

    /// Takes in what a member has decided.
    pub(super) fn apply(&mut self, changes: Changes, now: Timestamp, done: Option<(JobKey, u32)>) {
        let Changes { now: _, puts, accounts, transfers, jobs } = changes;
        for ((kind, id), put) in puts {
            let key = Key::Row(kind, id.clone());
            let base = match self.base.get(&key) {
                Some(Some(Found::Row(stored))) => stored.version,
                _ => 0,
            };
            let version = put.replaces + 1;
            let body = put.body.clone();
            self.over.insert(key, Found::Row(Stored { version, body }));
            let write = RowWrite { owner: put.owner, base, version, at: now, body: put.body };
            self.writes.rows.insert((kind, id), write);
        }
        for (id, (account, _)) in accounts {
            let key = Key::Account(id.clone());
            let is_new = !matches!(self.base.get(&key), Some(Some(_)));
            self.over.insert(key, Found::Account(account.clone()));
            self.writes.accounts.insert(id, (account, is_new));
        }
        for transfer in &transfers {
            if let Some(of) = transfer.phase.resolves() {
                self.resolve(&Key::Transfer(transfer.debit.clone(), of));
            }
            let key = Key::Transfer(transfer.debit.clone(), transfer.id);
            let found = Found::Transfer { transfer: transfer.clone(), resolved: false };
            self.over.insert(key, found);
        }
        self.writes.transfers.extend(transfers);
        self.writes.jobs.extend(jobs);
        self.writes.done.extend(done);
    }

    fn resolve(&mut self, hold: &Key) {
        let known = self.over.get(hold).or_else(|| self.base.get(hold)?.as_ref());
        if let Some(Found::Transfer { transfer, .. }) = known {
            let found = Found::Transfer { transfer: transfer.clone(), resolved: true };
            self.over.insert(hold.clone(), found);
        }
    }

    /// Whether members want to change a row of this kind.
    pub(super) fn writes_kind(&self, kind: &str) -> bool {
        self.writes.rows.keys().any(|(written, _)| *written == kind)
    }
}

#[cfg(test)]
mod tests {
    use redress_core::row::Put;

    use super::*;

    fn row(version: i64) -> Found {
        Found::Row(Stored { version, body: "{}".to_owned() })
    }

    fn put(replaces: i64) -> Changes {
        let put = Put { owner: String::new(), replaces, body: "{}".to_owned() };
        Changes { puts: [(("note", "a".to_owned()), put)].into(), ..Changes::default() }
    }

    #[test]
    fn what_is_not_read_is_noted_and_what_is_decided_is_seen() {
        let mut overlay = Overlay::default();
        let key = Key::Row("note", "a".to_owned());
        assert_eq!(overlay.look(&key), Lookup::Unloaded);
        let missing = overlay.missing();
        assert!(missing.keys.contains(&key) && overlay.missing().is_empty());
        overlay.load([(key.clone(), Some(row(3)))]);
        assert_eq!(overlay.look(&key), Lookup::Found(row(3)));
        overlay.apply(put(3), Timestamp::from_unix(0), None);
        overlay.apply(put(4), Timestamp::from_unix(0), None);
        assert_eq!(overlay.look(&key), Lookup::Found(row(5)));
        let write = &overlay.writes.rows[&("note", "a".to_owned())];
        assert_eq!((write.base, write.version), (3, 5), "two changes are one write");
    }

    #[test]
    fn decisions_on_what_has_changed_are_forgotten() {
        let mut overlay = Overlay::default();
        let key = Key::Row("note", "a".to_owned());
        overlay.load([(key.clone(), Some(row(3)))]);
        overlay.look(&key);
        overlay.apply(put(3), Timestamp::from_unix(0), None);
        assert!(overlay.confirm(vec![(key.clone(), Some(row(3)))], vec![]));
        assert!(!overlay.writes.is_empty());
        assert!(!overlay.confirm(vec![(key.clone(), Some(row(4)))], vec![]));
        assert!(overlay.writes.is_empty());
        assert_eq!(overlay.look(&key), Lookup::Found(row(4)));
    }

    #[test]
    fn what_is_only_read_is_remembered_and_locked_only_when_looked_at() {
        let mut overlay = Overlay::default();
        let (read, written) = (Key::Row("word", "a".to_owned()), Key::Row("note", "a".to_owned()));
        overlay.load([(read.clone(), Some(row(1))), (written.clone(), Some(row(3)))]);
        overlay.look(&read);
        overlay.look(&written);
        overlay.apply(put(3), Timestamp::from_unix(0), None);
        let mut next = Overlay::recalling(overlay.remember());
        assert!(next.seen().is_empty(), "nothing was looked at yet");
        assert_eq!(next.look(&read), Lookup::Found(row(1)));
        assert_eq!(next.look(&written), Lookup::Unloaded);
        assert!(next.seen().keys.contains(&read));
    }

    #[test]
    fn a_job_is_done_once_in_a_group_too() {
        let mut overlay = Overlay::default();
        let job = ("t".to_owned(), 7);
        assert_eq!(overlay.holds(&job, 1), None);
        overlay.load_jobs([(job.clone(), Some(1))]);
        assert_eq!(overlay.holds(&job, 1), Some(true));
        assert_eq!(overlay.holds(&job, 2), Some(false));
        overlay.apply(Changes::default(), Timestamp::from_unix(0), Some((job.clone(), 1)));
        assert_eq!(overlay.holds(&job, 1), Some(false));
    }
}
