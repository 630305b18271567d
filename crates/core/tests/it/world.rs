//! A store in memory: keeps rows, accounts, transfers and jobs, and asserts what a store must.

use std::collections::{BTreeMap, BTreeSet};

use redress_api::Timestamp;
use redress_core::audit::{Audit, Report};
use redress_core::clock::Clock;
use redress_core::command::{Broken, Stop};
use redress_core::ledger::{self, AccountId, Link};
use redress_core::notice::{Outcome, Record};
use redress_core::row::{Found, Row};
use redress_core::{
    Account, Changes, Command, Frame, Job, Key, Lookup, Refusal, Rows, Stored, Transfer,
    TransferId, attempt, attempt_with_due, chart, clock,
};
use serde::{Deserialize, Serialize};

/// A command's end without an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The rule says no.
    Refused(Refusal),
    /// A defect.
    Broken(Broken),
}

/// Everything that survives a restart. Public to the tests, which tamper with it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct World {
    /// Seconds of the wall clock.
    pub(crate) wall: i64,
    /// Commands run so far: the source of fresh numbers.
    runs: u64,
    /// Version, owner and JSON, by `kind id`.
    pub(crate) rows: BTreeMap<String, (i64, String, String)>,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    pub(crate) transfers: Vec<(Transfer, Link)>,
    pub(crate) jobs: BTreeMap<u64, (Timestamp, Job)>,
    jobs_made: u64,
    /// Whether what is to be done at once is done in the same change, as stores do it.
    #[serde(skip)]
    pub(crate) at_once: bool,
    #[serde(skip)]
    index: Index,
    /// What the last command wrote.
    #[serde(skip)]
    pub(crate) wrote: Changes,
    /// What it looked at.
    #[serde(skip)]
    pub(crate) looked: BTreeSet<Key>,
}

/// What can be found again from the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Index {
    transfers: BTreeMap<TransferId, usize>,
    resolved: BTreeSet<TransferId>,
}

/// Every row is there.
struct All<'a>(&'a World);

impl Rows for All<'_> {
    fn look(&mut self, key: &Key) -> Lookup {
        self.0.find(key).map_or(Lookup::Absent, Lookup::Found)
    }
}

/// A row has to be asked for once before it is there.
struct Forgetful<'a> {
    world: &'a World,
    loaded: &'a BTreeSet<Key>,
}

impl Rows for Forgetful<'_> {
    fn look(&mut self, key: &Key) -> Lookup {
        if self.loaded.contains(key) { All(self.world).look(key) } else { Lookup::Unloaded }
    }
}

fn name(kind: &str, id: &str) -> String {
    format!("{kind} {id}")
}

impl World {
    pub(crate) fn at(wall: i64) -> Self {
        Self { wall, ..Self::default() }
    }

    fn find(&self, key: &Key) -> Option<Found> {
        match key {
            Key::Row(kind, id) => self.rows.get(&name(kind, id)).map(|(version, _, body)| {
                Found::Row(Stored { version: *version, body: body.clone() })
            }),
            Key::Account(id) => self.accounts.get(id).cloned().map(Found::Account),
            Key::Transfer(_, id) => self.index.transfers.get(id).map(|at| Found::Transfer {
                transfer: self.transfers[*at].0.clone(),
                resolved: self.index.resolved.contains(id),
            }),
        }
    }

