//! Services of tower as transports.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use redress::api::compensation::Query;
use redress::{AsService, Client, Error, Fate, Retry, Sent, Tower, Transport, TransportError};
use tower::util::MapRequestLayer;
use tower::{Layer as _, Service, service_fn};

use crate::fake::{
    PUBLIC_KEY_ID, answer, merchant, of, platform_key, scripted, serial, signed_by, unsigned,
};

const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"记录不存在"}"#;

fn client<T: Transport>(transport: T) -> Client<T> {
    let builder = Client::builder(merchant()).retry(Retry::none());
    builder.build_with(transport).expect("a client")
}

async fn refusal<T: Transport>(transport: T) -> Error {
    client(transport).send(&Query { out_bill_no: of("b1") }).await.expect_err("404")
}

#[tokio::test]
async fn any_service_carries_requests() {
    let service = service_fn(|request: Request<Bytes>| async move {
        let answer = unsigned(404, NOT_FOUND);
        let signed = signed_by(platform_key(), &serial(PUBLIC_KEY_ID), 0, &request, answer);
        Ok::<_, Infallible>(signed)
    });
    let error = refusal(Tower::new(service)).await;
    assert!(error.api().is_some_and(|answer| answer.verified), "{error}");
}

#[tokio::test]
async fn layers_lie_around_a_transport() {
    let fake = scripted(vec![answer(404, NOT_FOUND)]);
    let seen = Arc::new(AtomicUsize::new(0));
    let layer = MapRequestLayer::new({
        let seen = Arc::clone(&seen);
        move |mut request: Request<Bytes>| {
            seen.fetch_add(1, SeqCst);
            request.headers_mut().insert("X-Trace", "t1".parse().expect("a header"));
            request
        }
    });
    let service = layer.layer(AsService::new(Arc::clone(&fake)));
    assert_eq!(refusal(Tower::new(service)).await.code(), Some("NOT_FOUND"));
    assert_eq!(seen.load(SeqCst), 1);
    assert_eq!(fake.requests()[0].headers()["X-Trace"], "t1");
}

#[tokio::test]
async fn a_failure_may_be_after_the_request_was_sent_unless_it_says_otherwise() {
    type Boxed = Box<dyn std::error::Error + Send + Sync>;
    let failing = |failure: fn() -> Boxed| {
        Tower::new(service_fn(move |_: Request<Bytes>| async move {
            Err::<Response<Bytes>, _>(failure())
        }))
    };
    let unclear = refusal(failing(|| "the line is dead".into())).await;
    assert_eq!(unclear.fate(), Fate::Unknown);
    let never = refusal(failing(|| TransportError::new(Sent::No, "refused").into())).await;
    assert_eq!(never.fate(), Fate::NotSent);
}

/// A service that is never ready, and must not be called then.
#[derive(Clone)]
struct Closed;

impl Service<Request<Bytes>> for Closed {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = std::future::Ready<Result<Response<Bytes>, TransportError>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Err(TransportError::new(Sent::Maybe, "an earlier request was lost")))
    }

    fn call(&mut self, _request: Request<Bytes>) -> Self::Future {
        panic!("it is not ready")
    }
}

#[tokio::test]
async fn what_is_not_ready_has_sent_nothing() {
    assert_eq!(refusal(Tower::new(Closed)).await.fate(), Fate::NotSent);
}
