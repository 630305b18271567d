//! The proxy that every listener is: it leads to this server and nowhere else, so that a test can
//! never reach the real service.

use std::fmt::Write as _;
use std::net::IpAddr;

use axum::body::Body;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::uri::Authority;
use http::{HeaderValue, Method, Request, Response, StatusCode, Uri};
use hyper::ext::ReasonPhrase;

use crate::site::{Site, Sites};
use crate::tls::names;

/// How much of a refused host is repeated, in characters.
const HOST_CHARACTERS_MAX: usize = 100;

/// Where a caller wants to go through the proxy: always to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Destination {
    pub(crate) site: Site,
    /// Whether the name that was given is this machine's own.
    pub(crate) is_local: bool,
    /// Whether only TLS is spoken there.
    pub(crate) is_tls: bool,
}

/// What a request wants of the proxy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Aim {
    /// Nothing: it is meant for the server.
    Server,
    /// An answer of the server, asked for under a full URL.
    Answer(Destination),
    /// A tunnel.
    Tunnel(Destination),
    /// Something that there is not; why.
    Nowhere(StatusCode, String),
}

impl Aim {
    /// What a request wants that came at an address of this machine.
    pub(crate) fn of<B>(request: &Request<B>, sites: &Sites, here: IpAddr, site: Site) -> Self {
        let uri = request.uri();
        let is_tunnel = request.method() == Method::CONNECT;
        let Some(authority) = uri.authority() else {
            return if is_tunnel { nowhere("a CONNECT without HOST:PORT") } else { Self::Server };
        };
        let Some(port) = port(authority, uri) else {
            return nowhere(authority.as_str());
        };
        let Some(destination) = destination(authority.host(), port, sites, here, site, is_tunnel)
        else {
            return nowhere(&format!("{}:{port}", authority.host()));
        };
        if !is_tunnel {
            return Self::Answer(destination);
        }
        let headers = request.headers();
        let length = headers.get(CONTENT_LENGTH);
        if headers.contains_key(TRANSFER_ENCODING) || length.is_some_and(|length| length != "0") {
            let why = "CONNECT has no body: a tunnel begins behind its head.\n";
            return Self::Nowhere(StatusCode::BAD_REQUEST, why.to_owned());
        }
        Self::Tunnel(destination)
    }
}

/// The port that is asked for. `CONNECT` has to name one.
fn port(authority: &Authority, uri: &Uri) -> Option<u16> {
    if authority.port().is_some() {
        return authority.port_u16();
    }
    match uri.scheme_str() {
        Some("http") => Some(80),
        Some("https") => Some(443),
        Some(_) | None => None,
    }
}

fn destination(
    host: &str,
    port: u16,
    sites: &Sites,
    here: IpAddr,
    site: Site,
    is_tunnel: bool,
) -> Option<Destination> {
    let is_local = names::is_local(host);
    if let Some(named) = Site::named(host) {
        let fits = port == 443 || (port == 80 && !is_tunnel);
        return fits.then_some(Destination { site: named, is_local, is_tls: is_tunnel });
    }
    let address = names::address(host).or_else(|| is_local.then_some(IpAddr::from([127, 0, 0, 1])));
    if let Some(site) = address.and_then(|ip| sites.at(ip, port, here)) {
        return Some(Destination { site, is_local, is_tls: false });
    }
    let is_localhost = host.eq_ignore_ascii_case(names::LOCALHOST) && port == 443;
    is_localhost.then_some(Destination { site, is_local, is_tls: is_tunnel })
}

fn nowhere(target: &str) -> Aim {
    let target: String = target.chars().take(HOST_CHARACTERS_MAX).collect();
    let mut why = format!(
        "Redress's proxy does not lead to {target}. It leads only to Redress itself, so that a \
         test never reaches the real service.\nIt serves:\n"
    );
    for name in names::served() {
        let _ = writeln!(why, "  {name}:443");
    }
    Aim::Nowhere(StatusCode::FORBIDDEN, why)
}

/// Says yes to a tunnel.
pub(crate) fn established() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    let phrase = ReasonPhrase::from_static(b"Connection established");
    response.extensions_mut().insert(phrase);
    response
}

/// Says no, in plain text.
pub(crate) fn refused(status: StatusCode, why: String) -> Response<Body> {
    let mut response = Response::new(Body::from(why));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    // A client that takes the refusal for a tunnel would send its handshake behind.
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(method: &str, target: &str) -> Aim {
        let address = |text: &str| text.parse().unwrap();
        let sites = Sites::new(address("0.0.0.0:8790"), Some(address("127.0.0.1:8791")));
        let request = Request::builder().method(method).uri(target).body(()).unwrap();
        Aim::of(&request, &sites, "192.168.0.7".parse().unwrap(), Site::Main)
    }

    #[test]
    fn it_leads_to_the_server_only() {
        let to = |site, is_local, is_tls| Destination { site, is_local, is_tls };
        for (target, destination) in [
            ("api.mch.weixin.qq.com:443", to(Site::Main, false, true)),
            ("API.MCH.weixin.qq.com:443", to(Site::Main, false, true)),
            ("api2.wechatpay.cn:443", to(Site::Standby, false, true)),
            ("localhost:443", to(Site::Main, true, true)),
            ("localhost:8790", to(Site::Main, true, false)),
            ("127.0.0.1:8791", to(Site::Standby, true, false)),
            ("[::1]:8790", to(Site::Main, true, false)),
            ("192.168.0.7:8790", to(Site::Main, false, false)),
        ] {
            assert_eq!(aim("CONNECT", target), Aim::Tunnel(destination), "{target}");
        }
        for (target, destination) in [
            ("https://api.mch.weixin.qq.com/v3/a?b", to(Site::Main, false, false)),
            ("http://api2.mch.weixin.qq.com/", to(Site::Standby, false, false)),
            ("https://api.mch.weixin.qq.com:443/v3/a", to(Site::Main, false, false)),
            ("http://127.0.0.1:8790/_control", to(Site::Main, true, false)),
        ] {
            assert_eq!(aim("GET", target), Aim::Answer(destination), "{target}");
        }
        for target in ["/", "/v3/a?b", "//example.com/v3", "*"] {
            assert_eq!(aim("GET", target), Aim::Server, "{target}");
        }
        for (method, target) in [
            ("CONNECT", "example.com:443"),
            ("CONNECT", "api.mch.weixin.qq.com:80"),
            ("CONNECT", "api.mch.weixin.qq.com:8443"),
            ("CONNECT", "api.mch.weixin.qq.com"),
            ("CONNECT", "api.mch.weixin.qq.com.:443"),
            ("CONNECT", "api.mch.weixin.qq.com.example.com:443"),
            ("CONNECT", "localhost:80"),
            ("CONNECT", "127.0.0.1:22"),
            ("CONNECT", "127.0.0.1:443"),
            ("CONNECT", "192.168.0.8:8790"),
            ("CONNECT", "/"),
            ("GET", "http://example.com/"),
            ("GET", "https://api.mch.weixin.qq.com:8443/"),
            ("GET", "http://localhost:8080/"),
            ("GET", "ftp://api.mch.weixin.qq.com/"),
            ("GET", "http://api.mch.weixin.qq.com@example.com/"),
        ] {
            let Aim::Nowhere(StatusCode::FORBIDDEN, why) = aim(method, target) else {
                panic!("{method} {target} is let through");
            };
            assert!(why.contains("api.mch.weixin.qq.com:443"), "{why}");
        }
    }
}
