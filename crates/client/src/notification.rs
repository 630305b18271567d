//! What the platform posts to a merchant: as it came, then verified, then opened.

#[cfg(feature = "axum")]
mod extract;
mod recent;
mod reply;

pub use self::recent::Recent;
pub use self::reply::Reply;

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use redress_api::notification::{ALGORITHM, CIPHERTEXT_BYTES_MAX, Envelope, RESOURCE_TYPE};
use redress_crypto::{
    ApiV3Key, OpenError, ResponseSignature, Serial, VerifyError, verify_response,
};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::client::Client;
use crate::clock;
use crate::merchant::Merchant;
use crate::transport::Transport;

/// The longest notification that is opened, in bytes: the longest ciphertext and what surrounds it.
pub const NOTIFICATION_BYTES_MAX: usize = CIPHERTEXT_BYTES_MAX + 16 * 1024;

/// A notification as it came: nothing of it can be read before its signature is checked.
///
/// It takes bytes, because a body that was parsed and printed again is not what was signed.
#[derive(Clone)]
pub struct RawNotification {
    headers: HeaderMap,
    body: Bytes,
}

/// A notification that the platform signed. What it tells is still sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedNotification {
    /// The headers that were checked.
    pub signature: ResponseSignature,
    /// The notification as it came.
    pub envelope: Envelope,
}

/// A notification that the platform signed and the merchant's APIv3 key opened.
///
/// It may come more than once: what it tells must be done once, by its number (see
/// [`Recent`](crate::Recent)) or by that of the order. Its `Debug` does not show what it tells.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification<R = Json> {
    /// The headers that were checked.
    pub signature: ResponseSignature,
    /// The notification as it came.
    pub envelope: Envelope,
    /// What it tells: an order, if the event is `TRANSACTION.SUCCESS`, or plain JSON for any event.
    pub resource: R,
}

/// Why a notification is not to be believed, or could not be opened.
///
/// No variant shows a key, or anything that was sealed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotificationError {
    /// It is longer than [`NOTIFICATION_BYTES_MAX`].
    #[error("the notification has {bytes} bytes, more than {NOTIFICATION_BYTES_MAX}")]
    TooLong {
        /// Its length in bytes.
        bytes: usize,
    },
    /// It is not the platform's, or cannot be shown to be.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// Its body is not a notification.
    #[error("the body is not a notification")]
    Envelope(#[source] serde_json::Error),
    /// It is sealed in a way that is not known here.
    #[error("the field {field} is not {expected}")]
    Unknown {
        /// The field.
        field: &'static str,
        /// Its only known value.
        expected: &'static str,
    },
    /// The merchant was made without an APIv3 key.
    #[error("the merchant has no APIv3 key: give its merchant.json an apiv3_key")]
    NoKey,
    /// It was sealed with another key, for another merchant say, or it was changed.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What was sealed is not JSON, or not what was expected of this event.
    #[error("what was sealed is not what was expected of the event")]
    Resource,
}

impl RawNotification {
    /// A request of the platform: its headers, and its body byte for byte.
    pub fn new(headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { headers, body: body.into() }
    }
}

/// Checks who sent a notification.
fn verified(
    headers: &HeaderMap,
    body: &[u8],
    verify: impl FnOnce(&HeaderMap, &[u8]) -> Result<(), VerifyError>,
) -> Result<VerifiedNotification, NotificationError> {
    if body.len() > NOTIFICATION_BYTES_MAX {
        return Err(NotificationError::TooLong { bytes: body.len() });
    }
    let signature = ResponseSignature::from_headers(headers)?;
    verify(headers, body)?;
    let envelope = serde_json::from_slice(body).map_err(NotificationError::Envelope)?;
    Ok(VerifiedNotification { signature, envelope })
}

impl<B: Into<Bytes>> From<Request<B>> for RawNotification {
    fn from(request: Request<B>) -> Self {
        let (head, body) = request.into_parts();
        Self::new(head.headers, body)
    }
}