    /// Business time.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead: Option<Clock> = self.get(Clock::ID);
        Timestamp::from_unix(self.wall).plus_seconds(ahead.unwrap_or_default().offset_seconds)
    }

    pub(crate) fn get<R: Row>(&self, id: &str) -> Option<R> {
        let (_, _, body) = self.rows.get(&name(R::KIND, id))?;
        Some(serde_json::from_str(body).expect("a kept row reads"))
    }

    /// Puts a row as no command does.
    pub(crate) fn overwrite<R: Row>(&mut self, row: &R) {
        let body = serde_json::to_string(row).expect("a row prints");
        let kept = self.rows.entry(name(R::KIND, &row.id())).or_default();
        *kept = (kept.0 + 1, row.owner().to_owned(), body);
    }

    /// Runs a command and writes what it wants written. It is decided twice: over rows that are
    /// all there, and over rows that come one by one; both must want the same.
    pub(crate) fn run<C: Command>(&mut self, command: &C) -> Result<C::Outcome, Failure> {
        self.runs += 1;
        let frame = Frame { now: self.now(), seed: u128::from(self.runs) };
        let rule = if self.at_once { attempt_with_due } else { attempt };
        let straight = rule(command, frame, &mut All(self));
        let mut loaded = BTreeSet::new();
        let decided = loop {
            match rule(command, frame, &mut Forgetful { world: self, loaded: &loaded }) {
                Err(Stop::Missing(key)) => assert!(loaded.insert(key), "asked for twice"),
                decided => break decided,
            }
        };
        self.looked = loaded;
        match (straight, decided) {
            (Ok((_, straight)), Ok((outcome, changes))) => {
                assert_eq!(straight, changes, "a repeated run decides otherwise");
                self.write(&changes);
                self.wrote = changes;
                Ok(outcome)
            }
            (Err(straight), Err(stop)) => {
                assert_eq!(straight, stop, "a repeated run stops otherwise");
                self.wrote = Changes::default();
                Err(match stop {
                    Stop::Refuse(refusal) => Failure::Refused(refusal),
                    Stop::Broken(broken) => Failure::Broken(broken),
                    Stop::Missing(key) => panic!("{key:?} is missing for ever"),
                })
            }
            (_, Err(stop)) => panic!("a repeated run stops: {stop:?}"),
            (Err(stop), _) => panic!("a repeated run does not stop: {stop:?}"),
        }
    }

    fn write(&mut self, changes: &Changes) {
        if !changes.is_empty() {
            assert_eq!(changes.now, Some(self.now()));
        }
        for ((kind, id), put) in &changes.puts {
            let kept = self.rows.entry(name(kind, id)).or_default();
            assert_eq!(kept.0, put.replaces, "the version of {kind} {id}");
            assert!(kept.0 == 0 || kept.1 == put.owner, "{kind} {id} changes its owner");
            *kept = (kept.0 + 1, put.owner.clone(), put.body.clone());
        }
        for (id, (account, is_new)) in &changes.accounts {
            account.check().expect("a kept account obeys its limit");
            assert_eq!(&account.id, id);
            let kept = self.accounts.insert(id.clone(), account.clone());
            assert_eq!(kept.is_none(), *is_new, "whether {id} is new");
        }
        for transfer in &changes.transfers {
            assert!(transfer.amount.is_positive());
            let before = self.transfers.last().map_or(Link::default(), |(_, link)| *link);
            let link = ledger::link(&before, transfer);
            self.add(transfer.clone(), link);
        }
        for (at, job) in &changes.jobs {
            self.jobs_made += 1;
            self.jobs.insert(self.jobs_made, (*at, job.clone()));
        }
    }

    fn add(&mut self, transfer: Transfer, link: Link) {
        let at = self.transfers.len();
        assert!(self.index.transfers.insert(transfer.id, at).is_none(), "a transfer's name twice");
        if let Some(hold) = transfer.phase.resolves() {
            assert!(self.index.resolved.insert(hold), "a hold is resolved twice");
        }
        self.transfers.push((transfer, link));
    }

    /// What is kept, without what only says how the world came here.
    pub(crate) fn kept(&self) -> impl PartialEq + std::fmt::Debug + use<> {
        let Self { rows, accounts, transfers, jobs, .. } = self.clone();
        (rows, accounts, transfers, jobs)
    }

    /// Moves business time on.
    pub(crate) fn step(&mut self, seconds: i64) {
        self.run(&clock::Step { seconds }).expect("a step of the clock");
    }

    /// The jobs whose moment has come, in their order.
    pub(crate) fn due(&self) -> Vec<u64> {
        let now = self.now();
        let mut due: Vec<_> = self.jobs.iter().filter(|(_, (at, _))| *at <= now).collect();
        due.sort_by_key(|(number, (at, _))| (*at, **number));
        due.into_iter().map(|(number, _)| *number).collect()
    }

    /// The jobs of bills that wait.
    pub(crate) fn bill_jobs(&self) -> Vec<&Job> {
        let jobs = self.jobs.values().map(|(_, job)| job);
        jobs.filter(|job| matches!(job, Job::Bill { .. })).collect()
    }

    /// Does a job. It is gone afterwards, unless it is to be done again.
    pub(crate) fn work(&mut self, number: u64, again: bool) -> Job {
        let (at, job) = self.jobs[&number].clone();
        assert!(at <= self.now());
        // The server delivers a notice; here every merchant answers that it has it.
        let done = if let Job::Notify { id } = &job {
            let outcome = Outcome::Answered { status: 200 };
            self.run(&Record { id: id.clone(), outcome }).map(drop)
        } else {
            self.run(&job)
        };
        done.unwrap_or_else(|failure| panic!("{job:?}: {failure:?}"));
        for key in job.looks_at() {
            assert!(self.looked.contains(&key), "{job:?} did not look at {key:?}");
        }
        if !again {
            self.jobs.remove(&number);
        }
        job
    }

    /// Does what is due, and what becomes due by it.
    pub(crate) fn settle(&mut self) {
        while let Some(number) = self.due().first() {
            self.work(*number, false);
        }
    }

    /// What a stop and a start leave: everything printed and read again.
    pub(crate) fn restarted(&self) -> Self {
        let printed = serde_json::to_string(self).expect("a world prints");
        let mut world: Self = serde_json::from_str(&printed).expect("a printed world reads");
        world.at_once = self.at_once;
        for (transfer, link) in std::mem::take(&mut world.transfers) {
            world.add(transfer, link);
        }
        world
    }

    /// A stop and a start, which change nothing.
    pub(crate) fn restart(&mut self) {
        let restarted = self.restarted();
        assert!(restarted.kept() == self.kept(), "a restart changes something");
        *self = restarted;
    }

    pub(crate) fn audit(&self) -> Report {
        let mut audit = Audit::new();
        for (transfer, link) in &self.transfers {
            audit.transfer(0, transfer, link);
        }
        self.audit_rest(audit)
    }

    /// As if another writer had resolved every hold, and its chain came first.
    pub(crate) fn audit_in_two_chains(&self) -> Report {
        let mut audit = Audit::new();
        let all = || self.transfers.iter().map(|(transfer, _)| transfer);
        for (chain, resolves) in [(1, true), (2, false)] {
            let mut last = Link::default();
            for transfer in all().filter(|it| it.phase.resolves().is_some() == resolves) {
                last = ledger::link(&last, transfer);
                audit.transfer(chain, transfer, &last);
            }
            audit.chain(chain, &last);
        }
        self.audit_rest(audit)
    }

    fn audit_rest(&self, mut audit: Audit) -> Report {
        for account in self.accounts.values() {
            audit.account(account);
        }
        for (key, (version, _, body)) in &self.rows {
            let (kind, id) = key.split_once(' ').expect("a kind and an id");
            audit.row(kind, id, &Stored { version: *version, body: body.clone() });
        }
        for (_, job) in self.jobs.values() {
            audit.job(job);
        }
        audit.finish()
    }

    pub(crate) fn assert_clean(&self) {
        let report = self.audit();
        let broken: Vec<_> = report.checks.iter().filter(|check| check.broken > 0).collect();
        assert!(broken.is_empty() && report.is_clean(), "{broken:#?}");
    }

    /// What a merchant can pay with, what it has, in fen.
    pub(crate) fn money(&self, mchid: &redress_api::Mchid) -> (i64, i64) {
        let id = chart::available(mchid);
        let account = self
            .accounts
            .get(&id)
            .cloned()
            .unwrap_or_else(|| Account::open(id, chart::limit(&chart::available(mchid))));
        let fen = |fen: Option<redress_api::Fen>| fen.expect("no overflow").get();
        (fen(account.available()), fen(account.balance()))
    }
}
