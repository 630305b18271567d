//! Faults on demand: arming them, seeing what they have done, clearing them.

use std::sync::Arc;

use axum::extract::{Path, State};
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value as Json, json};

use super::show::Handled;
use super::{Shown, Trouble, parse, read};
use crate::app::App;
use crate::fault::{Arming, ArmingError, Fault};

impl From<ArmingError> for Trouble {
    fn from(error: ArmingError) -> Self {
        let status = match error {
            ArmingError::TooMany(_) => StatusCode::CONFLICT,
            ArmingError::Senseless(_) => StatusCode::BAD_REQUEST,
        };
        Self::new(status, error.to_string())
    }
}

/// All, in the order in which they happen.
pub(super) async fn list(State(app): State<Arc<App>>) -> Shown<Json> {
    Shown(json!({ "items": app.faults.each(shown), "held": app.faults.held() }))
}

pub(super) async fn one(State(app): State<Arc<App>>, Path(id): Path<String>) -> Handled {
    shown_by_id(&app, parse(&id, "number of a fault")?)
}

pub(super) async fn arm(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    let arming: Arming = read(&body)?;
    let kind = arming.kind.as_str();
    let id = app.faults.arm(arming)?;
    tracing::info!(id, kind, "a fault was armed");
    shown_by_id(&app, id)
}

pub(super) async fn clear_all(State(app): State<Arc<App>>) -> Shown<Json> {
    Shown(json!({ "cleared": app.faults.clear(None) }))
}

pub(super) async fn clear(State(app): State<Arc<App>>, Path(id): Path<String>) -> Handled {
    match app.faults.clear(Some(parse(&id, "number of a fault")?)) {
        0 => Err(unknown()),
        cleared => Ok(Shown(json!({ "cleared": cleared }))),
    }
}

fn shown_by_id(app: &App, id: u64) -> Handled {
    let all = app.faults.each(|fault| (fault.id == id).then(|| shown(fault)));
    all.into_iter().flatten().next().map(Shown).ok_or_else(unknown)
}

fn unknown() -> Trouble {
    Trouble::unknown("no such fault; see GET /_control/faults")
}

/// What was said when it was armed, and what came of it.
fn shown(fault: &Fault) -> Json {
    let mut shown = json!(fault.arming);
    shown["id"] = fault.id.into();
    shown["seen"] = fault.seen.into();
    shown["struck"] = fault.struck.into();
    shown
}
