//! The platform's keys that a client trusts, and what each of them has signed.
//!
//! Public keys and certificates are one ring, chosen by `Wechatpay-Serial`. While a merchant moves
//! from certificates to a public key both sign, and the counts here say when the move is over.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use redress_crypto::{Certificate, KeyRing, PublicKey, Serial, VerifyError, verified_by};

use crate::clock;

/// The keys that answers and notifications are checked with. A clone shares them.
#[derive(Clone)]
pub struct Trust(Arc<Inner>);

struct Inner {
    /// When the counting began, in Unix seconds.
    since: i64,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Shared with whoever is verifying, and copied only when it changes.
    ring: Arc<KeyRing>,
    uses: BTreeMap<Serial, Use>,
}

#[derive(Clone, Copy, Default)]
struct Use {
    messages: u64,
    last: Option<i64>,
}

/// What one key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// What the platform names it by.
    pub serial: Serial,
    /// How many answers and notifications were verified with it.
    pub messages: u64,
    /// When the last of them was, in Unix seconds.
    pub last: Option<i64>,
}

/// What the keys have signed since the client was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustReport {
    /// When the counting began, in Unix seconds.
    pub since: i64,
    /// When the report was made, in Unix seconds.
    pub now: i64,
    /// Each key that is trusted.
    pub keys: Vec<KeyUse>,
}

impl Trust {
    pub(crate) fn new(ring: KeyRing) -> Self {
        let known = Mutex::new(Known { ring: Arc::new(ring), uses: BTreeMap::new() });
        Self(Arc::new(Inner { since: clock::unix_seconds(), known }))
    }

    /// Trusts one more key, in place of the one that had its serial.
    pub fn insert(&self, serial: Serial, key: PublicKey) {
        Arc::make_mut(&mut self.known().ring).insert(serial, key);
    }

    /// Trusts a certificate of the platform.
    pub fn insert_certificate(&self, certificate: &Certificate) {
        self.insert(certificate.serial().clone(), certificate.public_key().clone());
    }

    /// Trusts a key no longer. Returns whether it was trusted.
    pub fn remove(&self, serial: &Serial) -> bool {
        Arc::make_mut(&mut self.known().ring).remove(serial)
    }

    /// The keys as they are now.
    #[must_use]
    pub fn ring(&self) -> KeyRing {
        KeyRing::clone(&self.known().ring)
    }

    /// What each key has signed so far.
    #[must_use]
    pub fn report(&self) -> TrustReport {
        let known = self.known();
        let of = |serial: &Serial| {
            let Use { messages, last } = known.uses.get(serial).copied().unwrap_or_default();
            KeyUse { serial: serial.clone(), messages, last }
        };
        let keys = known.ring.serials().map(of).collect();
        TrustReport { since: self.0.since, now: clock::unix_seconds(), keys }
    }

    /// Checks a message of the platform, and counts it.
    pub(crate) fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), VerifyError> {
        self.verify_at(headers, body, clock::unix_seconds())
    }

    pub(crate) fn verify_at(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: i64,
    ) -> Result<(), VerifyError> {
        let ring = Arc::clone(&self.known().ring);
        let serial = verified_by(&ring, headers, body, now)?;
        let mut known = self.known();
        let seen = known.uses.entry(serial.clone()).or_default();
        seen.messages += 1;
        seen.last = Some(now);
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KeyUse {
    /// Whether it is a certificate's key, not a public key with an id.
    #[must_use]
    pub fn is_certificate(&self) -> bool {
        !self.serial.is_public_key_id()
    }
}

impl TrustReport {
    /// Whether certificates can be dropped: for at least this long messages were counted, some were
    /// signed with a public key, and none with a certificate.
    #[must_use]
    pub fn certificates_are_unused(&self, quiet: Duration) -> bool {
        let quiet = i64::try_from(quiet.as_secs()).unwrap_or(i64::MAX);
        let early = self.now.saturating_sub(quiet);
        let seen = |key: &KeyUse| key.last.is_some_and(|last| last > early);
        let by_certificate = self.keys.iter().any(|key| key.is_certificate() && seen(key));
        let by_public_key = self.keys.iter().any(|key| !key.is_certificate() && seen(key));
        self.since <= early && by_public_key && !by_certificate
    }
}

/// A line for each key.
impl fmt::Display for TrustReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for key in &self.keys {
            let kind = if key.is_certificate() { "certificate" } else { "public key" };
            write!(f, "{kind} {}: {} messages", key.serial, key.messages)?;
            match key.last {
                Some(last) => writeln!(f, ", the last {} s ago", self.now.saturating_sub(last))?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Trust").field(&self.known().ring).finish()
    }
}
