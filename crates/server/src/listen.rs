//! Starting, accepting connections, and stopping without losing anything.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::header::CONNECTION;
use http::{HeaderValue, Version};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use redress_core::clock;
use redress_store::{Failure, OpenError, Options, Store};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;
use tower::ServiceExt as _;

use crate::apiv3::ApiV3Keys;
use crate::app::App;
use crate::clock::Clock;
use crate::config::{CONNECTIONS_MAX, Config, HEAD_SECONDS_MAX, STOP_SECONDS_MAX};
use crate::folder::{self, FolderError};
use crate::identify::Identities;
use crate::limits::Limits;
use crate::notify::Sender;
use crate::own::Tickets;
use crate::platform::Platform;
use crate::summary::{self, Summary, SummaryError};
use crate::tally::Tally;
use crate::world::{self, WorldError};
use crate::{metrics, router, worker};

/// Who is on the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file of the data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The first commands.
    #[error("the world could not be read: {0}")]
    World(#[from] Failure),
    /// The demo world.
    #[error(transparent)]
    Demo(#[from] WorldError),
    /// The address.
    #[error("cannot listen at {address}: {source}; choose another with --listen")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// The database of a data folder.
pub(crate) fn database(data: &Path) -> std::path::PathBuf {
    data.join("redress.db")
}

impl Server {
    /// Opens the data folder and serves.
    ///
    /// # Errors
    /// If the folder, the database or the address cannot be had.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        metrics::install();
        folder::create(&config.data)?;
        let store = Store::open(&database(&config.data), Options::default())?;
        let address = config.listen;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| StartError::Listen { address, source })?;
        let address =
            listener.local_addr().map_err(|source| StartError::Listen { address, source })?;

        let sender = Sender::new(&config, address);
        let limits = if config.rate_limits {
            Limits::new(&router::operations(), config.rate_second)
        } else {
            Limits::off()
        };
        if config.sign_test.is_high() {
            tracing::warn!(share = %config.sign_test, "so many answers are probes that clients fail");
        }
        let (data, base_url) = (config.data, format!("http://{}", reachable(address)));
        folder::set_base_url(&data, &base_url)?;
        let platform = Platform::load_or_make(&data)?;
        let app = Arc::new(App {
            store,
            clock: Clock::default(),
            platform: Arc::new(platform),
            identities: Identities::default(),
            apiv3_keys: ApiV3Keys::default(),
            sender,
            tickets: Tickets::default(),
            tally: Tally::default(),
            limits,
            sign_test: config.sign_test,
            data,
            base_url,
            control_token: config.control_token,
            registering: tokio::sync::Mutex::new(()),
        });
        let kept = app.read(clock::Read).await?;
        app.clock.advance_to(kept.offset_seconds);
        world::make(&app).await?;

        let (stop, stopped) = watch::channel(false);
        let router = router::router(&app);
        let tasks = vec![
            tokio::spawn(worker::work(Arc::clone(&app), stopped.clone())),
            tokio::spawn(accept(listener, router, stopped)),
        ];
        Ok(Self { app, address, stop, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://HOST:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.app.base_url
    }

    /// The folder that everything is kept in.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.app.data
    }

    /// The store, for tools that run in the same process.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.app.store
    }

    /// What it has done so far, in numbers.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn summary(&self) -> Result<Summary, SummaryError> {
        summary::of(&self.app).await
    }

    /// Stops: no new connection, requests under way are answered, what was written is kept.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended in disorder");
            }
        }
        self.app.store.close().await;
    }
}

/// The address under which this machine reaches a listener: "any" is no address to call.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        IpAddr::V4(_) | IpAddr::V6(_) => address.ip(),
    };
    SocketAddr::new(ip, address.port())
}

async fn accept(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    loop {
        let place = Arc::clone(&places).acquire_owned();
        let next = async { (place.await, listener.accept().await) };
        let (place, accepted) = tokio::select! {
            next = next => next,
            _ = stop.changed() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        let connection = connection(stream, Peer(peer), router.clone(), stop.clone());
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, %peer, "a connection ended in disorder");
            }
            drop(place);
        });
    }
    drop(listener);
    let patience = Duration::from_secs(STOP_SECONDS_MAX);
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were still busy at the end");
    }
}

/// One connection. Header names are in title case, because the official Java SDK looks for them
/// so; HTTP/2, which would forbid it, is not offered.
fn connection(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    stop: watch::Receiver<bool>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // An answer is one small write: waiting for more would only delay it.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let (router, stop) = (router.clone(), stop.clone());
        let is_last = is_last(&request);
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer);
        async move {
            let mut response = router.oneshot(request).await?;
            if is_last || *stop.borrow() {
                let headers = response.headers_mut();
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
                headers.remove("keep-alive");
            }
            Ok::<_, Infallible>(response)
        }
    });
    http1::Builder::new()
        .title_case_headers(true)
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(HEAD_SECONDS_MAX))
        .serve_connection(TokioIo::new(stream), service)
}

/// Whether the caller wants the connection to end with the answer.
fn is_last(request: &hyper::Request<Incoming>) -> bool {
    let says = |word: &str| {
        let values = request.headers().get_all(CONNECTION).iter();
        let mut words = values.filter_map(|value| value.to_str().ok()).flat_map(|v| v.split(','));
        words.any(|given| given.trim().eq_ignore_ascii_case(word))
    };
    says("close") || (request.version() < Version::HTTP_11 && !says("keep-alive"))
}
