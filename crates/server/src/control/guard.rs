//! Who may use the control API.
//!
//! Without a token only this machine may, and only under a name that no web page can point at it:
//! a browser sends the page's `Origin` and the name's `Host`, and foreign ones are refused. With
//! a token, whoever presents it may.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::IntoResponse as _;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, Method, Response, StatusCode};

use super::Trouble;
use crate::app::App;
use crate::listen::Peer;

/// Lets a request through, or answers it.
pub(super) async fn guard(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Response<Body> {
    match admit(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(trouble) => trouble.into_response(),
    }
}

fn admit(app: &App, request: &Request) -> Result<(), Trouble> {
    let refuse = |why: &str| Err(Trouble::new(StatusCode::FORBIDDEN, why));
    let headers = request.headers();
    if let Some(origin) = header(headers, &ORIGIN) {
        let host = header(headers, &HOST).unwrap_or_default();
        if origin.strip_prefix("http://").is_none_or(|origin| origin != host) {
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
    if let Some(token) = &app.control_token {
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
    if header(headers, &HOST).is_none_or(|host| !is_local_name(host)) {
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
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, _)) => name,
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
