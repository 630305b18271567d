//! Answers: checked, then read.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use redress_api::{Endpoint, wire};
use redress_crypto::VerifyError;
use serde::de::DeserializeOwned;

use crate::error::{ApiError, Error};
use crate::transport::{BODY_BYTES_MAX, TransportError};

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

/// Checks an answer: a success must be signed, anything else may be.
pub(crate) fn check(
    answer: Response<Bytes>,
    verify: impl FnOnce(&HeaderMap, &[u8]) -> Result<(), VerifyError>,
) -> Result<Raw, Error> {
    let verified = is_verified(&answer, verify)?;
    Ok(raw(answer, verified))
}

/// Whether the platform signed an answer; a signature that is there must be good.
pub(crate) fn is_verified(
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

pub(crate) fn raw(answer: Response<Bytes>, verified: bool) -> Raw {
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
    read_by(raw, E::REFUSAL_IS_PROOF, |body| {
        // 204: the answer has no fields.
        wire::decode_response::<E>(if body.is_empty() { b"{}" } else { body })
    })
}

/// Reads an answer of an endpoint that is not known here.
pub(crate) fn read_any<A: DeserializeOwned>(
    raw: Raw,
    refusal_is_proof: bool,
) -> Result<Answer<A>, Error> {
    read_by(raw, refusal_is_proof, |body| {
        if body.is_empty() {
            // Nothing at all, for `()` and what may be absent, or nothing of what may be there.
            return serde_json::from_str("null").or_else(|_| serde_json::from_str("{}"));
        }
        serde_json::from_slice(body)
    })
}

fn read_by<A>(
    raw: Raw,
    refusal_is_proof: bool,
    decode: impl FnOnce(&[u8]) -> Result<A, serde_json::Error>,
) -> Result<Answer<A>, Error> {
    if !raw.status.is_success() {
        return Err(Error::Api(Box::new(ApiError::new(raw, refusal_is_proof))));
    }
    let Raw { status, request_id, body, .. } = raw;
    match decode(&body) {
        Ok(body) => Ok(Answer { status, request_id, body }),
        Err(source) => Err(Error::Decode { status, request_id, source }),
    }
}
