//! The adapter between HTTP and the operations: identify, read, decide, answer.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::State;
use bytes::{Bytes, BytesMut};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use redress_api::Mchid;
use redress_api::error::{INVALID_REQUEST, METHOD_NOT_ALLOWED, PATH_NOT_FOUND};
use redress_core::merchant::PlatformKeys;
use redress_core::refusal::number;
use redress_crypto::Serial;
use tracing::Instrument as _;

use crate::app::App;
use crate::config::{BODY_BYTES_MAX, BODY_SECONDS_MAX, DRAIN_BYTES_MAX};
use crate::identify;
use crate::metrics;
use crate::reply::{Problem, RequestId, Success, answer};
use crate::router::Route;

type Handled = Result<Success, Problem>;

/// Serves one endpoint.
pub(crate) async fn serve(
    route: &'static Route,
    State(app): State<Arc<App>>,
    request: Request<Body>,
) -> Response<Body> {
    let path = route.definition.path;
    let asked = Asked::by(&request);
    if asked.method != route.definition.method {
        return wrong_method(State(app), request).await;
    }
    observed(&app, path, asked, |caller| handle(route, &app, request, caller)).await
}

/// Answers a path that is not served. One of the API's may well be an endpoint of the real
/// service, so the caller learns that it is this server that lacks it, and what it has.
pub(crate) async fn unknown_path(
    State(app): State<Arc<App>>,
    request: Request<Body>,
) -> Response<Body> {
    let asked = Asked::by(&request);
    let problem = if request.uri().path().starts_with("/v3/") {
        let list = format!("{}/_control/endpoints", app.base_url);
        let message = format!(
            "Redress未实现该接口，已实现的接口列表见 {list} 或README“接口（Endpoints）”一节"
        );
        Problem::new(PATH_NOT_FOUND, number::PARAMETER, message)
    } else {
        Problem::new(PATH_NOT_FOUND, number::PARAMETER, "请求的接口不存在，请检查请求的URL")
    };
    let body = request.into_body();
    observed(&app, "(unknown)", asked, |_| async { Err(hear_out(body, problem).await) }).await
}

/// Answers a method that the path does not have.
pub(crate) async fn wrong_method(
    State(app): State<Arc<App>>,
    request: Request<Body>,
) -> Response<Body> {
    let asked = Asked::by(&request);
    let message = "请求的HTTP方法不正确，请检查请求方法";
    let problem = Problem::new(METHOD_NOT_ALLOWED, number::PARAMETER, message);
    let body = request.into_body();
    observed(&app, "(method)", asked, |_| async { Err(hear_out(body, problem).await) }).await
}

/// Whether requests can be served: the store answers.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    if app.store.ready().await {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer\n")
    }
}

/// What of a request its answer needs.
struct Asked {
    method: Method,
    /// The key to sign with.
    key: Option<Serial>,
}

impl Asked {
    fn by(request: &Request<Body>) -> Self {
        let key = identify::named_key(request.headers());
        Self { method: request.method().clone(), key }
    }
}

/// Who called, once it is known.
#[derive(Default)]
struct Caller {
    /// For the log; proven.
    mchid: OnceLock<Mchid>,
    /// For the signature; claimed.
    platform_keys: OnceLock<PlatformKeys>,
}

/// Runs a handler inside a span with the request's id, then answers, counts and logs.
async fn observed<F>(
    app: &App,
    path: &'static str,
    asked: Asked,
    handler: impl FnOnce(Arc<Caller>) -> F,
) -> Response<Body>
where
    F: Future<Output = Handled>,
{
    let id = RequestId::fresh();
    let span = tracing::info_span!("request", id = id.as_str());
    let started = Instant::now();
    let caller = Arc::new(Caller::default());
    let Asked { method, key } = asked;
    let outcome = handler(Arc::clone(&caller)).instrument(span.clone()).await;
    let _entered = span.enter();
    let code = outcome.as_ref().map_or_else(|problem| problem.code.code, |_| "");
    if let Some(why) = outcome.as_ref().err().and_then(|problem| problem.log.as_deref()) {
        tracing::error!(%method, path, why, "a request failed for a fault of ours");
    }
    let platform_keys = caller.platform_keys.get().copied().unwrap_or_default();
    let signer = app.platform.signer(platform_keys, key.as_ref());
    let response = answer(&signer, &id, outcome);
    let status = response.status().as_u16();
    let elapsed = started.elapsed();
    let mchid = caller.mchid.get().map_or("-", Mchid::as_str);
    let us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    tracing::info!(%method, path, status, code, mchid, us, "answered");
    metrics::request(path, &method, status, code, elapsed);
    response
}

/// One request, in the order in which the provider checks: head, body, signature, parameters,
/// permission, business.
async fn handle(route: &Route, app: &App, request: Request<Body>, caller: Arc<Caller>) -> Handled {
    let (head, body) = request.into_parts();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let claimed = match identify::claimed(app, &head.headers, &caller.platform_keys).await {
        Ok(claimed) => claimed,
        Err(problem) => return Err(hear_out(body, problem).await),
    };
    let body = collect(body).await?;
    let signed = claimed.prove(head.method.as_str(), target, head.headers, &body)?;
    caller.mchid.get_or_init(|| signed.mchid.clone());
    (route.run)(app, signed, target, &body).await
}

/// Reads the body of a request that is refused by its head alone: a caller who is still sending
/// when the connection ends may never see the answer.
async fn hear_out(body: Body, problem: Problem) -> Problem {
    if collect(body).await.is_ok() { problem } else { problem.closing() }
}

/// The whole body, within its limits.
async fn collect(body: Body) -> Result<Bytes, Problem> {
    let slow = || Problem::new(INVALID_REQUEST, number::PARAMETER, "读取请求包体超时").closing();
    tokio::time::timeout(Duration::from_secs(BODY_SECONDS_MAX), read(body))
        .await
        .unwrap_or_else(|_: tokio::time::error::Elapsed| Err(slow()))
}

async fn read(mut body: Body) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    let mut seen = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_cut| {
            Problem::new(INVALID_REQUEST, number::PARAMETER, "读取请求包体失败").closing()
        })?;
        let Some(data) = frame.data_ref() else { continue };
        seen += data.len();
        if seen > DRAIN_BYTES_MAX {
            break;
        }
        if seen <= BODY_BYTES_MAX {
            bytes.extend_from_slice(data);
        }
    }
    if seen > BODY_BYTES_MAX {
        let message = "请求包体过大";
        return Err(Problem::new(INVALID_REQUEST, number::PARAMETER, message).closing());
    }
    Ok(bytes.freeze())
}
