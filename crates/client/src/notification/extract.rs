//! Notifications and their answers in programs that serve HTTP with axum.

use axum_core::body::Body;
use axum_core::extract::{FromRequest, Request};
use axum_core::response::{IntoResponse, Response};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use super::{NOTIFICATION_BYTES_MAX, RawNotification, Reply};

/// Takes the headers and the bytes of the body as they came, up to
/// [`NOTIFICATION_BYTES_MAX`](crate::NOTIFICATION_BYTES_MAX). What is longer is answered with 413.
///
/// ```
/// use std::sync::Arc;
/// use axum::{Router, extract::State, routing::post};
/// use redress::{Client, Notification, RawNotification, Reply, api::pay};
///
/// async fn paid(State(client): State<Client>, raw: RawNotification) -> Reply {
///     match client.open_notification::<pay::Order>(raw).await {
///         Ok(Notification { envelope, resource: order, .. }) => {
///             // Keep it under a unique key, say `envelope.id`, and only then:
///             Reply::done()
///         }
///         Err(error) => Reply::refuse(&error),
///     }
/// }
///
/// # fn router(client: Client) -> Router {
/// Router::new().route("/paid", post(paid)).with_state(client)
/// # }
/// ```
impl<S: Send + Sync> FromRequest<S> for RawNotification {
    type Rejection = Reply;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Reply> {
        let (head, body) = request.into_parts();
        match Limited::new(body, NOTIFICATION_BYTES_MAX).collect().await {
            Ok(body) => Ok(Self::new(head.headers, body.to_bytes())),
            Err(error) if error.is::<LengthLimitError>() => Err(Reply::too_long()),
            Err(_) => Err(Reply::cut_short()),
        }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        Self::into_response(self).map(Body::from)
    }
}
