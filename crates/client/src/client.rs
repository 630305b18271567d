//! The client: signs requests, checks answers, tries again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use redress_api::{Endpoint, wire};
use redress_crypto::{Serial, VerifyError, authorize, message_to_sign, nonce, random_bytes};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::base_url::TargetError;
use crate::budget::Budget;
use crate::builder::ClientBuilder;
use crate::clock;
use crate::error::{ApiError, Error, Fate};
use crate::merchant::Merchant;
use crate::observe::Call as Observed;
use crate::refresh::Refresh;
use crate::retry::Retry;
use crate::sites::{Site, Sites, is_the_sites};
use crate::transport::{BODY_BYTES_MAX, DefaultTransport, Sent, Transport, TransportError};
use crate::trust::Trust;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("redress/", env!("CARGO_PKG_VERSION")));

/// Calls the service as one merchant. A clone shares everything.
pub struct Client<T = DefaultTransport>(Arc<Inner<T>>);

struct Inner<T> {
    merchant: Merchant,
    settings: Settings,
    transport: T,
    trust: Trust,
    refresh: Refresh,
    budget: Budget,
}

/// How a client goes about it.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) sites: Sites,
    pub(crate) retry: Retry,
    pub(crate) deadline: Duration,
}

/// A success, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer<B> {
    /// The HTTP status.
    pub status: StatusCode,
    /// The `Request-ID`, which the provider's support asks for.
    pub request_id: Option<String>,
    /// What the page promises.
    pub body: B,
}

/// Any answer, in bytes.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The `Request-ID`, which the provider's support asks for.
    pub request_id: Option<String>,
    /// The body as it was signed.
    pub body: Bytes,
    /// Whether the platform signed it; always so for a success.
    pub verified: bool,
}

impl Client {
    /// Starts to make a client for this merchant.
    #[must_use]
    pub fn builder(merchant: Merchant) -> ClientBuilder {
        ClientBuilder::new(merchant)
    }
}

impl<T> Client<T> {
    /// The merchant that calls.
    #[must_use]
    pub fn merchant(&self) -> &Merchant {
        &self.0.merchant
    }
}

impl<T: Transport> Client<T> {
    pub(crate) fn new(merchant: Merchant, settings: Settings, transport: T) -> Self {
        let trust = Trust::new(merchant.platform_keys.clone());
        let refresh = Refresh::default();
        let budget = Budget::default();
        Self(Arc::new(Inner { merchant, settings, transport, trust, refresh, budget }))
    }

