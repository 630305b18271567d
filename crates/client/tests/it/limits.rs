//! What bounds a call: the deadline, the wait that the service asks for, the budget of repetitions.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use redress::api::{compensation::Query, pay};
use redress::{Client, Error, Fate, Retry, Sent, Transport, TransportError};
use tokio::time::Instant;

use crate::fake::{Step, answer, client, lost, merchant, of, unsigned};

const LIMITED: &str = r#"{"code":"FREQUENCY_LIMITED","message":"频率超限"}"#;
const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"记录不存在"}"#;

fn query() -> Query {
    Query { out_bill_no: of("b1") }
}

fn reverse() -> pay::Reverse {
    pay::Reverse { out_trade_no: of("order1"), appid: of("wx1"), mchid: of("1230000109") }
}

/// A refusal that asks to wait.
fn limited(after: &'static str) -> Step {
    Box::new(move |_| {
        let mut answer = unsigned(429, LIMITED);
        answer.headers_mut().insert("Retry-After", HeaderValue::from_static(after));
        Ok(answer)
    })
}

/// A service that takes the request and never answers.
#[derive(Default)]
struct Silent(AtomicUsize);

impl Transport for Silent {
    async fn call(&self, _request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.fetch_add(1, SeqCst);
        std::future::pending().await
    }
}

/// A service that nobody reaches.
#[derive(Default)]
struct Down(AtomicUsize);

impl Transport for Down {
    async fn call(&self, _request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0.fetch_add(1, SeqCst);
        Err(TransportError::new(Sent::No, "refused"))
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_ends_at_its_deadline_and_its_fate_is_unknown() {
    let silent = Arc::new(Silent::default());
    let client = Client::builder(merchant())
        .deadline(Duration::from_secs(7))
        .build_with(Arc::clone(&silent))
        .expect("a client");
    let began = Instant::now();
    let error = client.send(&reverse()).await.unwrap_err();
    assert!(matches!(&error, Error::Transport(lost) if lost.sent == Sent::Maybe), "{error:?}");
    assert_eq!(error.fate(), Fate::Unknown);
    assert_eq!(began.elapsed().as_secs(), 7);
    assert_eq!(silent.0.load(SeqCst), 1, "there is no time for another attempt");
}

#[tokio::test(start_paused = true)]
async fn the_wait_that_the_service_asks_for_is_kept() {
    let (client, fake) = client(vec![limited("7"), limited("11"), answer(404, NOT_FOUND)]);
    let began = Instant::now();
    let error = client.send(&query()).await.unwrap_err();
    assert_eq!((error.code(), fake.requests().len()), (Some("NOT_FOUND"), 3));
    assert_eq!(began.elapsed().as_secs(), 18);
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_is_not_begun() {
    let (client, fake) = client(vec![limited("3600")]);
    let began = Instant::now();
    let error = client.send(&query()).await.unwrap_err();
    assert_eq!(fake.requests().len(), 1);
    assert_eq!(began.elapsed().as_secs(), 0, "it is reported at once");
    let asked = error.api().and_then(|answer| answer.retry_after);
    assert_eq!(asked, Some(Duration::from_secs(3600)), "and whoever calls can wait for it");
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_no_number_of_seconds_is_none() {
    let steps = vec![limited("Wed, 21 Oct 2026 07:28:00 GMT"), answer(404, NOT_FOUND)];
    let (client, fake) = client(steps);
    let began = Instant::now();
    client.send(&query()).await.unwrap_err();
    assert_eq!((fake.requests().len(), began.elapsed().as_secs()), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn when_everything_fails_repetitions_run_out() {
    let down = Arc::new(Down::default());
    let retry = Retry { attempts: 3, ..Retry::default() };
    let builder = Client::builder(merchant()).retry(retry);
    let client = builder.build_with(Arc::clone(&down)).expect("a client");
    for _ in 0..200 {
        client.send(&query()).await.unwrap_err();
    }
    // Ten to begin with, and one for every ten requests.
    assert_eq!(down.0.load(SeqCst), 200 + 10 + 20);
}

#[tokio::test]
async fn a_new_client_has_repetitions_to_spend() {
    let (client, fake) = client(vec![lost(Sent::No), lost(Sent::No), answer(404, NOT_FOUND)]);
    client.send(&query()).await.unwrap_err();
    assert_eq!(fake.requests().len(), 3);
}
