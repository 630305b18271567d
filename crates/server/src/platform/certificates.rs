//! The platform's certificates: which one signs at a moment, and how one takes over from another.
//!
//! All moments are the wall clock's, as those of signatures are.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use redress_crypto::{Certificate, PrivateKey, random_bytes};
use serde::{Deserialize, Serialize};

use super::Signer;
use crate::folder::{self, FolderError};

const FILE: &str = "certificates.json";

/// How long a certificate is valid: five years, in seconds.
const VALID_SECONDS: i64 = 5 * 365 * 24 * 3600;

/// A certificate with its key, and when it is in use.
#[derive(Clone, Debug)]
pub(crate) struct Certified {
    pub(crate) certificate: Certificate,
    pub(crate) signer: Arc<Signer>,
    /// From when on it signs.
    pub(crate) signs_from: i64,
    /// From when on it is gone.
    pub(crate) retires_at: i64,
}

/// As it is kept.
#[derive(Serialize, Deserialize)]
struct Entry {
    certificate: String,
    key: String,
    signs_from: i64,
    retires_at: i64,
}

/// What tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    written: SystemTime,
    bytes: u64,
}

/// The certificates, by when they sign; never none.
#[derive(Debug)]
pub(super) struct Certificates(Vec<Certified>);

impl Certificates {
    /// Reads them, or makes the first one.
    pub(super) fn load_or_make(dir: &Path, now: i64) -> Result<Self, FolderError> {
        let path = dir.join(FILE);
        let kept = Self::load(dir)?;
        if kept.living(now).next().is_some() {
            return Ok(kept);
        }
        let first = Self(vec![Certified::make(&path, now, now)?]);
        first.write(&path)?;
        Ok(first)
    }

    /// Reads them. There are none where there is no file.
    pub(super) fn load(dir: &Path) -> Result<Self, FolderError> {
        let path = dir.join(FILE);
        let entries: Vec<Entry> =
            if path.exists() { folder::read_json(&path)? } else { Vec::new() };
        let kept: Result<Vec<_>, _> = entries.into_iter().map(|e| e.open(&path)).collect();
        Ok(Self(kept?))
    }

    /// Which state their file is in.
    pub(super) fn stamp(dir: &Path) -> Option<Stamp> {
        let file = std::fs::metadata(dir.join(FILE)).ok()?;
        Some(Stamp { written: file.modified().ok()?, bytes: file.len() })
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those that are in use at a moment, or soon will be.
    pub(super) fn living(&self, now: i64) -> impl Iterator<Item = &Certified> {
        self.0.iter().filter(move |certified| now < certified.retires_at)
    }

    /// What signs at a moment: of the living the last that may sign.
    pub(super) fn current(&self, now: i64) -> Arc<Signer> {
        let signing = self.living(now).filter(|living| living.signs_from <= now).last();
        // The wall clock may stand before or behind all of them: then any signature is as good.
        let signing = signing.or_else(|| self.living(now).next()).or_else(|| self.0.last());
        Arc::clone(&signing.expect("there is always a certificate").signer)
    }

    /// With a new one that signs when the overlap is over, which is when the others go.
    pub(super) fn rotated(
        &self,
        dir: &Path,
        now: i64,
        overlap_seconds: i64,
    ) -> Result<Self, FolderError> {
        let path = dir.join(FILE);
        let takes_over = now.saturating_add(overlap_seconds);
        let mut next: Vec<Certified> = self.living(now).cloned().collect();
        for old in &mut next {
            old.retires_at = old.retires_at.min(takes_over);
        }
        // One that would only have signed later never will.
        next.retain(|old| old.signs_from < old.retires_at);
        next.push(Certified::make(&path, now, takes_over)?);
        let next = Self(next);
        next.write(&path)?;
        Ok(next)
    }

    /// All in one file, so that no crash parts a key from its certificate.
    fn write(&self, path: &Path) -> Result<(), FolderError> {
        let entries: Result<Vec<_>, _> = self.0.iter().map(|c| c.entry(path)).collect();
        folder::write_json(path, &entries?)
    }
}

impl Certified {
    fn make(path: &Path, now: i64, signs_from: i64) -> Result<Self, FolderError> {
        let failed = |e| FolderError::new(path, e);
        let key = PrivateKey::generate().map_err(failed)?;
        let mut serial: [u8; 20] = random_bytes();
        // Positive, and without a leading zero, as the provider's serial numbers are.
        serial[0] = (serial[0] & 0x3f) | 0x40;
        let until = now + VALID_SECONDS;
        let certificate = Certificate::issue(&key, "Redress platform", serial, now, until);
        Ok(Self::new(key, certificate.map_err(failed)?, signs_from, until))
    }

