//! Calls that only look.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use redress_api::assumed::assumptions as assumed;
use redress_api::{Rate, Timestamp};
use redress_core::Find;
use redress_core::compensation::{Bill, MerchantBill};
use redress_core::merchant::Merchant;
use redress_core::order::Order;
use redress_core::row::Row;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{INDEX, Shown, Trouble, parse};
use crate::app::App;
use crate::{clock as clocks, router, serve, summary};

pub(super) type Handled = Result<Shown<Json>, Trouble>;

/// The most items of one page of a list.
const PAGE_ITEMS_MAX: u32 = 1000;
const PAGE_ITEMS_DEFAULT: u32 = 100;

/// Which part of a list.
#[derive(Deserialize)]
pub(super) struct Page {
    /// After this item: the `next` of the page before.
    after: Option<String>,
    most: Option<u32>,
    /// Only this merchant's.
    mchid: Option<String>,
    /// Only transfers of this account.
    account: Option<String>,
    /// Only transfers that refer to this number.
    reference: Option<String>,
}

impl Page {
    fn most(&self) -> u32 {
        self.most.unwrap_or(PAGE_ITEMS_DEFAULT).clamp(1, PAGE_ITEMS_MAX)
    }

    fn after(&self) -> &str {
        self.after.as_deref().unwrap_or_default()
    }

    fn after_number(&self) -> Result<i64, Trouble> {
        self.after.as_deref().map_or(Ok(0), |after| parse(after, "number of an item"))
    }

    fn list(&self, items: &[Json], last: Option<String>) -> Shown<Json> {
        let full = u32::try_from(items.len()).is_ok_and(|count| count == self.most());
        Shown(json!({ "items": items, "next": last.filter(|_| full) }))
    }
}

pub(super) fn index() -> Shown<Json> {
    let paths: Map<String, Json> =
        INDEX.iter().map(|(path, what)| ((*path).to_owned(), Json::from(*what))).collect();
    Shown(Json::Object(paths))
}

pub(super) async fn rows<R: Row>(app: &App, page: &Page, shown: impl Fn(R) -> Json) -> Handled {
    let rows = app.store.rows(R::KIND, page.mchid.as_deref(), page.after(), page.most()).await?;
    let last = rows.last().map(|(id, _)| id.clone());
    let mut items = Vec::with_capacity(rows.len());
    for (id, stored) in rows {
        let row = serde_json::from_str(&stored.body).map_err(|error| {
            let what = format!("{} {id} cannot be read: {error}", R::KIND);
            Trouble::new(http::StatusCode::INTERNAL_SERVER_ERROR, what)
        })?;
        items.push(shown(row));
    }
    Ok(page.list(&items, last))
}

pub(super) async fn row<R: Row + Send>(
    app: &App,
    id: String,
    shown: impl Fn(R) -> Json,
) -> Handled {
    match app.read(Find::<R>::new(id.clone())).await? {
        Some(row) => Ok(Shown(shown(row))),
        None => Err(Trouble::unknown(format!("there is no {} {id}", R::KIND))),
    }
}

pub(super) async fn merchants(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    rows::<Merchant>(&app, &page, |merchant| json!(merchant)).await
}

pub(super) async fn merchant(State(app): State<Arc<App>>, Path(mchid): Path<String>) -> Handled {
    row::<Merchant>(&app, mchid, |merchant| json!(merchant)).await
}

/// An order with what is nothing too, which the store goes without, and with what follows from its
/// fields.
pub(super) fn order_shown(order: &Order) -> Json {
    let mut shown = json!(order);
    let also = json!({
        "description": order.description,
        "refunded": order.refunded,
        "refunds": order.refunds,
        "profit_sharing": order.profit_sharing,
        "unsplit": order.unsplit,
        "shared": order.shared,
        "shares": order.shares,
        "sharing_started": order.sharing_started,
        "sharing_finished": order.sharing_finished,
        "unfrozen": order.unfrozen,
        "may_share": order.may_share(),
    });
    if let (Json::Object(shown), Json::Object(also)) = (&mut shown, also) {
        shown.extend(also);
    }
    shown
}

pub(super) async fn orders(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    rows::<Order>(&app, &page, |order| order_shown(&order)).await
}

pub(super) async fn order(
    State(app): State<Arc<App>>,
    Path((mchid, out_trade_no)): Path<(String, String)>,
) -> Handled {
    row::<Order>(&app, format!("{mchid}/{out_trade_no}"), |order| order_shown(&order)).await
}

pub(super) async fn bills(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    rows::<Bill>(&app, &page, |bill| json!(bill)).await
}

