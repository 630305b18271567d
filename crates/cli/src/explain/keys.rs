//! The public keys that an explanation may draw on: those that are given, and those of a data
//! folder. No private key is read.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use redress::crypto::{Certificate, PublicKey, Serial};
use redress_explain::{KnownKey, Role};

/// The data folder when none is given.
const DATA: &str = "./redress-data";

/// What the message says of its key; a key without a certificate is taken for that one.
pub(super) struct Claimed {
    pub(super) owner: Option<String>,
    pub(super) serial: Option<String>,
    pub(super) answer: bool,
}

/// All keys, and those that were given by hand.
pub(super) fn read(
    files: &[PathBuf],
    data: Option<&Path>,
    claimed: &Claimed,
) -> anyhow::Result<(Vec<KnownKey>, Vec<PublicKey>)> {
    let mut known = Vec::new();
    for path in files {
        known.push(given(path, claimed)?);
    }
    let verifiers = known.iter().map(|key| key.key.clone()).collect();
    let data = data.or_else(|| files.is_empty().then_some(Path::new(DATA)));
    if let Some(data) = data {
        of_data(data, &mut known)?;
    }
    Ok((known, verifiers))
}

fn given(path: &Path, claimed: &Claimed) -> anyhow::Result<KnownKey> {
    let pem = text(path)?;
    let role = if claimed.answer { Role::Platform } else { Role::Merchant };
    let nobody = if claimed.answer { "platform" } else { "?" };
    let owner = claimed.owner.clone().unwrap_or_else(|| nobody.to_owned());
    if let Ok(certificate) = Certificate::from_pem(&pem) {
        let serial = certificate.serial().clone();
        return Ok(KnownKey { owner, role, serial, key: certificate.public_key().clone() });
    }
    let key = PublicKey::from_pem(&pem).with_context(|| {
        format!("{} is neither a public key nor a certificate in PEM", path.display())
    })?;
    let serial = claimed.serial.as_deref().and_then(|serial| Serial::parse(serial).ok());
    let serial = serial.map_or_else(|| Serial::parse("00"), Ok)?;
    Ok(KnownKey { owner, role, serial, key })
}

/// The certificates of the merchants in a data folder, and the platform's keys that they hold.
fn of_data(data: &Path, known: &mut Vec<KnownKey>) -> anyhow::Result<()> {
    let merchants = data.join("merchants");
    let Ok(entries) = fs::read_dir(&merchants) else {
        bail!("{} holds no merchants; give --key FILE.pem or --data DIR", data.display());
    };
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    folders.sort();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let owner = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let path = folder.join("apiclient_cert.pem");
        if path.exists() {
            add(known, &path, &owner, Role::Merchant)?;
        }
        of_platform(folder, known)?;
    }
    Ok(())
}

fn of_platform(folder: &Path, known: &mut Vec<KnownKey>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("wechatpay_") && name.ends_with(".pem") {
            add(known, &path, "platform", Role::Platform)?;
        }
    }
    let (key, merchant) = (folder.join("wxp_pub.pem"), folder.join("merchant.json"));
    if key.exists() && merchant.exists() {
        let told: serde_json::Value = serde_json::from_str(&text(&merchant)?)
            .with_context(|| format!("{} is not JSON", merchant.display()))?;
        if let Ok(serial) = Serial::parse(told["public_key_id"].as_str().unwrap_or_default()) {
            let key = PublicKey::from_pem(&text(&key)?)
                .with_context(|| format!("{} is no public key", key.display()))?;
            put(
                known,
                KnownKey { owner: "platform".to_owned(), role: Role::Platform, serial, key },
            );
        }
    }
    Ok(())
}

fn add(known: &mut Vec<KnownKey>, path: &Path, owner: &str, role: Role) -> anyhow::Result<()> {
    let certificate = Certificate::from_pem(&text(path)?)
        .with_context(|| format!("{} is no certificate", path.display()))?;
    let (serial, key) = (certificate.serial().clone(), certificate.public_key().clone());
    put(known, KnownKey { owner: owner.to_owned(), role, serial, key });
    Ok(())
}

/// Each merchant's folder holds the platform's keys; once is enough.
fn put(known: &mut Vec<KnownKey>, key: KnownKey) {
    if !known.iter().any(|other| other.serial == key.serial && other.role == key.role) {
        known.push(key);
    }
}

fn text(path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))
}
