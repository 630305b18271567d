//! Every single changed bit is noticed: in messages, signatures, sealed texts and fields.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use redress_crypto::{
    ApiV3Key, Authorization, KeyRing, OpenError, Serial, VerifyError, request_message,
    response_message, sign_response, verify_request, verify_response,
};

use crate::vectors::key;

const BODY: &[u8] = r#"{"code":"SUCCESS","message":"成功"}"#.as_bytes();
const NOW: i64 = 1_554_209_980;

/// All copies of some bytes that differ in one bit.
fn flipped(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut copy = bytes.to_vec();
        copy[bit / 8] ^= 1 << (bit % 8);
        copy
    })
}

/// All copies of a text in which one character is another printable one.
fn altered(text: &str) -> impl Iterator<Item = String> + '_ {
    flipped(text.as_bytes()).filter_map(|bytes| {
        let text = String::from_utf8(bytes).ok()?;
        text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"').then_some(text)
    })
}

#[test]
fn a_flipped_bit_of_a_message_is_noticed() {
    let public = key().public_key();
    let message = response_message("1554209980", "c5ac7061fccab6bf3e254dcf98995b8c", BODY);
    let signature = key().sign(&message);
    for other in flipped(&message) {
        assert!(!public.verify(&other, &signature));
    }
    for length in 0..message.len() {
        assert!(!public.verify(&message[..length], &signature));
    }
}

#[test]
fn a_flipped_bit_of_a_signature_is_noticed() {
    let public = key().public_key();
    let message = response_message("1554209980", "c5ac7061fccab6bf3e254dcf98995b8c", BODY);
    let signature = STANDARD.decode(key().sign(&message)).unwrap();
    for other in flipped(&signature) {
        assert!(!public.verify(&message, &STANDARD.encode(other)));
    }
    for other in [&signature[1..], &signature[..255], &[&signature[..], &[0]].concat(), &[]] {
        assert!(!public.verify(&message, &STANDARD.encode(other)));
    }
}

#[test]
fn a_changed_character_of_a_signature_is_noticed() {
    let public = key().public_key();
    let signature = key().sign(BODY);
    assert!(altered(&signature).all(|other| !public.verify(BODY, &other)));
    let probe = format!("WECHATPAY/SIGNTEST/{}", &signature[19..]);
    let unpadded = signature.trim_end_matches('=');
    for other in [probe.as_str(), "WECHATPAY/SIGNTEST/", unpadded, "", " ", "签名", "===="] {
        assert!(!public.verify(BODY, other), "{other}");
    }
    assert!(!public.verify(BODY, &format!("{signature}\n")));
}

#[test]
fn every_changed_part_of_a_request_is_noticed() {
    let public = key().public_key();
    let (target, nonce) = ("/v3/refund/domestic/refunds?a=%E5%BC%A0", "593BEC0C930BF1AF");
    let message = request_message("POST", target, "1554209980", nonce, BODY);
    let sent = Authorization {
        mchid: "1900000001".into(),
        nonce_str: nonce.into(),
        timestamp: "1554209980".into(),
        serial_no: "0A1B".into(),
        signature: key().sign(&message),
    };
    assert!(verify_request(&public, &sent, "POST", target, BODY));
    assert!(!verify_request(&public, &sent, "PUT", target, BODY));
    assert!(!verify_request(&public, &sent, "post", target, BODY));
    for other in altered(target) {
        assert!(!verify_request(&public, &sent, "POST", &other, BODY));
    }
    for other in flipped(BODY) {
        assert!(!verify_request(&public, &sent, "POST", target, &other));
    }
    for timestamp in altered(&sent.timestamp) {
        let other = Authorization { timestamp, ..sent.clone() };
        assert!(!verify_request(&public, &other, "POST", target, BODY));
    }
    for nonce_str in altered(nonce) {
        let other = Authorization { nonce_str, ..sent.clone() };
        assert!(!verify_request(&public, &other, "POST", target, BODY));
    }
}

#[test]
fn parts_cannot_flow_into_each_other() {
    let one = request_message("POST", "/a", "1", "n", b"b\nc");
    let other = request_message("POST", "/a", "1", "n\nb", b"c");
    // The message alone does not tell: the headers do, which cannot hold a line feed.
    assert_eq!(one, other);
    let header = "WECHATPAY2-SHA256-RSA2048 mchid=\"1\",nonce_str=\"n\nb\",signature=\"s\",\
                  timestamp=\"1\",serial_no=\"A\"";
    assert!(Authorization::parse(header).is_err());
}

#[test]
fn every_changed_header_of_an_answer_is_noticed() {
    let serial = Serial::parse("PUB_KEY_ID_0001").unwrap();
    let ring = KeyRing::one(serial.clone(), key().public_key());
    let mut headers = HeaderMap::new();
    sign_response(&key(), &serial, &mut headers, BODY, NOW, "c5ac7061fccab6bf3e254dcf98995b8c");
    assert_eq!(verify_response(&ring, &headers, BODY, NOW), Ok(()));
    for name in [
        "Wechatpay-Timestamp",
        "Wechatpay-Nonce",
        "Wechatpay-Signature",
        "Wechatpay-Serial",
        "Wechatpay-Signature-Type",
    ] {
        for value in altered(headers[name].to_str().unwrap()) {
            let mut other = headers.clone();
            other.insert(name, HeaderValue::try_from(&value).unwrap());
            assert!(verify_response(&ring, &other, BODY, NOW).is_err(), "{name}: {value}");
        }
    }
    for body in flipped(BODY) {
        let refused = verify_response(&ring, &headers, &body, NOW);
        assert_eq!(refused, Err(VerifyError::BadSignature));
    }
}

#[test]
fn every_flipped_bit_of_a_sealed_text_is_noticed() {
    let key = ApiV3Key::generate();
    let nonce = *b"fdasflkja484";
    let sealed = key.seal(&nonce, b"transaction", BODY);
    let bytes = STANDARD.decode(&sealed).unwrap();
    // Ciphertext and tag are one string of bytes.
    for other in flipped(&bytes) {
        let refused = key.open(&nonce, b"transaction", &STANDARD.encode(other));
        assert_eq!(refused, Err(OpenError::Refused));
    }
    for other in flipped(&nonce) {
        assert_eq!(key.open(&other, b"transaction", &sealed), Err(OpenError::Refused));
    }
    for other in flipped(b"transaction") {
        assert_eq!(key.open(&nonce, &other, &sealed), Err(OpenError::Refused));
    }
    for length in 0..bytes.len() {
        let refused = key.open(&nonce, b"transaction", &STANDARD.encode(&bytes[..length]));
        assert_eq!(refused, Err(OpenError::Refused));
    }
    let key_bytes = key.expose().as_bytes();
    for other in flipped(key_bytes).filter_map(|bytes| String::from_utf8(bytes).ok()) {
        let other = ApiV3Key::new(&other).unwrap();
        assert_eq!(other.open(&nonce, b"transaction", &sealed), Err(OpenError::Refused));
    }
}

#[test]
fn every_flipped_bit_of_a_sealed_field_is_noticed() {
    let key = key();
    let sealed = STANDARD.decode(key.public_key().seal_oaep("张三".as_bytes()).unwrap()).unwrap();
    for other in flipped(&sealed) {
        assert!(key.open_oaep(&STANDARD.encode(other)).is_err());
    }
    for other in [&sealed[1..], &sealed[..255], &[&sealed[..], &[0]].concat(), &[]] {
        assert!(key.open_oaep(&STANDARD.encode(other)).is_err());
    }
}
