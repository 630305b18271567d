//! What any client of this service has to get right, under the names that the tests of two other
//! clients have for it. Where this one rightly does something else, its test says so in its name,
//! and gives the other name and the reason.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use redress::api::compensation::Query as BillQuery;
use redress::api::error::NOT_FOUND as NO_RECORD;
use redress::api::{Fen, error, pay};
use redress::crypto::{OpenError, PrivateKey, VerifyError};
use redress::{CertificatesError, Client, Error, Fate, NotificationError, Settled, Transport as _};
use redress_server::PLATFORM;

use crate::answers::{BILL, close, failure, query, spoiled, verify_error};
use crate::fake::{
    Fake, PUBLIC_KEY_ID, Step, answer, bare, client, client_for, merchant, planted_apiv3_key,
    platform_key, serial, signed_by, unsigned,
};
use crate::notification::{self, NOW, envelope, printed, receiver, told};
use crate::orders::act;
use crate::secrets::{APIV3_KEY, secret_line};
use crate::server::{self, create};
use crate::settle::{AT_ONCE, bill, cancel};
use crate::tcp::{call, serve_once};
use crate::trust::{self, Rotated, is_unknown};

const SYSTEM_ERROR: &str = r#"{"code":"SYSTEM_ERROR","message":"系统异常"}"#;

/// A bill, signed so many seconds after the request.
fn aged(later_seconds: i64) -> Step {
    Box::new(move |request| {
        let serial = serial(PUBLIC_KEY_ID);
        Ok(signed_by(platform_key(), &serial, later_seconds, request, unsigned(200, BILL)))
    })
}

/// An answer that is signed well, and then changed.
fn changed(change: impl Fn(&mut http::Response<bytes::Bytes>) + Send + 'static) -> Step {
    Box::new(move |request| {
        let serial = serial(PUBLIC_KEY_ID);
        let mut answer = signed_by(platform_key(), &serial, 0, request, unsigned(200, BILL));
        change(&mut answer);
        Ok(answer)
    })
}

#[tokio::test]
async fn unsigned_204_is_rejected() {
    let error = client_for(bare(204, "")).send(&close()).await.expect_err("is not signed");
    assert_eq!(*verify_error(&error), VerifyError::Missing("Wechatpay-Timestamp"));
    assert_eq!(error.fate(), Fate::Unknown);
}

#[tokio::test]
async fn stale_response_timestamp_is_rejected_as_replay() {
    assert!(client_for(aged(-240)).send(&query()).await.is_ok());
    for seconds in [-310, 310] {
        let error = failure(aged(seconds)).await;
        assert!(matches!(verify_error(&error), VerifyError::Stale { .. }), "{error:?}");
        assert_eq!(error.fate(), Fate::Unknown);
    }
}

#[tokio::test]
async fn probe_signature_takes_the_same_path_as_a_bad_signature() {
    let probe = "WECHATPAY/SIGNTEST/pXzYMRwPq8ZQ1yN9ZP0tCw==";
    let other = PrivateKey::generate().expect("a key");
    let bad: Step = Box::new(move |request| {
        Ok(signed_by(&other, &serial(PUBLIC_KEY_ID), 0, request, unsigned(200, BILL)))
    });
    let probing = changed(move |answer| {
        answer.headers_mut().insert("Wechatpay-Signature", probe.parse().expect("a header"));
    });
    for (step, why) in [(bad, VerifyError::BadSignature), (probing, VerifyError::Probe)] {
        let (client, fake) = client(vec![step]);
        let error = client.send(&query()).await.expect_err("is not the platform's");
        assert_eq!(*verify_error(&error), why);
        assert_eq!((error.fate(), error.is_retryable()), (Fate::Unknown, false));
        assert_eq!(error.request_id(), Some("08F0A1B2-0"));
        assert_eq!(fake.requests().len(), 1, "{why}");
        assert_eq!(client.trust().report().keys[0].messages, 0, "{why}");
    }
}

