//! The client: signs requests, checks answers, tries again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::USER_AGENT;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use redress_api::{Endpoint, wire};
use redress_crypto::{Serial, VerifyError, authorize, message_to_sign, nonce, random_bytes};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::answer::{Answer, Raw, is_verified, raw, read};
use crate::base_url::TargetError;
use crate::budget::Budget;
use crate::builder::ClientBuilder;
use crate::certificate_folder::CertificateFolder;
use crate::clock;
use crate::error::{Error, Fate};
use crate::merchant::Merchant;
use crate::observe::Call as Observed;
use crate::refresh::Refresh;
use crate::retry::Retry;
use crate::sites::{Site, Sites, is_the_sites};
use crate::transport::{DefaultTransport, Sent, Transport, TransportError};
use crate::trust::Trust;

const PLATFORM_KEY: HeaderName = HeaderName::from_static("wechatpay-serial");
const PRODUCT: HeaderValue =
    HeaderValue::from_static(concat!("redress/", env!("CARGO_PKG_VERSION")));

/// Calls the service as one merchant. A clone shares everything.
pub struct Client<T = DefaultTransport>(Arc<Inner<T>>);

struct Inner<T> {
    merchant: Merchant,
    /// What requests name the platform's key by.
    public_key_id: HeaderValue,
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
    pub(crate) check_requests: bool,
    pub(crate) certificates: Option<CertificateFolder>,
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
        if let Some(folder) = &settings.certificates {
            let known = trust.ring();
            for certificate in folder.read(clock::unix_seconds()) {
                // What the merchant was given is not replaced by what was kept.
                if known.get(certificate.serial()).is_none() {
                    trust.insert_certificate(&certificate);
                }
            }
        }
        let refresh = Refresh::default();
        let budget = Budget::default();
        let public_key_id = HeaderValue::from_str(merchant.public_key_id.as_str())
            .expect("a serial has letters, digits and underscores");
        Self(Arc::new(Inner {
            merchant,
            public_key_id,
            settings,
            transport,
            trust,
            refresh,
            budget,
        }))
    }

    /// The platform's keys that it trusts: the merchant's, and those that it has learned since.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.0.trust
    }

    pub(crate) fn certificate_folder(&self) -> Option<&CertificateFolder> {
        self.0.settings.certificates.as_ref()
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
    /// Whatever is not a success signed by the platform; [`Error::fate`] says what is known. What
    /// the service would refuse for its fields is refused here, with [`Error::Invalid`], and not
    /// sent.
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
        let Settings { sites, retry, deadline, .. } = &self.0.settings;
        let request = self.encode(request)?;
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
        let request = self.encode(request)?;
        let (call, site) = (Observed::of(&E::METHOD, E::PATH), self.sites().first());
        call.attempt(1, site);
        let answer = self.attempt(&request, site).instrument(call.span()).await;
        let answer = answer.and_then(read::<E>);
        self.sites().note(site, answer.as_ref().err().is_none_or(|error| !is_the_sites(error)));
        call.end(answered(&answer));
        Ok(answer?.body)
    }

    /// Signs a request and does not send it. The service takes it for five minutes.
    ///
    /// # Errors
    /// If it breaks a rule of its page, or cannot be signed.
    pub async fn sign<E: Endpoint>(&self, request: &E) -> Result<Request<Bytes>, Error> {
        let request = self.encode(request)?;
        self.signed(&request, self.sites().first()).await
    }

    /// Prints a request that obeys the rules of its page, unless it is not to be checked.
    fn encode<E: Endpoint>(&self, request: &E) -> Result<Request<Bytes>, Error> {
        let printed = if self.0.settings.check_requests {
            wire::encode_checked(request)?
        } else {
            wire::encode(request)
        };
        Ok(self.prepare(printed)?)
    }

    /// Checks and dresses an encoded request.
    pub(crate) fn prepare(
        &self,
        mut request: Request<Bytes>,
    ) -> Result<Request<Bytes>, TargetError> {
        let target = request.uri().path_and_query().cloned().ok_or(TargetError)?;
        *request.uri_mut() = self.sites().main.at(target)?;
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
        request.headers_mut().insert(USER_AGENT, PRODUCT);
        request.headers_mut().insert(PLATFORM_KEY, self.0.public_key_id.clone());
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
    pub(crate) async fn attempt(&self, request: &Request<Bytes>, site: Site) -> Result<Raw, Error> {
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
    pub(crate) async fn signed(
        &self,
        request: &Request<Bytes>,
        site: Site,
    ) -> Result<Request<Bytes>, Error> {
        let Merchant { mchid, serial_no, key, .. } = &self.0.merchant;
        let mut request = request.clone();
        if site == Site::Standby {
            let target = request.uri().path_and_query().cloned().ok_or(TargetError)?;
            *request.uri_mut() = self.sites().url(site).at(target)?;
        }
        let (now, nonce) = (clock::unix_seconds(), nonce());
        let signature = key.sign(&message_to_sign(&request, now, &nonce)).await?;
        authorize(serial_no, mchid.as_str(), &mut request, now, &nonce, &signature);
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
