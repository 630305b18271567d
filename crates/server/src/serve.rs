//! The adapter between HTTP and the operations: identify, read, decide, answer.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use redress_api::error::{INVALID_REQUEST, METHOD_NOT_ALLOWED, PATH_NOT_FOUND};
use redress_core::refusal::number;
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::app::App;
use crate::config::{BODY_BYTES_MAX, BODY_SECONDS_MAX, DRAIN_BYTES_MAX, READY_SECONDS_MAX};
use crate::exchange::Exchange;
use crate::fault::{Hit, Stage};
use crate::identify::{self, Proven};
use crate::reply::{Problem, Success};
use crate::router::Route;

type Handled = Result<Success, Problem>;

/// Serves one endpoint.
pub(crate) async fn serve(
    route: &'static Route,
    State(app): State<Arc<App>>,
    request: Request<Body>,
) -> Response<Body> {
    let definition = &route.definition;
    if *request.method() != definition.method {
        return wrong_method(State(app), request).await;
    }
    let (mut exchange, body) = Exchange::begin(&app, definition.path, Some(definition), request);
    exchange.fault = app.faults.at_head(&exchange);
    if let Some(problem) = exchange.fault.and_then(|hit| hit.instead()) {
        return exchange.end(&app, Err(problem)).await;
    }
    let span = exchange.span.clone();
    let outcome = handle(route, &app, &mut exchange, body).instrument(span).await;
    exchange.end(&app, outcome).await
}

/// Answers a path that is not served. One of the API's may well be an endpoint of the real
/// service, so the caller learns that it is this server that lacks it, and what it has.
pub(crate) async fn unknown_path(
    State(app): State<Arc<App>>,
    request: Request<Body>,
) -> Response<Body> {
    let problem = if request.uri().path().starts_with("/v3/") {
        let list = format!("{}/_control/endpoints", app.base_url);
        let message = format!(
            "Redress未实现该接口，已实现的接口列表见 {list} 或README“接口（Endpoints）”一节"
        );
        Problem::new(PATH_NOT_FOUND, number::PARAMETER, message)
    } else {
        Problem::new(PATH_NOT_FOUND, number::PARAMETER, "请求的接口不存在，请检查请求的URL")
    };
    refuse(&app, "(unknown)", request, problem).await
}

/// Answers a method that the path does not have.
pub(crate) async fn wrong_method(
    State(app): State<Arc<App>>,
    request: Request<Body>,
) -> Response<Body> {
    let message = "请求的HTTP方法不正确，请检查请求方法";
    let problem = Problem::new(METHOD_NOT_ALLOWED, number::PARAMETER, message);
    refuse(&app, "(method)", request, problem).await
}

/// Answers what no endpoint is there for.
async fn refuse(
    app: &Arc<App>,
    path: &'static str,
    request: Request<Body>,
    problem: Problem,
) -> Response<Body> {
    let (mut exchange, body) = Exchange::begin(app, path, None, request);
    let problem = hear_out(&mut exchange, body, problem).await;
    exchange.end(app, Err(problem)).await
}

/// Whether requests can be served: the store answers, and the server is not being stopped.
pub(crate) async fn readyz(State(app): State<Arc<App>>) -> (StatusCode, &'static str) {
    match unready(&app).await {
        None => (StatusCode::OK, "ok\n"),
        Some(why) => (StatusCode::SERVICE_UNAVAILABLE, why),
    }
}

/// Why requests cannot be served, if so.
pub(crate) async fn unready(app: &App) -> Option<&'static str> {
    if app.node.is_stopping() {
        return Some("the server is being stopped\n");
    }
    let ready = timeout(Duration::from_secs(READY_SECONDS_MAX), app.store.ready()).await;
    (ready != Ok(true)).then_some("the store does not answer\n")
}

/// One request, in the order in which the provider checks: head, body, signature, parameters,
/// permission, business.
async fn handle(
    route: &'static Route,
    app: &Arc<App>,
    exchange: &mut Exchange,
    body: Body,
) -> Handled {
    let claimed = identify::claimed(app, &exchange.headers, &exchange.platform_keys).await;
    let claimed = match claimed {
        Ok(claimed) => claimed,
        Err(problem) => {
            exchange.unbelieved = true;
            return Err(hear_out(exchange, body, problem).await);
        }
    };
    let body = collect(body).await?;
    exchange.body = Some(body.clone());
    let Exchange { method, target, headers, .. } = &*exchange;
    let proven = claimed.prove(method.as_str(), target, Arc::clone(headers), &body);
    exchange.unbelieved = proven.is_err();
    let signed = proven?;
    let caller = signed.mchid.clone();
    exchange.caller = Some(caller.clone());
    app.limits.admit(&route.definition, &caller)?;
    exchange.fault = app.faults.at_operation(exchange);
    let outcome = match exchange.fault {
        None => (route.run)(app, signed, &exchange.target, &body).await,
        Some(hit) => go_wrong(hit, route, app, signed, &exchange.target, body).await,
    };
    outcome.map_err(|problem| app.limits.failed(&route.definition, &caller, problem))
}

/// The operation of a request that something happens to on purpose.
async fn go_wrong(
    hit: Hit,
    route: &'static Route,
    app: &Arc<App>,
    signed: Proven,
    target: &str,
    body: Bytes,
) -> Handled {
    if let Some(problem) = hit.instead() {
        return Err(problem);
    }
    let Some(delay) = hit.delay(Stage::Before) else {
        let outcome = run(route, app, signed, target, &body).await;
        if let Some(delay) = hit.delay(Stage::After) {
            tokio::time::sleep(delay).await;
        }
        return outcome;
    };
    // It is on its way, and arrives even when its caller has given it up.
    let (held, app, target) = (app.faults.hold(), Arc::clone(app), target.to_owned());
    let late = tokio::spawn(async move {
        tokio::time::sleep(delay).await;
        let outcome = run(route, &app, signed, &target, &body).await;
        drop(held);
        outcome
    });
    late.await.unwrap_or_else(|error| Err(Problem::defect(error)))
}

/// The operation, up to where it is done for good.
async fn run(
    route: &'static Route,
    app: &Arc<App>,
    signed: Proven,
    target: &str,
    body: &[u8],
) -> Handled {
    (route.run)(app, signed, target, body).await?.settled().await
}

/// Reads the body of a request that is refused by its head alone: a caller who is still sending
/// when the connection ends may never see the answer.
async fn hear_out(exchange: &mut Exchange, body: Body, problem: Problem) -> Problem {
    exchange.body = collect(body).await.ok();
    if exchange.body.is_some() { problem } else { problem.closing() }
}

/// The whole body, within its limits.
async fn collect(body: Body) -> Result<Bytes, Problem> {
    let slow = || Problem::new(INVALID_REQUEST, number::PARAMETER, "读取请求包体超时").closing();
    timeout(Duration::from_secs(BODY_SECONDS_MAX), read(body))
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