/// What is fetched is checked by itself: the list must be signed with a key that is in it.
#[tokio::test]
async fn rotation_unknown_serial_recovers_via_self_checked_refresh() {
    let platform = Arc::new(Rotated::new());
    let client = trust::client(&platform, true);
    let error = client.send(&trust::query()).await.expect_err("404");
    assert!(error.is(NO_RECORD), "{error}");
    assert!(client.trust().ring().get(&platform.serial).is_some());

    // Another signs the same list, under the same serial.
    let other = PrivateKey::generate().expect("a key");
    let forged = Arc::new(Rotated { key: other, ..Rotated::new() });
    let client = trust::client(&forged, true);
    assert!(is_unknown(&client.send(&trust::query()).await.expect_err("is not trusted")));
    let listed = client.certificates().await.expect_err("is not trusted");
    let CertificatesError::Call(error) = &listed else { panic!("{listed:?}") };
    assert_eq!(*verify_error(error), VerifyError::BadSignature);
    assert!(client.trust().ring().get(&forged.serial).is_none());
}

#[tokio::test]
async fn concurrent_unknown_serial_refreshes_platform_keys_once() {
    let platform = Arc::new(Rotated::new());
    let client = trust::client(&platform, true);
    let calls = (0..16).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { client.send(&trust::query()).await.expect_err("404") })
    });
    for call in calls.collect::<Vec<_>>() {
        let error = call.await.expect("no panic");
        assert!(error.api().is_some_and(|answer| answer.verified), "{error}");
    }
    assert_eq!(platform.lists.load(SeqCst), 1);
    client.send(&trust::query()).await.expect_err("404");
    assert_eq!(platform.lists.load(SeqCst), 1, "it is known now");
}

/// Elsewhere `response_body_that_dies_midway_is_never_retried`: without a number that makes two
/// requests one, a repetition could act twice. Every typed request here has such a number, so that
/// it is sent again as it was; a raw call, of which that is not known, is sent once.
#[tokio::test]
async fn response_body_that_dies_midway_is_retried_under_the_same_number_or_never() {
    let server = server::start().await;
    let client = server::client(&server, PLATFORM);
    let fault = r#"{"kind":"cut_body","times":1}"#;
    act(&server, "faults", fault.to_owned()).await;
    let first = client.send(&create("cut1", 10_000)).await.expect("the second answer is whole");
    // The first attempt had made the bill: it is still one bill.
    let again = client.send(&create("cut1", 10_000)).await.expect("the bill as it is");
    assert_eq!((again.bill_id, again.amount), (first.bill_id, Fen::new(10_000)));

    act(&server, "faults", fault.to_owned()).await;
    let request = client.sign(&create("cut2", 10_000)).await.expect("a request");
    let target = request.uri().path_and_query().expect("a target").to_string();
    let raw = client.call_raw(request.method().clone(), &target, request.into_body()).await;
    let error = raw.expect_err("the only attempt was cut");
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert_eq!(error.fate(), Fate::Unknown);
    let cut2 = BillQuery { out_bill_no: "cut2".parse().expect("a number") };
    client.send(&cut2).await.expect("it had been made all the same");
    server.stop().await;
}

/// Elsewhere `system_error_envelope_on_200_is_retried_like_a_500`. No page has such an answer, and
/// a signed 200 may mean that it was done: it is never a success, and never taken for a refusal.
/// The call ends as unknown at once, and settling asks the service what came of it.
#[tokio::test]
async fn system_error_envelope_on_200_is_unknown_and_settled_by_a_query() {
    let (offline, fake) = client(vec![answer(200, SYSTEM_ERROR)]);
    let error = offline.send(&cancel()).await.expect_err("is no cancel");
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert!(!error.is(error::SYSTEM_ERROR), "the status counts");
    assert_eq!((error.fate(), fake.requests().len()), (Fate::Unknown, 1));

    let (offline, fake) = client(vec![answer(200, SYSTEM_ERROR), bill("CANCELLED")]);
    let settled = offline.settle_within(&cancel(), AT_ONCE).await;
    assert!(matches!(settled, Ok(Settled::Found(_))), "{settled:?}");
    let methods: Vec<_> = fake.requests().iter().map(|sent| sent.method().clone()).collect();
    assert_eq!(methods, ["POST", "GET"]);
}

