//! The merchants' APIv3 keys: what is sealed for a merchant is sealed with the key in its folder.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use redress_api::Mchid;
use redress_crypto::ApiV3Key;
use serde::Deserialize;

use crate::folder::{self, FolderError};

/// The keys of merchants that something was sealed for, read once; where other nodes may change
/// them, once in a while.
pub(crate) struct ApiV3Keys {
    known: RwLock<BTreeMap<Mchid, (ApiV3Key, Instant)>>,
    /// How old what is known may be.
    age_max: Option<Duration>,
}

impl fmt::Debug for ApiV3Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV3Keys(hidden)")
    }
}

impl ApiV3Keys {
    /// What is read counts for so long; for ever, if nobody else can change it.
    pub(crate) fn new(age_max: Option<Duration>) -> Self {
        Self { known: RwLock::default(), age_max }
    }

    /// The key of a merchant that has a folder.
    pub(crate) async fn of(&self, data: &Path, mchid: &Mchid) -> Result<ApiV3Key, FolderError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(mchid).cloned();
        if let Some((key, read)) = known
            && self.age_max.is_none_or(|age_max| read.elapsed() < age_max)
        {
            return Ok(key);
        }
        let path = folder::of_merchant(data, mchid).join("merchant.json");
        let reading = path.clone();
        let key = tokio::task::spawn_blocking(move || read(&reading));
        let key = key.await.map_err(|e| FolderError::new(&path, e))??;
        let mut all = self.known.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(mchid.clone(), (key.clone(), Instant::now()));
        Ok(key)
    }
}

/// What the provider calls the cipher of [`Sealed`].
pub(crate) const ALGORITHM: &str = "AEAD_AES_256_GCM";

/// A text that was sealed for a merchant, as it travels.
pub(crate) struct Sealed {
    pub(crate) nonce: String,
    /// Base64.
    pub(crate) ciphertext: String,
}

impl Sealed {
    /// Seals a text under a fresh nonce: twelve letters and digits, because it travels as a text.
    pub(crate) fn new(key: &ApiV3Key, associated_data: &str, plaintext: &[u8]) -> Self {
        let random = redress_crypto::nonce();
        let nonce: [u8; 12] = random.as_bytes()[..12].try_into().expect("twelve of 32 characters");
        let ciphertext = key.seal(&nonce, associated_data.as_bytes(), plaintext);
        Self { nonce: random[..12].to_owned(), ciphertext }
    }
}

fn read(path: &Path) -> Result<ApiV3Key, FolderError> {
    #[derive(Deserialize)]
    struct File {
        apiv3_key: String,
    }
    let file: File = folder::read_json(path)?;
    ApiV3Key::new(&file.apiv3_key).map_err(|e| FolderError::new(path, e))
}
