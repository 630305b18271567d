//! A code payment at the till, from the scan to a known end: pay, query, reverse.
//!
//! The documented flow: a payer may have to enter a password, an answer may be lost, and a refusal
//! does not prove that nobody was charged. So what is not clear is queried, what does not become
//! clear in time is reversed, and the reversal is repeated until it is answered. The old pages of
//! QuickPay (chapters 3.3 and 3.4) have the times.

use std::fmt;
use std::pin::{Pin, pin};
use std::time::Duration;

use redress_api::pay::{CodePayment, TradeState};
use redress_api::{Change, Endpoint};
use tokio::time::{Instant, sleep_until};

use crate::client::Client;
use crate::error::{ApiError, Error, Fate};
use crate::transport::Transport;

/// When each step of a code payment is taken, counted from the payment's request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first query.
    pub first_query: Duration,
    /// Between one query and the next.
    pub query_every: Duration,
    /// When the payer has had time enough.
    pub pay_limit: Duration,
    /// The earliest reversal.
    pub first_reversal: Duration,
    /// Between one reversal that was not answered and the next.
    pub reverse_every: Duration,
    /// When to give up reversing.
    pub limit: Duration,
}

impl Default for Pace {
    /// The documented times: queries after 5 s and then every 10 s, 45 s for the payer, no reversal
    /// before 15 s; and five minutes until giving up.
    fn default() -> Self {
        Self {
            first_query: Duration::from_secs(5),
            query_every: Duration::from_secs(10),
            pay_limit: Duration::from_secs(45),
            first_reversal: Duration::from_secs(15),
            reverse_every: Duration::from_secs(5),
            limit: Duration::from_secs(300),
        }
    }
}

/// What a code payment came to.
#[derive(Debug, Clone, PartialEq)]
pub enum CodePaid<A, F, R> {
    /// The payer has paid, as the payment's own answer says.
    Paid(A),
    /// The payer has paid, as the query says.
    FoundPaid(F),
    /// It was reversed: nobody is charged, and the number is used up.
    Reversed(R),
    /// The service had closed or reversed it already: nobody is charged, and the number is used up.
    FoundUnpaid(F),
    /// It was refused, and the service knows no order of this number: nobody is charged.
    Refused(Box<ApiError>),
}

/// [`CodePaid`] by a payment's own types.
pub type CodePaidOf<E> = CodePaid<
    <E as Endpoint>::Response,
    <<E as Change>::Query as Endpoint>::Response,
    <<E as CodePayment>::Reverse as Endpoint>::Response,
>;

