//! Configuration and its defaults.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use redress_api::Timestamp;
use redress_api::notification::ANSWER_SECONDS_MAX;
use redress_store::Location;

use crate::node::NodeName;
use crate::notify::Callbacks;
use crate::requests::{REQUESTS_BYTES_MAX, REQUESTS_MAX};
use crate::sign_test::SignTest;

/// How a server runs.
#[derive(Clone)]
pub struct Config {
    /// The folder that everything is kept in; created if it does not exist.
    pub data: PathBuf,
    /// Where the world is kept; `redress.db` in the folder if nothing else is said. Servers that
    /// share a database share their folder, or have copies of it.
    pub store: Option<Location>,
    /// Where to listen. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the standby site listens besides, if it is to have a listener of its own.
    pub standby: Option<SocketAddr>,
    /// Where merchants reach it, if not at the address that it listens at: it stands behind a
    /// load balancer, say. This is written to their folders.
    pub public_url: Option<PublicUrl>,
    /// How late it is at least, in business time, before the demo world is made: later than the wall
    /// clock's time to have a day to oneself, whatever the hour. Business time never runs backwards.
    pub clock_until: Option<Timestamp>,
    /// What this server is called where it is one of several; the name of the machine and the port
    /// if nothing is said.
    pub node: Option<NodeName>,
    /// How long a server that is told to stop still takes connections, while `/readyz` says that it
    /// stops: long enough for a load balancer to notice.
    pub stop_grace: Duration,
    /// The bearer token of the control API. Without one, only this machine may use it.
    pub control_token: Option<String>,
    /// Which addresses callbacks are sent to.
    pub callbacks: Callbacks,
    /// How long a receiver of a callback may take, from connecting to its answer. The documented
    /// five seconds; shorter in tests.
    pub callback_limit: Duration,
    /// Whether the documented rates are held: who calls more often is answered 429.
    pub rate_limits: bool,
    /// How long the second of a rate is. The documented one; longer in tests.
    pub rate_second: Duration,
    /// Which share of answers and callbacks is signed wrongly on purpose.
    pub sign_test: SignTest,
    /// How many exchanges the request log keeps.
    pub requests_max: usize,
    /// How many bytes they may take in all.
    pub requests_bytes_max: usize,
    /// Whether a refusal of a signature says in a header where it is explained. The provider's
    /// answers have no such header.
    pub explain: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("redress-data"),
            store: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8790)),
            standby: None,
            public_url: None,
            clock_until: None,
            node: None,
            stop_grace: Duration::ZERO,
            control_token: None,
            callbacks: Callbacks::default(),
            callback_limit: Duration::from_secs(ANSWER_SECONDS_MAX),
            rate_limits: true,
            rate_second: Duration::from_secs(1),
            sign_test: SignTest::default(),
            requests_max: REQUESTS_MAX,
            requests_bytes_max: REQUESTS_BYTES_MAX,
            explain: false,
        }
    }
}

/// An address that others reach the server at: scheme, host, perhaps a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

/// What is no such address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public URL is scheme, host and port alone, such as https://pay.test.example:8790")]
pub struct BadPublicUrl;

impl FromStr for PublicUrl {
    type Err = BadPublicUrl;

    fn from_str(text: &str) -> Result<Self, BadPublicUrl> {
        let url: http::Uri = text.parse().map_err(|_unfit| BadPublicUrl)?;
        let is_web = matches!(url.scheme_str(), Some("http" | "https"));
        let has_host = url.authority().is_some_and(|at| !at.as_str().contains('@'));
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none();
        if is_web && has_host && is_bare {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(BadPublicUrl)
        }
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The token is a secret.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("data", &self.data)
            .field("store", &self.store)
            .field("listen", &self.listen)
            .field("standby", &self.standby)
            .field("public_url", &self.public_url)
            .field("clock_until", &self.clock_until)
            .field("node", &self.node)
            .field("stop_grace", &self.stop_grace)
            .field("control_token", &self.control_token.as_ref().map(|_| "***"))
            .field("callbacks", &self.callbacks)
            .field("callback_limit", &self.callback_limit)
            .field("rate_limits", &self.rate_limits)
            .field("rate_second", &self.rate_second)
            .field("sign_test", &self.sign_test)
            .field("requests_max", &self.requests_max)
            .field("requests_bytes_max", &self.requests_bytes_max)
            .field("explain", &self.explain)
            .finish()
    }
}

/// The largest request body, in bytes. The API's own bodies have a few hundred.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
/// How much of a body that is too large is read and dropped, so that its sender can still hear
/// the answer, in bytes.
pub(crate) const DRAIN_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a body may take, in seconds.
pub(crate) const BODY_SECONDS_MAX: u64 = 10;
/// How long a connection may take to send the head of a request, waiting included, in seconds.
pub(crate) const HEAD_SECONDS_MAX: u64 = 60;
/// The most callers, or values of a field, that one limit of a rate counts apart at once.
pub(crate) const LIMITED_KEYS_MAX: usize = 16 * 1024;
/// How long a TLS handshake may take, in seconds.
pub(crate) const HANDSHAKE_SECONDS_MAX: u64 = 10;
/// The most connections at once.
pub(crate) const CONNECTIONS_MAX: usize = 4096;
/// How long a stop waits for requests under way, in seconds.
pub(crate) const STOP_SECONDS_MAX: u64 = 10;
/// How long the store may take to say that it is ready, in seconds.
pub(crate) const READY_SECONDS_MAX: u64 = 3;
/// How long a claimed job belongs to its worker, in seconds.
pub(crate) const LEASE_SECONDS: i64 = 30;
/// The most jobs that are claimed at once.
pub(crate) const CLAIMS_MAX: u32 = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_has_no_path() {
        let read = |text: &str| text.parse::<PublicUrl>().map(|url| url.to_string());
        for good in ["http://127.0.0.1:8790", "https://pay.test.example", "http://[::1]:80"] {
            assert_eq!(read(good).as_deref(), Ok(good));
        }
        assert_eq!(read("https://pay.test.example/").as_deref(), Ok("https://pay.test.example"));
        for bad in ["", "pay.test.example", "ftp://h", "http://h/v3", "http://h?a", "http://u:p@h"]
        {
            assert_eq!(read(bad), Err(BadPublicUrl), "{bad}");
        }
    }
}
