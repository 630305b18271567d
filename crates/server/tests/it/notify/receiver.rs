//! Receivers of callbacks: good ones, and all the bad ones.
//!
//! A test of something that notifies starts one, gives its URL as `notify_url`, and opens what it
//! got: `opened(&world, PLATFORM, &receiver.until(1).await[0])`.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What a receiver does with a callback that it has read.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// Sends these bytes and closes.
    Send(String),
    /// Sends nothing, and keeps the connection.
    Hang,
    /// Sends these bytes, then these for ever.
    Stream(&'static str, &'static str),
    /// Closes without a word, before it has read anything.
    Close,
}

impl Manner {
    /// Answers with a status and a body.
    pub(crate) fn answer(status: u16, body: &str) -> Self {
        let length = body.len();
        Self::Send(format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n\r\n{body}"))
    }
}

/// A callback as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    pub(crate) at: Instant,
}

impl Got {
    pub(crate) fn headers(&self) -> HeaderMap {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines
            .map(|(name, value)| {
                let name: HeaderName = name.parse().unwrap();
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }
}

/// A receiver, as long as it is kept.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    pub(crate) async fn start(manner: Manner) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), manner).await
    }

    pub(crate) async fn at(address: SocketAddr, manner: Manner) -> Self {
        let started = Instant::now();
        let listener = loop {
            match TcpListener::bind(address).await {
                Ok(listener) => break listener,
                // The one before may still be going.
                Err(error) => assert!(started.elapsed() < Duration::from_secs(10), "{error}"),
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let address = listener.local_addr().unwrap();
        let got = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&got);
        let task = tokio::spawn(async move {
            // Connections end with the receiver.
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                open.spawn(receive(stream, manner.clone(), Arc::clone(&kept)));
                while open.try_join_next().is_some() {}
            }
        });
        Self { address, got, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/notify", self.address)
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits for so many callbacks.
    pub(crate) async fn until(&self, count: usize) -> Vec<Got> {
        let started = Instant::now();
        while self.got.lock().unwrap().len() < count {
            assert!(started.elapsed() < Duration::from_secs(20), "{} of {count}", self.got().len());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.got()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn receive(mut stream: TcpStream, manner: Manner, got: Arc<Mutex<Vec<Got>>>) {
    if matches!(manner, Manner::Close) {
        return;
    }
    let Some(whole) = read(&mut stream).await else { return };
    got.lock().unwrap().push(whole);
    match manner {
        Manner::Send(answer) => {
            let _ = stream.write_all(answer.as_bytes()).await;
        }
        Manner::Hang => std::future::pending().await,
        Manner::Stream(first, then) => {
            let _ = stream.write_all(first.as_bytes()).await;
            while stream.write_all(then.as_bytes()).await.is_ok() {}
        }
        Manner::Close => {}
    }
}

async fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let length: usize = length.unwrap().parse().unwrap();
        if bytes.len() == end + 4 + length {
            return Some(Got { head, body: bytes.split_off(end + 4), at: Instant::now() });
        }
    }
}
