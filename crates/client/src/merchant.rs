//! Who calls: the merchant's identity and keys, and the platform's keys that it trusts.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redress_api::{Appid, Mchid};
use redress_crypto::{ApiV3Key, Certificate, KeyRing, PrivateKey, PublicKey, Serial};
use serde_json::Value as Json;

use crate::base_url::PRODUCTION;
use crate::signer::{Key, Signer};

const IDENTITY: &str = "merchant.json";
const PRIVATE_KEY: &str = "apiclient_key.pem";
const PLATFORM_KEY: &str = "wxp_pub.pem";

/// A merchant that signs requests, and the platform keys that it checks answers with.
///
/// Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Merchant {
    pub(crate) mchid: Mchid,
    pub(crate) serial_no: Serial,
    pub(crate) key: Key,
    pub(crate) public_key_id: Serial,
    pub(crate) platform_keys: KeyRing,
    pub(crate) base_url: String,
    appid: Option<Appid>,
    apiv3_key: Option<ApiV3Key>,
}

/// A merchant's folder that cannot be used: which file, why, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used; {advice}", path.display())]
pub struct FolderError {
    path: PathBuf,
    advice: &'static str,
    source: Box<dyn Error + Send + Sync>,
}

impl Merchant {
    /// A merchant of the real service: its number, the serial number of its API certificate, the
    /// private key of that certificate, and the platform's public key with its id.
    #[must_use]
    pub fn new(
        mchid: Mchid,
        serial_no: Serial,
        key: PrivateKey,
        public_key_id: Serial,
        platform_key: PublicKey,
    ) -> Self {
        Self::with_key(mchid, serial_no, Key::Here(key), public_key_id, platform_key)
    }

    /// A merchant whose private key lives elsewhere, in an HSM or a KMS.
    #[must_use]
    pub fn signing_elsewhere(
        mchid: Mchid,
        serial_no: Serial,
        signer: impl Signer,
        public_key_id: Serial,
        platform_key: PublicKey,
    ) -> Self {
        let key = Key::Elsewhere(Arc::new(signer));
        Self::with_key(mchid, serial_no, key, public_key_id, platform_key)
    }

    fn with_key(
        mchid: Mchid,
        serial_no: Serial,
        key: Key,
        public_key_id: Serial,
        platform_key: PublicKey,
    ) -> Self {
        let platform_keys = KeyRing::one(public_key_id.clone(), platform_key);
        let base_url = PRODUCTION.to_owned();
        let (appid, apiv3_key) = (None, None);
        Self { mchid, serial_no, key, public_key_id, platform_keys, base_url, appid, apiv3_key }
    }

    /// Reads a folder with `merchant.json`, `apiclient_key.pem` and `wxp_pub.pem`, as Redress
    /// writes one for each of its merchants.
    ///
    /// It trusts the platform's certificates in it, too: files named `wechatpay_….pem`, as the
    /// provider's download tool writes them.
    ///
    /// `merchant.json` is an object with the texts `mchid`, `serial_no` and `public_key_id`; it may
    /// also have `apiv3_key`, `appid` and `base_url` (the real service without it).
    ///
    /// # Errors
    /// If a file is missing or cannot be used.
    pub fn from_folder(folder: impl AsRef<Path>) -> Result<Self, FolderError> {
        let folder = folder.as_ref();
        let identity = Identity::read(folder.join(IDENTITY))?;
        let key_path = folder.join(PRIVATE_KEY);
        let key = PrivateKey::from_pem(&read(&key_path)?).map_err(|error| {
            let advice = "it must hold the private key of the merchant's API certificate, as PEM";
            FolderError::new(&key_path, advice, error)
        })?;
        Self::from_identity(folder, &identity, Key::Here(key))
    }

    /// Reads a folder as [`Merchant::from_folder`] does, but for its `apiclient_key.pem`: the
    /// private key lives elsewhere.
    ///
    /// # Errors
    /// If another file is missing or cannot be used.
    pub fn from_folder_signing_elsewhere(
        folder: impl AsRef<Path>,
        signer: impl Signer,
    ) -> Result<Self, FolderError> {
        let folder = folder.as_ref();
        let identity = Identity::read(folder.join(IDENTITY))?;
        Self::from_identity(folder, &identity, Key::Elsewhere(Arc::new(signer)))
    }

