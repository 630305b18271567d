//! Where a callback may go: the parts of its URL, and which addresses may be connected to.
//!
//! The check is made on the address of the connection, not on the name: a name may stand for one
//! address when it is looked at and for another when it is used.

use std::net::{IpAddr, SocketAddr};

use http::Uri;

/// Which addresses callbacks are sent to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Callbacks {
    /// This machine's own, so that nobody can use the server to reach into a network.
    #[default]
    Loopback,
    /// All.
    Anywhere,
}

impl Callbacks {
    /// Whether a connection to this address may be made.
    pub(super) fn allow(self, address: IpAddr) -> bool {
        match self {
            Self::Loopback => address.to_canonical().is_loopback(),
            Self::Anywhere => true,
        }
    }
}

/// A URL in the parts that a connection needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) is_tls: bool,
    /// A name or an address, without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// What stands in the `Host` header.
    pub(super) authority: String,
    /// Path and query.
    pub(super) path: String,
}

impl Target {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// Why nothing is sent there.
    pub(super) fn parse(url: &str) -> Result<Self, &'static str> {
        let uri: Uri = url.parse().map_err(|_error| "this is no URL")?;
        let is_tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err("only http and https are called"),
        };
        let Some(authority) = uri.authority() else { return Err("the URL names no host") };
        if authority.as_str().contains('@') {
            return Err("the URL holds a user's name");
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") | None => {
                if is_tls {
                    443
                } else {
                    80
                }
            }
            Some(port) => {
                port.trim_start_matches(':').parse().map_err(|_error| "this is no port")?
            }
        };
        if host.is_empty() || port == 0 {
            return Err("the URL names no host");
        }
        Ok(Self {
            is_tls,
            host: host.to_ascii_lowercase(),
            port,
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    /// Whose share of the connections it takes.
    pub(super) fn key(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Whether a connection has come back to this very server, whose control API trusts this machine.
pub(super) fn is_own(own: SocketAddr, local: SocketAddr, peer: SocketAddr) -> bool {
    let ip = peer.ip().to_canonical();
    let here = ip.is_loopback() || ip.is_unspecified() || ip == local.ip().to_canonical();
    here && peer.port() == own.port()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_apart() {
        let parts = |url| {
            let target = Target::parse(url).unwrap();
            (target.is_tls, target.key(), target.authority, target.path)
        };
        let of = |is_tls, key: &str, authority: &str, path: &str| {
            (is_tls, key.to_owned(), authority.to_owned(), path.to_owned())
        };
        assert_eq!(parts("http://A.example"), of(false, "a.example:80", "A.example", "/"));
        assert_eq!(parts("https://a.example/x"), of(true, "a.example:443", "a.example", "/x"));
        assert_eq!(parts("http://[::1]:81/x?y"), of(false, "::1:81", "[::1]:81", "/x?y"));
        assert_eq!(parts("HTTP://127.0.0.1:9/"), of(false, "127.0.0.1:9", "127.0.0.1:9", "/"));
    }

    #[test]
    fn what_is_no_callback_url_is_refused() {
        for url in [
            "",
            "/x",
            "a.example",
            "a.example:80",
            "ftp://a.example/",
            "file:///etc/passwd",
            "gopher://a.example/",
            "http://",
            "http:///x",
            "http://:80/",
            "http://a.example:0/",
            "http://a.example:65536/",
            "http://user@a.example/",
            "http://user:word@127.0.0.1/",
            "http://127.0.0.1@a.example/",
            "http://a example/",
        ] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn only_this_machine_is_near() {
        for (address, near) in [
            ("127.0.0.1", true),
            ("127.8.9.10", true),
            ("::1", true),
            ("::ffff:127.0.0.1", true),
            ("0.0.0.0", false),
            ("::", false),
            ("10.0.0.1", false),
            ("169.254.169.254", false),
            ("192.168.1.1", false),
            ("8.8.8.8", false),
            ("::ffff:10.0.0.1", false),
            ("fe80::1", false),
            ("2001:db8::1", false),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(Callbacks::Loopback.allow(address), near, "{address}");
            assert!(Callbacks::Anywhere.allow(address));
        }
    }

    #[test]
    fn the_server_knows_itself() {
        let own: SocketAddr = "0.0.0.0:8790".parse().unwrap();
        let is =
            |local: &str, peer: &str| is_own(own, local.parse().unwrap(), peer.parse().unwrap());
        assert!(is("127.0.0.1:5", "127.0.0.1:8790"));
        assert!(is("127.0.0.1:5", "127.0.0.2:8790"));
        assert!(is("[::1]:5", "[::1]:8790"));
        assert!(is("127.0.0.1:5", "0.0.0.0:8790"));
        assert!(is("192.168.0.7:5", "192.168.0.7:8790"));
        assert!(!is("192.168.0.7:5", "192.168.0.8:8790"));
        assert!(!is("127.0.0.1:5", "127.0.0.1:8791"));
    }
}
