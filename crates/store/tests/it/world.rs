//! A small domain to test with.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use redress_api::{Fen, Mchid, Timestamp};
use redress_core::command::{Broken, Stop};
use redress_core::compensation::Step;
use redress_core::context::Movement;
use redress_core::ledger::Reason;
use redress_core::row::Row;
use redress_core::{AccountId, Command, Context, Frame, Job, Key, TransferId, chart, refusal};
use redress_store::{Failure, Store};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

/// A moment to start at.
pub(crate) const START: i64 = 1_700_000_000;

/// So many seconds after the start.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(START + seconds)
}

/// A frame at the start.
pub(crate) fn frame(seed: u128) -> Frame {
    Frame { now: at(0), seed }
}

/// A row: words under a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) id: String,
    pub(crate) owner: String,
    pub(crate) words: Vec<String>,
}

impl Row for Note {
    const KIND: &'static str = "note";

    fn id(&self) -> String {
        self.id.clone()
    }

    fn owner(&self) -> &str {
        &self.owner
    }

    fn check(&self) -> Result<(), String> {
        Ok(())
    }

    fn follows(&self, _before: &Self) -> Result<(), String> {
        Ok(())
    }
}

/// Adds a word to a note, which it creates if there is none; answers how many there are.
pub(crate) struct Append(pub(crate) &'static str, pub(crate) String);

pub(crate) fn append(id: &'static str, word: &str) -> Append {
    Append(id, word.to_owned())
}

impl Command for Append {
    type Outcome = usize;

    fn decide(&self, cx: &mut Context<'_>) -> Result<usize, Stop> {
        let empty = || Note { id: self.0.to_owned(), owner: "anyone".to_owned(), words: vec![] };
        let mut note = cx.get::<Note>(self.0)?.unwrap_or_else(empty);
        note.words.push(self.1.clone());
        cx.put(&note)?;
        Ok(note.words.len())
    }
}

/// Looks at a note.
pub(crate) struct Find(pub(crate) &'static str);

impl Command for Find {
    type Outcome = Option<Note>;

    fn looks_at(&self) -> Vec<Key> {
        vec![Key::Row(Note::KIND, self.0.to_owned())]
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<Option<Note>, Stop> {
        cx.get(self.0)
    }
}

/// Writes a note, and then ends in some way.
pub(crate) enum Ends {
    /// The rule says no.
    Refused,
    /// The rule finds an invariant broken.
    Broken,
    /// The rule panics.
    Panics,
    /// The row cannot be written: the schema wants a number.
    Unwritable,
}

impl Command for Ends {
    type Outcome = ();

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        let id = if matches!(self, Self::Unwritable) { "" } else { "ends" };
        cx.put(&Note { id: id.to_owned(), owner: String::new(), words: vec![] })?;
        match self {
            Self::Refused => Err(refusal::BILL_UNKNOWN.plain().into()),
            Self::Broken => Err(Broken("on purpose".to_owned()).into()),
            Self::Panics => panic!("on purpose"),
            Self::Unwritable => Ok(()),
        }
    }
}

/// Money, from an account to another.
pub(crate) struct Pay {
    pub(crate) debit: AccountId,
    pub(crate) credit: AccountId,
    pub(crate) amount: i64,
    pub(crate) holds: bool,
}

impl Command for Pay {
    type Outcome = TransferId;

    fn decide(&self, cx: &mut Context<'_>) -> Result<TransferId, Stop> {
        let movement = Movement {
            debit: &self.debit,
            credit: &self.credit,
            amount: Fen::new(self.amount),
            reason: Reason::TopUp,
            reference: if self.holds { "hold" } else { "pay" },
        };
        let moved = if self.holds { cx.hold(&movement) } else { cx.transfer(&movement) };
        moved?.map_err(|short| refusal::control_conflict(short.to_string()).into())
    }
}

/// Ends a hold: by moving the money, or by giving it back.
pub(crate) struct Resolve(pub(crate) TransferId, pub(crate) bool);

impl Command for Resolve {
    type Outcome = ();

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        let debit = chart::available(&mchid(1));
        if self.1 { cx.post(&debit, self.0) } else { cx.void(&debit, self.0) }
    }
}

pub(crate) fn mchid(last: u8) -> Mchid {
    format!("190000000{last}").parse().unwrap()
}

/// Credits merchant so-and-so from the bank.
pub(crate) fn top_up(last: u8, amount: i64) -> Pay {
    let credit = chart::available(&mchid(last));
    Pay { debit: chart::bank(), credit, amount, holds: false }
}

/// Keeps the writer busy until it is let go.
pub(crate) struct Gate {
    entered: Sender<()>,
    go: Mutex<Receiver<()>>,
}

impl Command for Gate {
    type Outcome = ();

    fn decide(&self, _cx: &mut Context<'_>) -> Result<(), Stop> {
        // It may be decided twice; then no one listens any more.
        let _late = self.entered.send(());
        // An error means the same: whoever held the gate is gone.
        let _gone = self.go.lock().unwrap().recv();
        Ok(())
    }
}

/// Holds the writer until it is dropped.
pub(crate) struct Held {
    _go: Sender<()>,
    _gate: JoinHandle<Result<(), Failure>>,
}

/// Has the writer wait. What is sent after this is one group.
pub(crate) async fn hold_writer(store: &Store) -> Held {
    let ((entered, at_gate), (go, wait)) = (channel(), channel());
    let gate = send(store, Gate { entered, go: Mutex::new(wait) }, frame(0)).await;
    at_gate.recv().unwrap();
    Held { _go: go, _gate: gate }
}

/// Has a command queued, without waiting for its answer. On a runtime of one thread the queue has
/// it afterwards, behind those sent before.
pub(crate) async fn send<C: Command>(
    store: &Store,
    command: C,
    frame: Frame,
) -> JoinHandle<Result<C::Outcome, Failure>> {
    let store = store.clone();
    let task = tokio::spawn(async move { store.execute(command, frame).await });
    tokio::task::yield_now().await;
    task
}

/// Schedules a step of a bill that does not exist.
pub(crate) struct Orphan(pub(crate) Timestamp);

impl Command for Orphan {
    type Outcome = ();

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        cx.schedule(self.0, step("orphan", Step::Process));
        Ok(())
    }
}

pub(crate) fn step(bill: &str, step: Step) -> Job {
    Job::Bill { sp_mchid: mchid(1), out_bill_no: bill.parse().unwrap(), step }
}

/// Money from the bank, once for each number, however often it is asked for: as a bill is.
#[derive(Clone, Copy)]
pub(crate) struct Transferred {
    pub(crate) merchant: u8,
    pub(crate) amount: i64,
    pub(crate) id: u128,
}

impl Command for Transferred {
    type Outcome = ();

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        let id = format!("transferred-{}", self.id);
        if cx.get::<Note>(&id)?.is_some() {
            return Ok(());
        }
        cx.put(&Note { id, owner: String::new(), words: vec![] })?;
        top_up(self.merchant, self.amount).decide(cx).map(drop)
    }
}

/// Whether the ledger is what its transfers say, in unbroken chains.
pub(crate) async fn money_is_right(store: &Store) {
    // Notes are of no kind that the audit knows.
    let checks = store.audit().await.unwrap().checks.into_iter();
    let broken: Vec<_> =
        checks.filter(|check| check.broken > 0 && !check.invariant.contains("each row")).collect();
    assert!(broken.is_empty(), "{broken:?}");
}
