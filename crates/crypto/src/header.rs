//! The headers that carry signatures: `Authorization` of requests, `Wechatpay-*` of answers and
//! notifications.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};
use thiserror::Error;

use crate::{SCHEME, VerifyError};

/// A header as the documentation writes it, and as it is looked up: to make the one of the other
/// each time would cost as much as the look.
pub(crate) struct Header {
    pub(crate) shown: &'static str,
    name: HeaderName,
}

impl Header {
    const fn new(shown: &'static str, lower: &'static str) -> Self {
        Self { shown, name: HeaderName::from_static(lower) }
    }
}

pub(crate) const TIMESTAMP: Header = Header::new("Wechatpay-Timestamp", "wechatpay-timestamp");
pub(crate) const SERIAL: Header = Header::new("Wechatpay-Serial", "wechatpay-serial");
const NONCE: Header = Header::new("Wechatpay-Nonce", "wechatpay-nonce");
const SIGNATURE: Header = Header::new("Wechatpay-Signature", "wechatpay-signature");
const SIGNATURE_TYPE: Header = Header::new("Wechatpay-Signature-Type", "wechatpay-signature-type");

const AUTHORIZATION_BYTES_MAX: usize = 4096;
const MCHID_BYTES_MAX: usize = 32;
const NONCE_BYTES_MAX: usize = 128;
const SIGNATURE_BYTES_MAX: usize = 1024;
const SERIAL_BYTES_MAX: usize = 128;
const TIMESTAMP_DIGITS_MAX: usize = 16;

/// The value of a request's `Authorization`.
///
/// The values are kept as sent, because they are signed as sent. The serial is a text for that
/// reason and so that a server can answer a wrong one with a message of its own.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// The number of the merchant that signed.
    pub mchid: String,
    /// The random text that was signed.
    pub nonce_str: String,
    /// When it was signed: Unix seconds, 1 to 16 digits.
    pub timestamp: String,
    /// The serial number of the merchant's certificate.
    pub serial_no: String,
    /// The signature in Base64.
    pub signature: String,
}

/// Why a text is not the value of an `Authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AuthorizationError {
    /// Another scheme word.
    #[error("the scheme is not {SCHEME}")]
    Scheme,
    /// Missing, doubled, unknown, empty, over-long or garbled items.
    #[error("the items are not mchid, nonce_str, signature, timestamp and serial_no, each once")]
    Format,
}

impl Authorization {
    /// Reads the value of a header: the scheme word and the five items, in any order.
    pub fn parse(header: &str) -> Result<Self, AuthorizationError> {
        let printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        if header.len() > AUTHORIZATION_BYTES_MAX || !header.bytes().all(printable) {
            return Err(AuthorizationError::Format);
        }
        let header = header.trim_matches(' ');
        let (scheme, items) = header.split_once(' ').unwrap_or((header, ""));
        if scheme != SCHEME && !scheme.is_empty() {
            return Err(AuthorizationError::Scheme);
        }
        Self::from_items(items).ok_or(AuthorizationError::Format)
    }

    fn from_items(items: &str) -> Option<Self> {
        let mut mchid = None;
        let mut nonce_str = None;
        let mut timestamp = None;
        let mut serial_no = None;
        let mut signature = None;
        let mut rest = Some(items);
        while let Some(items) = rest {
            let (name, value, after) = first_item(items)?;
            let (place, bytes_max) = match name {
                "mchid" => (&mut mchid, MCHID_BYTES_MAX),
                "nonce_str" => (&mut nonce_str, NONCE_BYTES_MAX),
                "timestamp" => (&mut timestamp, TIMESTAMP_DIGITS_MAX),
                "serial_no" => (&mut serial_no, SERIAL_BYTES_MAX),
                "signature" => (&mut signature, SIGNATURE_BYTES_MAX),
                _ => return None,
            };
            if value.is_empty() || value.len() > bytes_max || place.is_some() {
                return None;
            }
            *place = Some(value.to_owned());
            rest = after;
        }
        Some(Self {
            mchid: mchid?,
            nonce_str: nonce_str?,
            timestamp: timestamp.filter(|text| unix_seconds(text).is_some())?,
            serial_no: serial_no?,
            signature: signature?,
        })
    }
}

/// Splits `name="value"` off a list; the rest is none after the last item.
fn first_item(items: &str) -> Option<(&str, &str, Option<&str>)> {
    let (name, rest) = items.trim_start_matches(' ').split_once("=\"")?;
    let (value, rest) = rest.split_once('"')?;
    let rest = rest.trim_start_matches(' ');
    if rest.is_empty() {
        return Some((name, value, None));
    }
    Some((name, value, Some(rest.strip_prefix(',')?)))
}

