//! Starting, accepting connections, and stopping without losing anything.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use redress_api::Timestamp;
use redress_core::clock;
use redress_store::{Failure, Location, OpenError, Options, Store};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

use crate::apiv3::ApiV3Keys;
use crate::app::App;
use crate::clock::{Clock, wall};
use crate::config::{CONNECTIONS_MAX, Config};
use crate::connection::{self, Door};
use crate::fault::Faults;
use crate::folder::{self, FolderError};
use crate::identify::Identities;
use crate::limits::Limits;
use crate::node::{self, Node};
use crate::notify::Sender;
use crate::own::Tickets;
use crate::platform::Platform;
use crate::requests::{Explainer, Requests};
use crate::site::{Site, Sites};
use crate::summary::{self, Summary, SummaryError};
use crate::tally::Tally;
use crate::tls::{self, CertificateAuthority, TlsError};
use crate::world::{self, WorldError};
use crate::{metrics, router, worker};

/// A server that runs.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    address: SocketAddr,
    stop_grace: Duration,
    standby_url: Option<String>,
    ca_path: PathBuf,
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
    /// What the clock was to be.
    #[error("business time cannot be brought on: {0}")]
    Clock(#[source] Failure),
    /// The demo world.
    #[error(transparent)]
    Demo(#[from] WorldError),
    /// The certificate for HTTPS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address.
    #[error("cannot listen at {address}: {source}; choose another with {flag}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What chooses it.
        flag: &'static str,
        /// Why.
        source: std::io::Error,
    },
}

/// The database of a data folder, if it is kept nowhere else.
#[must_use]
pub fn database(data: &Path) -> Location {
    Location::File(data.join("redress.db"))
}

impl Server {
    /// Opens the data folder and serves.
    ///
    /// # Errors
    /// If the folder, the database or the address cannot be had.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        metrics::install();
        folder::create(&config.data)?;
        let location = config.store.clone().unwrap_or_else(|| database(&config.data));
        let store = Store::open(&location, Options::default())?;
        // Servers that start together make one world, and its keys once.
        let alone = folder::lock(&config.data).await?;
        let authority = CertificateAuthority::load_or_make(&config.data)?;
        let (listener, address) = bind(config.listen, "--listen").await?;
        let standby = match config.standby {
            Some(standby) => Some(bind(standby, "--standby").await?),
            None => None,
        };
        let sites = Sites::new(address, standby.as_ref().map(|(_, address)| *address));
        let sites = Arc::new(sites);
        let ca_path = authority.path().to_owned();
        let tls = tls::config(authority, &sites.addresses().map(|at| at.ip()).collect::<Vec<_>>())?;

        let sender = Sender::new(&config, sites.addresses().collect());
        let limits = if config.rate_limits {
            Limits::new(&router::operations(), config.rate_second)
        } else {
            Limits::off()
        };
        if config.sign_test.is_high() {
            tracing::warn!(share = %config.sign_test, "so many answers are probes that clients fail");
        }
        let faults = Arc::new(Faults::default());
        let (data, own_url) = (config.data, url(address));
        let base_url = config.public_url.map_or_else(|| own_url.clone(), |url| url.to_string());
        folder::set_base_url(&data, &base_url)?;
        let platform = Platform::load_or_make(&data)?;
        let is_shared = store.is_shared();
        let age_max = is_shared.then_some(node::KNOWN_AGE_MAX);
        let node = Node::new(config.node, address, is_shared);
        metrics::node(node.name(), location.engine());
        let app = Arc::new(App {
            tickets: if is_shared { Tickets::shared(&data)? } else { Tickets::default() },
            store,
            clock: Clock::default(),
            platform: Arc::new(platform),
            identities: Identities::new(age_max),
            apiv3_keys: ApiV3Keys::new(age_max),
            sender,
            tally: Tally::default(),
            limits,
            sign_test: config.sign_test,
            sites: Arc::clone(&sites),
            faults: Arc::clone(&faults),
            requests: Requests::new(config.requests_max, config.requests_bytes_max),
            explainer: Explainer::default(),
            explain: config.explain,
            data,
            base_url,
            own_url,
            node,
            control_token: config.control_token,
            registering: tokio::sync::Mutex::new(()),
        });
        let kept = app.read(clock::Read).await?;
        app.clock.advance_to(kept.offset_seconds);
        if let Some(at) = config.clock_until {
            let wall = Timestamp::from_unix(wall());
            let begun = app.execute(clock::Begin { at, wall }).await;
            app.clock.advance_to(begun.map_err(StartError::Clock)?.offset_seconds);
        }
        world::make(&app).await?;
        drop(alone);

        let (stop, stopped) = watch::channel(false);
        let door = Arc::new(Door {
            router: router::router(&app),
            sites,
            faults,
            tls,
            stop: stopped.clone(),
            places: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
        });
        let mut tasks = vec![
            tokio::spawn(metrics::keep(stopped.clone())),
            tokio::spawn(worker::work(Arc::clone(&app), stopped.clone())),
            tokio::spawn(connection::accept(listener, Site::Main, Arc::clone(&door))),
        ];
        if is_shared {
            tasks.push(tokio::spawn(node::follow(Arc::clone(&app), stopped)));
        }
        let mut standby_url = None;
        if let Some((listener, address)) = standby {
            standby_url = Some(url(address));
            tasks.push(tokio::spawn(connection::accept(listener, Site::Standby, door)));
        }
        tracing::info!(node = app.node.name(), store = %location, url = app.own_url, "it serves");
        let stop_grace = config.stop_grace;
        Ok(Self { app, address, stop_grace, standby_url, ca_path, stop, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://HOST:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.app.own_url.as_str()
    }

    /// Where merchants reach it, as their folders say: the same, unless told otherwise.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.app.base_url
    }

    /// What it is called where it is one of several.
    #[must_use]
    pub fn node(&self) -> &str {
        self.app.node.name()
    }

    /// `https://HOST:PORT`, the same port.
    #[must_use]
    pub fn https_url(&self) -> String {
        self.base_url().replacen("http", "https", 1)
    }

    /// `http://HOST:PORT` of the standby site, if it has a listener of its own.
    #[must_use]
    pub fn standby_url(&self) -> Option<&str> {
        self.standby_url.as_deref()
    }

    /// The proxy through which the provider's own names lead here.
    #[must_use]
    pub fn proxy_url(&self) -> &str {
        self.base_url()
    }

    /// The certificate, in PEM, of the authority that clients have to trust for HTTPS.
    #[must_use]
    pub fn ca_path(&self) -> &Path {
        &self.ca_path
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

    /// Stops: says so at `/readyz`, and after the grace period takes no new connection; requests
    /// under way are answered, jobs given back, what was written is kept.
    pub async fn stop(self) {
        self.app.node.stop();
        tracing::info!(node = self.app.node.name(), "it stops");
        if !self.stop_grace.is_zero() {
            tokio::time::sleep(self.stop_grace).await;
        }
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task ended in disorder");
            }
        }
        self.app.store.close().await;
    }
}

async fn bind(
    address: SocketAddr,
    flag: &'static str,
) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, flag, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// The URL under which this machine reaches a listener.
pub(crate) fn url(address: SocketAddr) -> String {
    format!("http://{}", reachable(address))
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
