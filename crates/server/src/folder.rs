//! Files of the data folder: the merchants' folders, and how files are written at all.
//!
//! A file appears whole or not at all: it is written beside its place, flushed, and moved.

use std::error::Error;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use redress_api::Mchid;
use redress_core::merchant::Credential;
use redress_crypto::{ApiV3Key, Certificate, PrivateKey, Serial, random_bytes};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value as Json, json};

use crate::platform::{Certified, Platform};

/// A file that cannot be read, written or understood.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct FolderError {
    path: PathBuf,
    source: Box<dyn Error + Send + Sync>,
}

impl FolderError {
    pub(crate) fn new(path: &Path, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { path: path.to_owned(), source: source.into() }
    }
}

pub(crate) fn create(dir: &Path) -> Result<(), FolderError> {
    fs::create_dir_all(dir).map_err(|e| FolderError::new(dir, e))
}

/// The file that is locked while keys or folders are made.
const LOCK: &str = "folder.lock";

/// The right to make keys and folders, which one server at a time has.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "it is held, and nothing else")] File);

/// Waits for the right to make keys and folders. It ends with what is given, or with the process.
pub(crate) async fn lock(data: &Path) -> Result<Lock, FolderError> {
    let path = data.join(LOCK);
    let locking = path.clone();
    let lock = tokio::task::spawn_blocking(move || {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&locking)?;
        file.lock()?;
        std::io::Result::Ok(file)
    });
    let locked = lock.await.map_err(|e| FolderError::new(&path, e))?;
    Ok(Lock(locked.map_err(|e| FolderError::new(&path, e))?))
}

/// The serial number of the certificate in a merchant's folder; none if there is no folder.
pub(crate) fn serial_of(data: &Path, mchid: &Mchid) -> Result<Option<String>, FolderError> {
    let path = of_merchant(data, mchid).join("merchant.json");
    if !path.exists() {
        return Ok(None);
    }
    let file: Json = read_json(&path)?;
    Ok(file["serial_no"].as_str().map(str::to_owned))
}

pub(crate) fn read(path: &Path) -> Result<String, FolderError> {
    fs::read_to_string(path).map_err(|e| FolderError::new(path, e))
}

pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, FolderError> {
    serde_json::from_str(&read(path)?).map_err(|e| FolderError::new(path, e))
}

pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), FolderError> {
    let mut text = serde_json::to_string_pretty(value).map_err(|e| FolderError::new(path, e))?;
    text.push('\n');
    write_secret(path, &text)
}

/// Writes a file that its owner alone may read.
pub(crate) fn write_secret(path: &Path, text: &str) -> Result<(), FolderError> {
    write(path, text, 0o600)
}

/// Writes a file that everybody may read.
pub(crate) fn write_public(path: &Path, text: &str) -> Result<(), FolderError> {
    write(path, text, 0o644)
}

#[cfg_attr(not(unix), expect(unused_variables, reason = "modes are Unix's"))]
fn write(path: &Path, text: &str, mode: u32) -> Result<(), FolderError> {
    let beside = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        let mut file = options.open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        if let Some(dir) = path.parent() {
            File::open(dir)?.sync_all()?;
        }
        Ok(())
    };
    write().map_err(|e| FolderError::new(path, e))
}

/// The folder of a merchant.
pub(crate) fn of_merchant(data: &Path, mchid: &Mchid) -> PathBuf {
    data.join("merchants").join(mchid.as_str())
}

/// How long a merchant's certificate is valid: five years, in seconds.
const CERTIFICATE_SECONDS: i64 = 5 * 365 * 24 * 3600;

/// Makes a merchant's key and folder. Returns what the store keeps of it: its public side.
pub(crate) fn make_merchant(
    data: &Path,
    platform: &Platform,
    mchid: &Mchid,
    appid: Option<&str>,
    base_url: &str,
    now: i64,
) -> Result<Credential, FolderError> {
    let dir = of_merchant(data, mchid);
    create(&dir)?;
    let key_path = dir.join("apiclient_key.pem");
    let in_key = |e| FolderError::new(&key_path, e);
    let key = PrivateKey::generate().map_err(in_key)?;
    let mut serial: [u8; 20] = random_bytes();
    // Positive, and without a leading zero, as the provider's serial numbers are.
    serial[0] = (serial[0] & 0x3f) | 0x40;
    let certificate =
        Certificate::issue(&key, mchid.as_str(), serial, now, now + CERTIFICATE_SECONDS)
            .map_err(|e| FolderError::new(&dir.join("apiclient_cert.pem"), e))?;
    let pem = key.to_pkcs8_pem().map_err(in_key)?;
    write_secret(&key_path, &pem)?;
    write_secret(&dir.join("apiclient_cert.pem"), &certificate.to_pem())?;
    write_secret(&dir.join("wxp_pub.pem"), &platform.public().key().public_key().to_spki_pem())?;
    let serial_no = certificate.serial().as_str().to_owned();
    let file = json!({
        "mchid": mchid,
        "serial_no": serial_no,
        "apiv3_key": ApiV3Key::generate().expose(),
        "public_key_id": platform.public().serial().as_str(),
        "appid": appid,
        "base_url": base_url,
    });
    write_json(&dir.join("merchant.json"), &file)?;
    Ok(Credential { serial_no, certificate: certificate.to_pem() })
}

/// Leaves these certificates of the platform in a merchant's folder, and no others, each under the
/// name that the provider's own download tool gives it.
pub(crate) fn write_certificates(dir: &Path, living: &[Certified]) -> Result<(), FolderError> {
    let name = |one: &Certified| format!("wechatpay_{}.pem", one.signer.serial());
    let names: Vec<String> = living.iter().map(name).collect();
    for (one, name) in living.iter().zip(&names) {
        let path = dir.join(name);
        if !path.exists() {
            write_secret(&path, &one.certificate.to_pem())?;
        }
    }
    for entry in fs::read_dir(dir).map_err(|e| FolderError::new(dir, e))? {
        let entry = entry.map_err(|e| FolderError::new(dir, e))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = name.starts_with("wechatpay_") && name.ends_with(".pem");
        if is_ours && !names.contains(&name) {
            fs::remove_file(entry.path()).map_err(|e| FolderError::new(&entry.path(), e))?;
        }
    }
    Ok(())
}

/// Writes the address that the server listens at into every merchant's folder.
pub(crate) fn set_base_url(data: &Path, base_url: &str) -> Result<(), FolderError> {
    let merchants = data.join("merchants");
    let entries = match fs::read_dir(&merchants) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(FolderError::new(&merchants, error)),
    };
    for entry in entries {
        let path = entry.map_err(|e| FolderError::new(&merchants, e))?.path().join("merchant.json");
        if !path.exists() {
            continue;
        }
        let mut file: Json = read_json(&path)?;
        if file["base_url"] != base_url {
            file["base_url"] = Json::from(base_url);
            write_json(&path, &file)?;
        }
    }
    Ok(())
}

/// A serial number and the key that belongs to it, from what the store keeps.
pub(crate) fn open_credential(
    credential: &Credential,
) -> Result<(Serial, redress_crypto::PublicKey), Box<dyn Error + Send + Sync>> {
    let certificate = Certificate::from_pem(&credential.certificate)?;
    Ok((Serial::parse(&credential.serial_no)?, certificate.public_key().clone()))
}
