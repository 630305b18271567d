//! Notifications in a program that serves HTTP with axum, from the real server.

use std::time::Duration;

use axum::extract::{FromRequest as _, State};
use axum::response::IntoResponse;
use axum::routing::post;
use axum::{Router, body::Body};
use bytes::Bytes;
use http::Request;
use redress::api::security::{Echo, EchoNotice};
use redress::{Client, NOTIFICATION_BYTES_MAX, Notification, RawNotification, Reply};
use redress_server::DIRECT;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use crate::fake::of;
use crate::server::{client, start};

type Told = mpsc::UnboundedSender<Notification<EchoNotice>>;

async fn told(State((client, told)): State<(Client, Told)>, raw: RawNotification) -> Reply {
    match client.open_notification(raw).await {
        Ok(notification) => match told.send(notification) {
            Ok(()) => Reply::done(),
            Err(_) => Reply::again("nobody listens"),
        },
        Err(error) => Reply::refuse(&error),
    }
}

/// Serves a handler; gives its address.
async fn serve(client: Client, sender: Told) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/told", post(told)).with_state((client, sender));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/told")
}

#[tokio::test]
async fn a_callback_of_the_server_is_extracted_opened_and_answered() {
    let server = start().await;
    let client = client(&server, DIRECT);
    let (sender, mut notifications) = mpsc::unbounded_channel();
    let url = serve(client.clone(), sender).await;
    let echo = Echo {
        notify_url: Some(of(&url)),
        echo_message: of("how do you do"),
        encrypted_echo_message: Some(client.seal(&"张三".into()).expect("short enough")),
    };
    client.send(&echo).await.expect("an answer");
    let got = tokio::time::timeout(Duration::from_secs(20), notifications.recv()).await;
    let got = got.expect("in time").expect("a notification");
    assert_eq!(got.envelope.event_type, "SECURITY_ECHO.SUCCESS");
    assert_eq!(got.resource.echo_message, "how do you do");
    let sealed = got.resource.encrypt_echo_message.expect("it was sealed");
    assert_eq!(client.open_field(&sealed).expect("for us").expose_text(), Some("张三"));

    // What anyone else posts is refused, and nobody hears of it.
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    for (bytes, status) in [(2, 401), (NOTIFICATION_BYTES_MAX + 1, 413)] {
        let answer = http.post(&url).body(vec![b'{'; bytes]).send().await.expect("an answer");
        assert_eq!(answer.status(), status);
        assert!(answer.text().await.expect("a body").contains(r#""code":"FAIL""#));
    }
    assert!(notifications.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn the_longest_body_is_taken_and_a_longer_one_is_not() {
    let request = |bytes: usize| Request::new(Body::from(vec![b' '; bytes]));
    let most = NOTIFICATION_BYTES_MAX;
    assert!(RawNotification::from_request(request(most), &()).await.is_ok());
    let refused = RawNotification::from_request(request(most + 1), &()).await.unwrap_err();
    assert_eq!(IntoResponse::into_response(refused).status(), 413);
}

#[tokio::test]
async fn a_plain_request_is_taken_too() {
    let raw = RawNotification::from(Request::new(Bytes::from_static(b"{}")));
    assert_eq!(format!("{raw:?}"), "RawNotification { bytes: 2, .. }");
}
