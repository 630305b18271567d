//! Makes clients.

use std::time::Duration;

use crate::base_url::BaseUrl;
use crate::client::Client;
use crate::merchant::Merchant;
use crate::retry::Retry;
use crate::transport::{Reqwest, Transport};

/// The settings of a client; see [`Client::builder`].
#[derive(Clone, Debug)]
pub struct ClientBuilder {
    merchant: Merchant,
    timeout: Duration,
    connect_timeout: Duration,
    retry: Retry,
}

/// Why a client could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The base URL is not scheme, host and port.
    #[error("the base URL {0}; it is https://api.mch.weixin.qq.com or http://127.0.0.1:8790, say")]
    BaseUrl(&'static str),
    /// HTTP or TLS could not be set up.
    #[error("HTTP over TLS could not be set up")]
    Transport(#[from] reqwest::Error),
}

impl ClientBuilder {
    pub(crate) fn new(merchant: Merchant) -> Self {
        let (timeout, connect_timeout) = (Duration::from_secs(10), Duration::from_secs(5));
        Self { merchant, timeout, connect_timeout, retry: Retry::default() }
    }

    /// Talks to this service instead of the merchant's own: scheme, host and port.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.merchant.base_url = base_url.into();
        self
    }

    /// Limits each attempt, from connecting to the last byte of the answer. 10 s by default.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Limits connecting. 5 s by default.
    #[must_use]
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
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
    pub fn build(self) -> Result<Client, BuildError> {
        let base_url = self.parse_base_url()?;
        let transport = if base_url.is_plain() {
            Reqwest::plain(self.timeout, self.connect_timeout)?
        } else {
            Reqwest::new(self.timeout, self.connect_timeout)?
        };
        Ok(Client::new(self.merchant, base_url, self.retry, transport))
    }

    /// Makes a client over another transport, whose time limits are its own.
    ///
    /// # Errors
    /// If the base URL has more than scheme, host and port.
    pub fn build_with<T: Transport>(self, transport: T) -> Result<Client<T>, BuildError> {
        let base_url = self.parse_base_url()?;
        Ok(Client::new(self.merchant, base_url, self.retry, transport))
    }

    fn parse_base_url(&self) -> Result<BaseUrl, BuildError> {
        BaseUrl::parse(&self.merchant.base_url).map_err(BuildError::BaseUrl)
    }
}
