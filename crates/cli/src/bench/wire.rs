//! A connection that sends bytes as they are and reads just enough of each answer.

use std::io;
use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The most headers of an answer.
const HEADERS_MAX: usize = 32;
/// The longest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// A connection, and the last answer on it.
pub(super) struct Line {
    address: SocketAddr,
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Where the body begins.
    head: usize,
}

/// An answer, whole.
#[derive(Debug)]
pub(super) struct Answer {
    bytes: Vec<u8>,
    head: usize,
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl Line {
    pub(super) async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { address, stream, buffer: Vec::with_capacity(4096), head: 0 })
    }

    /// Connects anew.
    pub(super) async fn again(&mut self) -> io::Result<()> {
        *self = Self::open(self.address).await?;
        Ok(())
    }

    /// Sends a request and reads its answer; the status.
    pub(super) async fn exchange(&mut self, request: &[u8]) -> io::Result<u16> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
            let mut answer = httparse::Response::new(&mut headers);
            let parsed =
                answer.parse(&self.buffer).map_err(|_odd| wrong("the answer is no HTTP"))?;
            let httparse::Status::Complete(head) = parsed else { continue };
            let status = answer.code.ok_or_else(|| wrong("the answer has no status"))?;
            let length = body_length(status, answer.headers)?;
            self.head = head;
            let end = head + length;
            while self.buffer.len() < end {
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            return Ok(status);
        }
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.buffer[self.head..]
    }

    /// The last answer, to be looked at later.
    pub(super) fn answer(&self) -> Answer {
        Answer { bytes: self.buffer.clone(), head: self.head }
    }
}

fn body_length(status: u16, headers: &[httparse::Header<'_>]) -> io::Result<usize> {
    let named = |name: &str| headers.iter().find(|h| h.name.eq_ignore_ascii_case(name));
    let length = match named("content-length") {
        Some(header) => std::str::from_utf8(header.value).ok().and_then(|text| text.parse().ok()),
        None if status == 204 => Some(0),
        None => None,
    };
    match length {
        Some(length) if length <= ANSWER_BYTES_MAX => Ok(length),
        Some(_) => Err(wrong("the answer is too long")),
        None => Err(wrong("the answer does not say how long it is")),
    }
}

impl Answer {
    /// Its headers.
    pub(super) fn headers(&self) -> HeaderMap {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut answer = httparse::Response::new(&mut headers);
        let mut map = HeaderMap::new();
        if answer.parse(&self.bytes).is_ok() {
            for header in answer.headers {
                let name = HeaderName::from_bytes(header.name.as_bytes());
                if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(header.value)) {
                    map.append(name, value);
                }
            }
        }
        map
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.bytes[self.head..]
    }
}