/// The value of the header.
impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mchid, nonce_str, timestamp, serial_no, signature } = self;
        f.write_str(&authorization(mchid, nonce_str, signature, timestamp, serial_no))
    }
}

/// The value of the header, printed in one piece.
pub(crate) fn authorization(
    mchid: &str,
    nonce_str: &str,
    signature: &str,
    timestamp: &str,
    serial_no: &str,
) -> String {
    [
        SCHEME,
        " mchid=\"",
        mchid,
        "\",nonce_str=\"",
        nonce_str,
        "\",signature=\"",
        signature,
        "\",timestamp=\"",
        timestamp,
        "\",serial_no=\"",
        serial_no,
        "\"",
    ]
    .concat()
}

/// Without the signature: with it, the request could be sent again for five minutes.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { mchid, nonce_str, timestamp, serial_no, signature: _ } = self;
        f.debug_struct("Authorization")
            .field("mchid", mchid)
            .field("nonce_str", nonce_str)
            .field("timestamp", timestamp)
            .field("serial_no", serial_no)
            .finish_non_exhaustive()
    }
}

/// The `Wechatpay-*` headers of an answer or a notification, as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseSignature {
    /// `Wechatpay-Timestamp`: when it was signed, in Unix seconds.
    pub timestamp: String,
    /// `Wechatpay-Nonce`: the random text that was signed.
    pub nonce: String,
    /// `Wechatpay-Signature`: the signature in Base64, or anything else when the platform probes.
    pub signature: String,
    /// `Wechatpay-Serial`: what the platform's key is known by.
    pub serial: String,
}

/// The same, where they stand.
pub(crate) struct Signed<'a> {
    pub(crate) timestamp: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) signature: &'a str,
    pub(crate) serial: &'a str,
}

impl<'a> Signed<'a> {
    pub(crate) fn from_headers(headers: &'a HeaderMap) -> Result<Self, VerifyError> {
        let timestamp = required(headers, TIMESTAMP, TIMESTAMP_DIGITS_MAX)?;
        if unix_seconds(timestamp).is_none() {
            return Err(VerifyError::Header(TIMESTAMP.shown));
        }
        let nonce = required(headers, NONCE, NONCE_BYTES_MAX)?;
        let signature = required(headers, SIGNATURE, SIGNATURE_BYTES_MAX)?;
        let serial = required(headers, SERIAL, SERIAL_BYTES_MAX)?;
        match optional(headers, SIGNATURE_TYPE)? {
            None | Some(SCHEME) => Ok(Self { timestamp, nonce, signature, serial }),
            Some(_) => Err(VerifyError::Header(SIGNATURE_TYPE.shown)),
        }
    }
}

impl ResponseSignature {
    /// Reads the headers. `Wechatpay-Signature-Type` may be missing but must not be another one.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, VerifyError> {
        let Signed { timestamp, nonce, signature, serial } = Signed::from_headers(headers)?;
        Ok(Self {
            timestamp: timestamp.to_owned(),
            nonce: nonce.to_owned(),
            signature: signature.to_owned(),
            serial: serial.to_owned(),
        })
    }

    /// Sets the five headers, in place of those that were there.
    ///
    /// # Panics
    ///
    /// If a field is not printable ASCII.
    pub fn write_to(&self, headers: &mut HeaderMap) {
        let Self { timestamp, nonce, signature, serial } = self;
        for (name, text) in
            [(TIMESTAMP, timestamp), (NONCE, nonce), (SIGNATURE, signature), (SERIAL, serial)]
        {
            let value = HeaderValue::from_str(text).expect("the fields are printable");
            headers.insert(name.name, value);
        }
        headers.insert(SIGNATURE_TYPE.name, HeaderValue::from_static(SCHEME));
    }
}

fn required(headers: &HeaderMap, header: Header, bytes_max: usize) -> Result<&str, VerifyError> {
    let shown = header.shown;
    match optional(headers, header)? {
        None => Err(VerifyError::Missing(shown)),
        Some(text) if text.is_empty() || text.len() > bytes_max => Err(VerifyError::Header(shown)),
        Some(text) => Ok(text),
    }
}

fn optional(headers: &HeaderMap, header: Header) -> Result<Option<&str>, VerifyError> {
    let unusable = VerifyError::Header(header.shown);
    let mut values = headers.get_all(header.name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_error| unusable),
        (Some(_), Some(_)) => Err(unusable),
    }
}

/// Reads a timestamp: 1 to 16 digits and nothing else.
pub(crate) fn unix_seconds(text: &str) -> Option<i64> {
    let digits = text.len() <= TIMESTAMP_DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}
