//! Whole messages: the headers that are set, and in which order refusals come.

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, Request};
use redress_crypto::{
    Authorization, KeyRing, ResponseSignature, SCHEME, Serial, VerifyError, sign_request,
    sign_response, verify_request, verify_response,
};

use crate::vectors::key;

const NOW: i64 = 1_554_209_980;
const NONCE: &str = "c5ac7061fccab6bf3e254dcf98995b8c";
const BODY: &[u8] = b"{}";

fn serial() -> Serial {
    Serial::parse("5157F09EFDC096DE15EBE81A47057A7232F1B8E1").expect("a serial")
}

fn ring() -> KeyRing {
    KeyRing::one(serial(), key().public_key())
}

fn signed() -> HeaderMap {
    let mut headers = HeaderMap::new();
    sign_response(&key(), &serial(), &mut headers, BODY, NOW, NONCE);
    headers
}

fn signed_with(name: &'static str, value: &'static str) -> HeaderMap {
    let mut headers = signed();
    headers.insert(name, HeaderValue::from_static(value));
    headers
}

fn verify(headers: &HeaderMap) -> Result<(), VerifyError> {
    verify_response(&ring(), headers, BODY, NOW)
}

#[test]
fn a_request_is_signed_as_it_stands() {
    for (uri, target) in [
        (
            "https://api.mch.weixin.qq.com/v3/certificates?algorithm_type=RSA",
            "/v3/certificates?algorithm_type=RSA",
        ),
        ("/v3/a%2Fb/%e5%bc%a0?x=%20+&y", "/v3/a%2Fb/%e5%bc%a0?x=%20+&y"),
        ("http://localhost:8080", "/"),
        ("http://localhost:8080?x=1", "/?x=1"),
    ] {
        let mut request = Request::get(uri).body(Bytes::new()).unwrap();
        sign_request(&key(), &serial(), "1900000001", &mut request, NOW, NONCE);
        let header = request.headers()[AUTHORIZATION].to_str().unwrap();
        let sent = Authorization::parse(header).unwrap();
        assert_eq!(sent.mchid, "1900000001");
        assert_eq!(sent.timestamp, NOW.to_string());
        assert_eq!(sent.nonce_str, NONCE);
        assert_eq!(sent.serial_no, serial().as_str());
        assert!(verify_request(&key().public_key(), &sent, "GET", target, b""), "{uri}");
        let shown = format!("{request:?} {sent:?} {sent:#?}");
        assert!(!shown.contains(&sent.signature), "whoever has it can send it: {shown}");
    }
}

#[test]
fn signing_twice_leaves_one_header() {
    let mut request = Request::post("/v3/x").body(Bytes::from_static(BODY)).unwrap();
    for now in [NOW, NOW + 1] {
        sign_request(&key(), &serial(), "1900000001", &mut request, now, NONCE);
    }
    assert_eq!(request.headers().get_all(AUTHORIZATION).iter().count(), 1);

    let mut headers = signed();
    sign_response(&key(), &serial(), &mut headers, BODY, NOW, NONCE);
    assert_eq!(headers.len(), 5);
    assert_eq!(verify(&headers), Ok(()));
}

#[test]
#[should_panic(expected = "a quote would end the item")]
fn a_nonce_cannot_add_items() {
    let mut request = Request::get("/v3/x").body(Bytes::new()).unwrap();
    sign_request(&key(), &serial(), "1900000001", &mut request, NOW, "n\",mchid=\"1");
}

#[test]
fn an_answer_carries_five_headers() {
    let headers = signed();
    assert_eq!(headers["wechatpay-timestamp"], "1554209980");
    assert_eq!(headers["wechatpay-nonce"], NONCE);
    assert_eq!(headers["wechatpay-serial"], serial().as_str());
    assert_eq!(headers["wechatpay-signature-type"], SCHEME);
    assert_eq!(verify(&headers), Ok(()));

    let read = ResponseSignature::from_headers(&headers).unwrap();
    let mut written = HeaderMap::new();
    read.write_to(&mut written);
    assert_eq!(written, headers);
}

#[test]
fn an_empty_body_is_signed_too() {
    let mut headers = HeaderMap::new();
    sign_response(&key(), &serial(), &mut headers, b"", NOW, NONCE);
    assert_eq!(verify_response(&ring(), &headers, b"", NOW), Ok(()));
    assert_eq!(verify(&headers), Err(VerifyError::BadSignature));
}

#[test]
fn a_missing_header_is_named() {
    for name in
        ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "Wechatpay-Serial"]
    {
        let mut headers = signed();
        headers.remove(name);
        assert_eq!(verify(&headers), Err(VerifyError::Missing(name)));
    }
    let mut headers = signed();
    headers.remove("Wechatpay-Signature-Type");
    assert_eq!(verify(&headers), Ok(()));
}

#[test]
fn a_garbled_header_is_named() {
    for name in [
        "Wechatpay-Timestamp",
        "Wechatpay-Nonce",
        "Wechatpay-Signature",
        "Wechatpay-Serial",
        "Wechatpay-Signature-Type",
    ] {
        let mut doubled = signed();
        doubled.append(name, doubled[name].clone());
        assert_eq!(verify(&doubled), Err(VerifyError::Header(name)), "{name} twice");
        assert_eq!(verify(&signed_with(name, "")), Err(VerifyError::Header(name)));
        let mut foreign = signed();
        foreign.insert(name, HeaderValue::from_bytes("签".as_bytes()).unwrap());
        assert_eq!(verify(&foreign), Err(VerifyError::Header(name)), "{name} in Chinese");
        let mut long = signed();
        long.insert(name, HeaderValue::try_from("1".repeat(1025)).unwrap());
        assert_eq!(verify(&long), Err(VerifyError::Header(name)), "{name} too long");
    }
    for (name, value) in [
        ("Wechatpay-Timestamp", "-1"),
        ("Wechatpay-Timestamp", "today"),
        ("Wechatpay-Serial", "not-a-serial"),
        ("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3"),
        ("Wechatpay-Signature-Type", "wechatpay2-sha256-rsa2048"),
    ] {
        assert_eq!(verify(&signed_with(name, value)), Err(VerifyError::Header(name)), "{value}");
    }
}

#[test]
fn refusals_come_in_order() {
    let mut headers = signed_with("Wechatpay-Signature", "WECHATPAY/SIGNTEST/abc");
    assert_eq!(verify(&headers), Err(VerifyError::Probe));
    headers.insert("Wechatpay-Serial", HeaderValue::from_static("AB01"));
    assert_eq!(verify(&headers), Err(VerifyError::UnknownSerial("AB01".into())));
    let late = verify_response(&ring(), &headers, BODY, NOW + 300);
    assert_eq!(late, Err(VerifyError::Stale { seconds: 300 }));
    headers.remove("Wechatpay-Nonce");
    let late = verify_response(&ring(), &headers, BODY, NOW + 300);
    assert_eq!(late, Err(VerifyError::Missing("Wechatpay-Nonce")));
}

#[test]
fn a_mangled_serial_still_finds_its_key() {
    let lower = signed_with("Wechatpay-Serial", "5157f09efdc096de15ebe81a47057a7232f1b8e1");
    assert_eq!(verify(&lower), Ok(()));
}
