//! The transport over TCP: limits, redirects, and what is known when no answer comes.

use std::error::Error as _;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use redress::{BODY_BYTES_MAX, Client, Error, Fate, Raw, Retry, Sent};
use redress_trail::Seen as _;

use crate::fake::merchant;

/// Listens once, hands over what it reads up to the end of the headers, answers, and then keeps
/// the connection open for so long.
pub(crate) fn serve_once(answer: Vec<u8>, open: Duration) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            let read = stream.read(&mut buffer).expect("a request");
            request.extend_from_slice(&buffer[..read]);
        }
        sender.send(String::from_utf8_lossy(&request).into_owned()).expect("a receiver");
        // The client may have gone away by intention.
        let _ = stream.write_all(&answer);
        thread::sleep(open);
    });
    (address, receiver)
}

pub(crate) async fn call(base_url: &str) -> Result<Raw, Error> {
    let client = Client::builder(merchant())
        .base_url(base_url)
        .timeout(Duration::from_millis(500))
        .retry(Retry::none())
        .build()
        .expect("a client");
    client.call_raw(Method::POST, "/v3/any?a=b%2Fc", Bytes::new()).await.seen()
}

fn sent(error: &Error) -> Sent {
    let Error::Transport(error) = error else {
        panic!("{error:?} is not about the transport");
    };
    error.sent
}

#[tokio::test]
async fn headers_and_target_go_out_as_they_are() {
    let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}".to_vec();
    let (base_url, requests) = serve_once(answer, Duration::ZERO);
    let raw = call(&base_url).await.expect("an answer");
    assert_eq!((raw.status.as_u16(), &*raw.body, raw.verified), (404, &b"{}"[..], false));
    let request = requests.recv().expect("a request");
    assert!(request.starts_with("POST /v3/any?a=b%2Fc HTTP/1.1\r\n"), "{request}");
    let lines: Vec<String> = request.lines().map(str::to_ascii_lowercase).collect();
    for line in ["accept: application/json", "content-type: application/json", "content-length: 0"]
    {
        assert!(lines.iter().any(|found| found == line), "{line} is missing in {request}");
    }
    for name in ["authorization", "user-agent", "wechatpay-serial", "accept"] {
        let prefix = format!("{name}: ");
        assert_eq!(lines.iter().filter(|line| line.starts_with(&prefix)).count(), 1, "{name}");
    }
}
#[tokio::test]
async fn no_connection_is_not_done() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = free.local_addr().expect("an address");
    drop(free);
    let error = call(&format!("http://{address}")).await.expect_err("nobody listens");
    assert_eq!((sent(&error), error.fate()), (Sent::No, Fate::NotSent));
}

#[tokio::test]
async fn a_timeout_is_unknown() {
    let (base_url, _requests) = serve_once(Vec::new(), Duration::from_secs(5));
    let error = call(&base_url).await.expect_err("no answer");
    assert_eq!((sent(&error), error.fate()), (Sent::Maybe, Fate::Unknown));
    let cause = error.source().expect("a cause").to_string();
    assert!(!cause.contains("a=b"), "the query is not for logs: {cause}");
}

#[tokio::test]
async fn a_closed_connection_and_a_cut_body_are_unknown() {
    let cut = b"HTTP/1.1 404 Not Found\r\ncontent-length: 200\r\n\r\n{}".to_vec();
    for answer in [Vec::new(), cut] {
        let (base_url, _requests) = serve_once(answer, Duration::ZERO);
        let error = call(&base_url).await.expect_err("no whole answer");
        assert_eq!((sent(&error), error.fate()), (Sent::Maybe, Fate::Unknown));
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let mut answer = b"HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n".to_vec();
    answer.resize(answer.len() + BODY_BYTES_MAX + 1, b' ');
    let (base_url, _requests) = serve_once(answer, Duration::ZERO);
    let error = call(&base_url).await.expect_err("too large");
    assert_eq!((sent(&error), error.fate()), (Sent::Maybe, Fate::Unknown));
    assert!(error.source().expect("a cause").to_string().contains("1048576 bytes"), "{error:?}");
}
