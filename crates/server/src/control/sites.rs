//! The two sites: seeing them, closing one to see what a client does, opening it again.

use std::sync::Arc;

use axum::extract::{Path, State};
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Shown, Trouble, read};
use crate::app::App;
use crate::listen::url;
use crate::site::{Site, Sites};
use crate::tls::names;

type Handled = Result<Shown<Json>, Trouble>;

/// Both, main first.
pub(super) async fn list(State(app): State<Arc<App>>) -> Shown<Json> {
    let items: Vec<Json> = Site::ALL.iter().map(|site| shown(&app.sites, *site)).collect();
    Shown(json!({ "items": items }))
}

/// Opens or closes one.
pub(super) async fn set(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    body: Bytes,
) -> Handled {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        open: bool,
    }
    let Some(site) = Site::ALL.into_iter().find(|site| site.as_str() == name) else {
        return Err(Trouble::unknown("the sites are main and standby"));
    };
    let said: Said = read(&body)?;
    app.sites.set(site, said.open);
    tracing::info!(site = site.as_str(), open = said.open, "a site was set");
    Ok(Shown(shown(&app.sites, site)))
}

fn shown(sites: &Sites, site: Site) -> Json {
    let names: Vec<&str> =
        names::PROVIDER.into_iter().filter(|name| Site::named(name) == Some(site)).collect();
    json!({
        "site": site,
        "open": sites.is_open(site),
        "base_url": sites.address(site).map(url),
        "names": names,
    })
}
