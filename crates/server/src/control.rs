//! The control API under `/_control/`: not part of WeChat Pay. It makes merchants and orders,
//! acts as the payer, steps the business clock, and shows what the store holds.

mod act;
mod faults;
mod guard;
mod notices;
mod platform;
mod refunds;
mod requests;
mod show;
mod sites;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::middleware;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::BodyExt as _;
use redress_core::Refusal;
use redress_store::Failure;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;

use crate::app::App;
use crate::summary::SummaryError;
use crate::world::WorldError;

const JSON: &str = "application/json; charset=utf-8";

/// What each path does: printed by `GET /_control`.
const INDEX: &[(&str, &str)] = &[
    ("GET /_control", "this list"),
    ("GET /_control/merchants", "merchants"),
    (
        "POST /_control/merchants",
        "make one: {mchid, name?, roles, appids, confirmation?, platform_keys?}",
    ),
    ("GET /_control/merchants/{mchid}", "one merchant"),
    ("POST /_control/merchants/{mchid}/confirmation", "{confirmation: required|none}"),
    (
        "POST /_control/merchants/{mchid}/platform-keys",
        "{platform_keys: public_key|certificate|both}",
    ),
    (
        "POST /_control/merchants/{mchid}/notify-url",
        "where it is told of what happens when a request does not say: {url: …|null}",
    ),
    ("POST /_control/relations", "{platform, merchant, relation: sponsor|sub_merchant}"),
    ("POST /_control/credits", "credit an account: {mchid, amount, account?: basic|operation}"),
    ("GET /_control/orders", "orders"),
    (
        "POST /_control/orders",
        "place one as if a payer had acted: {mchid, sub_mchid?, appid, out_trade_no, transaction_id?, trade_type, outcome?: paid|unpaid|failed, amount, payer, profit_sharing?, subsidy_amount?, refunded?}",
    ),
    (
        "POST /_control/orders/batch",
        "place many, up to 1000: a list of such orders; tells of the first that is refused, others stay",
    ),
    ("GET /_control/orders/{mchid}/{out_trade_no}", "one order"),
    ("POST /_control/orders/{mchid}/{out_trade_no}/payer", "{act: pay|fail, openid?}"),
    ("POST /_control/payers", "make a payer known: {openid?, appid?, abnormal?}"),
    (
        "POST /_control/pay",
        "pay by what a merchant was given: {prepay_id | code_url | h5_url, openid?, act?: pay|fail}",
    ),
    ("POST /_control/auth-codes", "a payer shows a code for a minute: {openid, password?}"),
    ("GET /_control/refunds", "refunds"),
    ("GET /_control/refunds/{mchid}/{out_refund_no}", "one refund"),
    ("POST /_control/refunds/{mchid}/{out_refund_no}/close", "give one up that is ABNORMAL"),
    ("GET /_control/subsidies", "subsidies that were paid"),
    ("GET /_control/subsidy-returns", "what came back of subsidies"),
    ("GET /_control/bills", "compensation bills"),
    ("GET /_control/bills/{sp_mchid}/{out_bill_no}", "one bill"),
    ("POST /_control/bills/{sp_mchid}/{out_bill_no}/payer", "{answer: confirm|refuse}"),
    (
        "POST /_control/compensations/confirm",
        "the payer who has followed a package: {package_info, answer: confirm|refuse}",
    ),
    ("GET /_control/merchant-bills", "compensations of sub-merchants"),
    ("GET /_control/notices", "callbacks, with every attempt to deliver them"),
    (
        "POST /_control/notices",
        "send a made-up one: {mchid, url?, event_type, original_type, summary?, resource, probe?}",
    ),
    ("GET /_control/notices/{id}", "one callback, with what it tells"),
    ("POST /_control/notices/{id}/resend", "deliver it again, with all repetitions"),
    (
        "GET /_control/requests",
        "the last requests of merchants, the newest first: ?mchid=&number=&status=&code=&path=&method=&after=&since=&group=&limit=",
    ),
    ("GET /_control/requests/{request_id}", "one request and its answer, whole"),
    ("GET /_control/accounts", "accounts that keep a balance"),
    ("GET /_control/ledger", "every account, added up from the transfers"),
    ("GET /_control/transfers", "transfers; ?account=&reference="),
    ("GET /_control/jobs", "jobs that wait"),
    ("GET /_control/platform", "the platform's public key and certificates"),
    ("POST /_control/platform/rotate", "a new certificate takes over: {overlap_seconds?}"),
    ("GET /_control/sites", "main and standby"),
    ("POST /_control/sites/{site}", "open one or close it: {open}"),
    (
        "GET /_control/faults",
        "the faults that are armed, how often each has happened, and what is held back",
    ),
    (
        "POST /_control/faults",
        "have something go wrong: {kind: refuse|reset_before|reset_after|cut_body|slow|status|wrong_signature|unknown_serial|stale|unsigned|probe|accepted, stage?: before|after, delay_ms?, status?, mchid?, method?, path?, number?, site?, times?, every? | probability?, seed?}",
    ),
    ("DELETE /_control/faults", "clear all"),
    ("GET /_control/faults/{id}", "one fault"),
    ("DELETE /_control/faults/{id}", "clear one"),
    ("GET /_control/clock", "business time"),
    ("POST /_control/clock/step", "{seconds}"),
    ("GET /_control/verify", "every invariant, recomputed from the transfers"),
    ("GET /_control/endpoints", "the endpoints served"),
    ("GET /_control/assumptions", "what no page publishes and was chosen here"),
];