    fn from_identity(folder: &Path, identity: &Identity, key: Key) -> Result<Self, FolderError> {
        let platform_path = folder.join(PLATFORM_KEY);
        let platform_key = PublicKey::from_pem(&read(&platform_path)?).map_err(|error| {
            let advice = "it must hold the platform's public key or certificate, as PEM";
            FolderError::new(&platform_path, advice, error)
        })?;
        let mchid = identity.required("mchid", |text| text.parse::<Mchid>())?;
        let serial_no = identity.required("serial_no", Serial::parse)?;
        let public_key_id = identity.required("public_key_id", Serial::parse)?;
        let mut merchant = Self::with_key(mchid, serial_no, key, public_key_id, platform_key);
        merchant.apiv3_key = identity.optional("apiv3_key", ApiV3Key::new)?;
        merchant.appid = identity.optional("appid", |text| text.parse::<Appid>())?;
        for path in certificates(folder)? {
            let certificate = Certificate::from_pem(&read(&path)?).map_err(|error| {
                let advice = "it must hold a certificate of the platform, as PEM";
                FolderError::new(&path, advice, error)
            })?;
            merchant = merchant.with_certificate(&certificate);
        }
        match identity.text("base_url")? {
            Some(base_url) => Ok(merchant.with_base_url(base_url)),
            None => Ok(merchant),
        }
    }

    /// Talks to another service than [`PRODUCTION`], say `http://127.0.0.1:8790`.
    #[must_use]
    pub fn with_base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// Sets the application that the merchant's orders belong to.
    #[must_use]
    pub fn with_appid(mut self, appid: Appid) -> Self {
        self.appid = Some(appid);
        self
    }

    /// Sets the key that notifications are sealed with.
    #[must_use]
    pub fn with_apiv3_key(mut self, key: ApiV3Key) -> Self {
        self.apiv3_key = Some(key);
        self
    }

    /// Trusts one more key of the platform: a certificate that has not yet run out, say.
    #[must_use]
    pub fn with_platform_key(mut self, serial: Serial, key: PublicKey) -> Self {
        self.platform_keys.insert(serial, key);
        self
    }

    /// The platform's key that requests name.
    pub(crate) fn named_key(&self) -> &PublicKey {
        let key = self.platform_keys.get(&self.public_key_id);
        key.expect("every merchant is made with this key")
    }

    /// The merchant's number.
    #[must_use]
    pub const fn mchid(&self) -> &Mchid {
        &self.mchid
    }

    /// The serial number of the certificate that it signs with.
    #[must_use]
    pub const fn serial_no(&self) -> &Serial {
        &self.serial_no
    }

    /// The id of the platform's public key that answers are to be signed with.
    #[must_use]
    pub const fn public_key_id(&self) -> &Serial {
        &self.public_key_id
    }

    /// The platform's keys that it trusts.
    #[must_use]
    pub const fn platform_keys(&self) -> &KeyRing {
        &self.platform_keys
    }

    /// The application that its orders belong to.
    #[must_use]
    pub const fn appid(&self) -> Option<&Appid> {
        self.appid.as_ref()
    }

    /// The key that notifications are sealed with.
    #[must_use]
    pub const fn apiv3_key(&self) -> Option<&ApiV3Key> {
        self.apiv3_key.as_ref()
    }

    /// Where the service is.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl FolderError {
    /// The file that cannot be used.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn new(
        path: &Path,
        advice: &'static str,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self { path: path.to_owned(), advice, source: source.into() }
    }
}

/// The files that hold a certificate of the platform.
fn certificates(folder: &Path) -> Result<Vec<PathBuf>, FolderError> {
    let unreadable = |error| FolderError::new(folder, "make it readable", error);
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("wechatpay_") && name.ends_with(".pem") {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn read(path: &Path) -> Result<String, FolderError> {
    fs::read_to_string(path).map_err(|error| {
        let advice = "name a merchant's folder, or start `redress serve`, which makes some";
        FolderError::new(path, advice, error)
    })
}

/// The object in `merchant.json`. It is read field by field, so that no error repeats a value:
/// one of them is a key.
struct Identity {
    path: PathBuf,
    fields: Json,
}

impl Identity {
    fn read(path: PathBuf) -> Result<Self, FolderError> {
        let fields = serde_json::from_str(&read(&path)?)
            .map_err(|error| FolderError::new(&path, "correct its JSON", error))?;
        Ok(Self { path, fields })
    }

    fn text(&self, name: &str) -> Result<Option<&str>, FolderError> {
        match self.fields.get(name) {
            None | Some(Json::Null) => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "not a text")),
        }
    }

    fn optional<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, FolderError> {
        match self.text(name)? {
            Some(text) => parse(text).map(Some).map_err(|error| self.wrong(name, error)),
            None => Ok(None),
        }
    }

    fn required<T, E: std::fmt::Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, FolderError> {
        self.optional(name, parse)?.ok_or_else(|| self.wrong(name, "missing"))
    }

    fn wrong(&self, name: &str, problem: impl std::fmt::Display) -> FolderError {
        FolderError::new(&self.path, "correct the field", format!("{name}: {problem}"))
    }
}
