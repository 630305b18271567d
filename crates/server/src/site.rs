//! The two sites of the provider, main and standby: two names, two listeners, one ledger.
//!
//! A site can be closed, to see what a client does then. A closed site ends every connection
//! without an answer, except for the control API over plain HTTP, which has to open it again.

use std::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::tls::names;

/// Where a request came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Site {
    /// `api.…`.
    Main,
    /// `api2.…`, which clients turn to when the main site does not answer.
    Standby,
}

impl Site {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Main, Self::Standby];

    /// For the log.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Standby => "standby",
        }
    }

    /// The site that one of the provider's names stands for.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = names::PROVIDER.iter().find(|known| known.eq_ignore_ascii_case(name))?;
        Some(if name.starts_with("api2.") { Self::Standby } else { Self::Main })
    }
}

#[derive(Clone, Copy, Debug)]
struct Open {
    main: bool,
    standby: bool,
}

impl Open {
    const fn is(self, site: Site) -> bool {
        match site {
            Site::Main => self.main,
            Site::Standby => self.standby,
        }
    }
}

/// Where the sites listen, and which of them are open.
#[derive(Debug)]
pub(crate) struct Sites {
    main: SocketAddr,
    standby: Option<SocketAddr>,
    open: watch::Sender<Open>,
}

impl Sites {
    pub(crate) fn new(main: SocketAddr, standby: Option<SocketAddr>) -> Self {
        let (open, _) = watch::channel(Open { main: true, standby: true });
        Self { main, standby, open }
    }

    pub(crate) fn is_open(&self, site: Site) -> bool {
        self.open.borrow().is(site)
    }

    pub(crate) fn set(&self, site: Site, open: bool) {
        self.open.send_modify(|all| match site {
            Site::Main => all.main = open,
            Site::Standby => all.standby = open,
        });
    }

    /// Waits until a site that is open is closed.
    pub(crate) async fn closing(&self, site: Site) {
        let mut watched = self.open.subscribe();
        for open in [true, false] {
            if watched.wait_for(|all| all.is(site) == open).await.is_err() {
                // Nobody is left to close it.
                return std::future::pending().await;
            }
        }
    }

    /// The address that a site listens at.
    pub(crate) const fn address(&self, site: Site) -> Option<SocketAddr> {
        match site {
            Site::Main => Some(self.main),
            Site::Standby => self.standby,
        }
    }

    /// All addresses that are listened at.
    pub(crate) fn addresses(&self) -> impl Iterator<Item = SocketAddr> {
        [Some(self.main), self.standby].into_iter().flatten()
    }

    /// The site that listens at an address of this machine. `here` is one, too: the one at which
    /// the caller has reached us.
    pub(crate) fn at(&self, ip: IpAddr, port: u16, here: IpAddr) -> Option<Site> {
        let ip = ip.to_canonical();
        let listeners = || Site::ALL.iter().filter_map(|site| Some((*site, self.address(*site)?)));
        let exact = listeners().find(|(_, at)| at.ip().to_canonical() == ip && at.port() == port);
        let ours = ip.is_loopback() || ip == here.to_canonical();
        let same_port = || listeners().find(|(_, at)| ours && at.port() == port);
        exact.or_else(same_port).map(|(site, _)| site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_lead_to_a_site() {
        for (name, site) in [
            ("api.mch.weixin.qq.com", Some(Site::Main)),
            ("API.mch.weixin.qq.com", Some(Site::Main)),
            ("apihk.mch.weixin.qq.com", Some(Site::Main)),
            ("api2.wechatpay.cn", Some(Site::Standby)),
            ("localhost", None),
            ("api.mch.weixin.qq.com.", None),
            ("evil.api.mch.weixin.qq.com", None),
            ("", None),
        ] {
            assert_eq!(Site::named(name), site, "{name}");
        }
        let address = |text: &str| text.parse().unwrap();
        let sites = Sites::new(address("127.0.0.1:443"), Some(address("127.0.0.2:443")));
        let here = "192.168.0.7".parse().unwrap();
        for (ip, port, site) in [
            ("127.0.0.1", 443, Some(Site::Main)),
            ("127.0.0.2", 443, Some(Site::Standby)),
            ("::ffff:127.0.0.2", 443, Some(Site::Standby)),
            ("127.0.0.3", 443, Some(Site::Main)),
            ("192.168.0.7", 443, Some(Site::Main)),
            ("192.168.0.8", 443, None),
            ("127.0.0.1", 80, None),
        ] {
            assert_eq!(sites.at(ip.parse().unwrap(), port, here), site, "{ip}:{port}");
        }
    }
}
