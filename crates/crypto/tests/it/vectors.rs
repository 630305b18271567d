//! Known answers: the same bytes as `openssl`, from the files that `vectors/make.sh` makes.

use redress_crypto::{
    ApiV3Key, Authorization, Certificate, PrivateKey, PublicKey, Serial, request_message,
    response_message, sign_request, verify_request,
};
use serde_json::Value;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../vectors/", $name))
    };
}

const TARGET: &str = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018/reverse";
const CERTIFICATES: &str = "/v3/certificates?algorithm_type=RSA";
const REQUEST_TIME: &str = "1554208460";
const REQUEST_NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";
const RESPONSE_TIME: &str = "1554209980";
const RESPONSE_NONCE: &str = "c5ac7061fccab6bf3e254dcf98995b8c";

/// The private key of the vectors.
pub(crate) fn key() -> PrivateKey {
    PrivateKey::from_pem(vector!("key.pkcs8.pem")).expect("the key of the vectors")
}

/// A second PEM of the same key.
pub(crate) fn key_pkcs1_pem() -> &'static str {
    vector!("key.pkcs1.pem")
}

/// The certificate of the vectors.
pub(crate) fn certificate_pem() -> &'static str {
    vector!("certificate.pem")
}

fn body() -> &'static [u8] {
    vector!("body.json").as_bytes()
}

#[test]
fn messages_are_the_signed_bytes() {
    let request = request_message("POST", TARGET, REQUEST_TIME, REQUEST_NONCE, body());
    assert_eq!(request, vector!("request.message").as_bytes());
    let request = request_message("GET", CERTIFICATES, REQUEST_TIME, REQUEST_NONCE, b"");
    assert_eq!(request, vector!("request-empty.message").as_bytes());
    let response = response_message(RESPONSE_TIME, RESPONSE_NONCE, body());
    assert_eq!(response, vector!("response.message").as_bytes());
    let response = response_message(RESPONSE_TIME, RESPONSE_NONCE, b"");
    assert_eq!(response, vector!("response-empty.message").as_bytes());
}

#[test]
fn signatures_equal_those_of_openssl() {
    let public = PublicKey::from_pem(vector!("public.spki.pem")).unwrap();
    for (message, signature) in [
        (vector!("request.message"), vector!("request.signature")),
        (vector!("request-empty.message"), vector!("request-empty.signature")),
        (vector!("response.message"), vector!("response.signature")),
        (vector!("response-empty.message"), vector!("response-empty.signature")),
    ] {
        assert_eq!(key().sign(message.as_bytes()), signature);
        assert!(public.verify(message.as_bytes(), signature));
    }
}

#[test]
fn a_signed_request_carries_the_signature_of_openssl() {
    let body = bytes::Bytes::from_static(body());
    let uri = format!("https://api.mch.weixin.qq.com{TARGET}");
    let mut request = http::Request::post(uri).body(body.clone()).unwrap();
    let now = REQUEST_TIME.parse().unwrap();
    let serial = Serial::parse(vector!("certificate.serial").trim()).unwrap();
    sign_request(&key(), &serial, "1900000001", &mut request, now, REQUEST_NONCE);

    let header = request.headers()[http::header::AUTHORIZATION].to_str().unwrap();
    let authorization = Authorization::parse(header).unwrap();
    assert_eq!(authorization.signature, vector!("request.signature"));
    assert_eq!(authorization.serial_no, vector!("certificate.serial").trim());
    assert!(verify_request(&key().public_key(), &authorization, "POST", TARGET, &body));
}

#[test]
fn keys_are_the_same_in_every_form() {
    let public = key().public_key();
    assert_eq!(PrivateKey::from_pem(vector!("key.pkcs1.pem")).unwrap().public_key(), public);
    assert_eq!(PublicKey::from_pem(vector!("public.spki.pem")).unwrap(), public);
    assert_eq!(PublicKey::from_pem(vector!("public.pkcs1.pem")).unwrap(), public);
    assert_eq!(PublicKey::from_pem(vector!("certificate.pem")).unwrap(), public);
    assert_eq!(*key().to_pkcs8_pem().unwrap(), vector!("key.pkcs8.pem"));
    assert_eq!(public.to_spki_pem(), vector!("public.spki.pem"));
}

#[test]
fn a_fingerprint_is_that_of_openssl() {
    // openssl pkey -pubin -in public.spki.pem -outform DER | openssl sha256
    let expected = "03edafb7194825268a95292ae4c7c0ef8a1542488445091e480312fc22a32cfb";
    assert_eq!(key().public_key().fingerprint(), expected);
}

#[test]
fn a_certificate_is_read_as_openssl_reads_it() {
    let certificate = Certificate::from_pem(vector!("certificate.pem")).unwrap();
    assert_eq!(certificate.serial().as_str(), vector!("certificate.serial").trim());
    let full = Serial::parse("000a1b2c3d4e5f60718293a4b5c6d7e8f9012345").unwrap();
    assert_eq!(*certificate.serial(), full);
    assert_eq!(certificate.not_before().to_string(), vector!("certificate.not_before").trim());
    assert_eq!(certificate.not_after().to_string(), vector!("certificate.not_after").trim());
    assert_eq!(certificate.to_pem(), vector!("certificate.pem"));
}

#[test]
fn a_field_sealed_by_openssl_is_opened() {
    let opened = key().open_oaep(vector!("oaep.ciphertext")).unwrap();
    assert_eq!(*opened, "张三".as_bytes());
}

#[test]
fn resources_are_sealed_and_opened_as_python_does() {
    let cases: Value = serde_json::from_str(vector!("sealed.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let text = |name: &str| case[name].as_str().unwrap();
        let key = ApiV3Key::new(text("key")).unwrap();
        let nonce: [u8; 12] = text("nonce").as_bytes().try_into().unwrap();
        let associated_data = text("associated_data").as_bytes();
        let plaintext = text("plaintext").as_bytes();
        assert_eq!(key.seal(&nonce, associated_data, plaintext), text("ciphertext"));
        let opened = key.open(&nonce, associated_data, text("ciphertext")).unwrap();
        assert_eq!(*opened, plaintext);
    }
}
