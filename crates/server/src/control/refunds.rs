//! Refunds and subsidies: shown, and refunds that went astray given up.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use redress_core::refund::{Close, Refund};
use redress_core::subsidy::{Payment, Return};
use serde_json::{Value as Json, json};

use super::show::{Page, row, rows};
use super::{Shown, Trouble, parse};
use crate::app::App;

type Handled = Result<Shown<Json>, Trouble>;

pub(super) async fn refunds(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    rows::<Refund>(&app, &page, |refund| json!(refund)).await
}

pub(super) async fn refund(
    State(app): State<Arc<App>>,
    Path((mchid, out_refund_no)): Path<(String, String)>,
) -> Handled {
    row::<Refund>(&app, format!("{mchid}/{out_refund_no}"), |refund| json!(refund)).await
}

pub(super) async fn close(
    State(app): State<Arc<App>>,
    Path((mchid, out_refund_no)): Path<(String, String)>,
) -> Handled {
    let mchid = parse(&mchid, "merchant number")?;
    let out_refund_no = parse(&out_refund_no, "refund number")?;
    Ok(Shown(json!(app.execute(Close { mchid, out_refund_no }).await?)))
}

pub(super) async fn subsidies(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    rows::<Payment>(&app, &page, |payment| json!(payment)).await
}

pub(super) async fn returns(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    rows::<Return>(&app, &page, |given| json!(given)).await
}
