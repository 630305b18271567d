//! Callbacks, as a merchant's program opens them.

use http::HeaderMap;
use redress::api::notification::Envelope;
use redress::api::{combine, partner, pay, refund, security, sharing};
use redress::crypto::{ApiV3Key, sign_response};
use redress::{Notification, NotificationError};
use serde_json::{Value as Json, json};

use super::platform::{APIV3_KEY, MERCHANT, NOW, PLATFORM_KEY, first_line, platform_serial};

const NONCE: &[u8; 12] = b"fdasfjihihih";

/// After a line `sealed`, the rest is what a callback tells: it is sealed, signed and opened.
/// Otherwise the bytes are the body of a callback, which is signed if it is an envelope, and also
/// tried unsigned. Only what was signed is opened, and what was sealed comes out as it was.
pub fn notification(data: &[u8]) {
    let unsigned = MERCHANT.open_notification_at(&HeaderMap::new(), data, NOW);
    assert!(matches!(unsigned, Err(NotificationError::Verify(_))), "nobody signed this");
    if let Some(("sealed", told)) = first_line(data) {
        sealed(told);
    } else if serde_json::from_slice::<Envelope>(data).is_ok() {
        if let Ok(opened) = open(data) {
            read(&opened);
        }
    } else if data.first().is_some_and(|byte| byte.is_ascii_digit()) {
        let refused = open(data).expect_err("this is no envelope");
        assert!(refused.status().is_client_error());
    }
}

fn sealed(told: &[u8]) {
    let key = ApiV3Key::new(APIV3_KEY).expect("32 bytes");
    let body = json!({
        "id": "EV-2018022511223320873",
        "create_time": "2015-05-20T13:29:35+08:00",
        "resource_type": "encrypt-resource",
        "event_type": "TRANSACTION.SUCCESS",
        "summary": "支付成功",
        "resource": {
            "original_type": "transaction",
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": key.seal(NONCE, b"transaction", told),
            "associated_data": "transaction",
            "nonce": std::str::from_utf8(NONCE).expect("letters"),
        },
    });
    match (open(body.to_string().as_bytes()), serde_json::from_slice::<Json>(told)) {
        (Ok(opened), Ok(told)) => {
            assert_eq!(opened.resource, told);
            read(&opened);
        }
        (Err(NotificationError::Resource), Err(_)) => {}
        (opened, told) => panic!("{told:?} was sealed, and this came out: {opened:?}"),
    }
}

fn open(body: &[u8]) -> Result<Notification, NotificationError> {
    let mut headers = HeaderMap::new();
    let serial = platform_serial();
    sign_response(
        &PLATFORM_KEY,
        &serial,
        &mut headers,
        body,
        NOW,
        "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
    );
    MERCHANT.open_notification_at(&headers, body, NOW)
}

/// As each kind of thing that callbacks tell of.
fn read(opened: &Notification) {
    drop(opened.read::<pay::Order>());
    drop(opened.read::<partner::Order>());
    drop(opened.read::<combine::Order>());
    drop(opened.read::<refund::Told>());
    drop(opened.read::<sharing::Moved>());
    drop(opened.read::<security::EchoNotice>());
}
