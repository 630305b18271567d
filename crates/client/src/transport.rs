//! Bytes out, bytes in: the trait and the one that uses `reqwest`.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Request, Response};
use reqwest::redirect::Policy;

/// The longest body of an answer that is read, in bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// How long the body of the answer to a request may be, in bytes, where it is not
/// [`BODY_BYTES_MAX`]: an extension of the request.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// Carries one request to the service and the whole answer back.
///
/// It must leave the target, the headers and the body as they are, follow no redirect and repeat
/// nothing by itself: the client signs each attempt.
pub trait Transport: Send + Sync {
    /// Sends the request, whose URI is the whole address, and collects the answer.
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send;
}

impl<T: Transport> Transport for Arc<T> {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send {
        T::call(self, request)
    }
}

/// Whether the service can have received a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// No byte of it left: there was no connection.
    No,
    /// Some or all of it may have arrived.
    Maybe,
}

/// No whole answer came back.
#[derive(Debug, thiserror::Error)]
#[error("{}", match sent {
    Sent::No => "the service could not be reached",
    Sent::Maybe => "the request was sent, but no whole answer came back",
})]
pub struct TransportError {
    /// Whether the service can have received the request.
    pub sent: Sent,
    /// What happened.
    pub source: Box<dyn Error + Send + Sync>,
}

impl TransportError {
    /// An error of a transport.
    pub fn new(sent: Sent, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { sent, source: source.into() }
    }

    pub(crate) fn too_large(most: usize) -> Self {
        Self::new(Sent::Maybe, format!("the answer is longer than {most} bytes"))
    }
}

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
    pub(crate) fn plain(
        timeout: Duration,
        connect_timeout: Duration,
    ) -> Result<Self, reqwest::Error> {
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
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > most {
                return Err(TransportError::too_large(most));
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}
