//! Callbacks: what was told to whom, every attempt, and calls that tell something.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use bytes::Bytes;
use redress_api::NotifyUrl;
use redress_core::notice::{self, MakeUp, Notice, Resend, SetUrl};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::show::{self, Handled, Page};
use super::{Shown, parse, read};
use crate::app::App;

/// A notice without what it tells: that travels sealed, and lists are often printed.
fn told(notice: &Notice) -> Json {
    let mut shown = json!(notice);
    if let Some(fields) = shown.as_object_mut() {
        fields.remove("resource");
        fields.remove("due");
    }
    let waits = notice.state == notice::State::Waiting;
    shown["next_attempt"] = json!(waits.then_some(notice.due));
    shown
}

/// A notice with what it tells.
fn whole(notice: &Notice) -> Json {
    let mut shown = told(notice);
    shown["resource"] = serde_json::from_str(&notice.resource).unwrap_or_default();
    shown
}

pub(super) async fn list(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    show::rows::<Notice>(&app, &page, |notice| told(&notice)).await
}

pub(super) async fn one(State(app): State<Arc<App>>, Path(id): Path<String>) -> Handled {
    show::row::<Notice>(&app, id, |notice| whole(&notice)).await
}

pub(super) async fn make_up(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    let notice = app.execute(read::<MakeUp>(&body)?).await?;
    Ok(Shown(whole(&notice)))
}

pub(super) async fn resend(State(app): State<Arc<App>>, Path(id): Path<String>) -> Handled {
    let notice = app.execute(Resend { id }).await?;
    Ok(Shown(told(&notice)))
}

pub(super) async fn set_url(
    State(app): State<Arc<App>>,
    Path(mchid): Path<String>,
    body: Bytes,
) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        #[serde(deserialize_with = "Option::deserialize")]
        url: Option<NotifyUrl>,
    }
    let mchid = parse(&mchid, "merchant number")?;
    let Said { url } = read(&body)?;
    Ok(Shown(json!(app.execute(SetUrl { mchid, url }).await?)))
}
