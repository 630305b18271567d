//! When the client tries again, and what it then knows.

use std::time::Duration;

use redress::api::{compensation, error, pay};
use redress::{Error, Fate, Retry, Sent, TransportError};

use crate::fake::{answer, authorization, bare, client, lost};

const REVERSED: &str = r#"{"mchid":"1230000109","out_trade_no":"1217752501201407033233368018"}"#;
const SYSTEM_ERROR: &str = r#"{"code":"SYSTEM_ERROR","message":"系统异常"}"#;
const LIMITED: &str = r#"{"code":"FREQUENCY_LIMITED","message":"频率超限"}"#;
const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"记录不存在"}"#;

fn reverse() -> pay::Reverse {
    pay::Reverse {
        out_trade_no: "1217752501201407033233368018".parse().expect("a number"),
        appid: "wxd678efh567hg6787".parse().expect("an appid"),
        mchid: "1230000109".parse().expect("a number"),
    }
}

#[tokio::test]
async fn each_attempt_is_signed_again() {
    let (client, fake) =
        client(vec![lost(Sent::Maybe), answer(500, SYSTEM_ERROR), answer(200, REVERSED)]);
    client.send(&reverse()).await.expect("the third answer");
    let requests = fake.requests();
    let nonces: Vec<String> =
        requests.iter().map(|request| authorization(request).nonce_str).collect();
    assert_eq!(nonces.len(), 3);
    assert!(nonces[0] != nonces[1] && nonces[1] != nonces[2] && nonces[0] != nonces[2]);
    assert!(requests.iter().all(|request| request.body() == requests[0].body()));
    assert!(
        requests
            .iter()
            .all(|request| request.headers().get_all("authorization").iter().count() == 1)
    );
}

#[tokio::test]
async fn attempts_come_to_an_end() {
    let (client, fake) = client(vec![lost(Sent::No), bare(502, ""), answer(429, LIMITED)]);
    let error = client.send(&reverse()).await.expect_err("no success");
    assert_eq!(fake.requests().len(), 3);
    assert!(error.is(error::FREQUENCY_LIMITED));
}

#[tokio::test]
async fn a_refusal_is_not_tried_again() {
    for step in [answer(404, NOT_FOUND), answer(200, "{}"), bare(200, REVERSED), bare(404, "")] {
        let (client, fake) = client(vec![step]);
        client.send(&reverse()).await.expect_err("no success");
        assert_eq!(fake.requests().len(), 1);
    }
}

#[tokio::test]
async fn no_connection_is_not_done_and_a_timeout_is_unknown() {
    let never = || (0..3).map(|_| lost(Sent::No)).collect();
    assert_eq!(client(never()).0.send(&reverse()).await.expect_err("lost").fate(), Fate::NotSent);
    let late = || (0..3).map(|_| lost(Sent::Maybe)).collect();
    assert_eq!(client(late()).0.send(&reverse()).await.expect_err("lost").fate(), Fate::Unknown);
}

#[tokio::test]
async fn a_later_refusal_does_not_settle_a_lost_attempt() {
    let (client, _) = client(vec![lost(Sent::Maybe), answer(429, LIMITED), lost(Sent::No)]);
    let error = client.send(&reverse()).await.expect_err("no success");
    assert!(matches!(error, Error::Retried { .. }), "{error:?}");
    assert_eq!(error.fate(), Fate::Unknown);

    let (client, _) = crate::fake::client(vec![bare(503, ""), answer(404, NOT_FOUND)]);
    let error = client.send(&reverse()).await.expect_err("no success");
    assert_eq!(error.fate(), Fate::Unknown);
    assert!(error.is(error::NOT_FOUND), "the last answer is still there to ask for");
    assert!(error.request_id().is_some());
}

#[tokio::test]
async fn a_refused_query_is_a_refusal_however_often_it_was_tried() {
    let (client, _) = client(vec![lost(Sent::Maybe), answer(404, NOT_FOUND)]);
    let query = compensation::Query { out_bill_no: "plfk2020042013".parse().expect("a number") };
    let error = client.send(&query).await.expect_err("no success");
    assert_eq!(error.fate(), Fate::Rejected);
}

#[tokio::test]
async fn a_raw_call_is_sent_once() {
    let (client, fake) = client(vec![answer(500, SYSTEM_ERROR)]);
    let raw = client.call_raw(http::Method::POST, "/v3/any", bytes::Bytes::new()).await;
    assert_eq!(raw.expect("an answer").status, 500);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn waits_double_up_to_the_longest() {
    let (first_delay, max_delay) = (Duration::from_millis(100), Duration::from_millis(350));
    let retry = Retry { attempts: 100, first_delay, max_delay };
    let error = Error::Transport(TransportError::new(Sent::No, "refused"));
    for (attempt, longest) in [(1, 100), (2, 200), (3, 350), (40, 350), (99, 350)] {
        let longest = Duration::from_millis(longest);
        assert_eq!(retry.next(attempt, &error, 0), Some(longest / 2));
        assert_eq!(retry.next(attempt, &error, u32::MAX), Some(longest));
    }
    assert_eq!(retry.next(100, &error, 0), None);
    assert_eq!(Retry::none().next(1, &error, 0), None);
    assert_eq!(Retry { attempts: 0, ..retry }.next(1, &error, 0), None);
}