/// Elsewhere `accepted_202_is_retried`. The platform answers a code payment with 202 while the payer
/// types a password: to send it again would be to ask for the money again. It is an answer.
#[tokio::test]
async fn accepted_202_is_an_answer_and_not_retried() {
    let (client, fake) = client(vec![crate::code_payment::pending()]);
    let answer = client.exchange(&crate::code_payment::payment()).await.expect("an answer");
    assert_eq!(answer.status, StatusCode::ACCEPTED);
    assert_eq!(answer.body.trade_state.known(), Some(pay::TradeState::UserPaying));
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn a_failed_refresh_does_not_burn_the_throttle_window() {
    let platform = Arc::new(Rotated::new());
    let client = trust::client(&platform, true);
    platform.broken.store(true, SeqCst);
    for fetched in 1..=2 {
        assert!(is_unknown(&client.send(&trust::query()).await.unwrap_err()));
        assert_eq!(platform.lists.load(SeqCst), fetched, "a failure does not count as a fetch");
    }
    platform.broken.store(false, SeqCst);
    assert!(client.send(&trust::query()).await.unwrap_err().api().is_some());
    assert!(client.trust().remove(&platform.serial));
    for _ in 0..3 {
        assert!(is_unknown(&client.send(&trust::query()).await.unwrap_err()));
    }
    assert_eq!(platform.lists.load(SeqCst), 3, "a minute has not passed");
}

#[test]
fn debug_output_redacts_secrets() {
    let merchant = merchant().with_apiv3_key(planted_apiv3_key(APIV3_KEY));
    let builder = Client::builder(merchant.clone());
    let client = builder.clone().build_with(Fake::default()).expect("a client");
    for shown in [
        format!("{merchant:?}"),
        format!("{merchant:#?}"),
        format!("{builder:?}"),
        format!("{client:?}"),
    ] {
        redress_trail::saw(&shown);
        assert!(shown.contains("1900001108"), "{shown}");
        assert!(!shown.contains(APIV3_KEY) && !shown.contains(&secret_line()), "{shown}");
        assert!(!shown.contains("PRIVATE"), "{shown}");
    }
}

#[tokio::test]
async fn modified_body_nonce_serial_and_duplicate_headers_fail_closed() {
    let body = changed(|answer| *answer.body_mut() = BILL.replace("10000", "10001").into());
    let nonce = changed(|answer| {
        answer.headers_mut().insert("Wechatpay-Nonce", "another".parse().expect("a header"));
    });
    let refusal = spoiled(400, "Wechatpay-Nonce", Some("another"));
    for step in [body, nonce, refusal] {
        let error = failure(step).await;
        assert_eq!(*verify_error(&error), VerifyError::BadSignature);
        assert!(error.api().is_none() && error.fate() == Fate::Unknown, "{error:?}");
    }
    let error = failure(spoiled(200, "Wechatpay-Serial", Some("0A1B2C"))).await;
    assert_eq!(*verify_error(&error), VerifyError::UnknownSerial("0A1B2C".to_owned()));
    assert_eq!(error.fate(), Fate::Unknown);
    for name in
        ["Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Nonce", "Wechatpay-Timestamp"]
    {
        let twice = changed(move |answer| {
            let value = answer.headers()[name].clone();
            answer.headers_mut().append(name, value);
        });
        let error = failure(twice).await;
        assert_eq!(*verify_error(&error), VerifyError::Header(name), "{name} twice");
        assert_eq!(error.fate(), Fate::Unknown);
    }
}

#[tokio::test]
async fn partial_signatures_never_downgrade() {
    for name in
        ["Wechatpay-Signature", "Wechatpay-Serial", "Wechatpay-Nonce", "Wechatpay-Timestamp"]
    {
        let error = failure(spoiled(200, name, None)).await;
        assert_eq!(*verify_error(&error), VerifyError::Missing(name));
        assert_eq!(error.fate(), Fate::Unknown);
        // A refusal without its signature may come from anyone: it is shown, and proves nothing.
        let error = failure(spoiled(400, name, None)).await;
        match error.api() {
            Some(answer) => assert_eq!((answer.verified, name), (false, "Wechatpay-Signature")),
            None => assert_eq!(*verify_error(&error), VerifyError::Missing(name)),
        }
        assert!(!error.is(error::PARAM_ERROR));
        assert_eq!(error.fate(), Fate::Unknown);
    }
}

/// An answer, signed now, as it goes over the line.
fn over_the_line(body: &[u8], more: &str) -> Vec<u8> {
    let mut headers = HeaderMap::new();
    let (key, serial) = (platform_key(), serial(PUBLIC_KEY_ID));
    redress::crypto::sign_response(key, &serial, &mut headers, body, notification::now(), "n0nce");
    let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{more}", body.len());
    for (name, value) in &headers {
        answer += &format!("{name}: {}\r\n", value.to_str().expect("text"));
    }
    [answer.as_bytes(), b"\r\n", body].concat()
}

#[tokio::test]
async fn preserves_utf8_bytes_despite_misleading_charset() {
    let body = r#"{"message":"直播违规扣罚 ¥"}"#.as_bytes();
    for charset in ["GBK", "ISO-8859-1", "utf-16", "no-such-charset"] {
        let kind = format!("Content-Type: application/json; charset={charset}\r\n");
        let (base_url, _requests) = serve_once(over_the_line(body, &kind), Duration::ZERO);
        let raw = call(&base_url).await.expect("the signature fits the bytes");
        assert_eq!((raw.verified, &*raw.body), (true, body), "{charset}");
    }
}

#[tokio::test]
async fn does_not_follow_redirects_with_signed_credentials() {
    let (elsewhere, met) = serve_once(Vec::new(), Duration::ZERO);
    for status in [301, 302, 303, 307, 308] {
        let head = format!("HTTP/1.1 {status} Moved\r\nlocation: {elsewhere}/v3/any\r\n");
        let answer = format!("{head}content-length: 0\r\n\r\n").into_bytes();
        let (base_url, requests) = serve_once(answer, Duration::ZERO);
        assert_eq!(call(&base_url).await.expect("an answer").status, status);
        assert!(requests.recv().expect("a request").contains("WECHATPAY2-SHA256-RSA2048"));
    }
    assert!(met.try_recv().is_err(), "nobody was met there");
    // The place was there to be met.
    let to_there = http::Request::get(format!("{elsewhere}/")).body(bytes::Bytes::new());
    let limit = Duration::from_secs(5);
    let there = redress::Reqwest::new(limit, limit).expect("a transport");
    let _ = there.call(to_there.expect("a request")).await;
    assert!(met.recv().expect("a request").starts_with("GET / "));
}

/// A signature says who sent it, and not that it can be opened: one client takes any ciphertext
/// whose tag is wrong.
#[test]
fn signature_success_does_not_bypass_aes_authentication() {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    let sealed = envelope(&told());
    let bytes = STANDARD.decode(&sealed.resource.ciphertext).expect("Base64");
    let tag = bytes.len() - 16;
    let mut forged: Vec<Vec<u8>> = (0..bytes.len())
        .step_by(7)
        .chain(tag..bytes.len())
        .map(|place| {
            let mut bytes = bytes.clone();
            bytes[place] ^= 1;
            bytes
        })
        .collect();
    forged.push([&bytes[..tag], &[0; 16]].concat());
    forged.push(bytes[..tag].to_vec());
    forged.push(Vec::new());
    let refused = |sent: &redress::api::notification::Envelope| {
        let body = printed(sent);
        let headers = notification::signed_by(platform_key(), &body, NOW);
        let refused = receiver().open_notification_at(&headers, &body, NOW).expect_err("forged");
        assert!(matches!(refused, NotificationError::Open(OpenError::Refused)), "{refused:?}");
        assert!(refused.to_string().contains("not sealed with"), "{refused}");
        assert_eq!(refused.status(), 400);
    };
    for bytes in forged {
        let mut sent = sealed.clone();
        sent.resource.ciphertext = STANDARD.encode(bytes);
        refused(&sent);
    }
    let mut sent = sealed;
    sent.resource.associated_data = "refund".to_owned();
    refused(&sent);
}
