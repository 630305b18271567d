//! What stands between a client and the network: connections that cannot be made, and callers who
//! do not wait for their answer.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::uri::Authority;
use http::{Method, Request, Response, Uri};
use redress::{Reqwest, Transport, TransportError};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::world::Control;

/// Why there is no connection to the main site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Away {
    /// Nothing listens there.
    Refused,
    /// Nothing answers there.
    Silent,
    /// The site is closed, and ends the connection when it has read what is wanted.
    Closed,
}

/// When a caller goes away.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Leaves {
    BeforeSending,
    /// So long after that, if there is no answer yet.
    Within(Duration),
    AfterTheAnswer,
}

/// What happens to the requests of one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script {
    /// The main site is away for so many requests with this method, or any, after so many.
    pub(crate) away: Option<(Away, Option<Method>)>,
    pub(crate) after: u64,
    pub(crate) times: u64,
    /// The caller goes away at the so many-th request.
    pub(crate) leaves: Option<(u64, Leaves)>,
    /// How long each request takes before it leaves.
    pub(crate) latency: Duration,
}

/// Addresses of this machine at which nobody can be reached.
pub(crate) struct Nowhere {
    refusing: SocketAddr,
    silent: SocketAddr,
    _bound: TcpSocket,
    _full: (TcpListener, Vec<TcpStream>),
}

impl Nowhere {
    pub(crate) async fn make() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // Bound, so that nobody else gets the port, and not listening.
        let bound = TcpSocket::new_v4().expect("a socket");
        bound.bind(any).expect("a port");
        let refusing = bound.local_addr().expect("an address");
        let full = TcpSocket::new_v4().expect("a socket");
        full.bind(any).expect("a port");
        let full = full.listen(0).expect("a listener");
        let silent = full.local_addr().expect("an address");
        // Whoever comes when the queue is full is not answered.
        let mut queue = Vec::new();
        let wait = Duration::from_millis(200);
        while let Ok(stream) = timeout(wait, TcpStream::connect(silent)).await {
            queue.push(stream.expect("a connection"));
        }
        Self { refusing, silent, _bound: bound, _full: (full, queue) }
    }
}

/// The way from a client to the service.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) network: Reqwest,
    pub(crate) nowhere: Arc<Nowhere>,
    pub(crate) control: Control,
    /// Where the main site is.
    pub(crate) main: String,
}

/// The same, for one client to which something happens.
pub(crate) struct Gate {
    way: Way,
    script: Mutex<Script>,
    /// How many requests have come.
    came: Mutex<u64>,
    /// How often the main site was away.
    pub(crate) struck: Mutex<u64>,
    /// The caller goes away.
    pub(crate) left: Notify,
}

impl Way {
    pub(crate) fn gate(&self, script: Script) -> Gate {
        Gate {
            way: self.clone(),
            script: Mutex::new(script),
            came: Mutex::default(),
            struck: Mutex::default(),
            left: Notify::new(),
        }
    }
}

impl Gate {
    /// Whether the main site is away for this request.
    fn away(&self, request: &Request<Bytes>) -> Option<Away> {
        let authority = request.uri().authority().map(Authority::as_str);
        let mut script = self.script.lock().expect("no panic");
        let (away, method) = script.away.clone()?;
        let is_meant = authority == Some(&self.way.main)
            && method.is_none_or(|method| request.method() == method);
        if !is_meant || script.times == 0 {
            return None;
        }
        if script.after > 0 {
            script.after -= 1;
            return None;
        }
        script.times -= 1;
        *self.struck.lock().expect("no panic") += 1;
        Some(away)
    }

    /// What is still to happen.
    pub(crate) fn rest(&self) -> Script {
        self.script.lock().expect("no panic").clone()
    }

    fn leaves(&self) -> Option<Leaves> {
        let mut came = self.came.lock().expect("no panic");
        *came += 1;
        let (at, leaves) = self.script.lock().expect("no panic").leaves?;
        (at == *came).then_some(leaves)
    }

    /// The caller goes away, and hears nothing any more.
    async fn leave(&self) -> Result<Response<Bytes>, TransportError> {
        self.left.notify_one();
        std::future::pending().await
    }

    /// Sends a request to where it is wanted, or to where nobody is.
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        match self.away(&request) {
            None => self.way.network.call(request).await,
            Some(Away::Refused) => {
                aim(&mut request, self.way.nowhere.refusing);
                self.way.network.call(request).await
            }
            Some(Away::Silent) => {
                aim(&mut request, self.way.nowhere.silent);
                self.way.network.call(request).await
            }
            Some(Away::Closed) => {
                self.way.control.open_main(false).await;
                let answer = self.way.network.call(request).await;
                self.way.control.open_main(true).await;
                answer
            }
        }
    }
}

impl Transport for Gate {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let leaves = self.leaves();
        let latency = self.script.lock().expect("no panic").latency;
        if !latency.is_zero() {
            sleep(latency).await;
        }
        match leaves {
            None => self.send(request).await,
            Some(Leaves::BeforeSending) => self.leave().await,
            Some(Leaves::Within(time)) => {
                // Whatever comes of it, nobody hears of it.
                let _ = timeout(time, self.send(request)).await;
                // Closing the site is no part of what is given up.
                self.way.control.open_main(true).await;
                self.leave().await
            }
            Some(Leaves::AfterTheAnswer) => {
                let _ = self.send(request).await;
                self.leave().await
            }
        }
    }
}

/// Sends a request elsewhere; where it goes is not signed.
fn aim(request: &mut Request<Bytes>, address: SocketAddr) {
    let mut parts = request.uri().clone().into_parts();
    parts.authority = Some(address.to_string().parse().expect("an authority"));
    *request.uri_mut() = Uri::from_parts(parts).expect("an address");
}