    /// The platform's keys that it trusts: the merchant's, and those that it has learned since.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.0.trust
    }

    pub(crate) fn refresh(&self) -> &Refresh {
        &self.0.refresh
    }

    /// Sends a request and reads the answer, with retries as [`ClientBuilder::retry`] has it.
    ///
    /// Whoever drops the future before it is ready does not know whether the request was carried
    /// out, as with [`Fate::Unknown`].
    ///
    /// # Errors
    /// Whatever is not a success signed by the platform; [`Error::fate`] says what is known.
    pub async fn send<E: Endpoint>(&self, request: &E) -> Result<E::Response, Error> {
        Ok(self.exchange(request).await?.body)
    }

    /// Like [`Client::send`], with the status and the `Request-ID` of the answer.
    ///
    /// # Errors
    /// As for [`Client::send`].
    pub async fn exchange<E: Endpoint>(&self, request: &E) -> Result<Answer<E::Response>, Error> {
        let call = Observed::of(&E::METHOD, E::PATH);
        let outcome = self.exchange_in(request, &call).instrument(call.span()).await;
        call.end(answered(&outcome));
        outcome
    }

    async fn exchange_in<E: Endpoint>(
        &self,
        request: &E,
        call: &Observed,
    ) -> Result<Answer<E::Response>, Error> {
        let Settings { sites, retry, deadline } = &self.0.settings;
        let request = self.prepare(wire::encode(request))?;
        let end = Instant::now() + *deadline;
        self.0.budget.earn();
        let mut site = sites.first();
        let mut earlier = None;
        let mut attempt = 1;
        loop {
            call.attempt(attempt, site);
            let error = match self.attempt_by(&request, site, end).await.and_then(read::<E>) {
                Ok(answer) => {
                    sites.note(site, true);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            sites.note(site, !is_the_sites(&error));
            let random = u32::from_ne_bytes(random_bytes());
            let delay = retry.next(attempt, &error, random);
            let delay = delay.filter(|delay| Instant::now() + *delay < end);
            let Some(delay) = delay.filter(|_| self.0.budget.spend()) else {
                return Err(unsettled(earlier, error));
            };
            tracing::debug!(attempt, ?delay, %error, "trying again");
            site = sites.after(site, &error);
            // A query changes nothing, so that an earlier one leaves no doubt.
            if earlier.is_none() && error.fate() == Fate::Unknown && !E::METHOD.is_safe() {
                earlier = Some(error);
            }
            tokio::time::sleep(delay).await;
            attempt += 1;
        }
    }

    /// Sends a request once and reads the answer.
    pub(crate) async fn once<E: Endpoint>(&self, request: &E) -> Result<E::Response, Error> {
        let request = self.prepare(wire::encode(request))?;
        let (call, site) = (Observed::of(&E::METHOD, E::PATH), self.sites().first());
        call.attempt(1, site);
        let answer = self.attempt(&request, site).instrument(call.span()).await;
        let answer = answer.and_then(read::<E>);
        self.sites().note(site, answer.as_ref().err().is_none_or(|error| !is_the_sites(error)));
        call.end(answered(&answer));
        Ok(answer?.body)
    }

    /// Signs any request and sends it once: whether another endpoint may be repeated is not known
    /// here. An answer of any status is an answer.
    ///
    /// # Errors
    /// If no whole answer came back, if a success is not signed, or if a signature is wrong.
    pub async fn call(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Raw, Error> {
        let request = self.any(method, path_and_query, body)?;
        let site = self.sites().first();
        let call = Observed::other(request.method(), request.uri().path());
        call.attempt(1, site);
        let answer = self.attempt(&request, site).instrument(call.span()).await;
        call.end(match &answer {
            Ok(raw) => Ok((raw.status, raw.request_id.as_deref())),
            Err(error) => Err(error),
        });
        answer
    }

    /// Signs a request and does not send it. The service takes it for five minutes.
    ///
    /// # Errors
    /// If it cannot be signed.
    pub async fn sign<E: Endpoint>(&self, request: &E) -> Result<Request<Bytes>, Error> {
        let request = self.prepare(wire::encode(request))?;
        self.signed(&request, self.sites().first()).await
    }

    /// Signs any request as [`Client::call`] would send it, and does not send it.
    ///
    /// # Errors
    /// If it cannot be signed.
    pub async fn sign_call(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Error> {
        let request = self.any(method, path_and_query, body)?;
        self.signed(&request, self.sites().first()).await
    }

    /// Any request in the headers that every request has.
    fn any(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, TargetError> {
        let mut request = Request::new(body);
        request.headers_mut().insert(ACCEPT, JSON);
        if method != Method::GET {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        *request.method_mut() = method;
        *request.uri_mut() = self.target(path_and_query)?;
        Ok(self.dress(request))
    }

    /// Checks and dresses an encoded request.
    pub(crate) fn prepare(
        &self,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, TargetError> {
        *request.uri_mut() = self.target(&request.uri().to_string())?;
        Ok(self.dress(request))
    }

    /// The whole address of a path and query, at the main site.
    pub(crate) fn target(&self, path_and_query: &str) -> Result<http::Uri, TargetError> {
        self.sites().main.join(path_and_query)
    }

    pub(crate) fn sites(&self) -> &Sites {
        &self.0.settings.sites
    }

    /// Sets the headers that every request has.
    pub(crate) fn dress(&self, mut request: Request<Bytes>) -> Request<Bytes> {
        let serial = HeaderValue::from_str(self.0.merchant.public_key_id.as_str())
            .expect("a serial has letters, digits and underscores");
        request.headers_mut().insert(USER_AGENT, PRODUCT);
        request.headers_mut().insert("Wechatpay-Serial", serial);
        request
    }

    /// An attempt that is over when the time of the whole call is.
    async fn attempt_by(
        &self,
        request: &Request<Bytes>,
        site: Site,
        end: Instant,
    ) -> Result<Raw, Error> {
        let late = |_: tokio::time::error::Elapsed| {
            Err(TransportError::new(Sent::Maybe, "the time for the whole call is over").into())
        };
        tokio::time::timeout_at(end, self.attempt(request, site)).await.unwrap_or_else(late)
    }

    /// Signs, sends and checks once.
    async fn attempt(&self, request: &Request<Bytes>, site: Site) -> Result<Raw, Error> {
        let answer = self.deliver(request, site).await?;
        let status = answer.status().as_u16();
        let raw = self.check_or_learn(answer).await?;
        let request_id = raw.request_id.as_deref().unwrap_or_default();
        // Method and path are the span's, which knows the template: a path names the merchant's bills.
        tracing::debug!(status, request_id, raw.verified, "answered");
        Ok(raw)
    }

    /// Signs and sends once.
    pub(crate) async fn deliver(
        &self,
        request: &Request<Bytes>,
        site: Site,
    ) -> Result<Response<Bytes>, Error> {
        let request = self.signed(request, site).await?;
        Ok(self.0.transport.call(request).await?)
    }

    /// Signs once.
    async fn signed(&self, request: &Request<Bytes>, site: Site) -> Result<Request<Bytes>, Error> {
        let Merchant { mchid, serial_no, key, .. } = &self.0.merchant;
        let mut request = request.clone();
        if site == Site::Standby {
            let target = request.uri().path_and_query().map_or("/".to_owned(), ToString::to_string);
            *request.uri_mut() = self.sites().url(site).join(&target)?;
        }
        let (now, nonce) = (clock::unix_seconds(), nonce());
        let signature = key.sign(&message_to_sign(&request, now, &nonce)).await?;
        authorize(serial_no, mchid.as_str(), &mut request, now, &nonce, signature);
        Ok(request)
    }

    /// Checks an answer with the keys that are trusted, and if it is signed with another one,
    /// learns that first.
    pub(crate) async fn check_or_learn(&self, answer: Response<Bytes>) -> Result<Raw, Error> {
        let trust = self.trust();
        let verify = |headers: &HeaderMap, body: &[u8]| trust.verify(headers, body);
        let mut checked = is_verified(&answer, verify);
        if let Err(Error::Verify { source: VerifyError::UnknownSerial(serial), .. }) = &checked
            && let Ok(serial) = Serial::parse(serial)
            && self.learn(&serial).await
        {
            checked = is_verified(&answer, verify);
        }
        Ok(raw(answer, checked?))
    }
}

/// What is told of an outcome.
fn answered<B>(outcome: &Result<Answer<B>, Error>) -> Result<(StatusCode, Option<&str>), &Error> {
    outcome.as_ref().map(|answer| (answer.status, answer.request_id.as_deref()))
}

/// Checks an answer: a success must be signed, anything else may be.
pub(crate) fn check(
    answer: Response<Bytes>,
    verify: impl FnOnce(&HeaderMap, &[u8]) -> Result<(), VerifyError>,
) -> Result<Raw, Error> {
    let verified = is_verified(&answer, verify)?;
    Ok(raw(answer, verified))
}

/// Whether the platform signed an answer; a signature that is there must be good.
fn is_verified(
    answer: &Response<Bytes>,
    verify: impl FnOnce(&HeaderMap, &[u8]) -> Result<(), VerifyError>,
) -> Result<bool, Error> {
    let (status, headers, body) = (answer.status(), answer.headers(), answer.body());
    if body.len() > BODY_BYTES_MAX {
        return Err(TransportError::too_large(BODY_BYTES_MAX).into());
    }
    let verified = status.is_success() || filled(headers, "Wechatpay-Signature").is_some();
    if verified && let Err(source) = verify(headers, body) {
        return Err(Error::Verify { status, request_id: request_id(headers), source });
    }
    Ok(verified)
}

fn raw(answer: Response<Bytes>, verified: bool) -> Raw {
    let (parts, body) = answer.into_parts();
    let (status, headers) = (parts.status, parts.headers);
    let request_id = request_id(&headers);
    Raw { status, headers, request_id, body, verified }
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    filled(headers, "Request-ID").and_then(|value| value.to_str().map(str::to_owned).ok())
}

/// A header that says something.
fn filled<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a HeaderValue> {
    headers.get(name).filter(|value| !value.is_empty())
}

/// Reads an answer that has been checked.
pub(crate) fn read<E: Endpoint>(raw: Raw) -> Result<Answer<E::Response>, Error> {
    if !raw.status.is_success() {
        return Err(Error::Api(Box::new(ApiError::new(raw, E::REFUSAL_IS_PROOF))));
    }
    let Raw { status, request_id, body, .. } = raw;
    // 204: the answer has no fields.
    let fields = if body.is_empty() { b"{}" } else { &*body };
    match wire::decode_response::<E>(fields) {
        Ok(body) => Ok(Answer { status, request_id, body }),
        Err(source) => Err(Error::Decode { status, request_id, source }),
    }
}

/// The failure to report: the last one, unless it would hide that an earlier attempt may have been
/// carried out.
pub(crate) fn unsettled(earlier: Option<Error>, last: Error) -> Error {
    match (earlier, last.fate()) {
        (Some(earlier), Fate::NotSent | Fate::Rejected) => {
            let earlier = if let Error::Retried { earlier, .. } = earlier {
                earlier
            } else {
                Box::new(earlier)
            };
            Error::Retried { earlier, last: Box::new(last) }
        }
        (_, Fate::NotSent | Fate::Rejected | Fate::Unknown) => last,
    }
}

impl<T> Clone for Client<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Client<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { merchant, settings, trust, .. } = &*self.0;
        f.debug_struct("Client")
            .field("merchant", merchant)
            .field("settings", settings)
            .field("trust", trust)
            .finish_non_exhaustive()
    }
}
