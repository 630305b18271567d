//! Which keys are trusted, how a new one is learned, and what each has signed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use redress::api::compensation::Query;
use redress::crypto::{ApiV3Key, Certificate, PrivateKey, Serial, VerifyError};
use redress::{Error, KeyUse, Retry, Transport, TransportError, TrustReport};
use serde_json::json;

use crate::fake::{PUBLIC_KEY_ID, merchant, of, planted_apiv3_key, signed_by, unsigned};

const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"记录不存在"}"#;
pub(crate) const KEY: &str = "0123456789abcdef0123456789abcdef";

/// A platform whose certificate nobody knows yet.
pub(crate) struct Rotated {
    pub(crate) key: PrivateKey,
    pub(crate) certificate: String,
    pub(crate) serial: Serial,
    pub(crate) lists: AtomicUsize,
    pub(crate) broken: AtomicBool,
}

impl Rotated {
    pub(crate) fn new() -> Self {
        let key = PrivateKey::generate().expect("a key");
        let (begin, end) = (1_700_000_000, 4_000_000_000);
        let certificate = Certificate::issue(&key, "Tenpay.com", [0x51; 20], begin, end);
        let certificate = certificate.expect("a certificate");
        let (serial, certificate) = (certificate.serial().clone(), certificate.to_pem());
        let (lists, broken) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self { key, certificate, serial, lists, broken }
    }

    fn list(&self) -> String {
        let key = ApiV3Key::new(KEY).expect("a key");
        let nonce = [b'n'; 12];
        let ciphertext = key.seal(&nonce, b"certificate", self.certificate.as_bytes());
        let nonce = std::str::from_utf8(&nonce).expect("text");
        let sealed = json!({ "algorithm": "AEAD_AES_256_GCM", "nonce": nonce,
            "associated_data": "certificate", "ciphertext": ciphertext });
        json!({ "data": [{ "serial_no": self.serial.as_str(),
            "effective_time": "2023-11-14T22:13:20+08:00",
            "expire_time": "2096-10-02T07:06:40+08:00", "encrypt_certificate": sealed }] })
        .to_string()
    }
}

impl Transport for Rotated {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let answer = if request.uri().path() == "/v3/certificates" {
            self.lists.fetch_add(1, SeqCst);
            // Time for others to meet the same unknown key.
            tokio::time::sleep(Duration::from_millis(20)).await;
            if self.broken.load(SeqCst) {
                return Ok(unsigned(502, ""));
            }
            unsigned(200, &self.list())
        } else {
            unsigned(404, NOT_FOUND)
        };
        Ok(signed_by(&self.key, &self.serial, 0, &request, answer))
    }
}

pub(crate) fn client(platform: &Arc<Rotated>, knows_key: bool) -> redress::Client<Arc<Rotated>> {
    let merchant = match knows_key {
        true => merchant().with_apiv3_key(planted_apiv3_key(KEY)),
        false => merchant(),
    };
    let builder = redress::Client::builder(merchant).retry(Retry::none());
    builder.build_with(Arc::clone(platform)).expect("a client")
}

pub(crate) fn query() -> Query {
    Query { out_bill_no: of("b1") }
}

pub(crate) fn is_unknown(error: &Error) -> bool {
    matches!(error, Error::Verify { source: VerifyError::UnknownSerial(_), .. })
}
#[tokio::test]
async fn without_an_apiv3_key_nothing_is_fetched() {
    let platform = Arc::new(Rotated::new());
    assert!(is_unknown(&client(&platform, false).send(&query()).await.unwrap_err()));
    assert_eq!(platform.lists.load(SeqCst), 0);
}

#[tokio::test]
async fn it_is_counted_what_each_key_has_signed() {
    let platform = Arc::new(Rotated::new());
    let client = client(&platform, true);
    for _ in 0..3 {
        client.send(&query()).await.unwrap_err();
    }
    let TrustReport { keys, .. } = client.trust().report();
    let count = |serial: &str| {
        let key = keys.iter().find(|key| key.serial.as_str() == serial).expect("the key");
        (key.is_certificate(), key.messages, key.last.is_some())
    };
    assert_eq!(count(platform.serial.as_str()), (true, 3, true));
    assert_eq!(count(PUBLIC_KEY_ID), (false, 0, false));
}

#[test]
fn certificates_are_unused_when_only_the_public_key_was_seen_for_long_enough() {
    const DAY: i64 = 86_400;
    let week = Duration::from_secs(7 * 86_400);
    let key = |serial: &str, last: Option<i64>| KeyUse {
        serial: crate::fake::serial(serial),
        messages: u64::from(last.is_some()),
        last,
    };
    let unused = |since: i64, certificate: Option<i64>, public: Option<i64>| {
        let keys = vec![key("5157F09E", certificate), key(PUBLIC_KEY_ID, public)];
        TrustReport { since, now: 100 * DAY, keys }.certificates_are_unused(week)
    };
    assert!(unused(90 * DAY, None, Some(99 * DAY)));
    assert!(unused(90 * DAY, Some(92 * DAY), Some(99 * DAY)), "the last one is long ago");
    assert!(!unused(94 * DAY, None, Some(99 * DAY)), "it was not watched for a week");
    assert!(!unused(90 * DAY, Some(94 * DAY), Some(99 * DAY)), "it was seen this week");
    assert!(!unused(90 * DAY, None, None), "silence proves nothing");
}
