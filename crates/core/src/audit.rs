//! The audit: every invariant, recomputed from the transfers and compared with what is kept.
//!
//! It is fed everything the store holds, in one pass (transfers first, in their order), and says
//! what does not hold. It shares no code with the paths that move money, beyond the types.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use redress_api::Fen;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::books::{Entry, Standing, Tally};
use crate::chart;
use crate::clock::Clock;
use crate::combine::Combined;
use crate::compensation::{Bill, MerchantBill, Package};
use crate::job::Job;
use crate::ledger::{self, Account, AccountId, Limit, Link, Phase, Reason, Transfer, TransferId};
use crate::merchant::Merchant;
use crate::notice::Notice;
use crate::number::Number;
use crate::order::Order;
use crate::order::prepay::{Asked, Prepay};
use crate::payer::{Code, Payer};
use crate::refund::Refund;
use crate::row::{Row, Stored};
use crate::sharing::{Receiver, Share, ShareReturn};
use crate::subsidy;
use crate::trial::TrialBalance;

/// The most violations that one check spells out.
const VIOLATIONS_MAX: usize = 20;

/// One invariant and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What must hold.
    pub invariant: String,
    /// How many things were looked at.
    pub examined: u64,
    /// How many of them break it.
    pub broken: u64,
    /// The first of those, in words.
    pub violations: Vec<String>,
}

/// What an audit found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Every invariant.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether everything holds.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.checks.iter().all(|check| check.broken == 0)
    }

    /// The report for programs: whether it is clean, and every check.
    #[must_use]
    pub fn shown(&self) -> Value {
        json!({ "clean": self.is_clean(), "checks": self.checks })
    }
}

/// The invariants, in the order of the report.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Invariant {
    Balanced,
    NotOverdrawn,
    AsKept,
    Holds,
    Chain,
    Rows,
    Books,
    Sums,
    Identity,
    Pending,
}

impl Invariant {
    const ALL: [Self; 10] = [
        Self::Balanced,
        Self::NotOverdrawn,
        Self::AsKept,
        Self::Holds,
        Self::Chain,
        Self::Rows,
        Self::Books,
        Self::Sums,
        Self::Identity,
        Self::Pending,
    ];

    const fn words(self) -> &'static str {
        match self {
            Self::Balanced => "the debits of all accounts equal their credits",
            Self::NotOverdrawn => "no merchant's account pays out more than came in",
            Self::AsKept => "each kept balance is the sum of its transfers",
            Self::Holds => "each hold is resolved at most once, by a transfer that fits it",
            Self::Chain => "the hash chain over all transfers is unbroken",
            Self::Rows => "each row can be read and is what its state says",
            Self::Books => {
                "each order, bill and what comes of them has moved and holds what its state says, \
                 and nothing else has moved"
            }
            Self::Sums => "the parts of each order add up over everything that came of it",
            Self::Identity => "each provider's number names one thing, and leads to it",
            Self::Pending => "each thing that time moves on has the job that does it",
        }
    }
}

struct Hold {
    transfer: Transfer,
    standing: Standing,
}

/// An audit under way.
pub struct Audit {
    checks: BTreeMap<Invariant, Check>,
    /// The last link of each chain.
    links: BTreeMap<i64, Link>,
    /// Resolutions whose hold, in another chain, was not seen yet.
    early: Vec<Transfer>,
    trial: TrialBalance,
    holds: BTreeMap<TransferId, Hold>,
    /// What was moved at once, by reference.
    moved: BTreeMap<String, Sums>,
    /// What rows say was moved or is held, by reference.
    booked: BTreeMap<String, Sums>,
    tallies: BTreeMap<String, i128>,
    kept: BTreeSet<AccountId>,
    /// Rows by the provider's numbers that they own, and as numbers lead to them; both with the
    /// kind.
    owned: BTreeMap<String, String>,
    paths: BTreeMap<String, String>,
    /// Jobs that rows wait for, with the row, and jobs that wait; printed.
    awaited: Vec<(String, String)>,
    jobs: BTreeSet<String>,
}

/// Amounts by reason, debited account, credited account and standing.
type Sums = BTreeMap<(Reason, AccountId, AccountId, Standing), Fen>;

