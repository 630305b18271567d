//! A node: one of several servers that share a database and a data folder, or the only one.
//!
//! What one node changes, the others follow: merchants' keys, the platform's certificates, business
//! time. What only this node knows (its request log, its faults, its rates) is shown with its name.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use redress_core::clock;
use tokio::sync::watch;

use crate::app::App;

/// How often a node looks at what others may have changed.
const FOLLOW_PAUSE: Duration = Duration::from_secs(1);
/// How old what is known of a merchant may be while others may have changed it. Twice that, if the
/// database takes its time.
pub(crate) const KNOWN_AGE_MAX: Duration = Duration::from_secs(1);

/// The name of a node: 1 to 64 letters, digits and `.:_-[]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeName(String);

/// What is no name of a node.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a node is 1 to 64 letters, digits and . : _ - [ ]")]
pub struct BadNodeName;

impl FromStr for NodeName {
    type Err = BadNodeName;

    fn from_str(name: &str) -> Result<Self, BadNodeName> {
        let fits = |c: char| c.is_ascii_alphanumeric() || ".:_-[]".contains(c);
        if (1..=64).contains(&name.len()) && name.chars().all(fits) {
            Ok(Self(name.to_owned()))
        } else {
            Err(BadNodeName)
        }
    }
}

impl fmt::Display for NodeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl NodeName {
    /// The name of this machine, and the port.
    fn of(address: SocketAddr) -> Self {
        let mut host = host().unwrap_or_else(|| address.ip().to_string());
        host.truncate(58);
        format!("{host}:{}", address.port()).parse().unwrap_or(Self(address.to_string()))
    }
}

#[cfg(unix)]
fn host() -> Option<String> {
    let name = rustix::system::uname().nodename().to_str().ok()?.to_owned();
    Some(name).filter(|name| !name.is_empty() && name.is_ascii())
}

#[cfg(not(unix))]
fn host() -> Option<String> {
    None
}

/// This one.
#[derive(Debug)]
pub(crate) struct Node {
    name: NodeName,
    /// Whether there may be others.
    is_one_of_many: bool,
    is_stopping: AtomicBool,
}

impl Node {
    pub(crate) fn new(name: Option<NodeName>, address: SocketAddr, is_one_of_many: bool) -> Self {
        let is_one_of_many = is_one_of_many || name.is_some();
        let name = name.unwrap_or_else(|| NodeName::of(address));
        Self { name, is_one_of_many, is_stopping: AtomicBool::new(false) }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name.0
    }

    /// The name where it tells something: a server that is the only one goes without.
    pub(crate) fn shown(&self) -> Option<&str> {
        self.is_one_of_many.then(|| self.name())
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }

    /// From here on it asks for no more requests.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }
}

/// Follows what other nodes change, until told to stop.
pub(crate) async fn follow(app: Arc<App>, mut stop: watch::Receiver<bool>) {
    let following = async {
        loop {
            tokio::time::sleep(FOLLOW_PAUSE).await;
            match app.read(clock::Read).await {
                Ok(kept) => app.clock.advance_to(kept.offset_seconds),
                Err(error) => tracing::debug!(%error, "business time could not be read"),
            }
            let platform = Arc::clone(&app.platform);
            if let Err(error) = tokio::task::spawn_blocking(move || platform.follow()).await {
                tracing::error!(%error, "the platform's certificates could not be followed");
            }
        }
    };
    tokio::select! {
        () = following => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_plain() {
        for good in ["a", "node-1", "10.0.0.7:8790", "[::1]:8790", "db_a.internal"] {
            assert_eq!(good.parse::<NodeName>().unwrap().to_string(), good);
        }
        for bad in ["", "two words", "\"", "a\n", "节点", &"x".repeat(65)] {
            assert_eq!(bad.parse::<NodeName>(), Err(BadNodeName), "{bad}");
        }
        let address: SocketAddr = "127.0.0.1:8790".parse().unwrap();
        let node = Node::new(None, address, false);
        assert!(node.name().ends_with(":8790"), "{}", node.name());
        assert_eq!(node.shown(), None, "the only one needs no name");
        assert_eq!(Node::new("a".parse().ok(), address, false).shown(), Some("a"));
        assert!(Node::new(None, address, true).shown().is_some());
    }
}
