//! A TCP proxy in a test: a load balancer that goes round its targets, or a line that is cut and
//! slowed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// It ends with the runtime of its test.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    delay_ms: Arc<AtomicU64>,
    cut: watch::Sender<u64>,
}

impl Proxy {
    /// Each connection goes to the next of these ports that takes it.
    pub(crate) async fn start(targets: Vec<u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let delay_ms = Arc::new(AtomicU64::new(0));
        let (cut, cuts) = watch::channel(0);
        let (next, delay) = (AtomicUsize::new(0), Arc::clone(&delay_ms));
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let first = next.fetch_add(1, Ordering::Relaxed);
                let (targets, delay, cuts) = (targets.clone(), Arc::clone(&delay), cuts.clone());
                tokio::spawn(async move {
                    for at in 0..targets.len() {
                        let port = targets[(first + at) % targets.len()];
                        if let Ok(to) = TcpStream::connect(("127.0.0.1", port)).await {
                            return join(from, to, &delay, cuts).await;
                        }
                    }
                });
            }
        });
        Self { port, delay_ms, cut }
    }

    /// How long each piece takes, each way.
    pub(crate) fn slow(&self, delay_ms: u64) {
        self.delay_ms.store(delay_ms, Ordering::Relaxed);
    }

    /// Ends every connection, whatever is on its way.
    pub(crate) fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }
}

async fn join(from: TcpStream, to: TcpStream, delay: &AtomicU64, mut cuts: watch::Receiver<u64>) {
    cuts.mark_unchanged();
    let _ = (from.set_nodelay(true), to.set_nodelay(true));
    let ((from_read, from_write), (to_read, to_write)) = (from.into_split(), to.into_split());
    let there = pass(from_read, to_write, delay);
    let back = pass(to_read, from_write, delay);
    tokio::select! {
        ((), ()) = async { tokio::join!(there, back) } => {}
        _ = cuts.changed() => {}
    }
}

/// Passes bytes on until one side ends.
async fn pass(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    delay: &AtomicU64,
) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        match delay.load(Ordering::Relaxed) {
            0 => {}
            delay => tokio::time::sleep(Duration::from_millis(delay)).await,
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            break;
        }
    }
    // The other side may have ended already.
    let _ = to.shutdown().await;
}
