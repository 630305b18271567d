//! Calls that change something.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use bytes::Bytes;
use http::StatusCode;
use redress_api::{Appid, Mchid};
use redress_core::compensation::{Answer, PackageAnswers, PayerAnswers};
use redress_core::merchant::{
    Configure, Confirmation, Merchant, PlatformKeys, Relate, Role, TopUp,
};
use redress_core::order::prepay::Handle;
use redress_core::order::{Act, PayPrepay, PayerActs, Place};
use redress_core::payer::{Introduce, ShowCode};
use redress_core::{Find, clock};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::show::{self, order_shown};
use super::{Shown, Trouble, parse, platform, read};
use crate::app::App;
use crate::folder;
use crate::world;

type Handled = Result<Shown<Json>, Trouble>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMerchant {
    mchid: Mchid,
    #[serde(default)]
    name: String,
    roles: BTreeSet<Role>,
    #[serde(default)]
    appids: BTreeSet<Appid>,
    #[serde(default)]
    confirmation: Confirmation,
    #[serde(default)]
    platform_keys: PlatformKeys,
}

pub(super) async fn register(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    let new: NewMerchant = read(&body)?;
    let _one_at_a_time = app.registering.lock().await;
    if app.read(Find::<Merchant>::new(new.mchid.as_str())).await?.is_some() {
        let what = format!("there is a merchant {} already", new.mchid);
        return Err(Trouble::new(StatusCode::CONFLICT, what));
    }
    let merchant = Merchant {
        name: new.name.chars().take(64).collect(),
        roles: new.roles,
        appids: new.appids,
        confirmation: new.confirmation,
        platform_keys: new.platform_keys,
        ..Merchant::new(new.mchid)
    };
    let merchant = world::register(&app, merchant).await?;
    platform::hand_out(&app, &merchant).await?;
    let dir = folder::of_merchant(&app.data, &merchant.mchid);
    Ok(Shown(json!({ "merchant": merchant, "folder": dir })))
}

pub(super) async fn configure(
    State(app): State<Arc<App>>,
    Path(mchid): Path<String>,
    body: Bytes,
) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Setting {
        confirmation: Confirmation,
    }
    let mchid = parse(&mchid, "merchant number")?;
    let Setting { confirmation } = read(&body)?;
    Ok(Shown(json!(app.execute(Configure { mchid, confirmation }).await?)))
}

pub(super) async fn relate(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    Ok(Shown(json!(app.execute(read::<Relate>(&body)?).await?)))
}

pub(super) async fn credit(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    let transfer_id = app.execute(read::<TopUp>(&body)?).await?;
    Ok(Shown(json!({ "transfer_id": transfer_id })))
}

pub(super) async fn place(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    Ok(Shown(order_shown(&app.execute(read::<Place>(&body)?).await?)))
}

/// The most orders of one call.
const BATCH_MAX: usize = 1000;
/// How many of them are under way at once: they share commits, and leave room for other callers.
const BATCH_RUNNING_MAX: usize = 256;

pub(super) async fn place_many(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    let orders: Vec<Place> = read(&body)?;
    if orders.len() > BATCH_MAX {
        let what = format!("{} orders are more than {BATCH_MAX}", orders.len());
        return Err(Trouble::new(StatusCode::BAD_REQUEST, what));
    }
    let mut transaction_ids = Vec::with_capacity(orders.len());
    for some in orders.chunks(BATCH_RUNNING_MAX) {
        let placed = some.iter().map(|order| {
            let (app, order) = (Arc::clone(&app), order.clone());
            tokio::spawn(async move { app.execute(order).await })
        });
        for (order, placed) in some.iter().zip(placed.collect::<Vec<_>>()) {
            let placed = placed.await.map_err(|error| Trouble::fault(&error))?;
            let placed = placed.map_err(|failure| {
                let Trouble { status, error } = failure.into();
                Trouble::new(status, format!("order {}: {error}", order.out_trade_no))
            })?;
            transaction_ids.push(placed.transaction_id);
        }
    }
    Ok(Shown(json!({ "transaction_ids": transaction_ids })))
}

pub(super) async fn answer(
    State(app): State<Arc<App>>,
    Path((sp_mchid, out_bill_no)): Path<(String, String)>,
    body: Bytes,
) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        answer: Answer,
    }
    let sp_mchid = parse(&sp_mchid, "merchant number")?;
    let out_bill_no = parse(&out_bill_no, "bill number")?;
    let Said { answer } = read(&body)?;
    Ok(Shown(json!(app.execute(PayerAnswers { sp_mchid, out_bill_no, answer }).await?)))
}

pub(super) async fn confirm(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    Ok(Shown(json!(app.execute(read::<PackageAnswers>(&body)?).await?)))
}

pub(super) async fn pay(
    State(app): State<Arc<App>>,
    Path((mchid, out_trade_no)): Path<(String, String)>,
    body: Bytes,
) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        act: Act,
        #[serde(default)]
        openid: Option<String>,
    }
    let mchid = parse(&mchid, "merchant number")?;
    let out_trade_no = parse(&out_trade_no, "order number")?;
    let Said { act, openid } = read(&body)?;
    let acts = PayerActs { mchid, out_trade_no, act, openid };
    Ok(Shown(order_shown(&app.execute(acts).await?)))
}

pub(super) async fn pay_prepay(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        prepay_id: Option<String>,
        code_url: Option<String>,
        h5_url: Option<String>,
        openid: Option<String>,
        act: Option<Act>,
    }
    let Said { prepay_id, code_url, h5_url, openid, act } = read(&body)?;
    let handle = match (prepay_id, code_url, h5_url) {
        (Some(id), None, None) => Handle::PrepayId(id),
        (None, Some(url), None) => Handle::CodeUrl(url),
        (None, None, Some(url)) => Handle::H5Url(url),
        _ => {
            let what = "give one of prepay_id, code_url and h5_url";
            return Err(Trouble::new(StatusCode::BAD_REQUEST, what));
        }
    };
    let pays = PayPrepay { handle, act: act.unwrap_or(Act::Pay), openid };
    let orders = app.execute(pays).await?;
    Ok(Shown(json!({ "orders": orders.iter().map(order_shown).collect::<Vec<_>>() })))
}

pub(super) async fn introduce(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    Ok(Shown(json!(app.execute(read::<Introduce>(&body)?).await?)))
}

pub(super) async fn show_code(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    Ok(Shown(json!(app.execute(read::<ShowCode>(&body)?).await?)))
}

pub(super) async fn step(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    let stepped = app.execute(read::<clock::Step>(&body)?).await?;
    app.clock.advance_to(stepped.offset_seconds);
    // What is due has changed.
    app.store.jobs_scheduled().notify_one();
    Ok(show::clock(State(app)).await)
}
