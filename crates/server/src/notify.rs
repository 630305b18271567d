//! Callbacks (回调通知): sealed, signed, and sent to the merchants, beside the worker's other jobs.
//!
//! A callback is due as a job. What came of an attempt is kept in the transaction that deletes the
//! job, after the receiver has answered: a server that dies in between sends it once more. So a
//! merchant is told at least once, and never of what was not committed.

mod address;
mod client;
mod letter;
mod places;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use redress_core::Find;
use redress_core::notice::{Notice, Outcome, Record, State};
use redress_store::{Claim, Failure};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

pub use self::address::Callbacks;
use self::address::Target;
use self::client::{Client, Silence};
use self::letter::Letter;
use self::places::{Full, Place, Places};
use crate::app::App;
use crate::config::{Config, LEASE_SECONDS};
use crate::metrics;
use crate::platform::Signer;

/// What is left of a lease for the record, in seconds.
const RECORD_SECONDS: u64 = 5;
/// How often the record is tried while the store is busy, and how long it waits in between.
const RECORD_TRIES_MAX: u32 = 10;
const RECORD_PAUSE: Duration = Duration::from_millis(100);

/// Sends callbacks.
pub(crate) struct Sender {
    client: Client,
    places: Arc<Places>,
    /// How long a callback may wait for a place.
    patience: Duration,
}

/// Why an attempt is not made now.
enum Later {
    /// Others come first.
    Full(Full),
    /// The server stops.
    Stopped,
    /// The store could not be asked.
    Store(Failure),
}

impl From<Full> for Later {
    fn from(full: Full) -> Self {
        Self::Full(full)
    }
}

impl From<Failure> for Later {
    fn from(failure: Failure) -> Self {
        Self::Store(failure)
    }
}

impl Sender {
    /// `own` is where this server listens.
    pub(crate) fn new(config: &Config, own: Vec<SocketAddr>) -> Self {
        let spent = config.callback_limit + Duration::from_secs(RECORD_SECONDS);
        let lease = Duration::from_secs(LEASE_SECONDS.unsigned_abs());
        Self {
            client: Client::new(config.callbacks, own, config.callback_limit),
            places: Arc::default(),
            patience: lease.saturating_sub(spent),
        }
    }
}

/// Makes one attempt to deliver a notice, or has it made later.
pub(crate) async fn deliver(
    app: Arc<App>,
    claim: Claim,
    id: String,
    mut stop: watch::Receiver<bool>,
) {
    let Err(later) = attempt(&app, &claim, &id, &mut stop).await else { return };
    // So that those that wait for the same receiver do not all come back at once.
    let spread = claim.id.rem_euclid(20);
    let until = match &later {
        Later::Full(Full::Busy) => app.now().plus_seconds(1 + spread % 2),
        Later::Full(Full::Hung) => app.now().plus_seconds(10 + spread),
        Later::Stopped => claim.run_at,
        Later::Store(error) => {
            tracing::error!(notice = id, %error, "a callback could not be looked up");
            app.now().plus_seconds(1)
        }
    };
    if let Err(error) = app.store.postpone(&claim, until).await {
        // Its lease runs out and it comes again.
        tracing::error!(notice = id, %error, "a callback could not be postponed");
    }
}

async fn attempt(
    app: &App,
    claim: &Claim,
    id: &str,
    stop: &mut watch::Receiver<bool>,
) -> Result<(), Later> {
    let sender = &app.sender;
    let ends = Instant::now() + sender.patience;
    let _room = sender.places.admit()?;
    let Some(Notice { url, mchid, .. }) = waiting(app, claim, id).await? else { return Ok(()) };
    let target = match Target::parse(url.as_str()) {
        Ok(target) => target,
        Err(why) => {
            record(app, claim, id, "(none)", unsent(why)).await;
            return Ok(());
        }
    };
    let receiver = target.key();
    let line = sender.places.queue(&receiver)?;
    let place = tokio::select! {
        biased;
        _ = stop.wait_for(|stop| *stop) => return Err(Later::Stopped),
        place = timeout_at(ends, line.place()) => place.unwrap_or(Err(Full::Busy))?,
    };
    // Looked up again, so that what waits for a place takes no memory.
    let (notice, signer) = tokio::try_join!(waiting(app, claim, id), app.callback_signer(&mchid))?;
    let Some(notice) = notice else { return Ok(()) };
    // Boxed, so that a task that waits for a place is small.
    let outcome = Box::pin(send(app, &notice, &signer, &target, place)).await;
    drop(notice);
    line.learn(outcome == Outcome::TimedOut);
    drop(line);
    record(app, claim, id, &receiver, outcome).await;
    Ok(())
}

/// Sends a callback.
async fn send(
    app: &App,
    notice: &Notice,
    signer: &Signer,
    target: &Target,
    place: Place,
) -> Outcome {
    let is_probe = notice.probes(app.sign_test.picks(&notice.id));
    let Letter { headers, body } = match letter::seal_and_sign(app, notice, signer, is_probe).await
    {
        Ok(letter) => letter,
        Err(error) => return unsent(&error.to_string()),
    };
    match place.run(app.sender.client.post(target, headers, body)).await {
        Ok(status @ (200 | 204)) if is_probe => {
            metrics::sign_test("callback", "taken");
            Outcome::Deceived { status }
        }
        Ok(status) => Outcome::Answered { status },
        Err(Silence::TimedOut) => Outcome::TimedOut,
        Err(Silence::Unreachable(why)) => Outcome::Unreachable { why },
        Err(Silence::Refused(why)) => unsent(why),
    }
}

fn unsent(why: &str) -> Outcome {
    Outcome::Unsent { why: why.to_owned() }
}

/// The notice, if it is still to be delivered; the job is deleted if it is not.
async fn waiting(app: &App, claim: &Claim, id: &str) -> Result<Option<Notice>, Failure> {
    let find = || Find::<Notice>::new(id);
    let notice = app.read(find()).await?;
    let waits = |notice: &Notice| notice.state == State::Waiting;
    if notice.as_ref().is_some_and(waits) {
        return Ok(notice);
    }
    app.store.complete_as(claim, find(), app.frame()).await?;
    Ok(None)
}

/// Keeps what came of an attempt. If that fails, the lease runs out and the attempt is made again.
async fn record(app: &App, claim: &Claim, id: &str, receiver: &str, outcome: Outcome) {
    let (kind, status) = match &outcome {
        Outcome::Answered { .. } if outcome.delivers() => ("delivered", 200),
        Outcome::Answered { status } => ("refused", *status),
        Outcome::Deceived { status } => ("deceived", *status),
        Outcome::TimedOut => ("timed_out", 0),
        Outcome::Unreachable { .. } => ("unreachable", 0),
        Outcome::Unsent { .. } => ("unsent", 0),
    };
    metrics::callback(kind);
    app.tally.callback(kind);
    tracing::info!(notice = id, receiver, outcome = kind, status, "called back");
    let command = Record { id: id.to_owned(), outcome };
    for _ in 1..RECORD_TRIES_MAX {
        match app.store.complete_as(claim, command.clone(), app.frame()).await {
            Ok(_notice) => return,
            Err(Failure::Busy) => tokio::time::sleep(RECORD_PAUSE).await,
            Err(error) => {
                tracing::error!(notice = id, %error, "an attempt could not be kept");
                return;
            }
        }
    }
    tracing::error!(notice = id, "an attempt could not be kept: the store is busy");
}
