//! Makes clients.

use std::path::PathBuf;
use std::time::Duration;

use crate::base_url::BaseUrl;
use crate::certificate_folder::CertificateFolder;
use crate::client::{Client, Settings};
use crate::merchant::Merchant;
use crate::retry::Retry;
use crate::sites::{Failover, Sites};
#[cfg(feature = "reqwest")]
use crate::transport::Reqwest;
use crate::transport::Transport;

/// The settings of a client; see [`Client::builder`].
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    merchant: Merchant,
    #[cfg(feature = "reqwest")]
    timeout: Duration,
    #[cfg(feature = "reqwest")]
    connect_timeout: Duration,
    deadline: Duration,
    check_requests: bool,
    retry: Retry,
    standby: Option<String>,
    failover: Failover,
    certificates: Option<CertificateFolder>,
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The base URL is not scheme, host and port.
    #[error("the base URL {0}; it is https://api.mch.weixin.qq.com or http://127.0.0.1:8790, say")]
    BaseUrl(&'static str),
    /// The thread of a blocking client could not be started.
    #[cfg(feature = "blocking")]
    #[error("the thread of the blocking client could not be started")]
    Thread(#[source] std::io::Error),
    /// HTTP or TLS could not be set up.
    #[cfg(feature = "reqwest")]
    #[error("HTTP over TLS could not be set up")]
    Transport(#[from] reqwest::Error),
}

impl ClientBuilder {
    pub(crate) fn new(merchant: Merchant) -> Self {
        Self {
            merchant,
            #[cfg(feature = "reqwest")]
            timeout: Duration::from_secs(10),
            #[cfg(feature = "reqwest")]
            connect_timeout: Duration::from_secs(5),
            deadline: Duration::from_secs(30),
            check_requests: true,
            retry: Retry::default(),
            standby: None,
            failover: Failover::Off,
            certificates: None,
        }
    }

    /// Talks to this service instead of the merchant's own: scheme, host and port.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.merchant.base_url = base_url.into();
        self
    }

    /// Limits each attempt, from connecting to the last byte of the answer. 10 s by default.
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Limits connecting. 5 s by default.
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Limits a whole [`Client::send`] with all its attempts and waits. 30 s by default.
    #[must_use]
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets whether requests are held to the rules of their pages before they are signed. They are
    /// by default: one that breaks a rule is [`Error::Invalid`](crate::Error::Invalid), and nothing
    /// is sent. Turn it off where the service turns out to take what the rules here refuse: pages
    /// are silent on some, and what was [assumed](crate::api::assumed) instead may be too strict.
    #[must_use]
    pub const fn check_requests(mut self, check: bool) -> Self {
        self.check_requests = check;
        self
    }

    /// Sets where the standby site is, and when requests go there. Off by default. Of the real
    /// service it is [`STANDBY`](crate::STANDBY).
    #[must_use]
    pub fn standby(mut self, base_url: impl Into<String>, failover: Failover) -> Self {
        (self.standby, self.failover) = (Some(base_url.into()), failover);
        self
    }

    /// Keeps the platform's certificates that the client fetches in this folder, and trusts those
    /// that are there when it is made; without it they are fetched anew after each start. A
    /// folder that is not there is made. It may be the merchant's own.
    ///
    /// Each is authenticated when it is fetched: it was sealed with the APIv3 key. In the folder
    /// nothing seals it: a file is used if it holds the certificate that its name says and that has
    /// not run out, whoever wrote it. So nobody but the program may be able to write there, as with
    /// `wxp_pub.pem`. A file that cannot be used is logged as a warning, and passed over.
    #[must_use]
    pub fn certificate_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.certificates = Some(CertificateFolder::new(folder.into()));
        self
    }

    /// Sets when [`Client::send`] tries again. Three attempts by default.
    #[must_use]
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = retry;
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    /// If the base URL has more than scheme, host and port, or TLS cannot be set up.
    #[cfg(feature = "reqwest")]
    pub fn build(self) -> Result<Client, BuildError> {
        let (timeout, connect_timeout) = (self.timeout, self.connect_timeout);
        let (merchant, settings) = self.settle()?;
        // What has no TLS anywhere is a stand-in.
        let Settings { sites, .. } = &settings;
        let plain = sites.main.is_plain() && sites.standby.as_ref().is_none_or(BaseUrl::is_plain);
        let transport = if plain {
            Reqwest::plain(timeout, connect_timeout)?
        } else {
            Reqwest::new(timeout, connect_timeout)?
        };
        Ok(Client::new(merchant, settings, transport))
    }

    /// Makes a client that waits for its answers, for programs without a runtime.
    ///
    /// # Errors
    /// As for [`ClientBuilder::build`], or if no thread can be started.
    #[cfg(all(feature = "blocking", feature = "reqwest"))]
    pub fn build_blocking(self) -> Result<crate::blocking::Client, BuildError> {
        crate::blocking::Client::new(self.build()?)
    }

    /// Makes a client over another transport, whose time limits are its own.
    ///
    /// # Errors
    /// If a base URL has more than scheme, host and port.
    pub fn build_with<T: Transport>(self, transport: T) -> Result<Client<T>, BuildError> {
        let (merchant, settings) = self.settle()?;
        Ok(Client::new(merchant, settings, transport))
    }

    fn settle(self) -> Result<(Merchant, Settings), BuildError> {
        let Self { merchant, deadline, check_requests, retry, certificates, .. } = self;
        let main = BaseUrl::parse(&merchant.base_url).map_err(BuildError::BaseUrl)?;
        let standby = self.standby.as_deref().map(BaseUrl::parse).transpose();
        let sites = Sites::new(main, standby.map_err(BuildError::BaseUrl)?, self.failover);
        Ok((merchant, Settings { sites, retry, deadline, check_requests, certificates }))
    }
}
