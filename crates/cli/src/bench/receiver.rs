//! A receiver of callbacks that does little: it answers, counts each once, and takes the time.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail};
use http::{HeaderMap, HeaderName, HeaderValue};
use redress::Merchant;
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::load::{Ahead, Fired};
use super::machine;

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
/// The most headers of a callback.
const HEADERS_MAX: usize = 32;
/// The longest callback, in bytes.
const CALLBACK_BYTES_MAX: usize = 64 * 1024;
/// How many callbacks may be under way before no more are made. The server keeps 1024 of one
/// receiver in memory.
const AHEAD_MAX: usize = 256;
/// How long the last callback may take, in seconds.
const LAST_SECONDS_MAX: u64 = 30;
/// One of so many is kept, to be checked at the end.
const KEEP_EVERY: usize = 64;

/// A receiver. It ends when it is dropped.
pub(super) struct Receiver {
    url: String,
    heard: Arc<Heard>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What it has heard.
#[derive(Default)]
struct Heard {
    /// Different callbacks.
    come: Arc<AtomicUsize>,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// When each came first, by its number.
    first: BTreeMap<String, Instant>,
    kept: Vec<(HeaderMap, Vec<u8>)>,
}

impl Heard {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Receiver {
    /// Starts one on a free port, on the processors of the load.
    pub(super) fn start(cpus: Option<Vec<usize>>) -> anyhow::Result<Self> {
        let listener = std::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}/heard", listener.local_addr()?);
        let heard = Arc::new(Heard::default());
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (pinned, pinning) = std::sync::mpsc::channel();
        let thread = std::thread::spawn({
            let heard = Arc::clone(&heard);
            move || {
                let outcome = cpus.map_or(Ok(()), |cpus| machine::pin(&cpus));
                // Whoever starts it waits for this.
                let _ = pinned.send(outcome);
                runtime.block_on(async {
                    tokio::select! {
                        _ = stopped => {}
                        () = accept(listener, heard) => {}
                    }
                });
            }
        });
        pinning.recv().context("the receiver does not start")??;
        Ok(Self { url, heard, stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// How far callbacks may be made ahead of those that have come.
    pub(super) fn ahead(&self) -> Ahead {
        let come = Arc::clone(&self.heard.come);
        let before = come.load(Ordering::Relaxed);
        Ahead { come, before, most: AHEAD_MAX }
    }

    /// Waits for the last callback, and puts the way from the request to the callback in the place
    /// of the way to the request's answer. A callback that does not come is an error.
    pub(super) fn settle(&self, fired: &mut Fired) -> anyhow::Result<()> {
        let begun = fired.begun.context("nothing was sent")?;
        let mut made = BTreeMap::new();
        for (body, since) in std::mem::take(&mut fired.promised) {
            let named: Named = serde_json::from_slice(&body).context("the answer has no id")?;
            made.insert(named.id, since);
        }
        let patience = Instant::now() + Duration::from_secs(LAST_SECONDS_MAX);
        loop {
            let inner = self.heard.inner();
            let missing = made.keys().filter(|id| !inner.first.contains_key(*id)).count();
            if missing == 0 {
                break;
            }
            drop(inner);
            if Instant::now() > patience {
                for _ in 0..missing {
                    fired.fail("a callback has not come".to_owned());
                }
                break;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        let mut inner = self.heard.inner();
        let first = std::mem::take(&mut inner.first);
        drop(inner);
        fired.latencies.clear();
        let mut last = begun;
        for (id, since) in made {
            let Some(came) = first.get(&id) else { continue };
            let nanos = came.saturating_duration_since(since).as_nanos();
            fired.latencies.push(u64::try_from(nanos).unwrap_or(u64::MAX));
            last = last.max(*came);
        }
        if fired.latencies.is_empty() {
            bail!("no callback has come");
        }
        fired.seconds = last.duration_since(begun).as_secs_f64();
        Ok(())
    }

    /// Checks and opens the callbacks that were kept.
    pub(super) fn check(&self, merchant: &Merchant) -> Vec<anyhow::Result<()>> {
        let kept = std::mem::take(&mut self.heard.inner().kept);
        let open = |(headers, body): &(HeaderMap, Vec<u8>)| {
            merchant.open_notification(headers, body)?;
            Ok(())
        };
        kept.iter().map(open).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(listener: std::net::TcpListener, heard: Arc<Heard>) {
    let Ok(listener) = TcpListener::from_std(listener) else { return };
    while let Ok((stream, _peer)) = listener.accept().await {
        let heard = Arc::clone(&heard);
        tokio::spawn(async move {
            // A callback that breaks off is one that does not come.
            let _ = listen(stream, &heard).await;
        });
    }
}

/// Takes callbacks from a connection until it ends.
async fn listen(mut stream: TcpStream, heard: &Heard) -> anyhow::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(4096);
    while let Some(headers) = receive(&mut stream, &mut buffer).await? {
        let came = Instant::now();
        stream.write_all(ANSWER).await?;
        let named: Named = serde_json::from_slice(&buffer)?;
        let mut inner = heard.inner();
        if inner.first.insert(named.id, came).is_none() {
            let come = heard.come.fetch_add(1, Ordering::Relaxed);
            if come.is_multiple_of(KEEP_EVERY) {
                inner.kept.push((headers, buffer.clone()));
            }
        }
        drop(inner);
        buffer.clear();
    }
    Ok(())
}

/// The headers of the next callback, if there is one; the buffer has its body then.
async fn receive(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
) -> anyhow::Result<Option<HeaderMap>> {
    loop {
        if stream.read_buf(buffer).await? == 0 {
            return if buffer.is_empty() { Ok(None) } else { Err(anyhow!("cut short")) };
        }
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        let httparse::Status::Complete(head) = request.parse(buffer)? else { continue };
        let mut map = HeaderMap::new();
        for header in request.headers {
            let name = HeaderName::from_bytes(header.name.as_bytes())?;
            map.append(name, HeaderValue::from_bytes(header.value)?);
        }
        let length = map.get(http::header::CONTENT_LENGTH).context("no length")?;
        let length: usize = length.to_str()?.parse()?;
        if length > CALLBACK_BYTES_MAX {
            bail!("a callback is too long");
        }
        while buffer.len() < head + length {
            if stream.read_buf(buffer).await? == 0 {
                return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
            }
        }
        buffer.drain(..head);
        return Ok(Some(map));
    }
}
