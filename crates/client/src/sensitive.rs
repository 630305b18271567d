//! Plaintext that must not be seen: names, identity numbers, bank accounts.

use std::fmt;

use redress_api::{SealedField, text::TextError};
use redress_crypto::{OaepError, Zeroize, Zeroizing};
use serde::{Serialize, Serializer};

use crate::client::Client;
use crate::merchant::Merchant;

const STARS: &str = "***";

/// Plaintext of a sensitive field. It is printed and serialised as `***`, whatever prints it, and
/// its memory is wiped. [`Client::seal`] makes of it what a request may carry.
///
/// ```
/// use redress::Sensitive;
///
/// let name = Sensitive::from("张三");
/// assert_eq!(format!("{name} {name:?}"), "*** ***");
/// assert_eq!(serde_json::to_string(&name)?, "\"***\"");
/// assert_eq!(name.expose(), "张三");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Sensitive<T: Zeroize = String>(Zeroizing<T>);

/// Why a field could not be sealed. Nothing of it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// It is longer than a block of the key.
    #[error(transparent)]
    Oaep(#[from] OaepError),
    /// What was sealed is longer than the field may be: the platform's key is longer than any that
    /// is known.
    #[error("what was sealed does not fit its field: {0}")]
    Field(TextError),
}

impl<T: Zeroize> Sensitive<T> {
    /// Keeps this from being seen.
    pub fn new(value: T) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The plaintext, for whoever asks for it by this name.
    #[must_use]
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl Sensitive<Vec<u8>> {
    /// The plaintext as a text, if it is one.
    #[must_use]
    pub fn expose_text(&self) -> Option<&str> {
        std::str::from_utf8(&self.0).ok()
    }
}

impl From<&str> for Sensitive {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl From<String> for Sensitive {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STARS)
    }
}

impl<T: Zeroize> fmt::Display for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(STARS)
    }
}

impl<T: Zeroize> Serialize for Sensitive<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(STARS)
    }
}

impl<T> Client<T> {
    /// Seals a sensitive field of a request for the platform's public key, the one that this
    /// client's requests name in `Wechatpay-Serial`: as
    /// [`SealedName`](crate::api::sharing::SealedName), say, or as a `String` for an endpoint that
    /// is not known here. A key of 2048 bits seals up to 214 bytes. Sealing twice gives two texts.
    ///
    /// # Errors
    /// If it is too long.
    pub fn seal<F: SealedField, P: AsRef<[u8]> + Zeroize>(
        &self,
        plaintext: &Sensitive<P>,
    ) -> Result<F, SealError> {
        self.merchant().seal(plaintext)
    }

    /// As [`Merchant::open_field`].
    ///
    /// # Errors
    /// As there.
    pub fn open_field(&self, sealed: &str) -> Result<Sensitive<Vec<u8>>, OaepError> {
        self.merchant().open_field(sealed)
    }
}

impl Merchant {
    /// As [`Client::seal`].
    ///
    /// # Errors
    /// If it is too long.
    pub fn seal<F: SealedField, P: AsRef<[u8]> + Zeroize>(
        &self,
        plaintext: &Sensitive<P>,
    ) -> Result<F, SealError> {
        let sealed = self.named_key().seal_oaep(plaintext.expose().as_ref())?;
        F::from_sealed(sealed.into()).map_err(SealError::Field)
    }

    /// Opens a sensitive field of an answer, which is sealed for the merchant's certificate.
    ///
    /// # Errors
    /// If it was sealed for another key, or changed, or if the key lives elsewhere.
    pub fn open_field(&self, sealed: &str) -> Result<Sensitive<Vec<u8>>, OaepError> {
        self.key.open(sealed).map(Sensitive)
    }
}
