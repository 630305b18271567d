//! The audit: every invariant, recomputed from the transfers and compared with what is kept.
//!
//! It is fed everything the store holds, in one pass (transfers first, in their order), and says
//! what does not hold. It shares no code with the paths that move money, beyond the types.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use redress_api::Fen;
use redress_api::compensation::BillState;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::chart;
use crate::clock::Clock;
use crate::compensation::{Bill, BillNumber, Step};
use crate::job::Job;
use crate::ledger::{self, Account, AccountId, Limit, Link, Phase, Reason, Transfer, TransferId};
use crate::merchant::Merchant;
use crate::order::{Order, TradeState, Transaction};
use crate::payer::{Code, Payer};
use crate::row::{Row, Stored};
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
    BillMoney,
    OrderMoney,
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
        Self::BillMoney,
        Self::OrderMoney,
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
            Self::BillMoney => {
                "a bill holds its amount while open, has paid it after SUCCESS, and nothing else"
            }
            Self::OrderMoney => {
                "an order's transfers are its payment, its refunds and its reversal, no more"
            }
            Self::Identity => "each provider's number names one thing, and leads to it",
            Self::Pending => "each open bill has the job that moves it on",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HoldState {
    Open,
    Posted,
    Voided,
}

struct Hold {
    transfer: Transfer,
    state: HoldState,
}

/// An audit under way.
pub struct Audit {
    checks: BTreeMap<Invariant, Check>,
    link: Link,
    trial: TrialBalance,
    holds: BTreeMap<TransferId, Hold>,
    /// What was moved at once, by reference, as [`Sums`].
    moved: BTreeMap<String, Sums>,
    /// Order rows by the provider's number: as orders have it, and as transactions lead to them.
    orders: BTreeMap<String, String>,
    transactions: BTreeMap<String, String>,
    kept: BTreeSet<AccountId>,
    bills: Vec<Bill>,
    bill_ids: BTreeMap<String, String>,
    bill_numbers: BTreeMap<String, String>,
    jobs: BTreeSet<(String, Step)>,
}

