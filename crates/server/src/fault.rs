//! Faults on demand: what goes wrong between a merchant and the provider, made on purpose, at a
//! stage that is known: when it connects, before the operation is committed, after it, or on the
//! way of its answer.
//!
//! Armed through the control API. A server that has none armed pays two atomic loads a request.

mod arming;
mod kind;
mod line;
mod spoil;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redress_api::ErrorCode;

pub(crate) use self::arming::{Arming, ArmingError};
pub use self::kind::{Kind, Stage, UnknownWord};
pub(crate) use self::line::{Breaker, Line};
pub(crate) use self::spoil::Broken;
use crate::exchange::Exchange;
use crate::reply::Problem;
use crate::site::Site;

/// The most faults that are kept at once, those that are over included.
const FAULTS_MAX: usize = 1024;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The connection is there, and reset before a byte of it is read.
    HangUp,
    /// The head is read, and the connection is reset.
    Refuse,
    /// The request is read, nothing is done, and the connection is reset.
    ResetBefore,
    /// It is done, and the connection is reset without a byte of the answer.
    ResetAfter,
    /// It is done, half of the answer's body is sent, and the connection is reset.
    CutBody,
    /// It takes longer. Before the commit it is done however long its caller waits.
    Slow(Stage, Duration),
    /// Another answer, with this code: nothing is done, or it is done and not said.
    Status(Stage, ErrorCode),
    /// The signature of something else.
    WrongSignature,
    /// Signed with a key that nobody knows.
    UnknownSerial,
    /// Signed an hour ago.
    Stale,
    /// Not signed.
    Unsigned,
    /// A probe of the signature check.
    Probe,
    /// 202 in the place of 200: not finished, but done.
    Accepted,
}

/// A fault that happens to a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) id: u64,
    pub(crate) kind: &'static str,
    pub(crate) what: What,
}

/// One that is armed, or was.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) id: u64,
    pub(crate) arming: Arming,
    what: What,
    /// How many requests were in its scope.
    pub(crate) seen: u64,
    /// How many of them it happened to.
    pub(crate) struck: u64,
}

#[derive(Debug, Default)]
struct List {
    last: u64,
    faults: Vec<Fault>,
}

/// All of them, in the order in which they were armed. To one request at most one happens: the
/// first that is due. Those behind it do not count the request.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    is_armed: AtomicBool,
    list: Mutex<List>,
    held: Arc<AtomicUsize>,
}

/// An operation that is held back; one less when it is dropped.
#[derive(Debug)]
pub(crate) struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Fault {
    /// Whether it has happened as often as it was to.
    fn is_over(&self) -> bool {
        self.arming.times.is_some_and(|times| self.struck >= times)
    }

    /// Counts one more request in its scope, and says whether it happens to it.
    fn strikes(&mut self) -> bool {
        self.seen += 1;
        let strikes = self.arming.picks(self.seen);
        self.struck += u64::from(strikes);
        strikes
    }
}

impl Faults {
    /// Arms one more. Gives its number.
    pub(crate) fn arm(&self, arming: Arming) -> Result<u64, ArmingError> {
        let what = arming.what()?;
        let mut list = self.list();
        if list.faults.len() >= FAULTS_MAX {
            return Err(ArmingError::TooMany(FAULTS_MAX));
        }
        list.last += 1;
        let id = list.last;
        list.faults.push(Fault { id, arming, what, seen: 0, struck: 0 });
        self.settle(&list);
        Ok(id)
    }

    /// Takes one away, or all. Says how many there were.
    pub(crate) fn clear(&self, id: Option<u64>) -> usize {
        let mut list = self.list();
        let before = list.faults.len();
        list.faults.retain(|fault| id.is_some_and(|id| id != fault.id));
        self.settle(&list);
        before - list.faults.len()
    }

    /// Something of each.
    pub(crate) fn each<T>(&self, show: impl FnMut(&Fault) -> T) -> Vec<T> {
        self.list().faults.iter().map(show).collect()
    }

    /// How many operations are held back at this moment.
    pub(crate) fn held(&self) -> usize {
        self.held.load(Ordering::Acquire)
    }

    /// What happens to a connection of which nothing is read yet.
    pub(crate) fn at_connection(&self, site: Site) -> Option<Hit> {
        self.hit(|fault| fault.what == What::HangUp && fault.arming.covers_site(site))
    }

    /// What happens to a request of which only the head was read.
    pub(crate) fn at_head(&self, exchange: &Exchange) -> Option<Hit> {
        self.hit(|fault| fault.what == What::Refuse && fault.arming.covers(exchange))
    }

    /// What happens to a request whose caller is known.
    pub(crate) fn at_operation(&self, exchange: &Exchange) -> Option<Hit> {
        self.hit(|fault| {
            !matches!(fault.what, What::HangUp | What::Refuse) && fault.arming.covers(exchange)
        })
    }

    /// Counts an operation as held back.
    pub(crate) fn hold(&self) -> Held {
        self.held.fetch_add(1, Ordering::AcqRel);
        Held(Arc::clone(&self.held))
    }

    fn hit(&self, is_meant: impl Fn(&Fault) -> bool) -> Option<Hit> {
        if !self.is_armed.load(Ordering::Acquire) {
            return None;
        }
        let mut list = self.list();
        let mut due = list.faults.iter_mut().filter(|fault| !fault.is_over() && is_meant(fault));
        let fault = due.find_map(|fault| fault.strikes().then_some(fault))?;
        let hit = Hit { id: fault.id, kind: fault.arming.kind.as_str(), what: fault.what };
        self.settle(&list);
        Some(hit)
    }

    /// Remembers whether any can still happen.
    fn settle(&self, list: &List) {
        let is_armed = list.faults.iter().any(|fault| !fault.is_over());
        self.is_armed.store(is_armed, Ordering::Release);
    }

    fn list(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hit {
    /// What is answered in the place of doing anything.
    pub(crate) fn instead(&self) -> Option<Problem> {
        match self.what {
            What::HangUp | What::Refuse | What::ResetBefore => {
                Some(spoil::problem(redress_api::error::SYSTEM_ERROR))
            }
            What::Status(Stage::Before, code) => Some(spoil::problem(code)),
            What::ResetAfter
            | What::CutBody
            | What::Slow(..)
            | What::Status(Stage::After, _)
            | What::WrongSignature
            | What::UnknownSerial
            | What::Stale
            | What::Unsigned
            | What::Probe
            | What::Accepted => None,
        }
    }

    /// What is answered when it is done, in the place of what came of it.
    pub(crate) fn after(&self) -> Option<Problem> {
        if let What::Status(Stage::After, code) = self.what {
            Some(spoil::problem(code))
        } else {
            None
        }
    }

    /// How long the operation, or its answer, is held back.
    pub(crate) fn delay(&self, at: Stage) -> Option<Duration> {
        if let What::Slow(stage, delay) = self.what { (stage == at).then_some(delay) } else { None }
    }
}
