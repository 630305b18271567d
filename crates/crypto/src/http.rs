//! Whole messages: signs requests and answers, and verifies them.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Request};

use crate::header::{SERIAL, Signed, authorization};
use crate::{
    Authorization, KeyRing, PROBE_PREFIX, PrivateKey, PublicKey, ResponseSignature, Serial,
    VerifyError, fresh_answer, request_message, response_message,
};

/// Signs a request as a merchant does and sets its `Authorization`.
///
/// Method, path and query are signed as they stand in the request, the body byte for byte.
///
/// # Panics
///
/// If `mchid` or `nonce` cannot stand in the header: they must be printable ASCII without quotes.
pub fn sign_request(
    key: &PrivateKey,
    serial: &Serial,
    mchid: &str,
    request: &mut Request<Bytes>,
    now: i64,
    nonce: &str,
) {
    let signature = key.sign(&message_to_sign(request, now, nonce));
    authorize(serial, mchid, request, now, nonce, &signature);
}

/// What a merchant signs for this request, for a key that lives elsewhere; [`authorize`] takes the
/// signature.
pub fn message_to_sign(request: &Request<Bytes>, now: i64, nonce: &str) -> Vec<u8> {
    // Its `Display`, not its `as_str`, is what goes over the wire: `/?a` for a bare `?a`.
    let target = request.uri().path_and_query().map_or("/".to_owned(), ToString::to_string);
    request_message(request.method().as_str(), &target, &now.to_string(), nonce, request.body())
}

/// Sets the `Authorization` of a request whose signature, in Base64, was made elsewhere.
///
/// # Panics
///
/// If `mchid`, `nonce` or `signature` cannot stand in the header: they must be printable ASCII
/// without quotes.
pub fn authorize(
    serial: &Serial,
    mchid: &str,
    request: &mut Request<Bytes>,
    now: i64,
    nonce: &str,
    signature: &str,
) {
    assert!(!mchid.contains('"') && !nonce.contains('"'), "a quote would end the item");
    let value = authorization(mchid, nonce, signature, &now.to_string(), serial.as_str());
    let mut value =
        HeaderValue::try_from(value).expect("the merchant's number and the nonce are printable");
    // `Debug` of the request does not show it.
    value.set_sensitive(true);
    request.headers_mut().insert(AUTHORIZATION, value);
}

/// Whether a merchant's signature fits a request.
///
/// `target` is the path and query as they came in. For a file upload, `body` is the `meta` part.
pub fn verify_request(
    key: &PublicKey,
    authorization: &Authorization,
    method: &str,
    target: &str,
    body: &[u8],
) -> bool {
    let Authorization { timestamp, nonce_str, signature, .. } = authorization;
    key.verify(&request_message(method, target, timestamp, nonce_str, body), signature)
}

/// Signs an answer or a notification as the platform does and sets the `Wechatpay-*` headers.
///
/// # Panics
///
/// If `nonce` cannot stand in a header: it must be printable ASCII.
pub fn sign_response(
    key: &PrivateKey,
    serial: &Serial,
    headers: &mut HeaderMap,
    body: &[u8],
    now: i64,
    nonce: &str,
) {
    let timestamp = now.to_string();
    let signature = key.sign(&response_message(&timestamp, nonce, body));
    let serial = serial.to_string();
    ResponseSignature { timestamp, nonce: nonce.to_owned(), signature, serial }.write_to(headers);
}

/// Checks an answer or a notification: its headers, then its age, its serial and its signature.
pub fn verify_response(
    ring: &KeyRing,
    headers: &HeaderMap,
    body: &[u8],
    now: i64,
) -> Result<(), VerifyError> {
    verified_by(ring, headers, body, now).map(|_serial| ())
}

/// Checks as [`verify_response`] does, and says which key of the ring it was.
pub fn verified_by<'a>(
    ring: &'a KeyRing,
    headers: &HeaderMap,
    body: &[u8],
    now: i64,
) -> Result<&'a Serial, VerifyError> {
    let Signed { timestamp, nonce, signature, serial } = Signed::from_headers(headers)?;
    fresh_answer(timestamp, now)?;
    let named = Serial::parse(serial).map_err(|_error| VerifyError::Header(SERIAL.shown))?;
    let unknown = || VerifyError::UnknownSerial(serial.to_owned());
    let (known, key) = ring.find(&named).ok_or_else(unknown)?;
    if key.verify(&response_message(timestamp, nonce, body), signature) {
        Ok(known)
    } else if signature.starts_with(PROBE_PREFIX) {
        Err(VerifyError::Probe)
    } else {
        Err(VerifyError::BadSignature)
    }
}
