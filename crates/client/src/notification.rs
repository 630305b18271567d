//! What the platform posts to a merchant: checked, then opened.

use std::fmt;

use http::{HeaderMap, StatusCode};
use redress_api::notification::{ALGORITHM, CIPHERTEXT_BYTES_MAX, Envelope, RESOURCE_TYPE};
use redress_crypto::{OpenError, ResponseSignature, VerifyError, verify_response};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::clock;
use crate::merchant::Merchant;

/// The longest notification that is opened, in bytes: the longest ciphertext and what surrounds it.
pub const NOTIFICATION_BYTES_MAX: usize = CIPHERTEXT_BYTES_MAX + 16 * 1024;

/// A notification that the platform signed and the merchant's APIv3 key opened.
///
/// It may come more than once: what it tells must be done once, by its number or by that of the
/// order. Its `Debug` does not show what it tells.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// The headers that were checked.
    pub signature: ResponseSignature,
    /// The notification as it came.
    pub envelope: Envelope,
    /// What it tells.
    pub resource: Json,
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
    /// What was sealed is not JSON.
    #[error("what was sealed is not JSON")]
    Resource,
}

impl Merchant {
    /// Checks the signature of a notification with the platform's keys, then opens it with the
    /// merchant's APIv3 key. `body` must be the bytes as they came.
    ///
    /// Answer 200 or 204 within five seconds, once what it tells is safe; on an error answer
    /// [`NotificationError::status`].
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
        if body.len() > NOTIFICATION_BYTES_MAX {
            return Err(NotificationError::TooLong { bytes: body.len() });
        }
        let signature = ResponseSignature::from_headers(headers)?;
        verify_response(self.platform_keys(), headers, body, now)?;
        let envelope: Envelope =
            serde_json::from_slice(body).map_err(NotificationError::Envelope)?;
        let sealed = &envelope.resource;
        for (field, found, expected) in [
            ("resource_type", &envelope.resource_type, RESOURCE_TYPE),
            ("algorithm", &sealed.algorithm, ALGORITHM),
        ] {
            if found != expected {
                return Err(NotificationError::Unknown { field, expected });
            }
        }
        let key = self.apiv3_key().ok_or(NotificationError::NoKey)?;
        let (nonce, associated) = (sealed.nonce.as_bytes(), sealed.associated_data.as_bytes());
        let opened = key.open(nonce, associated, &sealed.ciphertext)?;
        // The error of the parser would repeat what was sealed.
        let resource =
            serde_json::from_slice(&opened).map_err(|_sealed| NotificationError::Resource)?;
        Ok(Notification { signature, envelope, resource })
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

impl fmt::Debug for Notification {
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
