//! Fields that carry what was sealed for the platform's key. Nothing here seals: it knows no key.

use crate::security::SealedMessage;
use crate::sharing::SealedName;
use crate::text::TextError;

/// A field of a request that carries Base64 of what was sealed for the platform's key.
pub trait SealedField: Sized {
    /// Takes what was sealed.
    ///
    /// # Errors
    /// If the field may not be that long.
    fn from_sealed(base64: Box<str>) -> Result<Self, TextError>;
}

impl SealedField for SealedName {
    fn from_sealed(base64: Box<str>) -> Result<Self, TextError> {
        Self::try_from(base64)
    }
}

impl SealedField for SealedMessage {
    fn from_sealed(base64: Box<str>) -> Result<Self, TextError> {
        Self::try_from(base64)
    }
}

/// For an endpoint that is not known here.
impl SealedField for String {
    fn from_sealed(base64: Box<str>) -> Result<Self, TextError> {
        Ok(base64.into())
    }
}
