//! Keys, certificates and serials.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use redress::crypto::{Certificate, PrivateKey, PublicKey, Serial};

const LABELS: &[&str] =
    &["PRIVATE KEY", "RSA PRIVATE KEY", "PUBLIC KEY", "RSA PUBLIC KEY", "CERTIFICATE"];

/// Text is read as PEM and as a serial; other bytes are read as DER under each label. What is read
/// can be used, and prints and is read again to the same.
pub fn keys(data: &[u8]) {
    match std::str::from_utf8(data) {
        Ok(text) => {
            serial(text);
            pem(text);
        }
        Err(_) => {
            let body = STANDARD.encode(data);
            for label in LABELS {
                pem(&format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"));
            }
        }
    }
}

fn serial(text: &str) {
    let Ok(read) = Serial::parse(text) else { return };
    assert_eq!(Serial::parse(read.as_str()).as_ref(), Ok(&read));
    assert_eq!(
        Serial::parse(&format!("{read}")).map(|it| it.cmp(&read)),
        Ok(std::cmp::Ordering::Equal)
    );
}

fn pem(text: &str) {
    if let Ok(key) = PrivateKey::from_pem(text) {
        let printed = key.to_pkcs8_pem().expect("a key that was read can be written");
        let again = PrivateKey::from_pem(&printed).expect("a key that was written can be read");
        assert_eq!(again.public_key(), key.public_key());
        let signature = key.sign(b"message");
        assert!(key.public_key().verify(b"message", &signature), "a key fits its own half");
        let sealed = key.public_key().seal_oaep(b"field").expect("a short field can be sealed");
        assert_eq!(key.open_oaep(&sealed).expect("its own field").as_slice(), b"field");
    }
    if let Ok(key) = PublicKey::from_pem(text) {
        let again = PublicKey::from_pem(&key.to_spki_pem());
        assert_eq!(again.expect("a key that was written can be read"), key);
        assert!(!key.verify(b"message", ""));
        assert!(key.seal_oaep(b"field").is_ok(), "a short field can be sealed");
        assert!(format!("{key:?}").len() < 64);
    }
    if let Ok(certificate) = Certificate::from_pem(text) {
        // By itself: in the text another section may stand before it.
        let printed = certificate.to_pem();
        let again = Certificate::from_pem(&printed);
        assert_eq!(again.expect("what was written can be read"), certificate);
        serial(certificate.serial().as_str());
        assert_eq!(&PublicKey::from_pem(&printed).expect("its key"), certificate.public_key());
    }
}
