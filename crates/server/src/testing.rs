//! A server for tests: a free port, a temporary folder, the demo world.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use redress_api::{Day, Timestamp};

use crate::clock::wall;
use crate::{Config, Server, StartError};

/// Noon of the next day in China, for [`Config::clock_until`]: all that a test does is of one day
/// then, whatever the hour.
#[must_use]
pub fn next_noon() -> Timestamp {
    Day::of(Timestamp::from_unix(wall())).next().start().plus_seconds(12 * 3600)
}

/// A server that lives as long as a test.
#[derive(Debug)]
pub struct TestServer {
    server: Server,
    folder: tempfile::TempDir,
}

impl TestServer {
    /// Starts one.
    ///
    /// # Errors
    /// If there is no temporary folder or no free port.
    pub async fn start() -> Result<Self, StartError> {
        Self::start_with(|_| {}).await
    }

    /// Starts one that is configured otherwise, such as without rate limits:
    /// `TestServer::start_with(|config| config.rate_limits = false)`.
    ///
    /// # Errors
    /// As [`TestServer::start`].
    pub async fn start_with(configure: impl FnOnce(&mut Config)) -> Result<Self, StartError> {
        let folder = tempfile::tempdir().map_err(|source| StartError::Listen {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            flag: "--listen",
            source,
        })?;
        Self::start_in(folder, configure).await
    }

    /// Starts one in a folder that may hold an earlier world.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_in(
        folder: tempfile::TempDir,
        configure: impl FnOnce(&mut Config),
    ) -> Result<Self, StartError> {
        let mut config = Config {
            data: folder.path().join("data"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            ..Config::default()
        };
        configure(&mut config);
        Ok(Self { server: Server::start(config).await?, folder })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        self.server.base_url()
    }

    /// The folder of one of the demo world's merchants.
    #[must_use]
    pub fn merchant(&self, mchid: &str) -> PathBuf {
        self.server.data().join("merchants").join(mchid)
    }

    /// The server itself.
    #[must_use]
    pub const fn server(&self) -> &Server {
        &self.server
    }

    /// Stops it and hands back its folder, for another start.
    pub async fn stop(self) -> tempfile::TempDir {
        self.server.stop().await;
        self.folder
    }
}
