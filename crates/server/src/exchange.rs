//! One request and its answer: what becomes known of it as it passes the stages.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use http::{HeaderMap, Method, Request, Response};
use redress_api::{Endpoint as _, Mchid, certificate};
use redress_core::merchant::PlatformKeys;
use redress_crypto::Serial;

use crate::app::App;
use crate::identify;
use crate::metrics;
use crate::reply::{Problem, RequestId, Success, answer};
use crate::sign_test;
use crate::site::Site;
use crate::tally::Answered;

/// A request that is being answered.
pub(crate) struct Exchange {
    pub(crate) id: RequestId,
    /// The path of the endpoint, with its names in braces, or a word in brackets.
    pub(crate) path: &'static str,
    pub(crate) method: Method,
    /// Path and query, as sent.
    pub(crate) target: String,
    pub(crate) headers: Arc<HeaderMap>,
    /// Where it came in.
    pub(crate) site: Site,
    started: Instant,
    /// The key to sign with.
    key: Option<Serial>,
    /// Which keys of the platform the merchant has that the request says to be from.
    pub(crate) platform_keys: OnceLock<PlatformKeys>,
    /// Who called, once it is proven.
    pub(crate) caller: Option<Mchid>,
}

impl Exchange {
    /// What the head tells; and the body, which is yet to be read.
    pub(crate) fn begin(path: &'static str, request: Request<Body>) -> (Self, Body) {
        let (head, body) = request.into_parts();
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let exchange = Self {
            id: RequestId::fresh(),
            path,
            method: head.method,
            target: target.to_owned(),
            started: Instant::now(),
            site: head.extensions.get().copied().unwrap_or(Site::Main),
            key: identify::named_key(&head.headers),
            headers: Arc::new(head.headers),
            platform_keys: OnceLock::new(),
            caller: None,
        };
        (exchange, body)
    }

    /// What everything that is logged about it carries.
    pub(crate) fn span(&self) -> tracing::Span {
        tracing::info_span!("request", id = self.id.as_str())
    }

    /// How long it has been under way.
    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Answers, counts and logs.
    pub(crate) fn end(self, app: &App, outcome: Result<Success, Problem>) -> Response<Body> {
        let span = self.span();
        let _entered = span.enter();
        let Self { path, method, .. } = &self;
        let site = self.site.as_str();
        let code = outcome.as_ref().map_or_else(|problem| problem.code.code, |_| "");
        if let Some(why) = outcome.as_ref().err().and_then(|problem| problem.log.as_deref()) {
            tracing::error!(%method, path, why, "a request failed for a fault of ours");
        }
        let platform_keys = self.platform_keys.get().copied().unwrap_or_default();
        let signer = app.platform.signer(platform_keys, self.key.as_ref());
        let mut response = answer(&signer, &self.id, outcome);
        // A client cannot check anything before it has the certificates.
        let probes = *path != certificate::List::PATH && app.sign_test.picks(self.id.as_str());
        if probes && sign_test::spoil(response.headers_mut()) {
            metrics::sign_test("answer", "sent");
            tracing::info!("the answer is signed wrongly on purpose");
        }
        let status = response.status().as_u16();
        let elapsed = self.elapsed();
        let mchid = self.caller.as_ref().map_or("-", Mchid::as_str);
        let us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(%method, path, site, status, code, mchid, us, "answered");
        let method = metrics::method(method);
        metrics::request(path, method, status, code, elapsed);
        app.tally.request(Answered { path, method, status, code });
        response
    }
}