impl Default for Audit {
    fn default() -> Self {
        Self::new()
    }
}

impl Audit {
    /// An audit that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        let check = |invariant: Invariant| Check {
            invariant: invariant.words().to_owned(),
            examined: 0,
            broken: 0,
            violations: Vec::new(),
        };
        Self {
            checks: Invariant::ALL.into_iter().map(|i| (i, check(i))).collect(),
            links: BTreeMap::new(),
            early: Vec::new(),
            trial: TrialBalance::default(),
            holds: BTreeMap::new(),
            moved: BTreeMap::new(),
            booked: BTreeMap::new(),
            tallies: BTreeMap::new(),
            kept: BTreeSet::new(),
            owned: BTreeMap::new(),
            paths: BTreeMap::new(),
            awaited: Vec::new(),
            jobs: BTreeSet::new(),
        }
    }

    fn note(&mut self, invariant: Invariant, outcome: Result<(), String>) {
        let check = self.checks.get_mut(&invariant).expect("every invariant has a check");
        check.examined += 1;
        if let Err(violation) = outcome {
            check.broken += 1;
            if check.violations.len() < VIOLATIONS_MAX {
                check.violations.push(violation);
            }
        }
    }

    /// The next transfer of a chain, in the order in which they were written, with the link kept
    /// beside it.
    pub fn transfer(&mut self, chain: i64, transfer: &Transfer, kept: &[u8]) {
        let last = self.links.entry(chain).or_default();
        *last = ledger::link(last, transfer);
        let unbroken = last.as_slice() == kept;
        if let Ok(link) = Link::try_from(kept) {
            // One broken link is one violation, not one for each transfer after it.
            *last = link;
        }
        let outcome = if unbroken { Ok(()) } else { Err(format!("broken at {}", transfer.id)) };
        self.note(Invariant::Chain, outcome);
        match transfer.phase.resolves() {
            Some(of) if !self.holds.contains_key(&of) => self.early.push(transfer.clone()),
            Some(_) | None => self.hold(transfer),
        }
        let moved = self.trial.add(transfer);
        self.note(Invariant::Balanced, moved.ok_or_else(|| format!("{} overflows", transfer.id)));
        if transfer.phase == Phase::Posted && transfer.reason != Reason::TopUp {
            add(&mut self.moved, transfer, Standing::Moved);
        }
    }

    /// The end of a chain as it is kept beside it.
    pub fn chain(&mut self, chain: i64, kept: &[u8]) {
        let last = self.links.get(&chain).copied().unwrap_or_default();
        let outcome = if last == kept { Ok(()) } else { Err(format!("chain {chain} ends early")) };
        self.note(Invariant::Chain, outcome);
    }

    fn hold(&mut self, transfer: &Transfer) {
        let outcome = self.resolve(transfer);
        self.note(Invariant::Holds, outcome);
    }

    fn resolve(&mut self, transfer: &Transfer) -> Result<(), String> {
        let id = transfer.id;
        let (of, standing) = match transfer.phase {
            Phase::Posted => return Ok(()),
            Phase::Pending => {
                let hold = Hold { transfer: transfer.clone(), standing: Standing::Held };
                let twice = self.holds.insert(id, hold).is_some();
                return if twice { Err(format!("{id} stands twice")) } else { Ok(()) };
            }
            Phase::Post(of) => (of, Standing::Posted),
            Phase::Void(of) => (of, Standing::Voided),
        };
        let hold = self.holds.get_mut(&of).ok_or_else(|| format!("{id} resolves no hold"))?;
        if hold.standing != Standing::Held {
            return Err(format!("{of} is resolved twice"));
        }
        hold.standing = standing;
        let held = &hold.transfer;
        let fits = held.debit == transfer.debit
            && held.credit == transfer.credit
            && held.amount == transfer.amount
            && held.reference == transfer.reference;
        if fits { Ok(()) } else { Err(format!("{id} does not fit the hold {of}")) }
    }

    /// Resolves what was resolved in one chain before its hold was seen in another.
    fn resolve_early(&mut self) {
        for transfer in mem::take(&mut self.early) {
            self.hold(&transfer);
        }
    }

    /// An account as it is kept.
    pub fn account(&mut self, kept: &Account) {
        self.resolve_early();
        self.kept.insert(kept.id.clone());
        let summed = self.trial.accounts.get(&kept.id);
        let empty = Account::open(kept.id.clone(), chart::limit(&kept.id));
        let outcome = if summed.unwrap_or(&empty) == kept {
            Ok(())
        } else {
            Err(format!("{} is kept as {kept:?}, its transfers say {summed:?}", kept.id))
        };
        self.note(Invariant::AsKept, outcome);
        if chart::is_frozen(&kept.id) {
            let available = kept.available().map_or(i64::MAX, Fen::get);
            self.tally(Tally::minus(kept.id.as_str(), available));
        }
    }

    /// A row as it is kept.
    pub fn row(&mut self, kind: &str, id: &str, stored: &Stored) {
        self.resolve_early();
        let outcome = match kind {
            Bill::KIND => self.read::<Bill>(id, stored),
            MerchantBill::KIND => self.read::<MerchantBill>(id, stored),
            Package::KIND => self.read::<Package>(id, stored),
            Order::KIND => self.read::<Order>(id, stored),
            Combined::KIND => self.read::<Combined>(id, stored),
            Share::KIND => self.read::<Share>(id, stored),
            ShareReturn::KIND => self.read::<ShareReturn>(id, stored),
            Receiver::KIND => self.read::<Receiver>(id, stored),
            Refund::KIND => self.read::<Refund>(id, stored),
            subsidy::Payment::KIND => self.read::<subsidy::Payment>(id, stored),
            subsidy::PaymentNumber::KIND => self.read::<subsidy::PaymentNumber>(id, stored),
            subsidy::Return::KIND => self.read::<subsidy::Return>(id, stored),
            Number::KIND => read::<Number>(id, stored).map(|number| self.path(number)),
            Notice::KIND => self.read::<Notice>(id, stored),
            Prepay::KIND => self.read::<Prepay>(id, stored),
            Asked::KIND => self.read::<Asked>(id, stored),
            Code::KIND => self.read::<Code>(id, stored),
            Payer::KIND => self.read::<Payer>(id, stored),
            Merchant::KIND => self.read::<Merchant>(id, stored),
            Clock::KIND => self.read::<Clock>(id, stored),
            _ => Err(format!("{kind} {id} is of no known kind")),
        };
        self.note(Invariant::Rows, outcome);
    }

    /// Reads a row, and takes down what it says.
    fn read<R: Row>(&mut self, id: &str, stored: &Stored) -> Result<(), String> {
        let row: R = read(id, stored)?;
        for entry in row.books() {
            self.book(&entry);
        }
        if let Some(number) = row.number() {
            let number = Number::row_id(R::KIND, &number);
            let other = self.owned.insert(number.clone(), id.to_owned());
            let outcome = other.map_or(Ok(()), |other| Err(format!("{number}: {other}, {id}")));
            self.note(Invariant::Identity, outcome);
        }
        for tally in row.tallies() {
            self.tally(tally);
        }
        if let Some(job) = row.awaits() {
            self.awaited.push((format!("{} {id}", R::KIND), printed(&job)));
        }
        Ok(())
    }

    fn book(&mut self, entry: &Entry) {
        let Entry { reference, reason, debit, credit, amount, standing, hold } = entry;
        let sums = self.booked.entry(reference.clone()).or_default();
        let sum = sums.entry((*reason, debit.clone(), credit.clone(), *standing)).or_default();
        *sum = sum.plus(*amount).unwrap_or(Fen::new(i64::MAX));
        let Some(id) = hold else { return };
        let fits = self.holds.get(id).is_some_and(|hold| {
            hold.standing == *standing
                && hold.transfer.amount == *amount
                && hold.transfer.reference == *reference
        });
        let outcome = if fits { Ok(()) } else { Err(format!("{reference}: hold {id} differs")) };
        self.note(Invariant::Books, outcome);
    }

    fn tally(&mut self, Tally { of, part }: Tally) {
        *self.tallies.entry(of).or_default() += part;
    }

    fn path(&mut self, number: Number) {
        self.paths.insert(number.id(), number.leads_to);
    }

    /// A job that is waiting.
    pub fn job(&mut self, job: &Job) {
        self.jobs.insert(printed(job));
    }

    /// The end: everything was seen.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.resolve_early();
        self.sums();
        self.books();
        for (of, sum) in mem::take(&mut self.tallies) {
            let outcome = if sum == 0 { Ok(()) } else { Err(format!("{of}: {sum} too much")) };
            self.note(Invariant::Sums, outcome);
        }
        for (row, job) in mem::take(&mut self.awaited) {
            let waits = self.jobs.contains(&job);
            self.note(Invariant::Pending, if waits { Ok(()) } else { Err(row) });
        }
        self.numbers();
        Report { checks: self.checks.into_values().collect() }
    }

    /// What rows say has moved is what has moved.
    fn books(&mut self) {
        let mut moved = mem::take(&mut self.moved);
        for Hold { transfer, standing } in mem::take(&mut self.holds).into_values() {
            add(&mut moved, &transfer, standing);
        }
        for (reference, booked) in mem::take(&mut self.booked) {
            let moved = moved.remove(&reference).unwrap_or_default();
            let fits = moved == booked;
            let outcome = if fits { Ok(()) } else { Err(format!("{reference}: {moved:?}")) };
            self.note(Invariant::Books, outcome);
        }
        for (reference, moved) in moved {
            let violation = format!("nothing has the number {reference}: {moved:?}");
            self.note(Invariant::Books, Err(violation));
        }
    }

    /// Each number leads to the row that has it, and to nothing else.
    fn numbers(&mut self) {
        let mut rows = mem::take(&mut self.owned);
        for (number, leads_to) in mem::take(&mut self.paths) {
            let row = rows.remove(&number);
            let outcome = if row.as_ref() == Some(&leads_to) {
                Ok(())
            } else {
                Err(format!("{number} leads to {leads_to}, and is the number of {row:?}"))
            };
            self.note(Invariant::Identity, outcome);
        }
        for (number, row) in rows {
            self.note(Invariant::Identity, Err(format!("{number} of {row} leads nowhere")));
        }
    }

    fn sums(&mut self) {
        let accounts = mem::take(&mut self.trial).accounts;
        let mut sums = [0_i128; 4];
        for account in accounts.values() {
            let volumes = [account.debits, account.credits];
            for (side, volume) in volumes.iter().enumerate() {
                sums[side] += i128::from(volume.posted.get());
                sums[side + 2] += i128::from(volume.pending.get());
            }
            if account.limit != Limit::Unlimited {
                self.note(Invariant::NotOverdrawn, account.check().map_err(|e| e.to_string()));
                if !self.kept.contains(&account.id) {
                    self.note(Invariant::AsKept, Err(format!("{} is not kept", account.id)));
                }
            }
        }
        let equal = sums[0] == sums[1] && sums[2] == sums[3];
        self.note(Invariant::Balanced, if equal { Ok(()) } else { Err(format!("{sums:?}")) });
    }
}

/// Adds a transfer to the sums of its reference.
fn add(sums: &mut BTreeMap<String, Sums>, transfer: &Transfer, standing: Standing) {
    let sums = sums.entry(transfer.reference.clone()).or_default();
    let ends = (transfer.reason, transfer.debit.clone(), transfer.credit.clone(), standing);
    let sum = sums.entry(ends).or_default();
    *sum = sum.plus(transfer.amount).unwrap_or(Fen::new(i64::MAX));
}

fn printed(job: &Job) -> String {
    serde_json::to_string(job).expect("a job prints as JSON")
}

fn read<R: Row>(id: &str, stored: &Stored) -> Result<R, String> {
    let row = R::read(id, &stored.body)
        .map_err(|error| format!("{} {id} cannot be read: {error}", R::KIND))?;
    row.check().map_err(|what| format!("{} {id}: {what}", R::KIND))?;
    if row.id() == id {
        Ok(row)
    } else {
        Err(format!("{} {id} calls itself {}", R::KIND, row.id()))
    }
}
