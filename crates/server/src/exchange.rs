//! One request and its answer: what becomes known of it as it passes the stages.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use redress_api::{Definition, Endpoint as _, Mchid, Timestamp, certificate};
use redress_core::merchant::PlatformKeys;
use redress_crypto::Serial;
use tokio::sync::OnceCell;
use tracing::Instrument as _;

use crate::app::App;
use crate::connection::Peer;
use crate::fault::Hit;
use crate::identify;
use crate::metrics;
use crate::reply::{Problem, RequestId, Success, answer};
use crate::requests::{Evidence, Explainer, Mask, Message, Record};
use crate::sign_test;
use crate::site::Site;
use crate::tally::Answered;

/// Where an explanation is read. The provider has no such header.
const EXPLAIN: HeaderName = HeaderName::from_static("redress-explain");

/// A request that is being answered.
pub(crate) struct Exchange {
    pub(crate) id: RequestId,
    /// The path of the endpoint, with its names in braces, or a word in brackets.
    pub(crate) path: &'static str,
    /// The endpoint, if it is one.
    pub(crate) definition: Option<&'static Definition>,
    pub(crate) method: Method,
    /// Path and query, as sent.
    pub(crate) target: String,
    pub(crate) headers: Arc<HeaderMap>,
    /// Where it came in.
    pub(crate) site: Site,
    /// Who is at the other end of the connection.
    pub(crate) peer: Option<Peer>,
    /// When its head was read, by the wall clock and in business time.
    pub(crate) at: (Timestamp, Timestamp),
    started: Instant,
    /// The key to sign with.
    key: Option<Serial>,
    /// Which keys of the platform the merchant has that the request says to be from.
    pub(crate) platform_keys: OnceLock<PlatformKeys>,
    /// Who called, once it is proven.
    pub(crate) caller: Option<Mchid>,
    /// What was sent, once it is read whole.
    pub(crate) body: Option<Bytes>,
    /// Whether who calls was looked into, and not believed.
    pub(crate) unbelieved: bool,
    /// What goes wrong with it on purpose.
    pub(crate) fault: Option<Hit>,
    /// What everything that is logged about it carries.
    pub(crate) span: tracing::Span,
}

/// An answer that is ready to be sent.
struct Made {
    response: Response<Bytes>,
    code: &'static str,
    message: Cow<'static, str>,
}

impl Exchange {
    /// What the head tells; and the body, which is yet to be read.
    pub(crate) fn begin(
        app: &App,
        path: &'static str,
        definition: Option<&'static Definition>,
        request: Request<Body>,
    ) -> (Self, Body) {
        let (head, body) = request.into_parts();
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        let id = RequestId::fresh();
        let exchange = Self {
            span: tracing::info_span!("request", id = id.as_str(), node = app.node.shown()),
            id,
            path,
            definition,
            method: head.method,
            target: target.to_owned(),
            peer: head.extensions.get::<Peer>().copied(),
            at: (Timestamp::from_unix(crate::clock::wall()), app.now()),
            started: Instant::now(),
            site: head.extensions.get().copied().unwrap_or(Site::Main),
            key: identify::named_key(&head.headers),
            headers: Arc::new(head.headers),
            platform_keys: OnceLock::new(),
            caller: None,
            body: None,
            unbelieved: false,
            fault: None,
        };
        (exchange, body)
    }

    /// Answers, counts, logs and keeps it. The answer is printed and signed while the disk still
    /// works, and leaves when what it says is durable.
    pub(crate) async fn end(
        self,
        app: &Arc<App>,
        outcome: Result<Success, Problem>,
    ) -> Response<Body> {
        let mut outcome = self.fault.and_then(|hit| hit.after()).map_or(outcome, Err);
        let pending = outcome.as_mut().ok().and_then(|success| success.pending.take());
        let mut made = self.make(app, outcome);
        if let Some(pending) = pending
            && let Some(other) = pending.instrument(self.span.clone()).await
        {
            made = self.make(app, other.map_err(|problem| self.failed(app, problem)));
        }
        self.close(app, made)
    }

