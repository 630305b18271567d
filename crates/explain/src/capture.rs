//! What is explained, and what is known about it.

use http::HeaderMap;
use redress_crypto::{PublicKey, Serial};

/// A request as it came in.
#[derive(Debug, Clone, Copy)]
pub struct CapturedRequest<'a> {
    /// The method as sent.
    pub method: &'a str,
    /// Path and query as sent, or whatever stood between method and version.
    pub target: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body as sent; of a file upload the whole of it.
    pub body: &'a [u8],
}

/// An answer or a callback as a merchant's program has it when it checks the signature.
#[derive(Debug, Clone, Copy)]
pub struct CapturedAnswer<'a> {
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body.
    pub body: &'a [u8],
}

/// Whose key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A merchant's, by which it signs requests.
    Merchant,
    /// The platform's, by which it signs answers and callbacks.
    Platform,
}

/// A public key and whose it is.
#[derive(Debug, Clone)]
pub struct KnownKey {
    /// The merchant's number, or another name of the owner.
    pub owner: String,
    /// Whose key.
    pub role: Role,
    /// The serial number of its certificate, or its id.
    pub serial: Serial,
    /// The key.
    pub key: PublicKey,
}

/// What an explanation may draw on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// Keys, of merchants and of the platform. The first
    /// [`KEYS_TRIED_MAX`](crate::KEYS_TRIED_MAX) that come into question are tried.
    pub keys: &'a [KnownKey],
    /// Paths with placeholders in braces, `/v3/…/{out_trade_no}`.
    pub templates: &'a [&'a str],
}
