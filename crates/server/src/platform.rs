//! The platform's own key: what answers are signed with.

use std::path::Path;

use redress_crypto::{PrivateKey, Serial, random_bytes};
use serde::{Deserialize, Serialize};

use crate::folder::{self, FolderError};

/// The platform's key pair in public-key mode.
#[derive(Clone, Debug)]
pub(crate) struct Platform {
    key: PrivateKey,
    public_key_id: Serial,
}

#[derive(Serialize, Deserialize)]
struct File {
    public_key_id: String,
}

impl Platform {
    /// Reads the key from `DIR/platform`, or makes it there.
    pub(crate) fn load_or_make(data: &Path) -> Result<Self, FolderError> {
        let dir = data.join("platform");
        let (key_path, file_path) = (dir.join("platform_key.pem"), dir.join("platform.json"));
        if !file_path.exists() {
            Self::make(&dir)?;
        }
        let file: File = folder::read_json(&file_path)?;
        let pem = folder::read(&key_path)?;
        let key = PrivateKey::from_pem(&pem).map_err(|e| FolderError::new(&key_path, e))?;
        let public_key_id =
            Serial::parse(&file.public_key_id).map_err(|e| FolderError::new(&file_path, e))?;
        Ok(Self { key, public_key_id })
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

    pub(crate) const fn key(&self) -> &PrivateKey {
        &self.key
    }

    pub(crate) const fn public_key_id(&self) -> &Serial {
        &self.public_key_id
    }
}
