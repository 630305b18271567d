//! Says why a request was not believed: off the threads that serve, one at a time, and no more of
//! them in a row than a flood of bad signatures may cost.

use std::sync::{Arc, LazyLock};
use std::time::Instant;

use redress_api::{Mchid, endpoints};
use redress_core::merchant::Merchant;
use redress_core::row::Row as _;
use redress_explain::{
    CapturedRequest, Explanation, Known, KnownKey, Role, Verdict, explain_request, mistakes,
};
use serde_json::{Value as Json, json};
use tokio::sync::Semaphore;

use super::{Evidence, Mask, Record};
use crate::app::App;

/// The most refusals that wait for their explanation. What comes beyond is explained when somebody
/// asks for it.
const WAITING_MAX: usize = 64;
/// How many times as long as an explanation took there is none after it.
const PAUSES: u32 = 3;
/// The most merchants whose keys may have made a signature.
const MERCHANTS_MAX: u32 = 64;

/// The places at which refusals are explained.
pub(crate) struct Explainer {
    waiting: Arc<Semaphore>,
    /// For those that nobody has asked for.
    unasked: Arc<Semaphore>,
    /// For those that the control API is asked for.
    asked: Semaphore,
}

impl Default for Explainer {
    fn default() -> Self {
        let place = Arc::new(Semaphore::new(1));
        let waiting = Arc::new(Semaphore::new(WAITING_MAX));
        Self { waiting, unasked: place, asked: Semaphore::new(1) }
    }
}

impl Explainer {
    /// Has a refusal explained as soon as there is a place, if not too many wait for it.
    pub(crate) fn soon(app: &Arc<App>, record: Arc<Record>) {
        let Self { waiting, unasked, .. } = &app.explainer;
        let Ok(room) = Arc::clone(waiting).try_acquire_owned() else {
            tracing::debug!("a refusal is explained when somebody asks for it");
            return;
        };
        let (app, unasked) = (Arc::clone(app), Arc::clone(unasked));
        tokio::spawn(async move {
            let Ok(_place) = unasked.acquire_owned().await else { return };
            drop(room);
            let started = Instant::now();
            explained(&app, &record).await;
            tokio::time::sleep(started.elapsed() * PAUSES).await;
        });
    }

    /// The explanation of a refusal, made now if there is none; none if it is no refusal.
    pub(crate) async fn ask(app: &App, record: &Record) -> Option<Json> {
        if record.explanation.get().is_none() {
            record.evidence()?;
            let _place = app.explainer.asked.acquire().await.ok()?;
            explained(app, record).await;
        }
        record.explanation.get().cloned()
    }
}

/// Explains a refusal once, logs it, and forgets what it was explained by.
async fn explained(app: &App, record: &Record) {
    let make = async || {
        let evidence = record.evidence()?;
        let keys = keys(app, record.claimed.as_deref()).await;
        let token = app.control_token.clone();
        let (path, at) = (record.path, record.wall.unix());
        let made = tokio::task::spawn_blocking(move || {
            let made = explain(&evidence, &keys, at);
            let mut shown = json!(made);
            let sent = &evidence.body;
            Mask::of(path, &evidence.target, sent, token.as_deref()).json(&mut shown);
            (made, shown)
        });
        let (made, shown) = made.await.ok()?;
        said(app, record, &made);
        Some(shown)
    };
    let made = record.explanation.get_or_try_init(async || make().await.ok_or(())).await;
    match made {
        Ok(_) => record.forget_evidence(),
        Err(()) => tracing::error!(request = record.id.as_str(), "a refusal is not explained"),
    }
}

fn explain(evidence: &Evidence, keys: &[KnownKey], at: i64) -> Explanation {
    static TEMPLATES: LazyLock<Vec<&str>> =
        LazyLock::new(|| endpoints().into_iter().map(|endpoint| endpoint.path).collect());
    let Evidence { method, target, headers, body } = evidence;
    let captured = CapturedRequest { method: method.as_str(), target, headers, body };
    explain_request(&captured, &Known { keys, templates: &TEMPLATES }, Some(at))
}

/// One line: which mistake it was, in the words of the catalogue, because what a client has sent
/// is in no log.
fn said(app: &App, record: &Record, made: &Explanation) {
    let mut causes: Vec<&str> = made.causes.iter().map(|cause| cause.id).collect();
    let first = mistakes().find(|mistake| Some(&mistake.id) == causes.first());
    let why = match (made.verdict, first) {
        (_, Some(first)) => first.en,
        (Verdict::Good, None) => "nothing is wrong with the signature",
        (Verdict::Causes | Verdict::Unknown, None) => "it is none of the mistakes that are known",
    };
    if causes.is_empty() {
        causes.push("unknown");
    }
    let id = record.id.as_str();
    let see = format!("{}/_control/requests/{id}", app.own_url);
    tracing::warn!(request = id, cause = causes.join(","), why, see, "a request was not believed");
}

/// The keys that may have made a signature: of whom the request names, of other merchants, of the
/// platform.
async fn keys(app: &App, claimed: Option<&str>) -> Vec<KnownKey> {
    let mut merchants: Vec<Mchid> =
        claimed.and_then(|mchid| mchid.parse().ok()).into_iter().collect();
    // Without the others it explains less.
    let rows = app.store.rows(Merchant::KIND, None, "", MERCHANTS_MAX).await.unwrap_or_default();
    for mchid in rows.iter().filter_map(|(mchid, _)| mchid.parse().ok()) {
        if !merchants.contains(&mchid) {
            merchants.push(mchid);
        }
    }
    let mut keys = Vec::new();
    for mchid in &merchants {
        for (serial, key) in app.identities.keys(app, mchid).await {
            let (owner, role) = (mchid.to_string(), Role::Merchant);
            keys.push(KnownKey { owner, role, serial, key });
        }
    }
    for signer in app.platform.signers() {
        let (serial, key) = (signer.serial().clone(), signer.key().public_key());
        keys.push(KnownKey { owner: "platform".to_owned(), role: Role::Platform, serial, key });
    }
    keys
}
