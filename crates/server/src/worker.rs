//! The background worker: does what is due, in the transaction that deletes the job. Callbacks
//! take as long as their receivers let them, so they run on while the next jobs are claimed.

use std::sync::Arc;
use std::time::Duration;

use redress_core::Job;
use redress_store::Claim;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::app::App;
use crate::config::{CLAIMS_MAX, LEASE_SECONDS};
use crate::{clock, metrics, notify};

/// How long a job that failed waits, at most, in seconds.
const POSTPONE_SECONDS_MAX: i64 = 60;

/// Works until told to stop, or until the server is dropped.
pub(crate) async fn work(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let mut callbacks = JoinSet::new();
    while !*stop.borrow() {
        let woken = app.store.jobs_scheduled().notified();
        let sleep = match round(&app, &stop, &mut callbacks).await {
            Round::More => continue,
            Round::Idle(seconds) => Duration::from_secs(seconds.unsigned_abs()),
        };
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(sleep) => {}
            told = stop.changed() => {
                if told.is_err() {
                    return;
                }
            }
        }
    }
    // Those under way end by themselves within their limit; the others are given back.
    while let Some(ended) = callbacks.join_next().await {
        report(ended);
    }
}

fn report(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        // The lease of its job runs out and it comes again.
        tracing::error!(%error, "a callback ended in disorder");
    }
}

enum Round {
    /// There may be more to do at once.
    More,
    /// Nothing is due for so many seconds.
    Idle(i64),
}

async fn round(app: &Arc<App>, stop: &watch::Receiver<bool>, callbacks: &mut JoinSet<()>) -> Round {
    while let Some(ended) = callbacks.try_join_next() {
        report(ended);
    }
    let now = app.now();
    let claims = match app.store.claim(now, clock::wall(), LEASE_SECONDS, CLAIMS_MAX).await {
        Ok(claims) => claims,
        Err(error) => {
            tracing::error!(%error, "jobs could not be claimed");
            return Round::Idle(1);
        }
    };
    if claims.claims.is_empty() {
        // A net under the wake-up calls.
        let most = app.store.poll_seconds_max();
        let seconds = claims.next_at.map_or(most, |at| at.seconds_since(now));
        return Round::Idle(seconds.clamp(1, most));
    }
    let mut running = JoinSet::new();
    for claim in claims.claims {
        let app = Arc::clone(app);
        if let Job::Notify { id } = &claim.job {
            let id = id.clone();
            callbacks.spawn(notify::deliver(app, claim, id, stop.clone()));
        } else {
            running.spawn(run(app, claim));
        }
    }
    while running.join_next().await.is_some() {}
    Round::More
}

async fn run(app: Arc<App>, claim: Claim) {
    let Err(error) = app.store.complete(&claim, app.frame()).await else {
        metrics::job("done");
        return;
    };
    metrics::job("failed");
    tracing::error!(job = claim.id, attempt = claim.attempt, %error, "a job failed");
    let wait = 1_i64.checked_shl(claim.attempt).unwrap_or(POSTPONE_SECONDS_MAX);
    let until = app.now().plus_seconds(wait.clamp(1, POSTPONE_SECONDS_MAX));
    if let Err(error) = app.store.postpone(&claim, until).await {
        // Its lease runs out and it comes again.
        tracing::error!(job = claim.id, %error, "a job could not be postponed");
    }
}
