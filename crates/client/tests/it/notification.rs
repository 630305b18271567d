//! Notifications: which are believed, what they tell, and what is said of those that are not.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use http::HeaderMap;
use redress::api::notification::{ALGORITHM, Envelope, RESOURCE_TYPE, Refused, Resource};
use redress::api::pay;
use redress::crypto::{ApiV3Key, PrivateKey, VerifyError, sign_response};
use redress::{
    Client, Merchant, NOTIFICATION_BYTES_MAX, Notification, NotificationError, RawNotification,
    Recent, Reply,
};
use redress_trail::{Kind, Seen as _};
use serde_json::json;

use crate::fake::{Fake, PUBLIC_KEY_ID, merchant, platform_key, serial};

pub(crate) const NOW: i64 = 1_700_000_000;
const APIV3_KEY: &str = "0123456789abcdefghijklmnopqrstuv";
const NONCE: &[u8; 12] = b"fdasflkja484";

fn key() -> ApiV3Key {
    crate::fake::planted_apiv3_key(APIV3_KEY)
}

pub(crate) fn told() -> String {
    json!({
        "appid": "wxd678efh567hg6787", "mchid": "1230000109", "out_trade_no": "order1",
        "transaction_id": "1217752501201407033233368018", "trade_type": "NATIVE",
        "trade_state": "SUCCESS", "trade_state_desc": "支付成功", "amount": { "total": 100 },
    })
    .to_string()
}

/// A notification that seals this text.
pub(crate) fn envelope(text: &str) -> Envelope {
    redress_trail::plant(Kind::Plaintext, text);
    Envelope {
        id: "EV-2018022511223320873".to_owned(),
        create_time: "2015-05-20T13:29:35+08:00".parse().expect("a time"),
        resource_type: RESOURCE_TYPE.to_owned(),
        event_type: "TRANSACTION.SUCCESS".to_owned(),
        summary: "支付成功".to_owned(),
        resource: Resource {
            original_type: "transaction".to_owned(),
            algorithm: ALGORITHM.to_owned(),
            ciphertext: key().seal(NONCE, b"transaction", text.as_bytes()),
            associated_data: "transaction".to_owned(),
            nonce: String::from_utf8_lossy(NONCE).into_owned(),
        },
    }
}

pub(crate) fn printed(envelope: &Envelope) -> Vec<u8> {
    serde_json::to_vec(envelope).expect("JSON")
}

pub(crate) fn signed_by(key: &PrivateKey, body: &[u8], at: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    sign_response(key, &serial(PUBLIC_KEY_ID), &mut headers, body, at, "nonce");
    headers
}

pub(crate) fn receiver() -> Merchant {
    merchant().with_apiv3_key(key())
}

/// What comes of a body that the platform signed.
pub(crate) fn open(body: &[u8]) -> Result<Notification, NotificationError> {
    receiver().open_notification_at(&signed_by(platform_key(), body, NOW), body, NOW).seen()
}

#[test]
fn a_notification_is_checked_opened_and_read() {
    let sent = envelope(&told());
    let notification = open(&printed(&sent)).expect("it is the platform's");
    assert_eq!(notification.envelope, sent);
    assert_eq!(notification.signature.serial, PUBLIC_KEY_ID);
    assert_eq!(notification.resource["out_trade_no"], "order1");
    let order: pay::Order = notification.read().expect("an order");
    assert_eq!(order.trade_state, pay::TradeState::Success);
    assert!(notification.read::<Vec<u8>>().is_err());
    let shown = format!("{notification:?}");
    assert!(shown.contains("EV-2018022511223320873") && !shown.contains("order1"), "{shown}");
}