impl VerifiedNotification {
    /// Opens it, and reads what it tells.
    ///
    /// # Errors
    /// If it was sealed with another key, or tells something else.
    pub fn open<R: DeserializeOwned>(
        self,
        key: &ApiV3Key,
    ) -> Result<Notification<R>, NotificationError> {
        let Self { signature, envelope } = self;
        let sealed = &envelope.resource;
        for (field, found, expected) in [
            ("resource_type", &envelope.resource_type, RESOURCE_TYPE),
            ("algorithm", &sealed.algorithm, ALGORITHM),
        ] {
            if found != expected {
                return Err(NotificationError::Unknown { field, expected });
            }
        }
        let (nonce, associated) = (sealed.nonce.as_bytes(), sealed.associated_data.as_bytes());
        let opened = key.open(nonce, associated, &sealed.ciphertext)?;
        // The error of the parser would repeat what was sealed.
        let resource =
            serde_json::from_slice(&opened).map_err(|_sealed| NotificationError::Resource)?;
        Ok(Notification { signature, envelope, resource })
    }
}

impl Merchant {
    /// Checks the signature of a notification with the platform's keys, then opens it with the
    /// merchant's APIv3 key. `body` must be the bytes as they came.
    ///
    /// Answer 200 or 204 within five seconds, once what it tells is safe; on an error answer
    /// [`NotificationError::status`]; [`Reply`](crate::Reply) makes both. A [`Client`] does the
    /// same in [`Client::open_notification`], and learns certificates that it does not know.
    ///
    /// # Errors
    /// If the platform did not sign it within the last five minutes, or it cannot be opened.
    pub fn open_notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notification, NotificationError> {
        self.open_notification_at(headers, body, clock::unix_seconds())
    }

    /// Like [`Merchant::open_notification`], at another time than now, in seconds since 1970.
    ///
    /// # Errors
    /// As for [`Merchant::open_notification`].
    pub fn open_notification_at(
        &self,
        headers: &HeaderMap,
        body: &[u8],
        now: i64,
    ) -> Result<Notification, NotificationError> {
        let keys = self.platform_keys();
        let verify = |headers: &HeaderMap, body: &[u8]| verify_response(keys, headers, body, now);
        let verified = verified(headers, body, verify)?;
        verified.open(self.apiv3_key().ok_or(NotificationError::NoKey)?)
    }
}

impl<T: Transport> Client<T> {
    /// Checks who sent a notification, with the keys that answers are checked with, and counts it.
    /// An unknown certificate is fetched, if the merchant has an APIv3 key.
    ///
    /// # Errors
    /// If the platform did not sign it within the last five minutes.
    pub async fn verify_notification(
        &self,
        raw: RawNotification,
    ) -> Result<VerifiedNotification, NotificationError> {
        let trust = self.trust();
        let verify = |headers: &HeaderMap, body: &[u8]| trust.verify(headers, body);
        let RawNotification { headers, body } = &raw;
        let checked = verified(headers, body, verify);
        if let Err(NotificationError::Verify(VerifyError::UnknownSerial(serial))) = &checked
            && let Ok(serial) = Serial::parse(serial)
            && self.learn(&serial).await
        {
            return verified(headers, body, verify);
        }
        checked
    }

    /// Checks a notification and reads what it tells.
    ///
    /// # Errors
    /// If the platform did not sign it within the last five minutes, or it cannot be opened, or it
    /// tells something else.
    pub async fn open_notification<R: DeserializeOwned>(
        &self,
        raw: RawNotification,
    ) -> Result<Notification<R>, NotificationError> {
        let verified = self.verify_notification(raw).await?;
        verified.open(self.merchant().apiv3_key().ok_or(NotificationError::NoKey)?)
    }
}

impl Notification {
    /// What it tells, as a type: `TRANSACTION.SUCCESS` as an order, say.
    ///
    /// # Errors
    /// If it is something else.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.resource)
    }
}

/// What came is not the platform's until it is verified, and is not shown.
impl fmt::Debug for RawNotification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawNotification").field("bytes", &self.body.len()).finish_non_exhaustive()
    }
}

impl<R> fmt::Debug for Notification<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { signature, envelope, resource: _ } = self;
        f.debug_struct("Notification")
            .field("signature", signature)
            .field("envelope", envelope)
            .finish_non_exhaustive()
    }
}

impl NotificationError {
    /// What to answer: whose fault it is. The platform sends the notification again after any of
    /// them.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::TooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Verify(_) => StatusCode::UNAUTHORIZED,
            Self::Envelope(_) | Self::Unknown { .. } | Self::Open(_) | Self::Resource => {
                StatusCode::BAD_REQUEST
            }
            Self::NoKey => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}