/// A step of a code payment, for a till to show.
#[derive(Debug)]
pub enum CodeStep<'a> {
    /// The payment is sent.
    Pay,
    /// It was answered with a state.
    Answered(&'a str),
    /// It was not answered, or not clearly.
    Unclear(&'a Error),
    /// It is asked about.
    Query,
    /// The query shows this state.
    Found(&'a str),
    /// The query failed.
    QueryFailed(&'a Error),
    /// It is taken back.
    Reverse,
    /// The reversal was not answered, or refused.
    ReverseFailed(&'a Error),
}

type Watch<'a> = Box<dyn FnMut(&CodeStep<'_>) + Send + 'a>;
type Stop<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A code payment that is about to be made; see [`Client::pay_by_code`].
#[must_use = "nothing is sent before `run`"]
pub struct PayByCode<'a, E, T> {
    client: &'a Client<T>,
    request: &'a E,
    pace: Pace,
    watch: Watch<'a>,
    stop: Stop<'a>,
}

impl<T: Transport> Client<T> {
    /// Takes a code payment from the scan to a known end.
    pub fn pay_by_code<'a, E: CodePayment>(&'a self, request: &'a E) -> PayByCode<'a, E, T> {
        let (watch, stop) = (Box::new(|_: &CodeStep<'_>| {}), Box::pin(std::future::pending()));
        PayByCode { client: self, request, pace: Pace::default(), watch, stop }
    }
}

impl<'a, E: CodePayment, T: Transport> PayByCode<'a, E, T> {
    /// Takes the steps at other times.
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// Shows each step.
    pub fn watch(mut self, watch: impl FnMut(&CodeStep<'_>) + Send + 'a) -> Self {
        self.watch = Box::new(watch);
        self
    }

    /// Stops waiting for the payer when this is ready, and reverses. (To drop the whole future
    /// instead leaves the payment as it is.)
    pub fn stop_when(mut self, stop: impl Future<Output = ()> + Send + 'a) -> Self {
        self.stop = Box::pin(stop);
        self
    }

    /// Pays, and goes on until it is known whether the payer is charged.
    ///
    /// # Errors
    /// [`Fate::NotSent`] and [`Fate::Rejected`]: nobody is charged. [`Fate::Unknown`]: the
    /// reversal was not answered in time; reverse again, with the same number.
    pub async fn run(self) -> Result<CodePaidOf<E>, Error> {
        let Self { client, request, pace, mut watch, stop } = self;
        let began = Instant::now();
        watch(&CodeStep::Pay);
        let asks = match client.once(request).await {
            Ok(answer) => {
                let state = E::state_answered(&answer);
                watch(&CodeStep::Answered(state.word()));
                match state.known() {
                    Some(TradeState::Success) => return Ok(CodePaid::Paid(answer)),
                    Some(TradeState::PayError | TradeState::Closed | TradeState::Revoked) => false,
                    Some(TradeState::UserPaying | TradeState::NotPay | TradeState::Refund)
                    | None => true,
                }
            }
            Err(error) if error.fate() != Fate::Unknown => return Err(error),
            Err(error) => {
                watch(&CodeStep::Unclear(&error));
                if let Some(refusal) = no_order(client, request, error, &mut watch).await {
                    return Ok(CodePaid::Refused(refusal));
                }
                true
            }
        };
        if asks && let Some(end) = ask(client, request, pace, began, &mut watch, stop).await {
            return Ok(end);
        }
        reverse(client, request, pace, began, &mut watch).await
    }
}

impl<E, T> fmt::Debug for PayByCode<'_, E, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayByCode").field("pace", &self.pace).finish_non_exhaustive()
    }
}

/// The refusal of a payment that left no order behind. It was answered, so it is not on its way any
/// more: what the service does not know now, it will never know.
async fn no_order<E: CodePayment, T: Transport>(
    client: &Client<T>,
    request: &E,
    refusal: Error,
    watch: &mut Watch<'_>,
) -> Option<Box<ApiError>> {
    let Error::Api(refusal) = refusal else { return None };
    if !refusal.verified || !refusal.status.is_client_error() {
        return None;
    }
    watch(&CodeStep::Query);
    let Err(error) = client.once(&request.query()?).await else { return None };
    watch(&CodeStep::QueryFailed(&error));
    error.is_no_record().then_some(refusal)
}

/// Queries until the payment is clear, the payer's time is up, or the till stops it.
async fn ask<E: CodePayment, T: Transport>(
    client: &Client<T>,
    request: &E,
    pace: Pace,
    began: Instant,
    watch: &mut Watch<'_>,
    stop: Stop<'_>,
) -> Option<CodePaidOf<E>> {
    let query = request.query()?;
    let mut stop = pin!(stop);
    let mut next = pace.first_query;
    while next <= pace.pay_limit {
        tokio::select! {
            () = &mut stop => return None,
            () = sleep_until(began + next) => {}
        }
        watch(&CodeStep::Query);
        match client.once(&query).await {
            Ok(order) => {
                let state = E::state_found(&order);
                watch(&CodeStep::Found(state.word()));
                match state.known() {
                    Some(TradeState::Success | TradeState::Refund) => {
                        return Some(CodePaid::FoundPaid(order));
                    }
                    Some(TradeState::Closed | TradeState::Revoked) => {
                        return Some(CodePaid::FoundUnpaid(order));
                    }
                    Some(TradeState::PayError) => return None,
                    Some(TradeState::NotPay | TradeState::UserPaying) | None => {}
                }
            }
            Err(error) => watch(&CodeStep::QueryFailed(&error)),
        }
        next += pace.query_every;
    }
    None
}

/// Reverses until it is answered.
async fn reverse<E: CodePayment, T: Transport>(
    client: &Client<T>,
    request: &E,
    pace: Pace,
    began: Instant,
    watch: &mut Watch<'_>,
) -> Result<CodePaidOf<E>, Error> {
    let reversal = request.reversal();
    let mut due = (began + pace.first_reversal).max(Instant::now());
    loop {
        sleep_until(due).await;
        watch(&CodeStep::Reverse);
        let error = match client.once(&reversal).await {
            Ok(reversed) => return Ok(CodePaid::Reversed(reversed)),
            Err(error) => error,
        };
        watch(&CodeStep::ReverseFailed(&error));
        due = Instant::now() + pace.reverse_every;
        if due > began + pace.limit {
            return Err(Error::NotReversed { last: Box::new(error) });
        }
    }
}
