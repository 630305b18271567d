//! AES-256-GCM under the merchant's APIv3 key: resources of notifications and platform
//! certificates.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::random::secret;

const KEY_BYTES: usize = 32;

/// The merchant's APIv3 key: 32 bytes that merchant and platform share.
#[derive(Clone)]
pub struct ApiV3Key(Zeroizing<String>);

/// Why a text is not an APIv3 key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ApiV3KeyError {
    /// Not 32 bytes.
    #[error("an APIv3 key has {KEY_BYTES} bytes, not {bytes}")]
    Length {
        /// The length of the text in bytes.
        bytes: usize,
    },
}

/// Why a sealed text was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The nonce does not have 12 bytes.
    #[error("the nonce has {bytes} bytes, not {NONCE_LEN}")]
    Nonce {
        /// The length of the nonce in bytes.
        bytes: usize,
    },
    /// The ciphertext is not Base64.
    #[error("the ciphertext is not Base64")]
    Base64,
    /// Another key, nonce or associated data, or a changed ciphertext.
    #[error("the ciphertext was not sealed with this key, nonce and associated data")]
    Refused,
}

impl ApiV3Key {
    /// Takes a key of exactly 32 bytes.
    pub fn new(text: &str) -> Result<Self, ApiV3KeyError> {
        if text.len() == KEY_BYTES {
            Ok(Self(Zeroizing::new(text.to_owned())))
        } else {
            Err(ApiV3KeyError::Length { bytes: text.len() })
        }
    }

    /// A fresh key of 32 letters and digits.
    pub fn generate() -> Self {
        Self(Zeroizing::new(secret()))
    }

    /// The key itself.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Encrypts: Base64 of the ciphertext and its 16-byte tag. A nonce must not be used twice.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        associated_data: &[u8],
        plaintext: &[u8],
    ) -> String {
        // With room for the tag: a buffer that grows would leave a copy of the plaintext behind.
        let mut sealed = Vec::with_capacity(plaintext.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(plaintext);
        self.cipher()
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(associated_data),
                &mut sealed,
            )
            .expect("a plaintext that fits into memory is shorter than the limit of GCM");
        STANDARD.encode(sealed)
    }

    /// Decrypts what [`seal`](Self::seal) made with the same nonce and associated data.
    pub fn open(
        &self,
        nonce: &[u8],
        associated_data: &[u8],
        base64: &str,
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let unusable = |_unspecified| OpenError::Nonce { bytes: nonce.len() };
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(unusable)?;
        let mut text = Zeroizing::new(STANDARD.decode(base64).map_err(|_error| OpenError::Base64)?);
        let length = self
            .cipher()
            .open_in_place(nonce, Aad::from(associated_data), &mut text)
            .map_err(|_unspecified| OpenError::Refused)?
            .len();
        text.truncate(length);
        Ok(text)
    }

    fn cipher(&self) -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, self.0.as_bytes());
        LessSafeKey::new(key.expect("the key has 32 bytes"))
    }
}

impl fmt::Debug for ApiV3Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiV3Key(hidden)")
    }
}
