//! The platform's keys: seeing them, putting a new certificate in the place of the old one, and
//! choosing which of them a merchant has.

use std::sync::Arc;

use axum::extract::{Path, State};
use bytes::Bytes;
use http::StatusCode;
use redress_api::{Mchid, Timestamp};
use redress_core::merchant::{Merchant, PlatformKeys, Trust};
use redress_core::row::Row as _;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Shown, Trouble, parse, read};
use crate::app::App;
use crate::{clock, folder};

type Handled = Result<Shown<Json>, Trouble>;

/// As the provider does: a day.
const OVERLAP_SECONDS_DEFAULT: i64 = 24 * 3600;
const OVERLAP_SECONDS_MAX: i64 = 30 * 24 * 3600;
/// The most certificates that are in use at once.
const CERTIFICATES_MAX: usize = 8;
/// How many merchants are read at once.
const PAGE_ITEMS: u32 = 1000;

/// The platform's keys, their public sides.
pub(super) async fn show(State(app): State<Arc<App>>) -> Handled {
    let public = app.platform.public();
    let signing = app.platform.signer(PlatformKeys::Certificate, None);
    let certificates = app.platform.certificates();
    let certificates: Vec<Json> = certificates
        .iter()
        .map(|one| {
            json!({
                "serial_no": one.signer.serial().as_str(),
                "signs": one.signer.serial() == signing.serial(),
                "signs_from": Timestamp::from_unix(one.signs_from),
                "retires_at": Timestamp::from_unix(one.retires_at),
                "certificate": one.certificate.to_pem(),
            })
        })
        .collect();
    Ok(Shown(json!({
        "public_key_id": public.serial().as_str(),
        "public_key": public.key().public_key().to_spki_pem(),
        "certificates": certificates,
        "wall": Timestamp::from_unix(clock::wall()),
    })))
}

pub(super) async fn rotate(State(app): State<Arc<App>>, body: Bytes) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        #[serde(default = "day")]
        overlap_seconds: i64,
    }
    const fn day() -> i64 {
        OVERLAP_SECONDS_DEFAULT
    }
    let Said { overlap_seconds } = read(if body.is_empty() { b"{}" } else { &body })?;
    if !(0..=OVERLAP_SECONDS_MAX).contains(&overlap_seconds) {
        let what = format!("an overlap has 0 to {OVERLAP_SECONDS_MAX} seconds");
        return Err(Trouble::new(StatusCode::BAD_REQUEST, what));
    }
    let _one_at_a_time = app.alone().await.map_err(|e| Trouble::fault(&e))?;
    if overlap_seconds > 0 && app.platform.certificates().len() >= CERTIFICATES_MAX {
        let what = format!("{CERTIFICATES_MAX} certificates are in use; let one retire first");
        return Err(Trouble::new(StatusCode::CONFLICT, what));
    }
    let platform = Arc::clone(&app.platform);
    let rotated = tokio::task::spawn_blocking(move || platform.rotate(overlap_seconds));
    rotated.await.map_err(|e| Trouble::fault(&e))?.map_err(|e| Trouble::fault(&e))?;
    let mut after = String::new();
    loop {
        let rows = app.store.rows(Merchant::KIND, None, &after, PAGE_ITEMS).await?;
        let Some((last, _)) = rows.last() else { break };
        after.clone_from(last);
        for (_, stored) in &rows {
            let merchant: Merchant =
                serde_json::from_str(&stored.body).map_err(|e| Trouble::fault(&e))?;
            if merchant.platform_keys.has_certificates() {
                hand_out(&app, &merchant).await?;
            }
        }
    }
    show(State(Arc::clone(&app))).await
}

/// Chooses which of the platform's keys a merchant has.
pub(super) async fn trust(
    State(app): State<Arc<App>>,
    Path(mchid): Path<String>,
    body: Bytes,
) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        platform_keys: PlatformKeys,
    }
    let mchid: Mchid = parse(&mchid, "merchant number")?;
    let Said { platform_keys } = read(&body)?;
    let _one_at_a_time = app.alone().await.map_err(|e| Trouble::fault(&e))?;
    let merchant = app.execute(Trust { mchid, platform_keys }).await?;
    app.identities.forget(&merchant.mchid);
    hand_out(&app, &merchant).await?;
    Ok(Shown(json!(merchant)))
}

/// Puts the certificates that a merchant has into its folder, and none that it has not.
pub(super) async fn hand_out(app: &App, merchant: &Merchant) -> Result<(), Trouble> {
    let dir = folder::of_merchant(&app.data, &merchant.mchid);
    let certificates = match merchant.platform_keys.has_certificates() {
        true => app.platform.certificates(),
        false => Vec::new(),
    };
    let written =
        tokio::task::spawn_blocking(move || folder::write_certificates(&dir, &certificates));
    written.await.map_err(|e| Trouble::fault(&e))?.map_err(|e| Trouble::fault(&e))
}