    fn new(key: PrivateKey, certificate: Certificate, signs_from: i64, retires_at: i64) -> Self {
        let signer = Arc::new(Signer { key, serial: certificate.serial().clone() });
        Self { certificate, signer, signs_from, retires_at }
    }

    fn entry(&self, path: &Path) -> Result<Entry, FolderError> {
        let key = self.signer.key().to_pkcs8_pem().map_err(|e| FolderError::new(path, e))?;
        Ok(Entry {
            certificate: self.certificate.to_pem(),
            key: key.to_string(),
            signs_from: self.signs_from,
            retires_at: self.retires_at,
        })
    }
}

impl Entry {
    fn open(self, path: &Path) -> Result<Certified, FolderError> {
        let failed = |e| FolderError::new(path, e);
        let certificate = Certificate::from_pem(&self.certificate).map_err(failed)?;
        let key = PrivateKey::from_pem(&self.key).map_err(failed)?;
        if key.public_key() != *certificate.public_key() {
            return Err(FolderError::new(path, "a certificate does not belong to its key"));
        }
        Ok(Certified::new(key, certificate, self.signs_from, self.retires_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn serials(certificates: &Certificates, now: i64) -> Vec<String> {
        certificates.living(now).map(|living| living.signer.serial().to_string()).collect()
    }

    #[test]
    fn one_takes_over_from_another_when_the_overlap_ends() {
        let dir = tempfile::tempdir().unwrap();
        let signs = |all: &Certificates, now| all.current(now).serial().to_string();
        let one = Certificates::load_or_make(dir.path(), NOW).unwrap();
        let [first] = serials(&one, NOW).try_into().unwrap();
        let two = one.rotated(dir.path(), NOW + 10, 100).unwrap();
        let [old, second] = serials(&two, NOW + 109).try_into().unwrap();
        assert_eq!(old, first);
        for (at, signer) in [(10, &first), (109, &first), (110, &second), (9_999, &second)] {
            assert_eq!(signs(&two, NOW + at), *signer, "{at}");
        }
        assert_eq!(serials(&two, NOW + 110), std::slice::from_ref(&second));
        // What is kept says the same.
        let kept = Certificates::load_or_make(dir.path(), NOW + 50).unwrap();
        assert_eq!(serials(&kept, NOW + 50), serials(&two, NOW + 50));
        assert_eq!(signs(&kept, NOW + 110), second);

        // A third one, before the second has ever signed: it never will.
        let three = two.rotated(dir.path(), NOW + 20, 50).unwrap();
        let [old, third] = serials(&three, NOW + 20).try_into().unwrap();
        assert_eq!((old, signs(&three, NOW + 69)), (first.clone(), first));
        assert_eq!(signs(&three, NOW + 70), third);

        // At once.
        let four = three.rotated(dir.path(), NOW + 80, 0).unwrap();
        let [fourth] = serials(&four, NOW + 80).try_into().unwrap();
        assert_eq!(signs(&four, NOW + 80), fourth);
        // A clock that was set back or far ahead still has one that signs.
        assert_eq!(signs(&four, 0), third);
        assert_eq!(signs(&four, i64::MAX), fourth);
        // Once the last has run out, the next start makes another.
        let fresh = Certificates::load_or_make(dir.path(), NOW + 80 + VALID_SECONDS).unwrap();
        assert_ne!(signs(&fresh, NOW + 80 + VALID_SECONDS), fourth);
    }
}