/// The routes, behind the guard.
pub(crate) fn router(app: &Arc<App>) -> Router<Arc<App>> {
    Router::new()
        .route("/", get(|| async { show::index() }))
        .route("/merchants", get(show::merchants).post(act::register))
        .route("/merchants/{mchid}", get(show::merchant))
        .route("/merchants/{mchid}/confirmation", post(act::configure))
        .route("/merchants/{mchid}/platform-keys", post(platform::trust))
        .route("/merchants/{mchid}/notify-url", post(notices::set_url))
        .route("/relations", post(act::relate))
        .route("/credits", post(act::credit))
        .route("/orders", get(show::orders).post(act::place))
        .route("/orders/batch", post(act::place_many))
        .route("/orders/{mchid}/{out_trade_no}", get(show::order))
        .route("/orders/{mchid}/{out_trade_no}/payer", post(act::pay))
        .route("/payers", post(act::introduce))
        .route("/pay", post(act::pay_prepay))
        .route("/auth-codes", post(act::show_code))
        .route("/refunds", get(refunds::refunds))
        .route("/refunds/{mchid}/{out_refund_no}", get(refunds::refund))
        .route("/refunds/{mchid}/{out_refund_no}/close", post(refunds::close))
        .route("/subsidies", get(refunds::subsidies))
        .route("/subsidy-returns", get(refunds::returns))
        .route("/bills", get(show::bills))
        .route("/bills/{sp_mchid}/{out_bill_no}", get(show::bill))
        .route("/bills/{sp_mchid}/{out_bill_no}/payer", post(act::answer))
        .route("/compensations/confirm", post(act::confirm))
        .route("/merchant-bills", get(show::merchant_bills))
        .route("/notices", get(notices::list).post(notices::make_up))
        .route("/notices/{id}", get(notices::one))
        .route("/notices/{id}/resend", post(notices::resend))
        .route("/requests", get(requests::list))
        .route("/requests/{request_id}", get(requests::one))
        .route("/accounts", get(show::accounts))
        .route("/ledger", get(show::ledger))
        .route("/transfers", get(show::transfers))
        .route("/jobs", get(show::jobs))
        .route("/platform", get(platform::show))
        .route("/platform/rotate", post(platform::rotate))
        .route("/sites", get(sites::list))
        .route("/sites/{site}", post(sites::set))
        .route("/faults", get(faults::list).post(faults::arm).delete(faults::clear_all))
        .route("/faults/{id}", get(faults::one).delete(faults::clear))
        .route("/clock", get(show::clock))
        .route("/clock/step", post(act::step))
        .route("/verify", get(show::verify))
        .route("/endpoints", get(|| async { show::endpoints() }))
        .route("/assumptions", get(|| async { show::assumptions() }))
        .fallback(|| async { Trouble::new(StatusCode::NOT_FOUND, "no such path; see /_control") })
        .layer(middleware::from_fn_with_state(Arc::clone(app), guard::guard))
        .layer(middleware::map_response(in_json))
}

/// An answer of the control API: pretty JSON, so that `curl` is enough.
struct Shown<T>(T);

impl<T: Serialize> axum::response::IntoResponse for Shown<T> {
    fn into_response(self) -> Response<Body> {
        json_response(StatusCode::OK, &self.0)
    }
}

fn json_response(status: StatusCode, value: &impl Serialize) -> Response<Body> {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(JSON));
    response
}

/// The framework refuses in plain text, or without a word; here everything is JSON.
async fn in_json(response: Response<Body>) -> Response<Body> {
    let status = response.status();
    if status.is_success() || response.headers().get(CONTENT_TYPE).is_some_and(|kind| *kind == JSON)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let text = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let error = match std::str::from_utf8(&text) {
        Ok("") | Err(_) => status.canonical_reason().unwrap_or_default(),
        Ok(text) => text,
    };
    let mut answer = Trouble::new(status, error).into_response();
    if let Some(allow) = parts.headers.remove(ALLOW) {
        answer.headers_mut().insert(ALLOW, allow);
    }
    answer
}

/// A request that the control API does not do.
#[derive(Debug)]
struct Trouble {
    status: StatusCode,
    error: String,
}

impl Trouble {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    /// A fault of ours.
    fn fault(error: &dyn std::error::Error) -> Self {
        tracing::error!(error = %error, "a control call failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    }

    fn unknown(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, what)
    }
}

impl axum::response::IntoResponse for Trouble {
    fn into_response(self) -> Response<Body> {
        json_response(self.status, &json!({ "error": self.error }))
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.code.status).unwrap_or(StatusCode::BAD_REQUEST);
        Self::new(status, refusal.message)
    }
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Broken(_)
            | Failure::Busy
            | Failure::Closed
            | Failure::ReadOnly
            | Failure::Unknown(_)
            | Failure::Store(_) => {
                tracing::error!(error = %failure, "a control call failed");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, failure.to_string())
            }
        }
    }
}

impl From<SummaryError> for Trouble {
    fn from(error: SummaryError) -> Self {
        match error {
            SummaryError::Store(failure) => failure.into(),
            SummaryError::Row { .. } | SummaryError::Overflow => Self::fault(&error),
        }
    }
}

impl From<WorldError> for Trouble {
    fn from(error: WorldError) -> Self {
        match error {
            WorldError::Store(failure) => failure.into(),
            WorldError::Folder(error) => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
            }
        }
    }
}

/// Reads the body of a control call.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Trouble> {
    serde_json::from_slice(body)
        .map_err(|error| Trouble::new(StatusCode::BAD_REQUEST, error.to_string()))
}

/// Reads a number out of a path.
fn parse<T: std::str::FromStr>(text: &str, what: &str) -> Result<T, Trouble> {
    text.parse()
        .map_err(|_unfit| Trouble::new(StatusCode::BAD_REQUEST, format!("{text:?} is no {what}")))
}
