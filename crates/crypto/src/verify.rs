//! What a verifier needs besides the key: which key, and whether the message is fresh.

use std::collections::BTreeMap;

use thiserror::Error;

use crate::{PublicKey, Serial, header};

/// How far a timestamp may be from the verifier's clock, in seconds.
pub const WINDOW_SECONDS: i64 = 300;

/// Why the signature of an answer or notification was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// The header is absent.
    #[error("the header {0} is missing")]
    Missing(&'static str),
    /// The header is there twice, is garbled or asks for another kind of signature.
    #[error("the header {0} is not usable")]
    Header(&'static str),
    /// No key is known under this serial.
    #[error("there is no key for the serial {0}")]
    UnknownSerial(String),
    /// The timestamp is too far from the verifier's clock.
    #[error("the message is {seconds} seconds old")]
    Stale {
        /// The age in seconds, negative for a message from the future.
        seconds: i64,
    },
    /// The signature does not fit the message.
    #[error("the signature does not fit the message")]
    BadSignature,
    /// The platform's probe: wrong on purpose, to see whether signatures are checked. Refuse it
    /// like any other; what it came with may be true all the same.
    #[error("the signature is a probe of the platform, wrong on purpose")]
    Probe,
}

/// How the signature of a probe begins (签名探测).
pub const PROBE_PREFIX: &str = "WECHATPAY/SIGNTEST/";

/// The keys that a verifier trusts, each under its serial.
///
/// There can be several at once: certificates rotate, and while a merchant moves from
/// certificates to a public key the platform signs with either.
#[derive(Debug, Clone, Default)]
pub struct KeyRing(BTreeMap<Serial, PublicKey>);

impl KeyRing {
    /// A ring with one key.
    pub fn one(serial: Serial, key: PublicKey) -> Self {
        Self(BTreeMap::from([(serial, key)]))
    }

    /// Adds a key, in place of the one that had its serial.
    pub fn insert(&mut self, serial: Serial, key: PublicKey) {
        self.0.insert(serial, key);
    }

    /// Takes a key out. Returns whether there was one.
    pub fn remove(&mut self, serial: &Serial) -> bool {
        self.0.remove(serial).is_some()
    }

    /// The serials of all keys.
    pub fn serials(&self) -> impl Iterator<Item = &Serial> {
        self.0.keys()
    }

    /// The key under a serial, with the ring's own copy of it.
    pub(crate) fn find(&self, serial: &Serial) -> Option<(&Serial, &PublicKey)> {
        self.0.get_key_value(serial)
    }

    /// The key under a serial.
    pub fn get(&self, serial: &Serial) -> Option<&PublicKey> {
        self.0.get(serial)
    }
}

/// Whether the platform takes a request with this timestamp: at most five minutes off.
pub fn fresh_request(timestamp: &str, now: i64) -> bool {
    header::unix_seconds(timestamp)
        .is_some_and(|sent| sent.abs_diff(now) <= WINDOW_SECONDS.unsigned_abs())
}

/// Whether a merchant takes an answer with this timestamp: less than five minutes off, as the
/// platform's own client has it.
pub fn fresh_answer(timestamp: &str, now: i64) -> Result<(), VerifyError> {
    let sent =
        header::unix_seconds(timestamp).ok_or(VerifyError::Header(header::TIMESTAMP.shown))?;
    if sent.abs_diff(now) < WINDOW_SECONDS.unsigned_abs() {
        Ok(())
    } else {
        Err(VerifyError::Stale { seconds: now.saturating_sub(sent) })
    }
}
