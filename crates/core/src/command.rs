//! Commands: what can be asked of the domain, and how one attempt at it runs.

use std::marker::PhantomData;

use redress_api::{Endpoint, Mchid, Supported, Timestamp};

use crate::context::Context;
use crate::merchant::Merchant;
use crate::refusal::{self, Refusal};
use crate::row::{Changes, Key, Row, Rows};

/// A rule: what one request, job or control call does.
pub trait Command: Send + Sync + 'static {
    /// What it answers.
    type Outcome: Send + 'static;

    /// Whose rows it will mostly touch, if that is known beforehand; see [`crate::tenant`]. Where
    /// several writers share the work, what is one tenant's has one writer. It changes nothing
    /// else.
    fn tenant(&self) -> &str {
        ""
    }

    /// What it will look at if all goes well, as far as that is known beforehand: where rows are far
    /// away they are fetched together. It changes nothing else.
    fn looks_at(&self) -> Vec<Key> {
        Vec::new()
    }

    /// The whole rule. Pure: the same command, frame and rows give the same answer, and it may be
    /// run again.
    ///
    /// # Errors
    /// [`Stop`]: a row is not loaded yet, the rule refuses, or an invariant does not hold.
    fn decide(&self, cx: &mut Context<'_>) -> Result<Self::Outcome, Stop>;
}

/// What surrounds one run of a command.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Business time.
    pub now: Timestamp,
    /// Where fresh numbers come from; a run that is repeated gives the same numbers. The lower half is
    /// random. The upper half is best the nanoseconds since 1970: what is made one after the other is
    /// then kept side by side, and costs a store less.
    pub seed: u128,
}

/// Why a decision ended without an outcome. Made by `?` inside of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A row has to be loaded first; the store loads it and runs the command again.
    Missing(Key),
    /// The rule says no. Nothing is written.
    Refuse(Refusal),
    /// The world is not as it must be. Nothing is written.
    Broken(Broken),
}

/// An invariant that does not hold: a defect of ours, never the caller's fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an invariant does not hold: {0}")]
pub struct Broken(pub String);

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refuse(refusal)
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// Runs a command once over the rows given.
///
/// # Errors
/// As [`Command::decide`].
pub fn attempt<C: Command>(
    command: &C,
    frame: Frame,
    rows: &mut dyn Rows,
) -> Result<(C::Outcome, Changes), Stop> {
    let mut cx = Context::new(frame, rows);
    let outcome = command.decide(&mut cx)?;
    Ok((outcome, cx.into_changes()?))
}

/// Runs a command once and then, as part of the same change, the jobs that it leaves for this very
/// moment: they would be done next in any case, and so need no commit of their own.
///
/// # Errors
/// As [`attempt`]. That one of these jobs cannot be done is [`Stop::Broken`]: after a plain
/// [`attempt`] it waits by itself, and is tried again.
pub fn attempt_with_due<C: Command>(
    command: &C,
    frame: Frame,
    rows: &mut dyn Rows,
) -> Result<(C::Outcome, Changes), Stop> {
    let mut cx = Context::new(frame, rows);
    let outcome = command.decide(&mut cx)?;
    while let Some(job) = cx.take_due() {
        job.decide(&mut cx).map_err(|stop| match stop {
            Stop::Refuse(refusal) => {
                Stop::Broken(Broken(format!("a job is refused: {}", refusal.message)))
            }
            Stop::Missing(_) | Stop::Broken(_) => stop,
        })?;
    }
    Ok((outcome, cx.into_changes()?))
}

/// An endpoint's rule. [`Call`] makes a command of it.
pub trait Operation: Endpoint {
    /// As [`Command::looks_at`], apart from the caller's own row.
    fn looks_at(&self, _caller: &Mchid) -> Vec<Key> {
        Vec::new()
    }

    /// The rule, for a caller who is known and may call this endpoint.
    ///
    /// # Errors
    /// As [`Command::decide`].
    fn decide(&self, cx: &mut Context<'_>, caller: &Merchant) -> Result<Self::Response, Stop>;
}

/// A request together with the merchant whose signature it carried.
#[derive(Clone, Debug)]
pub struct Call<E> {
    /// Who calls.
    pub caller: Mchid,
    /// What.
    pub request: E,
}

impl<E: Operation> Command for Call<E> {
    type Outcome = E::Response;

    fn tenant(&self) -> &str {
        self.caller.as_str()
    }

    fn looks_at(&self) -> Vec<Key> {
        let mut keys = self.request.looks_at(&self.caller);
        keys.push(Key::of::<Merchant>(self.caller.as_str().to_owned()));
        keys
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<E::Response, Stop> {
        let caller = admitted(cx, &self.caller, E::SUPPORTED)?;
        self.request.decide(cx, &caller)
    }
}

/// The merchant of this number, if it may call what these may call.
fn admitted(cx: &mut Context<'_>, caller: &Mchid, supported: Supported) -> Result<Merchant, Stop> {
    let caller: Merchant =
        cx.get(caller.as_str())?.ok_or_else(|| refusal::CALLER_UNKNOWN.plain())?;
    if caller.supports(supported) { Ok(caller) } else { Err(refusal::NOT_SUPPORTED.plain().into()) }
}

/// Asks whether a merchant may call an endpoint that the server answers by itself.
#[derive(Clone, Debug)]
pub struct Admit {
    /// Who calls.
    pub caller: Mchid,
    /// Who may.
    pub supported: Supported,
}

impl Command for Admit {
    type Outcome = Merchant;

    fn looks_at(&self) -> Vec<Key> {
        vec![Key::of::<Merchant>(self.caller.as_str().to_owned())]
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<Merchant, Stop> {
        admitted(cx, &self.caller, self.supported)
    }
}

/// Looks a row up.
#[derive(Clone, Debug)]
pub struct Find<R> {
    id: String,
    row: PhantomData<fn() -> R>,
}

impl<R: Row> Find<R> {
    /// The row of this number.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), row: PhantomData }
    }
}

impl<R: Row + Send> Command for Find<R> {
    type Outcome = Option<R>;

    fn looks_at(&self) -> Vec<Key> {
        vec![Key::of::<R>(self.id.clone())]
    }

    fn decide(&self, cx: &mut Context<'_>) -> Result<Self::Outcome, Stop> {
        cx.get(&self.id)
    }
}
