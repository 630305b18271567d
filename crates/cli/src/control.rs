//! A client of the control API.

use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value as Json;

/// The control API of one server.
pub(crate) struct Control {
    base_url: String,
    http: reqwest::Client,
}

impl Control {
    pub(crate) fn new(base_url: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()
            .context("making an HTTP client")?;
        Ok(Self { base_url: base_url.to_owned(), http })
    }

    /// What is there; `None` if nothing is.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Option<Json>> {
        let response = self.http.get(format!("{}/_control{path}", self.base_url)).send().await?;
        if response.status() == http::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        read(path, response).await.map(Some)
    }

    pub(crate) async fn post(&self, path: &str, body: &Json) -> anyhow::Result<Json> {
        let response = self
            .http
            .post(format!("{}/_control{path}", self.base_url))
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body.to_string())
            .send()
            .await?;
        read(path, response).await
    }
}

async fn read(path: &str, response: reqwest::Response) -> anyhow::Result<Json> {
    let status = response.status();
    let body = response.bytes().await?;
    if !status.is_success() {
        bail!("/_control{path}: {status}: {}", String::from_utf8_lossy(&body));
    }
    serde_json::from_slice(&body).with_context(|| format!("/_control{path}"))
}
