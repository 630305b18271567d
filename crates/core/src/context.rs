//! What a decision sees and does: rows in, changes out.

use std::any::Any;
use std::collections::BTreeMap;

use redress_api::{BillId, Fen, Timestamp, TransactionId};

use crate::command::{Broken, Frame, Stop};
use crate::job::Job;
use crate::ledger::{
    self, Account, AccountId, LedgerError, Limit, Phase, Reason, Transfer, TransferId,
};
use crate::row::{Changes, Found, Key, Lookup, Put, Row, Rows};

/// One attempt at a command.
pub struct Context<'a> {
    frame: Frame,
    rows: &'a mut dyn Rows,
    /// The rows that were put, by kind and number. What is done at once often changes what a
    /// command has just made: they are printed at the end, and not read again.
    puts: BTreeMap<(&'static str, String), Kept>,
    changes: Changes,
    fresh: u64,
}

/// A row that was put.
struct Kept {
    row: Box<dyn Printed>,
    owner: String,
    /// The version that it replaces.
    replaces: i64,
}

/// A row whose type is known to those who put it.
trait Printed: Any {
    fn print(&self) -> Result<String, serde_json::Error>;
}

impl<R: Row> Printed for R {
    fn print(&self) -> Result<String, serde_json::Error> {
        let body = serde_json::to_string(self)?;
        debug_assert!(R::read(&self.id(), &body).is_ok(), "a {} is not read again", R::KIND);
        Ok(body)
    }
}

/// Money to move; see [`Context::transfer`].
#[derive(Clone, Debug)]
pub struct Movement<'a> {
    /// Where it comes from.
    pub debit: &'a AccountId,
    /// Where it goes.
    pub credit: &'a AccountId,
    /// How much, in fen.
    pub amount: Fen,
    /// Why.
    pub reason: Reason,
    /// The number of the bill, order or call that it belongs to.
    pub reference: &'a str,
}

impl<'a> Context<'a> {
    pub(crate) fn new(frame: Frame, rows: &'a mut dyn Rows) -> Self {
        let changes = Changes { now: Some(frame.now), ..Changes::default() };
        Self { frame, rows, puts: BTreeMap::new(), changes, fresh: 0 }
    }

    /// What is to be written.
    pub(crate) fn into_changes(self) -> Result<Changes, Broken> {
        let Self { puts, mut changes, .. } = self;
        for ((kind, id), Kept { row, owner, replaces }) in puts {
            let body = row
                .print()
                .map_err(|error| Broken(format!("{kind} {id}: cannot be printed: {error}")))?;
            changes.puts.insert((kind, id), Put { owner, replaces, body });
        }
        Ok(changes)
    }

