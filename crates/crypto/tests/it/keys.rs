//! Keys and certificates: round trips, refusals, and that no secret is printed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use redress_crypto::{Certificate, KeyError, OaepError, PrivateKey, PublicKey, Serial};

use crate::vectors::{certificate_pem, key, key_pkcs1_pem};

#[test]
fn a_generated_key_survives_its_pem() {
    let made = PrivateKey::generate().unwrap();
    let pem = made.to_pkcs8_pem().unwrap();
    assert!(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert!(pem.lines().all(|line| line.len() <= 64));
    let read = PrivateKey::from_pem(&pem).unwrap();
    assert_eq!(read.sign(b"message"), made.sign(b"message"));
    assert_eq!(PublicKey::from_pem(&made.public_key().to_spki_pem()).unwrap(), made.public_key());
    assert_ne!(made.public_key(), key().public_key());
    assert!(!key().public_key().verify(b"message", &made.sign(b"message")));
}

#[test]
fn pem_is_read_however_it_is_wrapped() {
    let pem = key_pkcs1_pem();
    let public = key().public_key();
    let (_, body) = pem.split_once("-----\n").unwrap();
    let (body, _) = body.split_once("-----").unwrap();
    let one_line = body.replace('\n', "");
    for wrapped in [
        pem.replace('\n', "\r\n"),
        format!("\u{feff}key of the shop\n\n{pem}\ntrailing text"),
        pem.replace('\n', "\n  "),
        format!("-----BEGIN RSA PRIVATE KEY-----{one_line}-----END RSA PRIVATE KEY-----"),
        format!("{}{pem}", certificate_pem()),
    ] {
        assert_eq!(PrivateKey::from_pem(&wrapped).unwrap().public_key(), public, "{wrapped}");
    }
}

#[test]
fn other_texts_are_not_keys() {
    let pem = key_pkcs1_pem();
    let long_label = format!("-----BEGIN {}-----", "A".repeat(41));
    for text in [
        "",
        "MIIEvQIBADANBgkq",
        "-----BEGIN PRIVATE KEY",
        "-----BEGIN PRIVATE KEY-----\nMIIE",
        "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\nM*IE\n-----END PRIVATE KEY-----",
        "-----BEGIN private key-----\nMIIE\n-----END private key-----",
        &long_label,
    ] {
        assert!(matches!(PrivateKey::from_pem(text), Err(KeyError::Pem(_))), "{text}");
    }
    let certificate = PrivateKey::from_pem(certificate_pem());
    assert_eq!(certificate.unwrap_err(), KeyError::Label { found: "CERTIFICATE".into() });
    let private = PublicKey::from_pem(pem);
    assert_eq!(private.unwrap_err(), KeyError::Label { found: "RSA PRIVATE KEY".into() });
    let garbage = "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----";
    assert!(matches!(PrivateKey::from_pem(garbage), Err(KeyError::Rejected(_))));
    let mislabelled = pem.replace("RSA PRIVATE KEY", "PRIVATE KEY");
    assert!(matches!(PrivateKey::from_pem(&mislabelled), Err(KeyError::Rejected(_))));
    let garbage = "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----";
    assert!(matches!(Certificate::from_pem(garbage), Err(KeyError::Certificate(_))));
    assert!(matches!(PublicKey::from_pem(garbage), Err(KeyError::Certificate(_))));
}

#[test]
fn a_short_key_is_refused() {
    // 1024 bits.
    let pem = include_str!("../vectors/short.spki.pem");
    assert!(matches!(PublicKey::from_pem(pem), Err(KeyError::Rejected(_))));
}

#[test]
fn secrets_are_not_printed() {
    let key = key();
    let pem = key.to_pkcs8_pem().unwrap();
    let printed = format!("{key:?} {key:#?} {:?}", key.public_key());
    for line in pem.lines().filter(|line| !line.starts_with('-')) {
        assert!(!printed.contains(&line[..8]));
    }
    assert!(printed.len() < 200, "{printed}");
    assert!(printed.starts_with("PrivateKey(of PublicKey(sha256:"), "{printed}");

    let broken = pem.replace("-----END PRIVATE KEY-----", "");
    let error = PrivateKey::from_pem(&broken).unwrap_err();
    assert!(format!("{error} {error:?}").len() < 100);
    let broken = pem.replace('\n', "\n!");
    let error = PrivateKey::from_pem(&broken).unwrap_err();
    assert!(format!("{error} {error:?}").len() < 100);
}

#[test]
fn sealed_fields_are_opened() {
    let key = key();
    let public = key.public_key();
    for plaintext in ["", "张三", &"z".repeat(214)] {
        let sealed = public.seal_oaep(plaintext.as_bytes()).unwrap();
        assert_eq!(*key.open_oaep(&sealed).unwrap(), plaintext.as_bytes());
        assert_ne!(public.seal_oaep(plaintext.as_bytes()).unwrap(), sealed);
    }
    let too_long = public.seal_oaep(&[0; 215]);
    assert_eq!(too_long, Err(OaepError::TooLong { bytes: 215, bytes_max: 214 }));
    assert_eq!(key.open_oaep("张三"), Err(OaepError::Base64));
    let sealed_for_another = PrivateKey::generate().unwrap().public_key().seal_oaep(b"x").unwrap();
    assert_eq!(key.open_oaep(&sealed_for_another), Err(OaepError::Refused));
}

#[test]
fn an_issued_certificate_reads_back() {
    let key = key();
    let mut serial = [0xab; 20];
    let (from, to) = (1_700_000_000, 4_102_444_800);
    let issued = Certificate::issue(&key, "Tenpay.com 演示", serial, from, to).unwrap();
    serial[0] = 0x2b;
    let hex: String = serial.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(*issued.serial(), Serial::parse(&hex).unwrap());
    assert_eq!((issued.not_before(), issued.not_after()), (from, to));
    assert_eq!(*issued.public_key(), key.public_key());

    let read = Certificate::from_pem(&issued.to_pem()).unwrap();
    assert_eq!(read, issued);
    assert_eq!(PublicKey::from_pem(&issued.to_pem()).unwrap(), key.public_key());
    let again = Certificate::issue(&key, "Tenpay.com 演示", serial, from, to).unwrap();
    assert_eq!(again, issued, "the same arguments make the same certificate");
}

#[test]
fn serials_with_leading_zero_bytes_are_issued() {
    let mut serial = [0; 20];
    serial[19] = 7;
    let issued = Certificate::issue(&key(), "a", serial, 0, 1).unwrap();
    assert_eq!(issued.serial().as_str(), "07");
}

#[test]
fn impossible_validities_are_refused() {
    for (not_before, not_after) in [(1, 1), (2, 1), (-1, 1), (0, i64::MAX), (i64::MIN, 0)] {
        let refused = Certificate::issue(&key(), "a", [1; 20], not_before, not_after);
        assert_eq!(refused, Err(KeyError::Validity { not_before, not_after }));
    }
    let latest = Certificate::issue(&key(), "a", [1; 20], 0, 253_402_300_799).unwrap();
    assert_eq!(latest.not_after(), 253_402_300_799);
}

#[test]
fn a_certificate_request_is_of_its_key_and_for_its_name() {
    use x509_parser::certification_request::X509CertificationRequest;
    use x509_parser::prelude::FromDer as _;

    let pem = Certificate::request(&key(), "1900007291").unwrap();
    let (_, section) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
    assert_eq!(section.label, "CERTIFICATE REQUEST");
    let (rest, request) = X509CertificationRequest::from_der(&section.contents).unwrap();
    assert!(rest.is_empty());
    let info = &request.certification_request_info;
    assert_eq!(info.subject.to_string(), "CN=1900007291");
    let public = PublicKey::from_pem(&key().public_key().to_spki_pem()).unwrap();
    let (_, spki) = x509_parser::pem::parse_x509_pem(public.to_spki_pem().as_bytes()).unwrap();
    assert_eq!(info.subject_pki.raw, spki.contents);
    // It is signed by the key itself.
    let signature = STANDARD.encode(&request.signature_value.data);
    assert!(public.verify(info.raw, &signature));
}
