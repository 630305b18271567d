//! Whether the files of a merchant's folder are there and belong together.

use std::fs;
use std::path::Path;

use redress::api::{Mchid, Timestamp};
use redress::crypto::{ApiV3Key, Certificate, PrivateKey, PublicKey, Serial};
use serde_json::Value as Json;

use super::Findings;

/// A certificate that ends so soon is spoken of, in seconds.
const SOON_SECONDS: i64 = 30 * 24 * 3600;

/// Looks at a merchant's folder. No value of a secret is repeated.
pub(crate) fn folder(found: &mut Findings, folder: &Path, now: i64) {
    let known = identity(found, &folder.join("merchant.json"));
    let field = |name: &str| known[name].as_str().filter(|text| !text.is_empty());
    let key = private_key(found, &folder.join("apiclient_key.pem"));
    let said = field("serial_no");
    match said.map(Serial::parse) {
        Some(Ok(serial)) if !serial.is_public_key_id() => {
            certificate(found, &folder.join("apiclient_cert.pem"), key.as_ref(), &serial, now);
        }
        Some(_) | None => found.problem(
            "serial",
            "merchant.json has no serial_no of a certificate",
            "copy it from the provider's console: 40 hexadecimal digits",
        ),
    }
    platform(found, &folder.join("wxp_pub.pem"), field("public_key_id"), key.as_ref());
    match field("apiv3_key").map(ApiV3Key::new) {
        Some(Ok(_)) => found.ok("APIv3 key", "it has 32 bytes"),
        Some(Err(error)) => {
            found.problem("APIv3 key", error.to_string(), "correct apiv3_key in merchant.json");
        }
        None => found.warning(
            "APIv3 key",
            "merchant.json has none",
            "without apiv3_key no callback and no certificate can be opened",
        ),
    }
}

/// What merchant.json says; nothing if it cannot be read.
fn identity(found: &mut Findings, path: &Path) -> Json {
    let todo = "it is an object with mchid, serial_no, public_key_id and apiv3_key";
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            found.problem("merchant.json", format!("{}: {error}", path.display()), todo);
            return Json::Null;
        }
    };
    match serde_json::from_str::<Json>(&text) {
        Ok(known) => {
            match known["mchid"].as_str().map(str::parse::<Mchid>) {
                Some(Ok(mchid)) => found.ok("merchant.json", format!("merchant {mchid}")),
                Some(Err(_)) | None => found.problem("merchant.json", "it has no mchid", todo),
            }
            known
        }
        Err(error) => {
            let (line, column) = (error.line(), error.column());
            let said = format!("it is no JSON, at line {line}, column {column}");
            found.problem("merchant.json", said, todo);
            Json::Null
        }
    }
}

fn private_key(found: &mut Findings, path: &Path) -> Option<PrivateKey> {
    let read = fs::read_to_string(path).map_err(|error| error.to_string());
    match read.and_then(|pem| PrivateKey::from_pem(&pem).map_err(|error| error.to_string())) {
        Ok(key) => {
            let print = key.public_key().fingerprint();
            if is_open(path) {
                let todo = "chmod 600 apiclient_key.pem";
                found.warning("private key", "others on this machine can read it", todo);
            } else {
                found.ok("private key", format!("sha256 of its public key {print}"));
            }
            Some(key)
        }
        Err(error) => {
            let todo = "put the private key of the API certificate there, as PEM";
            found.problem("private key", format!("{}: {error}", path.display()), todo);
            None
        }
    }
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
const fn is_open(_path: &Path) -> bool {
    false
}

fn certificate(
    found: &mut Findings,
    path: &Path,
    key: Option<&PrivateKey>,
    serial: &Serial,
    now: i64,
) {
    let Ok(pem) = fs::read_to_string(path) else {
        let todo = "put apiclient_cert.pem beside the key, to have it compared";
        found.warning("certificate", format!("{} cannot be read", path.display()), todo);
        return;
    };
    let certificate = match Certificate::from_pem(&pem) {
        Ok(certificate) => certificate,
        Err(error) => {
            found.problem("certificate", error.to_string(), "get it from the provider again");
            return;
        }
    };
    match key {
        Some(key) if key.public_key() != *certificate.public_key() => found.problem(
            "certificate",
            "it is not that of the private key",
            "apiclient_key.pem and apiclient_cert.pem must be of the same download",
        ),
        Some(_) => found.ok("certificate", "it is that of the private key"),
        None => found.warning("certificate", "there is no key to compare it with", ""),
    }
    if certificate.serial() == serial {
        found.ok("serial", format!("{serial}, in merchant.json and in the certificate"));
    } else {
        let said = format!("merchant.json says {serial}, the certificate {}", certificate.serial());
        found.problem("serial", said, "put the certificate's into merchant.json as serial_no");
    }
    validity(found, "validity", &certificate, now);
}

/// Whether a certificate is valid now, and for a while.
pub(crate) fn validity(found: &mut Findings, about: &str, certificate: &Certificate, now: i64) {
    let (from, until) = (certificate.not_before(), certificate.not_after());
    let until_text = Timestamp::from_unix(until);
    if now > until {
        let todo = "apply for a new certificate, and put its key, serial and file here";
        found.problem(about, format!("the certificate has expired at {until_text}"), todo);
    } else if now < from {
        let from = Timestamp::from_unix(from);
        found.problem(about, format!("it is valid from {from} on"), "is this clock right?");
    } else if until - now < SOON_SECONDS {
        found.warning(about, format!("it ends at {until_text}"), "apply for a new certificate");
    } else {
        found.ok(about, format!("until {until_text}"));
    }
}

fn platform(found: &mut Findings, path: &Path, id: Option<&str>, own: Option<&PrivateKey>) {
    let about = "platform's key";
    let read = fs::read_to_string(path).map_err(|error| error.to_string());
    let key = match read.and_then(|pem| PublicKey::from_pem(&pem).map_err(|e| e.to_string())) {
        Ok(key) => key,
        Err(error) => {
            let todo = "download the platform's public key from the provider's console";
            found.problem(about, format!("{}: {error}", path.display()), todo);
            return;
        }
    };
    if own.is_some_and(|own| own.public_key() == key) {
        let todo = "download the platform's public key from the provider's console";
        found.problem(about, "wxp_pub.pem holds the merchant's own key", todo);
        return;
    }
    match id.map(Serial::parse) {
        Some(Ok(id)) => found.ok(about, format!("{id}, sha256 {}", key.fingerprint())),
        Some(Err(_)) | None => found.problem(
            about,
            "merchant.json has no public_key_id",
            "copy it from the provider's console: PUB_KEY_ID_ and digits",
        ),
    }
}
