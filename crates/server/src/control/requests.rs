//! The request log: a list that can be searched, and one exchange whole.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

use super::show::Handled;
use super::{Shown, Trouble};
use crate::app::App;
use crate::requests::{Explainer, Filter, Found, Listed, Message, Record};

pub(super) async fn list(State(app): State<Arc<App>>, Query(filter): Query<Filter>) -> Handled {
    let looked = tokio::task::spawn_blocking(move || {
        let Listed { found, next } = filter.search(&app.requests.newest_first());
        let mut items: Vec<Json> = found.iter().map(short).collect();
        for item in &mut items {
            item["node"] = app.node.shown().into();
        }
        // As a text, like those of the other lists.
        json!({ "items": items, "next": next.map(|next| next.to_string()) })
    });
    looked.await.map(Shown).map_err(|error| Trouble::fault(&error))
}

pub(super) async fn one(State(app): State<Arc<App>>, Path(id): Path<String>) -> Handled {
    let record = app.requests.find(&id);
    let record = record.ok_or_else(|| {
        Trouble::unknown(format!("the log has no request {id}: it keeps the last ones only"))
    })?;
    let mut shown = whole(&record);
    shown["node"] = app.node.shown().into();
    shown["explanation"] = json!(Explainer::ask(&app, &record).await);
    Ok(Shown(shown))
}

/// What a list has of an exchange.
fn short(found: &Found) -> Json {
    let mut shown = facts(&found.record);
    shown["seq"] = found.number.into();
    shown["repeats"] = found.repeats.into();
    let explanation = found.record.explanation.get();
    shown["cause"] = explanation.map_or(Json::Null, |known| known["causes"][0]["id"].clone());
    shown
}

fn facts(record: &Record) -> Json {
    let numbers: Vec<Json> = record
        .numbers()
        .all
        .iter()
        .map(|number| json!({ "field": number.field, "value": number.value }))
        .collect();
    json!({
        "request_id": record.answer.header("Request-ID").unwrap_or_else(|| record.id.as_str()),
        "at": record.wall,
        "business_time": record.business,
        "site": record.site,
        "peer": record.peer,
        "method": record.method.as_str(),
        "target": record.target,
        "path": record.path,
        "mchid": record.mchid(),
        "proven": record.proven.is_some(),
        "status": record.status,
        "code": record.code,
        "message": record.message,
        "numbers": numbers,
        "us": u64::try_from(record.elapsed.as_micros()).unwrap_or(u64::MAX),
        "probe": record.is_probe(),
        "fault": record.fault.map(|hit| json!({ "id": hit.id, "kind": hit.kind })),
    })
}

fn whole(record: &Record) -> Json {
    let mut shown = facts(record);
    shown["request"] = message(&record.request);
    shown["answer"] = message(&record.answer);
    shown
}

/// Headers in their order, then the body as a text, or in Base64 if it is none.
fn message(message: &Message) -> Json {
    let headers: Vec<Json> =
        message.headers().map(|(name, value)| json!({ "name": name, "value": value })).collect();
    let mut shown = json!({ "headers": headers, "body_bytes": message.body_bytes });
    match std::str::from_utf8(&message.body) {
        Ok(text) => shown["body"] = Json::from(text),
        Err(_) => shown["body_base64"] = Json::from(STANDARD.encode(&message.body)),
    }
    shown
}