#[test]
fn the_envelope_stands_in_the_pages_order_and_needs_no_associated_data() {
    let mut sent = envelope("{}");
    let text = String::from_utf8(printed(&sent)).expect("UTF-8");
    let names = [
        "\"id\"",
        "\"create_time\"",
        "\"resource_type\"",
        "\"event_type\"",
        "\"summary\"",
        "\"resource\"",
        "\"original_type\"",
        "\"algorithm\"",
        "\"ciphertext\"",
        "\"associated_data\"",
        "\"nonce\"",
    ];
    let places: Vec<_> = names.iter().map(|name| text.find(name).expect("a field")).collect();
    assert!(places.is_sorted(), "{text}");
    assert!(text.contains("\"create_time\":\"2015-05-20T13:29:35+08:00\""), "{text}");

    let mut bare = serde_json::to_value(&sent).expect("JSON");
    bare["resource"]["ciphertext"] = key().seal(NONCE, b"", b"{}").into();
    bare["resource"].as_object_mut().expect("an object").remove("associated_data");
    let opened = open(bare.to_string().as_bytes()).expect("the page lets it be absent");
    assert_eq!(opened.resource, json!({}));

    sent.resource.associated_data.clear();
    assert!(
        matches!(open(&printed(&sent)), Err(NotificationError::Open(_))),
        "it was sealed along"
    );
}

#[test]
fn what_the_platform_did_not_sign_is_refused_with_401() {
    let body = printed(&envelope(&told()));
    let good = signed_by(platform_key(), &body, NOW);
    let at = |headers: &HeaderMap, body: &[u8], now| {
        let refused = receiver().open_notification_at(headers, body, now).expect_err("a refusal");
        assert_eq!(refused.status(), 401, "{refused}");
        refused
    };
    let is = |error: NotificationError, why: &VerifyError| {
        let NotificationError::Verify(found) = &error else { panic!("{error}") };
        assert_eq!(found, why);
    };
    is(at(&HeaderMap::new(), &body, NOW), &VerifyError::Missing("Wechatpay-Timestamp"));
    let other = PrivateKey::generate().expect("a key");
    is(at(&signed_by(&other, &body, NOW), &body, NOW), &VerifyError::BadSignature);
    is(at(&good, &[&body[..], b" "].concat(), NOW), &VerifyError::BadSignature);
    is(at(&good, &body, NOW + 300), &VerifyError::Stale { seconds: 300 });
    is(at(&good, &body, NOW - 300), &VerifyError::Stale { seconds: -300 });
    let mut unknown = good.clone();
    unknown.insert("Wechatpay-Serial", "5157F09EFDC096DE15EBE81A47057A72".parse().expect("text"));
    let serial = "5157F09EFDC096DE15EBE81A47057A72".to_owned();
    is(at(&unknown, &body, NOW), &VerifyError::UnknownSerial(serial));
    let mut probe = good;
    let value = format!("WECHATPAY/SIGNTEST/{}", "A".repeat(344));
    probe.insert("Wechatpay-Signature", value.parse().expect("text"));
    is(at(&probe, &body, NOW), &VerifyError::Probe);
}

#[test]
fn any_changed_byte_is_noticed() {
    let body = printed(&envelope(&told()));
    let headers = signed_by(platform_key(), &body, NOW);
    let receiver = receiver();
    for place in 0..body.len() {
        let mut changed = body.clone();
        changed[place] ^= 1;
        let refused = receiver.open_notification_at(&headers, &changed, NOW);
        assert!(matches!(refused, Err(NotificationError::Verify(VerifyError::BadSignature))));
    }
    for name in ["Timestamp", "Nonce", "Signature", "Serial"] {
        let name = format!("Wechatpay-{name}");
        let value = headers[&name].to_str().expect("text");
        for place in 0..value.len() {
            let mut changed = value.as_bytes().to_vec();
            changed[place] ^= 1;
            let Ok(changed) = http::HeaderValue::from_bytes(&changed) else { continue };
            let mut headers = headers.clone();
            headers.insert(http::HeaderName::try_from(&name).expect("a name"), changed);
            let refused = receiver.open_notification_at(&headers, &body, NOW);
            assert!(matches!(refused, Err(NotificationError::Verify(_))), "{name} at {place}");
        }
    }
}