/// Amounts by reason, debited account and credited account.
type Sums = BTreeMap<(Reason, AccountId, AccountId), Fen>;

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
            link: Link::default(),
            trial: TrialBalance::default(),
            holds: BTreeMap::new(),
            moved: BTreeMap::new(),
            orders: BTreeMap::new(),
            transactions: BTreeMap::new(),
            kept: BTreeSet::new(),
            bills: Vec::new(),
            bill_ids: BTreeMap::new(),
            bill_numbers: BTreeMap::new(),
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

    /// The next transfer, in the order in which they were written, with the link kept beside it.
    pub fn transfer(&mut self, transfer: &Transfer, kept: &[u8]) {
        self.link = ledger::link(&self.link, transfer);
        let unbroken = self.link.as_slice() == kept;
        let outcome = if unbroken { Ok(()) } else { Err(format!("broken at {}", transfer.id)) };
        self.note(Invariant::Chain, outcome);
        if let Ok(link) = Link::try_from(kept) {
            // One broken link is one violation, not one for each transfer after it.
            self.link = link;
        }
        let outcome = self.resolve(transfer);
        self.note(Invariant::Holds, outcome);
        let moved = self.trial.add(transfer);
        self.note(Invariant::Balanced, moved.ok_or_else(|| format!("{} overflows", transfer.id)));
        if transfer.phase == Phase::Posted && transfer.reason != Reason::TopUp {
            let sums = self.moved.entry(transfer.reference.clone()).or_default();
            let ends = (transfer.reason, transfer.debit.clone(), transfer.credit.clone());
            let sum = sums.entry(ends).or_default();
            *sum = sum.plus(transfer.amount).unwrap_or(Fen::new(i64::MAX));
        }
    }

    fn resolve(&mut self, transfer: &Transfer) -> Result<(), String> {
        let id = transfer.id;
        let (of, state) = match transfer.phase {
            Phase::Posted => return Ok(()),
            Phase::Pending => {
                let hold = Hold { transfer: transfer.clone(), state: HoldState::Open };
                let twice = self.holds.insert(id, hold).is_some();
                return if twice { Err(format!("{id} stands twice")) } else { Ok(()) };
            }
            Phase::Post(of) => (of, HoldState::Posted),
            Phase::Void(of) => (of, HoldState::Voided),
        };
        let hold = self.holds.get_mut(&of).ok_or_else(|| format!("{id} resolves no hold"))?;
        if hold.state != HoldState::Open {
            return Err(format!("{of} is resolved twice"));
        }
        hold.state = state;
        let held = &hold.transfer;
        let fits = held.debit == transfer.debit
            && held.credit == transfer.credit
            && held.amount == transfer.amount
            && held.reference == transfer.reference;
        if fits { Ok(()) } else { Err(format!("{id} does not fit the hold {of}")) }
    }

    /// An account as it is kept.
    pub fn account(&mut self, kept: &Account) {
        self.kept.insert(kept.id.clone());
        let summed = self.trial.accounts.get(&kept.id);
        let empty = Account::open(kept.id.clone(), chart::limit(&kept.id));
        let outcome = if summed.unwrap_or(&empty) == kept {
            Ok(())
        } else {
            Err(format!("{} is kept as {kept:?}, its transfers say {summed:?}", kept.id))
        };
        self.note(Invariant::AsKept, outcome);
    }

    /// A row as it is kept.
    pub fn row(&mut self, kind: &str, id: &str, stored: &Stored) {
        let outcome = match kind {
            Bill::KIND => read::<Bill>(id, stored).map(|bill| self.bill(bill)),
            Order::KIND => read::<Order>(id, stored).map(|order| self.order(&order)),
            Transaction::KIND => {
                read::<Transaction>(id, stored).map(|transaction| self.transaction(&transaction))
            }
            BillNumber::KIND => read::<BillNumber>(id, stored).map(|number| self.number(&number)),
            Code::KIND => read::<Code>(id, stored).map(|_| ()),
            Payer::KIND => read::<Payer>(id, stored).map(|_| ()),
            Merchant::KIND => read::<Merchant>(id, stored).map(|_| ()),
            Clock::KIND => read::<Clock>(id, stored).map(|_| ()),
            _ => Err(format!("{kind} {id} is of no known kind")),
        };
        self.note(Invariant::Rows, outcome);
    }

    fn bill(&mut self, bill: Bill) {
        let number = bill.bill_id.to_string();
        let other = self.bill_ids.insert(number.clone(), bill.id());
        let outcome = other.map_or(Ok(()), |other| Err(format!("{number}: {other} and another")));
        self.note(Invariant::Identity, outcome);
        let hold = bill.hold.and_then(|id| self.holds.get(&id));
        let wanted = match bill.state {
            BillState::Accepted | BillState::WaitUserConfirm | BillState::Canceling => {
                Some(HoldState::Open)
            }
            BillState::Success => Some(HoldState::Posted),
            BillState::Cancelled => Some(HoldState::Voided),
            BillState::Closed => bill.hold.map(|_| HoldState::Voided),
        };
        let fits = hold.map(|hold| hold.state) == wanted
            && hold.is_none_or(|hold| {
                hold.transfer.amount == bill.content.amount
                    && hold.transfer.reference == bill.bill_id.as_str()
                    && hold.transfer.debit == chart::available(&bill.content.sponsor_mchid)
                    && hold.transfer.credit == chart::payer(&bill.payer)
            });
        let id = &bill.bill_id;
        let outcome = if fits { Ok(()) } else { Err(format!("bill {id} is {}", bill.state)) };
        self.note(Invariant::BillMoney, outcome);
        self.bills.push(bill);
    }

    fn order(&mut self, order: &Order) {
        let id = order.id();
        let Some(transaction_id) = &order.transaction_id else { return };
        let other = self.orders.insert(transaction_id.to_string(), id.clone());
        let outcome = other.map_or(Ok(()), |other| Err(format!("{transaction_id}: {other}, {id}")));
        self.note(Invariant::Identity, outcome);

        let (seller, payer) = (order.account(), chart::payer(&order.payer));
        let mut wanted = Sums::new();
        wanted.insert((Reason::Payment, payer.clone(), seller.clone()), order.amount);
        if order.refunded.is_positive() {
            wanted.insert((Reason::Refund, seller.clone(), payer.clone()), order.refunded);
        }
        if order.state == TradeState::Revoked {
            wanted.insert((Reason::Reversal, seller, payer), order.amount);
        }
        let moved = self.moved.remove(transaction_id.as_str()).unwrap_or_default();
        let outcome = if moved == wanted { Ok(()) } else { Err(format!("order {id}: {moved:?}")) };
        self.note(Invariant::OrderMoney, outcome);
    }

    fn number(&mut self, number: &BillNumber) {
        let bill = Bill::row_id(&number.sp_mchid, &number.out_bill_no);
        self.bill_numbers.insert(number.bill_id.to_string(), bill);
    }

    fn transaction(&mut self, transaction: &Transaction) {
        let order = Order::row_id(&transaction.mchid, &transaction.out_trade_no);
        self.transactions.insert(transaction.transaction_id.to_string(), order);
    }

    /// A job that is waiting.
    pub fn job(&mut self, job: &Job) {
        match job {
            Job::Bill { sp_mchid, out_bill_no, step } => {
                self.jobs.insert((Bill::row_id(sp_mchid, out_bill_no), *step));
            }
            // An order that the control API placed waits for its payer as long as it takes.
            Job::Order { .. } => {}
        }
    }

    /// The end: everything was seen.
    #[must_use]
    pub fn finish(mut self) -> Report {
        self.sums();
        for bill in mem::take(&mut self.bills) {
            let step = match bill.state {
                BillState::Accepted => Some(Step::Process),
                BillState::WaitUserConfirm => Some(Step::Expire),
                BillState::Canceling => Some(Step::FinishCancel),
                BillState::Success | BillState::Closed | BillState::Cancelled => None,
            };
            let moves = step.is_none_or(|step| self.jobs.contains(&(bill.id(), step)));
            let outcome = if moves { Ok(()) } else { Err(format!("bill {}", bill.bill_id)) };
            self.note(Invariant::Pending, outcome);
            if let Some(hold) = bill.hold {
                self.holds.remove(&hold);
            }
        }
        for id in mem::take(&mut self.holds).into_keys() {
            self.note(Invariant::BillMoney, Err(format!("hold {id} belongs to no bill")));
        }
        for (reference, moved) in mem::take(&mut self.moved) {
            let violation = format!("{reference} is no order's: {moved:?}");
            self.note(Invariant::OrderMoney, Err(violation));
        }
        let (orders, transactions) =
            (mem::take(&mut self.orders), mem::take(&mut self.transactions));
        self.paths(orders, transactions);
        let (bills, numbers) = (mem::take(&mut self.bill_ids), mem::take(&mut self.bill_numbers));
        self.paths(bills, numbers);
        Report { checks: self.checks.into_values().collect() }
    }

    /// Each number leads to the row that has it, and to nothing else.
    fn paths(&mut self, mut rows: BTreeMap<String, String>, paths: BTreeMap<String, String>) {
        for (number, leads_to) in paths {
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

fn read<R: Row + DeserializeOwned>(id: &str, stored: &Stored) -> Result<R, String> {
    let row: R = serde_json::from_str(&stored.body)
        .map_err(|error| format!("{} {id} cannot be read: {error}", R::KIND))?;
    row.check().map_err(|what| format!("{} {id}: {what}", R::KIND))?;
    if row.id() == id {
        Ok(row)
    } else {
        Err(format!("{} {id} calls itself {}", R::KIND, row.id()))
    }
}
