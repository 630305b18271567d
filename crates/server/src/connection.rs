//! Connections: each speaks HTTP or HTTPS, as its first byte says, and may become a tunnel to the
//! server itself.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, StatusCode, Uri, Version};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::server::Acceptor;
use tower::ServiceExt as _;

use crate::config::{CONNECTIONS_MAX, HANDSHAKE_SECONDS_MAX, HEAD_SECONDS_MAX, STOP_SECONDS_MAX};
use crate::fault::{Breaker, Broken, Faults, Line};
use crate::proxy::{self, Aim, Destination};
use crate::site::{Site, Sites};
use crate::tls::names;

/// The first byte of a TLS handshake.
const HANDSHAKE: u8 = 0x16;
/// How much is read ahead to see the first byte; larger reads pass by, in bytes.
const AHEAD_BYTES: usize = 4096;

/// Who is on the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Whether every name that the caller has used so far is this machine's own: the name of a full
/// URL, of a tunnel, of a TLS handshake. What `Host` says is another matter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CalledLocally(pub(crate) bool);

/// What all connections share.
pub(crate) struct Door {
    pub(crate) router: Router,
    pub(crate) sites: Arc<Sites>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) tls: Arc<ServerConfig>,
    pub(crate) stop: watch::Receiver<bool>,
    /// One for each connection.
    pub(crate) places: Arc<Semaphore>,
}

