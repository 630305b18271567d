//! What to answer to a notification, and what the platform makes of it.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use redress_api::notification::Refused;

#[cfg(feature = "axum")]
use super::NOTIFICATION_BYTES_MAX;
use super::NotificationError;

/// The answer to a notification. It must be given within five seconds.
///
/// | Answer | What the platform does |
/// | --- | --- |
/// | 200 or 204, whatever the body | takes it as delivered, and sends it no more |
/// | anything else, or nothing in time | sends it again: 15 times in 24 h 4 min |
#[derive(Clone, Debug)]
pub struct Reply(Response<Bytes>);

impl Reply {
    /// It has arrived, and what it tells is safe: 204.
    #[must_use]
    pub fn done() -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        Self(response)
    }

    /// It is not to be believed, or cannot be opened. A probe (`WECHATPAY/SIGNTEST/`) is such a
    /// one; it comes again with a good signature.
    #[must_use]
    pub fn refuse(error: &NotificationError) -> Self {
        Self::failed(error.status(), &error.to_string())
    }

    /// It could not be dealt with now: 500. It comes again.
    #[must_use]
    pub fn again(why: &str) -> Self {
        Self::failed(StatusCode::INTERNAL_SERVER_ERROR, why)
    }

    /// The answer, for whatever serves HTTP.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        self.0
    }

    /// It is longer than any notification.
    #[cfg(feature = "axum")]
    pub(super) fn too_long() -> Self {
        let why = format!("the notification has more than {NOTIFICATION_BYTES_MAX} bytes");
        Self::failed(StatusCode::PAYLOAD_TOO_LARGE, &why)
    }

    /// It did not come whole.
    #[cfg(feature = "axum")]
    pub(super) fn cut_short() -> Self {
        Self::failed(StatusCode::BAD_REQUEST, "the notification did not come whole")
    }

    fn failed(status: StatusCode, why: &str) -> Self {
        let body = serde_json::to_vec(&Refused::new(why)).expect("two texts print as JSON");
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(CONTENT_TYPE, json);
        Self(response)
    }
}