#[test]
fn what_is_signed_but_cannot_be_opened_says_why() {
    let changed = |change: &dyn Fn(&mut Envelope)| {
        let mut sent = envelope(&told());
        change(&mut sent);
        open(&printed(&sent)).expect_err("a refusal")
    };
    let said = |error: &NotificationError| (error.status().as_u16(), error.to_string());
    for (error, word) in [
        (open(b"").expect_err("no body"), "not a notification"),
        (open(b"{}").expect_err("no fields"), "not a notification"),
        (changed(&|sent| sent.resource_type = "plain".to_owned()), "encrypt-resource"),
        (changed(&|sent| sent.resource.algorithm = "SM4".to_owned()), "AEAD_AES_256_GCM"),
        (changed(&|sent| sent.resource.nonce = "short".to_owned()), "nonce"),
        (changed(&|sent| sent.resource.ciphertext = "!".to_owned()), "Base64"),
        (open(&printed(&envelope("secret words"))).expect_err("no JSON"), "what was expected"),
    ] {
        let (status, text) = said(&error);
        assert_eq!(status, 400, "{text}");
        assert!(text.contains(word), "{text}");
        let shown = format!("{error:?} {error:#?} {text}");
        assert!(!shown.contains("secret words") && !shown.contains(APIV3_KEY), "{shown}");
    }
    let long = vec![b' '; NOTIFICATION_BYTES_MAX + 1];
    assert_eq!(open(&long).expect_err("too long").status(), 413);
    let body = printed(&envelope(&told()));
    let headers = signed_by(platform_key(), &body, NOW);
    let keyless = merchant().open_notification_at(&headers, &body, NOW).expect_err("no key");
    assert_eq!(keyless.status(), 500, "{keyless}");
    // By the wall clock, this one is years old.
    assert!(matches!(
        receiver().open_notification(&headers, &body),
        Err(NotificationError::Verify(VerifyError::Stale { .. }))
    ));
}

#[test]
fn a_refusal_has_the_pages_body() {
    let body = serde_json::to_string(&Refused::plain()).expect("JSON");
    assert_eq!(body, r#"{"code":"FAIL","message":"失败"}"#);
}

#[expect(clippy::disallowed_methods, reason = "a client checks the age by the wall clock")]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(since.as_secs()).expect("seconds")
}

#[tokio::test]
async fn a_client_verifies_then_opens_and_counts() {
    let client = Client::builder(receiver()).build_with(Arc::new(Fake::default())).expect("one");
    let body = printed(&envelope(&told()));
    let raw = |headers: HeaderMap| RawNotification::new(headers, body.clone());
    let good = signed_by(platform_key(), &body, now());
    let opened: Notification<pay::Order> =
        client.open_notification(raw(good.clone())).await.unwrap();
    assert_eq!(opened.resource.trade_state, pay::TradeState::Success);
    assert!(!format!("{opened:?} {:?}", raw(good.clone())).contains("order1"));
    let other = client.open_notification::<pay::Closed>(raw(good.clone())).await;
    assert!(other.is_ok(), "an answer without fields reads anything");
    let wrong = client.open_notification::<Vec<u8>>(raw(good.clone())).await;
    assert!(matches!(wrong, Err(NotificationError::Resource)));
    assert_eq!(client.trust().report().keys[0].messages, 3);

    let mut probe = good;
    let value = "WECHATPAY/SIGNTEST/abc".parse().expect("a header");
    probe.insert("Wechatpay-Signature", value);
    let refused = client.verify_notification(raw(probe)).await.unwrap_err();
    assert_eq!(refused.status(), 401);
    assert_eq!(client.trust().report().keys[0].messages, 3, "a probe does not count");
}

#[test]
fn replies_say_whether_it_comes_again() {
    let done = Reply::done().into_response();
    assert_eq!((done.status().as_u16(), done.body().len()), (204, 0));
    let again = Reply::again(&"忙".repeat(300)).into_response();
    assert_eq!(again.status(), 500);
    let body: Refused = serde_json::from_slice(again.body()).expect("JSON");
    assert_eq!((&*body.code, body.message.chars().count()), ("FAIL", 256));
    let refused = Reply::refuse(&NotificationError::NoKey).into_response();
    assert_eq!(refused.status(), 500);
}

#[test]
fn the_last_so_many_are_remembered() {
    let recent = Recent::new(2);
    assert!(recent.is_first("a") && !recent.is_first("a"));
    assert!(recent.is_first("b") && recent.is_first("c"));
    assert!(!recent.is_first("b"));
    assert!(recent.is_first("a"), "it was forgotten, the oldest of three");
    recent.forget("c");
    assert!(recent.is_first("c"), "it could not be dealt with");
}