/// How a caller has come as far as this.
#[derive(Clone, Debug)]
struct Came {
    peer: SocketAddr,
    /// The address that was called.
    here: SocketAddr,
    site: Site,
    is_local: bool,
    needs_tls: bool,
    is_in_tunnel: bool,
    /// Resets the connection.
    breaker: Breaker,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A tunnel that was promised.
struct Tunnel {
    upgrade: OnUpgrade,
    destination: Destination,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
enum Silence {
    #[error("the {} site is closed", .0.as_str())]
    Closed(Site),
    #[error("the connection is reset on purpose")]
    Reset,
}

impl From<Infallible> for Silence {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Accepts connections until the server stops, then waits for them to end.
pub(crate) async fn accept(listener: TcpListener, site: Site, door: Arc<Door>) {
    let mut stop = door.stop.clone();
    loop {
        let place = Arc::clone(&door.places).acquire_owned();
        let next = async { (place.await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stop.changed() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        if let Some(hit) = door.faults.at_connection(site) {
            tracing::debug!(fault = hit.id, kind = hit.kind, %peer, "a connection is reset");
            // One that is gone already needs no reset.
            let _ = stream.set_zero_linger();
            continue;
        }
        let door = Arc::clone(&door);
        tokio::spawn(async move {
            if let Err(error) = attend(stream, peer, site, &door).await {
                tracing::debug!(%error, %peer, "a connection ended in disorder");
            }
            drop(place);
        });
    }
    drop(listener);
    // All places are free when the last connection has ended.
    let all = u32::try_from(CONNECTIONS_MAX).unwrap_or(u32::MAX);
    let patience = Duration::from_secs(STOP_SECONDS_MAX);
    if timeout(patience, door.places.acquire_many(all)).await.is_err() {
        tracing::warn!("some connections were still busy at the end");
    }
}

type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// One connection, and the tunnel that it may become.
async fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    site: Site,
    door: &Door,
) -> Result<(), Trouble> {
    // An answer is one small write: waiting for more would only delay it.
    let _ = stream.set_nodelay(true);
    let here = stream.local_addr()?;
    let breaker = Breaker::default();
    let stream = Line::new(stream, breaker.clone());
    let came =
        Came { peer, here, site, is_local: true, needs_tls: false, is_in_tunnel: false, breaker };
    let tunnel = receive(stream, came.clone(), door).await?;
    let Some(Tunnel { upgrade, destination }) = tunnel else {
        return Ok(());
    };
    let Some(upgraded) = in_time(door, destination.site, HANDSHAKE_SECONDS_MAX, upgrade).await
    else {
        return Ok(());
    };
    let came = Came {
        site: destination.site,
        is_local: came.is_local && destination.is_local,
        needs_tls: destination.is_tls,
        is_in_tunnel: true,
        ..came
    };
    receive(TokioIo::new(upgraded?), came, door).await?;
    Ok(())
}

/// What comes of something, if it comes in time and before the server stops or the site closes.
async fn in_time<F: Future>(door: &Door, site: Site, seconds: u64, work: F) -> Option<F::Output> {
    let mut stop = door.stop.clone();
    tokio::select! {
        done = timeout(Duration::from_secs(seconds), work) => done.ok(),
        _ = stop.wait_for(|stop| *stop) => None,
        () = door.sites.closing(site) => None,
    }
}

/// Finds out what is spoken, and answers it.
async fn receive(
    stream: impl Stream + 'static,
    mut came: Came,
    door: &Door,
) -> Result<Option<Tunnel>, Trouble> {
    let mut stream = BufReader::with_capacity(AHEAD_BYTES, stream);
    let first = in_time(door, came.site, HEAD_SECONDS_MAX, stream.fill_buf()).await;
    let Some(first) = first.transpose()?.and_then(|bytes| bytes.first().copied()) else {
        return Ok(None);
    };
    if first != HANDSHAKE {
        if came.needs_tls {
            return Err("what came through a tunnel was no TLS".into());
        }
        return Ok(converse(Box::new(stream), came, door).await?);
    }
    let called = came.site;
    let handshake = async {
        let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
        if let Some(name) = start.client_hello().server_name() {
            came.site = Site::named(name).unwrap_or(came.site);
            came.is_local &= names::is_local(name);
        }
        if !door.sites.is_open(came.site) {
            return Err(Silence::Closed(came.site).into());
        }
        Ok::<_, Trouble>(start.into_stream(Arc::clone(&door.tls)).await?)
    };
    match in_time(door, called, HANDSHAKE_SECONDS_MAX, handshake).await {
        Some(stream) => Ok(converse(Box::new(stream?), came, door).await?),
        None => Ok(None),
    }
}

/// Answers requests until the connection ends or becomes a tunnel. Header names are in title
/// case, because the official Java SDK looks for them so; HTTP/2, which would forbid it, is not
/// offered.
async fn converse(
    stream: Box<dyn Stream>,
    came: Came,
    door: &Door,
) -> Result<Option<Tunnel>, hyper::Error> {
    let tunnel = Arc::new(Mutex::new(None));
    let connection = {
        let service = service_fn(|request: Request<Incoming>| {
            let (tunnel, came) = (Arc::clone(&tunnel), came.clone());
            async move {
                let promise = |promised| {
                    *tunnel.lock().unwrap_or_else(PoisonError::into_inner) = Some(promised);
                };
                answer(request, came, door, promise).await
            }
        });
        http1::Builder::new()
            .title_case_headers(true)
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
    };
    let mut connection = pin!(connection);
    let mut stop = door.stop.clone();
    let over = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = stop.wait_for(|stop| *stop) => None,
        () = door.sites.closing(came.site) => None,
    };
    match over {
        Some(ended) => ended?,
        None => {
            connection.as_mut().graceful_shutdown();
            connection.await?;
        }
    }
    Ok(tunnel.lock().unwrap_or_else(PoisonError::into_inner).take())
}

/// Answers one request, or promises a tunnel.
async fn answer(
    request: Request<Incoming>,
    came: Came,
    door: &Door,
    promise: impl FnOnce(Tunnel),
) -> Result<Response<Body>, Silence> {
    let aim = Aim::of(&request, &door.sites, came.here.ip(), came.site);
    let (site, is_local) = match &aim {
        Aim::Server | Aim::Nowhere(..) => (came.site, came.is_local),
        Aim::Answer(to) | Aim::Tunnel(to) => (to.site, came.is_local && to.is_local),
    };
    let is_control = request.uri().path().starts_with("/_control");
    let is_open = door.sites.is_open(site);
    match aim {
        Aim::Nowhere(status, why) => {
            tracing::warn!(peer = %came.peer, target = ?request.uri().authority(), "refused as a proxy");
            return Ok(proxy::refused(status, why));
        }
        Aim::Tunnel(_) if came.is_in_tunnel => {
            let why = "There is no tunnel inside a tunnel.\n".to_owned();
            return Ok(proxy::refused(StatusCode::FORBIDDEN, why));
        }
        Aim::Tunnel(destination) if is_open => {
            promise(Tunnel { upgrade: hyper::upgrade::on(request), destination });
            return Ok(proxy::established());
        }
        Aim::Server | Aim::Answer(_) if is_open || is_control => {}
        Aim::Server | Aim::Answer(_) | Aim::Tunnel(_) => return Err(Silence::Closed(site)),
    }
    let is_last = is_last(&request);
    let mut request = request.map(Body::new);
    // What was signed is the path and the query, however the request was addressed.
    if let (Some(_), Some(target)) = (request.uri().authority(), request.uri().path_and_query()) {
        *request.uri_mut() = Uri::from(target.clone());
    }
    let extensions = request.extensions_mut();
    extensions.insert(Peer(came.peer));
    extensions.insert(site);
    extensions.insert(CalledLocally(is_local));
    let mut response = door.router.clone().oneshot(request).await?;
    if let Some(broken) = response.extensions().get::<Broken>().copied() {
        came.breaker.trip();
        if broken == Broken::AtOnce {
            return Err(Silence::Reset);
        }
    }
    if is_last || *door.stop.borrow() {
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        headers.remove("keep-alive");
    }
    Ok(response)
}

/// Whether the caller wants the connection to end with the answer.
fn is_last(request: &Request<Incoming>) -> bool {
    let says = |word: &str| {
        let values = request.headers().get_all(CONNECTION).iter();
        let mut words = values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
        words.any(|given| given.trim().eq_ignore_ascii_case(word))
    };
    says("close") || (request.version() < Version::HTTP_11 && !says("keep-alive"))
}
