//! Answers: every one signed, every failure in the provider's words.

use std::borrow::Cow;
use std::error::Error;
use std::pin::Pin;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_LANGUAGE, CONTENT_TYPE, SERVER};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use redress_api::error::{ErrorCode, PARAM_ERROR, SYSTEM_ERROR};
use redress_api::{Endpoint, ErrorBody, ParamError, wire};
use redress_core::Refusal;
use redress_core::refusal::number;
use redress_crypto::public_random_bytes;
use redress_store::{Decided, Failure};
use serde_json::Value as Json;

use crate::platform::Signer;

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// What comes of an answer that is not durable yet: another one, if it does not stand.
pub(crate) type Pending = Pin<Box<dyn Future<Output = Option<Result<Success, Problem>>> + Send>>;

/// A request that is answered with what it asked for.
pub(crate) struct Success {
    status: StatusCode,
    body: Bytes,
    /// What kind of file the body is, if it is no JSON. Files are not signed.
    file: Option<&'static str>,
    /// Until this is waited for, nobody may see it.
    pub(crate) pending: Option<Pending>,
}

impl Success {
    /// The answer of an endpoint.
    pub(crate) fn of<E: Endpoint>(response: &E::Response) -> Self {
        let body = wire::encode_response::<E>(response);
        Self { status: E::status(response), body, file: None, pending: None }
    }

    /// A file.
    pub(crate) const fn file(kind: &'static str, body: Bytes) -> Self {
        Self { status: StatusCode::OK, body, file: Some(kind), pending: None }
    }

    /// The answer of an endpoint to what is decided and not durable yet.
    pub(crate) fn decided<E: Endpoint>(decided: Decided<E::Response>) -> Self {
        let (outcome, settling) = decided.into_parts();
        let mut success = Self::of::<E>(&outcome);
        if !settling.is_settled() {
            success.pending = Some(Box::pin(async move {
                match settling.settle().await {
                    Ok(None) => None,
                    Ok(Some(other)) => Some(Ok(Self::of::<E>(&other))),
                    Err(failure) => Some(Err(failure.into())),
                }
            }));
        }
        success
    }

    /// What is answered in the end.
    pub(crate) async fn settled(mut self) -> Result<Self, Problem> {
        match self.pending.take() {
            Some(pending) => pending.await.unwrap_or(Ok(self)),
            None => Ok(self),
        }
    }
}

/// A request that is answered with an error.
#[derive(Debug)]
pub(crate) struct Problem {
    pub(crate) code: ErrorCode,
    /// What ends the `Request-ID`.
    number: u32,
    /// What the caller reads.
    pub(crate) message: Cow<'static, str>,
    detail: Option<Box<Json>>,
    /// What the log reads, for faults of ours.
    pub(crate) log: Option<String>,
    /// Whether the connection must end, because the rest of the request was not read.
    close: bool,
}

impl Problem {
    pub(crate) fn new(code: ErrorCode, number: u32, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, number, message: message.into(), detail: None, log: None, close: false }
    }

    pub(crate) fn with_detail(self, detail: Json) -> Self {
        Self { detail: Some(Box::new(detail)), ..self }
    }

    pub(crate) fn closing(self) -> Self {
        Self { close: true, ..self }
    }

    /// A fault of ours: the caller learns that it may repeat, the log learns why.
    pub(crate) fn defect(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let why = why.into();
        let causes =
            std::iter::successors(Some(why.as_ref() as &(dyn Error + 'static)), |&e| e.source());
        let log = Some(causes.map(ToString::to_string).collect::<Vec<_>>().join(": "));
        Self { log, ..Self::new(SYSTEM_ERROR, number::SYSTEM, "系统繁忙，请稍后重试") }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.code, refusal.number, refusal.message)
    }
}

impl From<ParamError> for Problem {
    fn from(error: ParamError) -> Self {
        let number = if error.is_undefined() { number::UNDEFINED } else { number::PARAMETER };
        let detail = error.detail().map(Box::new);
        Self { detail, ..Self::new(PARAM_ERROR, number, error.message) }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Broken(_)
            | Failure::Busy
            | Failure::Closed
            | Failure::ReadOnly
            | Failure::Unknown(_)
            | Failure::Store(_) => Self::defect(failure),
        }
    }
}

/// A request's own number: hexadecimal digits, as the provider prints them. The error's number
/// follows when the answer is known.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(String);

impl RequestId {
    pub(crate) fn fresh() -> Self {
        Self(format!("08{:032X}", u128::from_be_bytes(public_random_bytes())))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Prints and signs an answer.
pub(crate) fn answer(
    signer: &Signer,
    id: &RequestId,
    outcome: Result<Success, Problem>,
) -> Response<Bytes> {
    let mut file = None;
    let (status, body, number, close) = match outcome {
        Ok(success) => {
            file = success.file;
            (success.status, success.body, 0, false)
        }
        Err(problem) => {
            let status = StatusCode::from_u16(problem.code.status);
            let body = ErrorBody::new(
                problem.code,
                &problem.message,
                problem.detail.map(|detail| *detail),
            );
            let body = serde_json::to_vec(&body).expect("an error body prints as JSON");
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, body.into(), problem.number, problem.close)
        }
    };
    let mut response = Response::new(body.clone());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    write_headers(headers, id, number, close);
    match file {
        Some(kind) => {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        None => signer.sign(headers, &body),
    }
    response
}

fn write_headers(headers: &mut HeaderMap, id: &RequestId, number: u32, close: bool) {
    let fixed = [
        (SERVER, "nginx"),
        (CONTENT_TYPE, "application/json; charset=utf-8"),
        (CACHE_CONTROL, "no-cache, must-revalidate"),
        (CONTENT_LANGUAGE, "zh-CN"),
        (http::header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    } else {
        headers.insert(CONNECTION, HeaderValue::from_static("keep-alive"));
        headers.insert("keep-alive", HeaderValue::from_static("timeout=8"));
    }
    let id = HeaderValue::try_from(format!("{}-{number}", id.0));
    headers.insert(REQUEST_ID, id.expect("hexadecimal digits are a header value"));
}