    /// Business time.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.frame.now
    }

    /// The row of this number, as it is after what this attempt has put.
    ///
    /// # Errors
    /// If it is not loaded, or cannot be read.
    pub fn get<R: Row>(&mut self, id: &str) -> Result<Option<R>, Stop> {
        Ok(self.load(id)?.map(|(row, _)| row))
    }

    fn load<R: Row>(&mut self, id: &str) -> Result<Option<(R, i64)>, Stop> {
        let broken = |what: String| Broken(format!("{} {id} {what}", R::KIND));
        if let Some(kept) = self.puts.get(&(R::KIND, id.to_owned())) {
            let row: &dyn Any = &*kept.row;
            let row = row.downcast_ref::<R>().ok_or_else(|| broken("is something else".into()))?;
            return Ok(Some((row.clone(), kept.replaces)));
        }
        let Some(Found::Row(stored)) = self.look(Key::Row(R::KIND, id.to_owned()))? else {
            return Ok(None);
        };
        let row = R::read(id, &stored.body)
            .map_err(|error| broken(format!("cannot be read: {error}")))?;
        Ok(Some((row, stored.version)))
    }

    /// Writes a row. What it says about itself, and about the step from what was there before, is
    /// asserted here.
    ///
    /// # Errors
    /// If the row that it replaces is not loaded, or an invariant does not hold.
    pub fn put<R: Row>(&mut self, row: &R) -> Result<(), Stop> {
        let id = row.id();
        let broken = |what: String| Broken(format!("{} {id}: {what}", R::KIND));
        row.check().map_err(broken)?;
        let before = self.load::<R>(&id)?;
        let replaces = match before {
            Some((before, version)) => {
                row.follows(&before).map_err(broken)?;
                if before.owner() != row.owner() {
                    return Err(broken("changes its owner".to_owned()).into());
                }
                version
            }
            None => 0,
        };
        let kept = Kept { row: Box::new(row.clone()), owner: row.owner().to_owned(), replaces };
        self.puts.insert((R::KIND, id), kept);
        Ok(())
    }

    /// Moves money at once.
    ///
    /// # Errors
    /// If the debited account has not enough (the inner error), or a row is not loaded.
    pub fn transfer(
        &mut self,
        movement: &Movement<'_>,
    ) -> Result<Result<TransferId, NotEnough>, Stop> {
        self.write(movement, Phase::Posted)
    }

    /// Holds money, to be posted or voided later.
    ///
    /// # Errors
    /// As [`Context::transfer`].
    pub fn hold(&mut self, movement: &Movement<'_>) -> Result<Result<TransferId, NotEnough>, Stop> {
        if crate::chart::limit(movement.debit) == Limit::Unlimited {
            let what = format!("{} has no limit, so there is nothing to hold", movement.debit);
            return Err(Broken(what).into());
        }
        self.write(movement, Phase::Pending)
    }

    /// Moves what a transfer holds of an account to where it was meant to go.
    ///
    /// # Errors
    /// If the transfer is not loaded, is no hold of that account, or is resolved already.
    pub fn post(&mut self, debit: &AccountId, hold: TransferId) -> Result<(), Stop> {
        self.resolve(debit, hold, Phase::Post(hold))
    }

    /// Gives back what a transfer holds.
    ///
    /// # Errors
    /// As [`Context::post`].
    pub fn void(&mut self, debit: &AccountId, hold: TransferId) -> Result<(), Stop> {
        self.resolve(debit, hold, Phase::Void(hold))
    }

    /// Has a job done at a moment; it is committed with the change that schedules it.
    pub fn schedule(&mut self, at: Timestamp, job: Job) {
        self.changes.jobs.push((at, job));
    }

    /// The next job that is for this very moment, and for a rule to do; it is not scheduled any
    /// more.
    pub(crate) fn take_due(&mut self) -> Option<Job> {
        let is_due = |(at, job): &(Timestamp, Job)| *at <= self.frame.now && job.is_for_a_rule();
        let at = self.changes.jobs.iter().position(is_due)?;
        Some(self.changes.jobs.remove(at).1)
    }

    /// An account as it is after what this attempt has moved. Those without a limit keep no
    /// balance, and look empty.
    ///
    /// # Errors
    /// If it is not loaded.
    pub fn balance(&mut self, id: &AccountId) -> Result<Account, Stop> {
        self.account(id).map(|(account, _)| account)
    }

    /// A number nobody has had: the same in a repeated run of the same frame.
    pub fn fresh(&mut self) -> u128 {
        self.fresh += 1;
        let (step, [high, low]) = (self.step(), self.halves());
        (u128::from(mix(high.wrapping_add(step))) << 64) | u128::from(mix(low ^ step))
    }

    /// The number of a transfer: as [`Self::fresh`], but in the order of seeds.
    fn fresh_transfer_id(&mut self) -> TransferId {
        self.fresh += 1;
        let (step, [high, low]) = (self.step(), self.halves());
        let high = high.wrapping_add(self.fresh);
        TransferId::new((u128::from(high) << 64) | u128::from(mix(low ^ step)))
    }

    const fn step(&self) -> u64 {
        self.fresh.wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// Of the seed, what counts up and what is random.
    const fn halves(&self) -> [u64; 2] {
        [(self.frame.seed >> 64) as u64, self.frame.seed as u64]
    }

    /// A fresh number of a bill: 40 digits, as the page's sample has. After the day come the
    /// milliseconds of the seed's day, so that the numbers of a day are in order.
    ///
    /// # Panics
    /// Never: digits are valid.
    pub fn fresh_bill_id(&mut self) -> BillId {
        let (day, number) = (self.frame.now.day_digits(), self.fresh() % 10_u128.pow(11));
        let millis = self.halves()[0] / 1_000_000 % 86_400_000;
        let id = format!("1330000071100{day}{millis:08}{number:011}");
        id.parse().expect("40 digits are a bill's number")
    }

    /// A fresh number of the provider's form: this prefix, the day, and so many digits more, at
    /// most 38.
    pub fn fresh_digits(&mut self, prefix: &str, digits: u32) -> String {
        let number = self.fresh() % 10_u128.pow(digits);
        let (day, width) = (self.frame.now.day_digits(), digits as usize);
        format!("{prefix}{day}{number:0width$}")
    }

    /// A fresh number of an order: 28 digits, as the provider issues them.
    ///
    /// # Panics
    /// Never: digits are valid.
    pub fn fresh_transaction_id(&mut self) -> TransactionId {
        self.fresh_digits("42000", 15).parse().expect("28 digits are an order's number")
    }

    fn look(&mut self, key: Key) -> Result<Option<Found>, Stop> {
        match self.rows.look(&key) {
            Lookup::Unloaded => Err(Stop::Missing(key)),
            Lookup::Absent => Ok(None),
            Lookup::Found(found) => Ok(Some(found)),
        }
    }

    /// An account and whether it is new.
    fn account(&mut self, id: &AccountId) -> Result<(Account, bool), Stop> {
        if let Some(known) = self.changes.accounts.get(id) {
            return Ok(known.clone());
        }
        let limit = crate::chart::limit(id);
        if limit == Limit::Unlimited {
            return Ok((Account::open(id.clone(), limit), false));
        }
        Ok(match self.look(Key::Account(id.clone()))? {
            Some(Found::Account(account)) => (account, false),
            _ => (Account::open(id.clone(), limit), true),
        })
    }

    fn write(
        &mut self,
        movement: &Movement<'_>,
        phase: Phase,
    ) -> Result<Result<TransferId, NotEnough>, Stop> {
        let transfer = Transfer {
            id: self.fresh_transfer_id(),
            debit: movement.debit.clone(),
            credit: movement.credit.clone(),
            amount: movement.amount,
            reason: movement.reason,
            phase,
            reference: movement.reference.to_owned(),
            at: self.frame.now,
        };
        let id = transfer.id;
        Ok(self.apply(transfer, None)?.map(|()| id))
    }

    fn resolve(&mut self, debit: &AccountId, hold: TransferId, phase: Phase) -> Result<(), Stop> {
        let fresh = self.changes.transfers.iter().find(|transfer| transfer.id == hold);
        let (held, resolved) = match fresh.cloned() {
            Some(held) => (held, false),
            None => match self.look(Key::Transfer(debit.clone(), hold))? {
                Some(Found::Transfer { transfer, resolved }) => (transfer, resolved),
                _ => return Err(Broken(format!("there is no hold {hold}")).into()),
            },
        };
        if resolved || self.changes.transfers.iter().any(|t| t.phase.resolves() == Some(hold)) {
            return Err(Broken(format!("hold {hold} is resolved already")).into());
        }
        let id = self.fresh_transfer_id();
        let transfer = Transfer { id, phase, at: self.frame.now, ..held.clone() };
        match self.apply(transfer, Some(&held))? {
            Ok(()) => Ok(()),
            Err(NotEnough(error)) => Err(Broken(error).into()),
        }
    }

    fn apply(
        &mut self,
        transfer: Transfer,
        hold: Option<&Transfer>,
    ) -> Result<Result<(), NotEnough>, Stop> {
        let (mut debit, debit_is_new) = self.account(&transfer.debit)?;
        let (mut credit, credit_is_new) = self.account(&transfer.credit)?;
        match ledger::apply(&mut debit, &mut credit, &transfer, hold) {
            Ok(()) => {}
            Err(error @ LedgerError::NotEnough { .. }) => {
                return Ok(Err(NotEnough(error.to_string())));
            }
            Err(LedgerError::Broken(broken)) => return Err(broken.into()),
        }
        for (account, is_new) in [(debit, debit_is_new), (credit, credit_is_new)] {
            if account.limit == Limit::DebitsWithinCredits {
                self.changes.accounts.insert(account.id.clone(), (account, is_new));
            }
        }
        self.changes.transfers.push(transfer);
        Ok(Ok(()))
    }
}

/// The debited account has less than the amount; nothing was moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotEnough(pub String);

/// The finaliser of splitmix64: distinct inputs give distinct outputs.
const fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
