//! Who may use the control API.
//!
//! Without a token only this machine may, and only under a name that no web page can point at it:
//! a browser sends the page's `Origin` and the name's `Host`, and foreign ones are refused. With
//! a token, whoever presents it may.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};

use super::Trouble;
use crate::app::App;
use crate::connection::{CalledLocally, Peer};
use crate::tls::names;

/// Lets a request through, or answers it.
pub(super) async fn guard(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    match admit(app.control_token.as_deref(), &request) {
        Ok(()) => next.run(request).await,
        Err(trouble) => trouble.into_response(),
    }
}

fn admit(token: Option<&str>, request: &Request) -> Result<(), Trouble> {
    let refuse = |why: &str| Err(Trouble::new(StatusCode::FORBIDDEN, why));
    let headers = request.headers();
    if let Some(origin) = header(headers, &ORIGIN) {
        let host = header(headers, &HOST).unwrap_or_default();
        let origin = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
        if origin.is_none_or(|origin| origin != host) {
            return refuse("requests of other web pages are refused");
        }
    }
    if request.method() == Method::POST {
        let json = header(headers, &CONTENT_TYPE)
            .is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("application/json"));
        if !json {
            let why = "send Content-Type: application/json";
            return Err(Trouble::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
        }
    }
    if let Some(token) = token {
        let given = header(headers, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer "));
        let equal = given.is_some_and(|given| {
            aws_lc_rs::constant_time::verify_slices_are_equal(given.as_bytes(), token.as_bytes())
                .is_ok()
        });
        return if equal {
            Ok(())
        } else {
            let why = "send Authorization: Bearer with the control token";
            Err(Trouble::new(StatusCode::UNAUTHORIZED, why))
        };
    }
    let local = request
        .extensions()
        .get::<Peer>()
        .is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    if !local {
        return refuse("only this machine may use the control API; set a control token to open it");
    }
    // The name of a tunnel or a handshake counts as much as that of the header.
    let called = request.extensions().get::<CalledLocally>().is_some_and(|locally| locally.0);
    if !called || header(headers, &HOST).is_none_or(|host| !is_local_name(host)) {
        return refuse("use the control API as 127.0.0.1, [::1] or localhost");
    }
    Ok(())
}

/// A header that stands once and is text.
fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => Some(value.to_str().unwrap_or("(not text)")),
        (Some(_), Some(_)) => Some("(more than one)"),
        (None, _) => None,
    }
}

fn is_local_name(host: &str) -> bool {
    let colon = host.rfind(':').filter(|colon| !host[*colon..].contains(']'));
    names::is_local(colon.map_or(host, |colon| &host[..colon]))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    /// The status of a `GET` under a local name from this address, if it is refused.
    fn refused(token: Option<&str>, peer: Option<&str>, headers: &[(&str, &str)]) -> Option<u16> {
        let mut request = Request::builder().header(HOST, "localhost:8790");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(peer) = peer {
            let address: SocketAddr = peer.parse().unwrap();
            request.extensions_mut().insert(Peer(address));
            request.extensions_mut().insert(CalledLocally(true));
        }
        admit(token, &request).err().map(|trouble| trouble.status.as_u16())
    }

    #[test]
    fn without_a_token_only_this_machine_is_let_in() {
        for peer in ["127.0.0.1:5", "127.9.9.9:5", "[::1]:5", "[::ffff:127.0.0.1]:5"] {
            assert_eq!(refused(None, Some(peer), &[]), None, "{peer}");
        }
        for peer in ["192.168.0.7:5", "10.0.0.1:5", "[2001:db8::1]:5", "[::ffff:10.0.0.1]:5"] {
            assert_eq!(refused(None, Some(peer), &[]), Some(403), "{peer}");
        }
        assert_eq!(refused(None, None, &[]), Some(403));
    }

    #[test]
    fn with_the_token_every_machine_is() {
        let bearer = |token| [("authorization", token)];
        for peer in ["127.0.0.1:5", "192.168.0.7:5"] {
            assert_eq!(refused(Some("t"), Some(peer), &bearer("Bearer t")), None, "{peer}");
            for wrong in ["Bearer", "Bearer ", "Bearer T", "Bearer t2", "Basic t", "t"] {
                assert_eq!(refused(Some("t"), Some(peer), &bearer(wrong)), Some(401), "{wrong}");
            }
            assert_eq!(refused(Some("t"), Some(peer), &[]), Some(401));
        }
        let twice = [("authorization", "Bearer t"), ("authorization", "Bearer t")];
        assert_eq!(refused(Some("t"), Some("127.0.0.1:5"), &twice), Some(401));
    }
}
