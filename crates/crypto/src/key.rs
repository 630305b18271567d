//! RSA private keys: loading, generating, signing and opening sealed fields.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{PublicKey, pem};

const PKCS8: &str = "PRIVATE KEY";
const PKCS1: &str = "RSA PRIVATE KEY";

/// Why a key or certificate could not be read, made or written.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum KeyError {
    /// The text is not PEM.
    #[error("not PEM: {0}")]
    Pem(&'static str),
    /// The PEM holds something else, say a certificate where a private key is expected.
    #[error("the PEM holds a {found}, which is not what is expected here")]
    Label {
        /// The label of the first section.
        found: String,
    },
    /// Not an RSA key of 2048 to 8192 bits.
    #[error("not an RSA key of 2048 to 8192 bits")]
    Rejected(#[source] KeyRejected),
    /// Not an X.509 certificate with a usable serial number.
    #[error("not an X.509 certificate: {0}")]
    Certificate(&'static str),
    /// A certificate must end after it begins, between 1970 and 9999.
    #[error("a certificate cannot be valid from {not_before} to {not_after}")]
    Validity {
        /// The wanted begin, in Unix seconds.
        not_before: i64,
        /// The wanted end, in Unix seconds.
        not_after: i64,
    },
    /// The certificate could not be made.
    #[error("the certificate could not be made")]
    Issue(#[source] rcgen::Error),
    /// The key could not be generated.
    #[error("the key could not be generated")]
    Generate,
    /// The key could not be written.
    #[error("the key could not be written")]
    Write,
}

/// Why a field was not sealed or not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OaepError {
    /// The ciphertext is not Base64.
    #[error("the ciphertext is not Base64")]
    Base64,
    /// Sealed for another key, or changed.
    #[error("the ciphertext was not sealed for this key")]
    Refused,
    /// The private key is not in this process.
    #[error("the private key is elsewhere: open the field there")]
    Elsewhere,
    /// More than one block of this key can hold.
    #[error("{bytes} bytes are more than the {bytes_max} that this key can seal")]
    TooLong {
        /// The length of the plaintext in bytes.
        bytes: usize,
        /// The longest plaintext of this key in bytes.
        bytes_max: usize,
    },
}

/// An RSA private key. A clone shares the key; the memory is wiped with the last of them.
#[derive(Clone)]
pub struct PrivateKey(Arc<Inner>);

struct Inner {
    signing: RsaKeyPair,
    opening: OaepPrivateDecryptingKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Reads a key in PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`).
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let section = pem::decode(pem, &[PKCS8, PKCS1])?;
        let pair = match section.label {
            PKCS1 => RsaKeyPair::from_der(&section.der),
            _ => RsaKeyPair::from_pkcs8(&section.der),
        };
        Self::from_pair(pair.map_err(KeyError::Rejected)?)
    }

    /// Makes a key of 2048 bits.
    pub fn generate() -> Result<Self, KeyError> {
        match RsaKeyPair::generate(KeySize::Rsa2048) {
            Ok(pair) => Self::from_pair(pair),
            Err(_) => Err(KeyError::Generate),
        }
    }

    /// The key as PEM in PKCS#8.
    pub fn to_pkcs8_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        Ok(pem::encode(PKCS8, pkcs8(&self.0.signing)?.as_ref()))
    }

    /// The other half of the key.
    pub fn public_key(&self) -> PublicKey {
        self.0.public.clone()
    }

    /// Signs with RSASSA-PKCS1-v1_5 and SHA-256; the signature in Base64.
    pub fn sign(&self, message: &[u8]) -> String {
        STANDARD.encode(self.sign_bytes(message))
    }

    /// Opens a field that was sealed with [`PublicKey::seal_oaep`].
    pub fn open_oaep(&self, base64_ciphertext: &str) -> Result<Zeroizing<Vec<u8>>, OaepError> {
        let ciphertext = STANDARD.decode(base64_ciphertext).map_err(|_error| OaepError::Base64)?;
        let opening = &self.0.opening;
        let mut plaintext = Zeroizing::new(vec![0; opening.min_output_size()]);
        let length = opening
            .decrypt(&OAEP_SHA1_MGF1SHA1, &ciphertext, &mut plaintext, None)
            .map_err(|_unspecified| OaepError::Refused)?
            .len();
        plaintext.truncate(length);
        Ok(plaintext)
    }

    /// The signature as bytes.
    pub(crate) fn sign_bytes(&self, message: &[u8]) -> Vec<u8> {
        let signing = &self.0.signing;
        let mut signature = vec![0; signing.public_modulus_len()];
        signing
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .expect("a loaded RSA key of at least 2048 bits signs any message");
        signature
    }

    /// The public key in PKCS#1, as it stands inside a certificate.
    pub(crate) fn public_pkcs1(&self) -> &[u8] {
        self.0.signing.public_key().as_ref()
    }

    fn from_pair(signing: RsaKeyPair) -> Result<Self, KeyError> {
        let public = PublicKey::from_der(signing.public_key().as_ref())?;
        let opening = PrivateDecryptingKey::from_pkcs8(pkcs8(&signing)?.as_ref())
            .map_err(KeyError::Rejected)?;
        let opening = OaepPrivateDecryptingKey::new(opening)
            .expect("an RSA key of at least 2048 bits has room for OAEP");
        Ok(Self(Arc::new(Inner { signing, opening, public })))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {:?})", self.0.public)
    }
}

fn pkcs8(pair: &RsaKeyPair) -> Result<Pkcs8V1Der<'static>, KeyError> {
    pair.as_der().map_err(|_unspecified| KeyError::Write)
}
