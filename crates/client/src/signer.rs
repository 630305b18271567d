//! Who makes the signatures: a key in this process, or one that never leaves an HSM or a KMS.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use redress_crypto::{OaepError, PrivateKey, Zeroizing};

/// A signature that is being made: Base64.
pub type Signing<'a> = Pin<Box<dyn Future<Output = Result<String, SignError>> + Send + 'a>>;

/// Signs as the merchant. The example `sign_with_pkcs11` does it with a token.
pub trait Signer: Send + Sync + 'static {
    /// Signs a message with RSASSA-PKCS1-v1_5 and SHA-256. The result is in standard Base64.
    fn sign<'a>(&'a self, message: &'a [u8]) -> Signing<'a>;
}

/// Why a message was not signed. Nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("the request could not be signed")]
pub struct SignError(#[source] Box<dyn Error + Send + Sync>);

impl SignError {
    /// An error of a signer.
    pub fn new(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(source.into())
    }
}

/// The key of a merchant, wherever it is. Its `Debug` says where.
#[derive(Clone)]
pub(crate) enum Key {
    Here(PrivateKey),
    Elsewhere(Arc<dyn Signer>),
}

impl Key {
    pub(crate) fn open(&self, sealed: &str) -> Result<Zeroizing<Vec<u8>>, OaepError> {
        match self {
            Self::Here(key) => key.open_oaep(sealed),
            Self::Elsewhere(_) => Err(OaepError::Elsewhere),
        }
    }

    pub(crate) async fn sign(&self, message: &[u8]) -> Result<String, SignError> {
        match self {
            Self::Here(key) => Ok(key.sign(message)),
            Self::Elsewhere(signer) => {
                let signature = signer.sign(message).await?;
                let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
                if signature.is_empty() || !signature.bytes().all(plain) {
                    return Err(SignError::new("the signer gave something that is no Base64"));
                }
                Ok(signature)
            }
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(key) => key.fmt(f),
            Self::Elsewhere(_) => f.write_str("a signer elsewhere"),
        }
    }
}
