//! The platform's own keys: what answers and callbacks are signed with.

mod certificates;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use http::HeaderMap;
use redress_core::merchant::PlatformKeys;
use redress_crypto::{PrivateKey, Serial, nonce, random_bytes, sign_response};
use serde::{Deserialize, Serialize};

pub(crate) use self::certificates::Certified;
use self::certificates::{Certificates, Stamp};
use crate::clock;
use crate::folder::{self, FolderError};

/// The platform's key pair of the public-key mode, and its certificates.
#[derive(Debug)]
pub(crate) struct Platform {
    dir: PathBuf,
    public: Arc<Signer>,
    certificates: RwLock<Arc<Certificates>>,
    /// Which state of their file these are.
    seen: Mutex<Option<Stamp>>,
    /// Held while one certificate is put in the place of another.
    rotating: Mutex<()>,
}

/// A key and the name that verifiers find it by.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    key: PrivateKey,
    serial: Serial,
}

impl Signer {
    pub(crate) const fn key(&self) -> &PrivateKey {
        &self.key
    }

    pub(crate) const fn serial(&self) -> &Serial {
        &self.serial
    }

    /// Signs an answer or a callback now, by the wall clock.
    pub(crate) fn sign(&self, headers: &mut HeaderMap, body: &[u8]) {
        sign_response(&self.key, &self.serial, headers, body, clock::wall(), &nonce());
    }
}

#[derive(Serialize, Deserialize)]
struct File {
    public_key_id: String,
}

impl Platform {
    /// Reads the keys from `DIR/platform`, or makes them there.
    pub(crate) fn load_or_make(data: &Path) -> Result<Self, FolderError> {
        let dir = data.join("platform");
        let (key_path, file_path) = (dir.join("platform_key.pem"), dir.join("platform.json"));
        if !file_path.exists() {
            Self::make(&dir)?;
        }
        let file: File = folder::read_json(&file_path)?;
        let pem = folder::read(&key_path)?;
        let key = PrivateKey::from_pem(&pem).map_err(|e| FolderError::new(&key_path, e))?;
        let serial =
            Serial::parse(&file.public_key_id).map_err(|e| FolderError::new(&file_path, e))?;
        let certificates = Certificates::load_or_make(&dir, clock::wall())?;
        Ok(Self {
            public: Arc::new(Signer { key, serial }),
            certificates: RwLock::new(Arc::new(certificates)),
            seen: Mutex::new(Certificates::stamp(&dir)),
            dir,
            rotating: Mutex::new(()),
        })
    }

    fn make(dir: &Path) -> Result<(), FolderError> {
        folder::create(dir)?;
        let key_path = dir.join("platform_key.pem");
        let key = PrivateKey::generate().map_err(|e| FolderError::new(&key_path, e))?;
        let pem = key.to_pkcs8_pem().map_err(|e| FolderError::new(&key_path, e))?;
        folder::write_secret(&key_path, &pem)?;
        // The form of the provider's own ids: 34 digits.
        let digits = u128::from_be_bytes(random_bytes()) % 10_u128.pow(34);
        let file = File { public_key_id: format!("PUB_KEY_ID_{digits:034}") };
        // Last, because its presence says that the folder is whole.
        folder::write_json(&dir.join("platform.json"), &file)
    }

    /// The key pair of the public-key mode.
    pub(crate) fn public(&self) -> &Signer {
        &self.public
    }

    /// The certificates that are in use or soon will be, the oldest first.
    pub(crate) fn certificates(&self) -> Vec<Certified> {
        self.known().living(clock::wall()).cloned().collect()
    }

    /// All that sign: the public key, and the certificates that are in use.
    pub(crate) fn signers(&self) -> Vec<Arc<Signer>> {
        let certificates = self.certificates().into_iter().map(|certified| certified.signer);
        std::iter::once(Arc::clone(&self.public)).chain(certificates).collect()
    }

    /// What signs for a merchant that has these keys: the one that it names, if it has that one;
    /// else its certificate; else the public key.
    pub(crate) fn signer(&self, keys: PlatformKeys, named: Option<&Serial>) -> Arc<Signer> {
        match named.and_then(|named| self.named(keys, named)) {
            Some(named) => named,
            None if keys.has_certificates() => self.known().current(clock::wall()),
            None => Arc::clone(&self.public),
        }
    }

    /// The key of this name, if a merchant that has these keys has it.
    pub(crate) fn named(&self, keys: PlatformKeys, name: &Serial) -> Option<Arc<Signer>> {
        if keys.has_public_key() && *name == self.public.serial {
            return Some(Arc::clone(&self.public));
        }
        if !keys.has_certificates() {
            return None;
        }
        let find = || {
            let known = self.known();
            let named = known.living(clock::wall()).find(|living| living.signer.serial() == name);
            named.map(|named| Arc::clone(&named.signer))
        };
        // Another node may have made it: a look at a file's date tells.
        find().or_else(|| if self.follow() { find() } else { None })
    }

    /// Reads the certificates again if another node has written them. Says whether it has.
    pub(crate) fn follow(&self) -> bool {
        let stamp = Certificates::stamp(&self.dir);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if stamp.is_none() || *seen == stamp {
            return false;
        }
        let read = match Certificates::load(&self.dir) {
            Ok(read) if read.is_empty() => return false,
            Ok(read) => read,
            Err(error) => {
                tracing::error!(%error, "the platform's certificates could not be read again");
                return false;
            }
        };
        *self.certificates.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(read);
        *seen = stamp;
        tracing::info!("the platform's certificates were read again");
        true
    }

    /// Puts a new certificate in the place of the others, which live and sign for so many seconds
    /// more. Makes a key: not for a thread that serves others. The caller keeps other nodes from
    /// doing the same.
    pub(crate) fn rotate(&self, overlap_seconds: i64) -> Result<(), FolderError> {
        let _one_at_a_time = self.rotating.lock().unwrap_or_else(PoisonError::into_inner);
        self.follow();
        let next = self.known().rotated(&self.dir, clock::wall(), overlap_seconds)?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Certificates::stamp(&self.dir);
        *self.certificates.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    fn known(&self) -> Arc<Certificates> {
        Arc::clone(&self.certificates.read().unwrap_or_else(PoisonError::into_inner))
    }
}