pub(super) async fn bill(
    State(app): State<Arc<App>>,
    Path((sp_mchid, out_bill_no)): Path<(String, String)>,
) -> Handled {
    row::<Bill>(&app, format!("{sp_mchid}/{out_bill_no}"), |bill| json!(bill)).await
}

pub(super) async fn merchant_bills(
    State(app): State<Arc<App>>,
    Query(page): Query<Page>,
) -> Handled {
    rows::<MerchantBill>(&app, &page, |bill| json!(bill)).await
}

pub(super) async fn accounts(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    let accounts = app.store.accounts(page.after(), page.most()).await?;
    let last = accounts.last().map(|account| account.id.to_string());
    let items: Vec<Json> = accounts.iter().map(account_shown).collect();
    Ok(page.list(&items, last))
}

pub(super) async fn transfers(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    let (account, reference) = (page.account.as_deref(), page.reference.as_deref());
    let after = page.after_number()?;
    let transfers = app.store.transfers(account, reference, after, page.most()).await?;
    let last = transfers.last().map(|(seq, _)| seq.to_string());
    let shown = |(seq, transfer): &(i64, redress_core::Transfer)| {
        let mut shown = json!(transfer);
        shown["seq"] = Json::from(*seq);
        shown
    };
    let items: Vec<Json> = transfers.iter().map(shown).collect();
    Ok(page.list(&items, last))
}

/// Every account, those without a kept balance too, added up from the transfers.
pub(super) async fn ledger(State(app): State<Arc<App>>) -> Handled {
    let (_transfers, trial) = summary::trial(&app.store).await?;
    let items: Vec<Json> = trial.accounts.values().map(account_shown).collect();
    Ok(Shown(json!({ "items": items })))
}

fn account_shown(account: &redress_core::Account) -> Json {
    let mut shown = json!(account);
    shown["balance"] = json!(account.balance());
    shown["available"] = json!(account.available());
    shown
}

pub(super) async fn jobs(State(app): State<Arc<App>>, Query(page): Query<Page>) -> Handled {
    let jobs = app.store.jobs(page.after_number()?, page.most()).await?;
    let last = jobs.last().map(|queued| queued.id.to_string());
    let items = jobs.iter().map(|queued| {
        json!({
            "id": queued.id,
            "run_at": queued.run_at,
            "attempt": queued.attempt,
            "job": queued.job,
        })
    });
    Ok(page.list(&items.collect::<Vec<_>>(), last))
}

pub(super) async fn clock(State(app): State<Arc<App>>) -> Shown<Json> {
    // Both clocks are read once, so that the three agree.
    let wall = Timestamp::from_unix(clocks::wall());
    let offset_seconds = app.clock.offset_seconds();
    Shown(json!({
        "now": wall.plus_seconds(offset_seconds),
        "offset_seconds": offset_seconds,
        "wall": wall,
    }))
}

/// Which node this is. Of several, each answers for itself.
pub(super) async fn status(State(app): State<Arc<App>>) -> Shown<Json> {
    let unready = serve::unready(&app).await;
    Shown(json!({
        "node": app.node.name(),
        "version": env!("CARGO_PKG_VERSION"),
        "ready": unready.is_none(),
        "why_not": unready.map(str::trim_end),
        "stopping": app.node.is_stopping(),
        "shared": app.store.is_shared(),
        "url": app.own_url,
        "public_url": app.base_url,
        "now": app.now(),
    }))
}

pub(super) async fn verify(State(app): State<Arc<App>>) -> Handled {
    Ok(Shown(app.store.audit().await?.shown()))
}

fn rate(rate: &Rate) -> Json {
    json!({
        "per_second": rate.per_second,
        "counts": rate.counts.label(),
        "origin": rate.origin.label(),
    })
}

pub(super) fn endpoints() -> Shown<Json> {
    let endpoints: Vec<Json> = router::operations()
        .iter()
        .map(|endpoint| {
            let codes = |codes: &[redress_api::ErrorCode]| {
                codes.iter().map(|code| code.code).collect::<Vec<_>>()
            };
            json!({
                "method": endpoint.method.as_str(),
                "path": endpoint.path,
                "title": endpoint.page.title,
                "page": endpoint.page.url,
                "updated": endpoint.page.updated,
                "supported": endpoint.supported.label(),
                "rates": endpoint.rates.iter().map(rate).collect::<Vec<_>>(),
                "errors": codes(endpoint.errors),
                "assumed_errors": codes(endpoint.assumed_errors),
            })
        })
        .collect();
    Shown(json!({ "items": endpoints }))
}

pub(super) fn assumptions() -> Shown<Json> {
    Shown(json!({ "items": assumed().collect::<Vec<_>>() }))
}
