//! A client of the control API.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value as Json;

use crate::args::Reach;

/// The control API of one server.
pub(crate) struct Control {
    base_url: String,
    token: Option<String>,
    http: reqwest::Client,
}

impl Control {
    pub(crate) fn new(base_url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()
            .context("making an HTTP client")?;
        Ok(Self { base_url: base_url.trim_end_matches('/').to_owned(), token: None, http })
    }

    /// The one that was asked for, or that of the data folder.
    pub(crate) fn of(reach: &Reach) -> anyhow::Result<Self> {
        let control = match &reach.server {
            Some(base_url) => Self::new(base_url)?,
            None => Self::new(&served(&reach.data.data)?)?,
        };
        Ok(control.with_token(reach.control_token.clone()))
    }

    /// The same for a server that was started with a token.
    pub(crate) fn with_token(self, token: Option<String>) -> Self {
        Self { token, ..self }
    }

    /// What is there; `None` if nothing is.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Option<Json>> {
        let response = self.send(self.http.get(self.address(path))).await?;
        if response.status() == http::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        read(path, response).await.map(Some)
    }

    pub(crate) async fn post(&self, path: &str, body: &Json) -> anyhow::Result<Json> {
        let request = self
            .http
            .post(self.address(path))
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body.to_string());
        read(path, self.send(request).await?).await
    }

    pub(crate) async fn delete(&self, path: &str) -> anyhow::Result<Json> {
        read(path, self.send(self.http.delete(self.address(path))).await?).await
    }

    fn address(&self, path: &str) -> String {
        format!("{}/_control{path}", self.base_url)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> anyhow::Result<reqwest::Response> {
        let request = match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let sent = request.send().await;
        sent.with_context(|| format!("no answer from {}; does `redress serve` run?", self.base_url))
    }
}

/// Where the server of a data folder listens, or did when it last ran: every merchant's folder has
/// it.
fn served(data: &Path) -> anyhow::Result<String> {
    let merchants = data.join("merchants");
    let known = || -> Option<String> {
        for entry in std::fs::read_dir(&merchants).ok()? {
            let text = std::fs::read_to_string(entry.ok()?.path().join("merchant.json"));
            let identity: Option<Json> = text.ok().and_then(|t| serde_json::from_str(&t).ok());
            if let Some(base_url) = identity.as_ref().and_then(|known| known["base_url"].as_str()) {
                return Some(base_url.to_owned());
            }
        }
        None
    };
    known().with_context(|| {
        let data = data.display();
        format!("no server has served {data}: start `redress serve`, or give --data or --server")
    })
}

async fn read(path: &str, response: reqwest::Response) -> anyhow::Result<Json> {
    let status = response.status();
    let body = response.bytes().await?;
    let parsed = serde_json::from_slice::<Json>(&body);
    if status.is_success() {
        return parsed.with_context(|| format!("/_control{path}"));
    }
    let error = parsed.as_ref().ok().and_then(|answer| answer["error"].as_str());
    let error = error.map_or_else(|| String::from_utf8_lossy(&body), Into::into);
    bail!("/_control{path}: {status}: {error}")
}