    /// The answer to what was done and failed in the end.
    fn failed(&self, app: &App, problem: Problem) -> Problem {
        match (self.definition, &self.caller) {
            (Some(definition), Some(caller)) => app.limits.failed(definition, caller, problem),
            (_, _) => problem,
        }
    }

    /// Prints and signs the answer.
    fn make(&self, app: &App, outcome: Result<Success, Problem>) -> Made {
        let _entered = self.span.enter();
        let Self { path, method, .. } = self;
        let (code, message) = match &outcome {
            Ok(_) => ("", Cow::default()),
            Err(problem) => (problem.code.code, problem.message.clone()),
        };
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
        if let Some(hit) = self.fault {
            hit.spoil(&signer, &mut response);
            metrics::fault(hit.kind);
            tracing::info!(id = hit.id, kind = hit.kind, "it goes wrong on purpose");
        }
        Made { response, code, message }
    }

    /// Counts, logs and keeps it.
    fn close(self, app: &Arc<App>, made: Made) -> Response<Body> {
        let span = self.span.clone();
        let _entered = span.enter();
        let Made { mut response, code, message } = made;
        let Self { path, method, fault, .. } = &self;
        let fault = *fault;
        let site = self.site.as_str();
        let status = response.status().as_u16();
        let elapsed = self.started.elapsed();
        let mchid = self.caller.as_ref().map_or("-", Mchid::as_str);
        let us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        tracing::info!(%method, path, site, status, code, mchid, us, "answered");
        let method = metrics::method(method);
        let answered = Answered { path, method, status, code };
        metrics::request(answered, elapsed);
        app.tally.request(answered);
        if app.explain && self.is_refused(status) {
            let url = format!("{}/_control/requests/{}", app.own_url, self.id.as_str());
            let url = HeaderValue::try_from(url).expect("a URL is a header value");
            response.headers_mut().insert(EXPLAIN, url);
        }
        let record = Arc::new(self.record(app, code, &message, &response, elapsed));
        app.requests.push(Arc::clone(&record));
        if record.is_refused() {
            Explainer::soon(app, record);
        }
        match fault {
            Some(hit) => hit.send(response),
            None => response.map(Body::from),
        }
    }

    /// Whether there is a refusal to explain: a fault of ours is none.
    fn is_refused(&self, status: u16) -> bool {
        self.unbelieved && status < 500 && self.body.is_some()
    }

    /// What the log keeps of it.
    fn record(
        self,
        app: &App,
        code: &'static str,
        message: &str,
        answer: &Response<Bytes>,
        elapsed: Duration,
    ) -> Record {
        let is_refused = self.is_refused(answer.status().as_u16());
        let Self { id, path, definition, method, target, headers, body, .. } = self;
        let (wall, business) = self.at;
        let sent = body.as_deref().unwrap_or_default();
        let mask = Mask::of(path, &target, sent, app.control_token.as_deref());
        let evidence = body.as_ref().filter(|_| is_refused);
        let evidence = evidence.map(|body| Evidence::new(&method, &target, &headers, body));
        Record {
            id,
            wall,
            business,
            site: self.site,
            peer: self.peer.map(|peer| peer.0),
            target: mask.text(&target).into(),
            path,
            definition,
            claimed: match &self.caller {
                Some(_) => None,
                None => identify::claimed_mchid(&headers).map(|mchid| mask.text(&mchid).into()),
            },
            proven: self.caller,
            request: Message::new(&headers, body.as_ref(), &mask),
            status: answer.status().as_u16(),
            code,
            message: mask.text(message).into(),
            answer: Message::new(answer.headers(), Some(answer.body()), &mask),
            elapsed,
            method,
            fault: self.fault,
            evidence_bytes: evidence.as_ref().map_or(0, Evidence::bytes),
            explanation: OnceCell::new(),
            evidence: Mutex::new(evidence.map(Arc::new)),
            numbers: OnceLock::new(),
        }
    }
}
