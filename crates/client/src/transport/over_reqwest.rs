//! The transport that uses `reqwest`.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Request, Response};
use reqwest::redirect::Policy;

use super::{BODY_BYTES_MAX, BodyLimit, Sent, Transport, TransportError};

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let sent = if error.is_connect() || error.is_builder() { Sent::No } else { Sent::Maybe };
        // The address has the query, which does not belong into logs.
        Self::new(sent, error.without_url())
    }
}

/// HTTP/1.1 over TLS, with a pool of connections. A clone shares the pool.
#[derive(Clone, Debug)]
pub struct Reqwest(reqwest::Client);

impl Reqwest {
    /// Limits one exchange, from connecting to the last byte, to `timeout`, and connecting to
    /// `connect_timeout`. Proxies are taken from the environment.
    ///
    /// # Errors
    /// If TLS cannot be set up, say without any trusted certificate on the machine.
    pub fn new(timeout: Duration, connect_timeout: Duration) -> Result<Self, reqwest::Error> {
        settings(timeout, connect_timeout).build().map(Self)
    }

    /// For a stand-in without TLS: needs no trusted certificates and passes no proxy.
    ///
    /// # Errors
    /// If HTTP cannot be set up.
    pub fn plain(timeout: Duration, connect_timeout: Duration) -> Result<Self, reqwest::Error> {
        settings(timeout, connect_timeout).tls_certs_only([]).no_proxy().build().map(Self)
    }
}

fn settings(timeout: Duration, connect_timeout: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(connect_timeout)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
}

impl Transport for Reqwest {
    async fn call(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if request.body().is_empty() && !request.method().is_safe() {
            // Left out otherwise, and some gateways refuse a POST without it.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let most = request.extensions().get::<BodyLimit>().map_or(BODY_BYTES_MAX, |limit| limit.0);
        let request = reqwest::Request::try_from(request)?;
        let mut answer = self.0.execute(request).await?;
        let mut response = Response::new(collect(&mut answer, most).await?);
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// The whole body. Most come in one piece, which is not copied.
async fn collect(answer: &mut reqwest::Response, most: usize) -> Result<Bytes, TransportError> {
    let (mut first, mut body) = (Bytes::new(), BytesMut::new());
    while let Some(chunk) = answer.chunk().await? {
        if first.len() + body.len() + chunk.len() > most {
            return Err(TransportError::too_large(most));
        }
        if first.is_empty() && body.is_empty() {
            first = chunk;
        } else {
            body.extend_from_slice(&std::mem::take(&mut first));
            body.extend_from_slice(&chunk);
        }
    }
    Ok(if body.is_empty() { first } else { body.freeze() })
}
