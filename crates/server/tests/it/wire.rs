//! HTTP/1.1 by hand, so that a test can send anything and see the very bytes of the answer.

use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value as Json;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long a test waits for an answer before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer, as it came.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Status line and headers, byte for byte, without the empty line.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The header lines, with the names in the case of the wire.
    pub(crate) fn lines(&self) -> Vec<(&str, &str)> {
        self.head.split("\r\n").skip(1).map(|line| line.split_once(": ").unwrap()).collect()
    }

    /// The value of a header whose name is spelled just so.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.lines().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub(crate) fn headers(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in self.lines() {
            let name: HeaderName = name.parse().unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }
}

/// What a connection runs over.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A connection.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    unread: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    pub(crate) fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: Box::new(stream), unread: Vec::new() }
    }

    /// What is below, when nothing of an answer is left to read: to speak something else on it.
    pub(crate) fn into_stream(self) -> Box<dyn Stream> {
        assert!(self.unread.is_empty());
        self.stream
    }

    /// Sends bytes; the other side may have stopped listening.
    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes).await;
    }

    /// Says that nothing more will be sent.
    pub(crate) async fn finish(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    async fn more(&mut self) -> bool {
        let mut chunk = [0; 16 * 1024];
        let read = tokio::time::timeout(PATIENCE, self.stream.read(&mut chunk)).await;
        let count = read.expect("the server did not answer in time").unwrap_or(0);
        self.unread.extend_from_slice(&chunk[..count]);
        count > 0
    }

    /// The next answer; none if the connection ends before it is whole.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        self.answer_to("GET").await
    }

    /// The next answer to a request with this method: one to `HEAD` has no body.
    pub(crate) async fn answer_to(&mut self, method: &str) -> Option<Answer> {
        let end = loop {
            if let Some(end) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            if !self.more().await {
                return None;
            }
        };
        let rest = self.unread.split_off(end + 4);
        self.unread.truncate(end);
        let head = String::from_utf8(std::mem::replace(&mut self.unread, rest)).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer { status, head, body: Vec::new() };
        if status == 100 {
            return Box::pin(self.answer_to(method)).await;
        }
        let length = answer.headers().get("content-length").map(|v| v.to_str().unwrap().parse());
        let length: usize = length.map_or(0, Result::unwrap);
        if method != "HEAD" {
            while self.unread.len() < length {
                if !self.more().await {
                    return None;
                }
            }
            let rest = self.unread.split_off(length);
            answer.body = std::mem::replace(&mut self.unread, rest);
        }
        redress_trail::saw([answer.head.as_bytes(), b"\n\n", answer.body.as_slice()].concat());
        Some(answer)
    }

    /// Whether the other side has ended the connection without another byte.
    pub(crate) async fn is_ended(&mut self) -> bool {
        self.unread.is_empty() && !self.more().await
    }
}

/// Sends bytes on a connection of their own and waits for the answer.
pub(crate) async fn exchange(address: SocketAddr, bytes: &[u8]) -> Option<Answer> {
    let mut connection = Connection::open(address).await;
    connection.send(bytes).await;
    connection.answer().await
}
