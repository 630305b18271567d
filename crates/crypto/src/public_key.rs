//! RSA public keys: loading, verifying signatures and sealing fields.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OaepPublicEncryptingKey, PublicEncryptingKey, PublicKey as RsaPublicKey,
};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Certificate, KeyError, OaepError, pem};

const SPKI: &str = "PUBLIC KEY";
const PKCS1: &str = "RSA PUBLIC KEY";
const CERTIFICATE: &str = "CERTIFICATE";

/// An RSA public key, parsed once. A clone shares the key.
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    verifying: ParsedPublicKey,
    sealing: OaepPublicEncryptingKey,
    spki: Box<[u8]>,
}

impl PublicKey {
    /// Reads a key in X.509 form (`PUBLIC KEY`), in PKCS#1 (`RSA PUBLIC KEY`) or out of a
    /// `CERTIFICATE`.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let section = pem::decode(pem, &[SPKI, PKCS1, CERTIFICATE])?;
        match section.label {
            CERTIFICATE => Ok(Certificate::from_der(&section.der)?.public_key().clone()),
            _ => Self::from_der(&section.der),
        }
    }

    /// The key as PEM in X.509 form.
    pub fn to_spki_pem(&self) -> String {
        std::mem::take(&mut pem::encode(SPKI, &self.0.spki))
    }

    /// Checks a signature of [`PrivateKey::sign`](crate::PrivateKey::sign).
    ///
    /// What is not Base64 is a wrong signature: the platform sends such ones on purpose.
    pub fn verify(&self, message: &[u8], base64_signature: &str) -> bool {
        match STANDARD.decode(base64_signature) {
            Ok(signature) => self.0.verifying.verify_sig(message, &signature).is_ok(),
            Err(_) => false,
        }
    }

    /// Seals a field with RSA-OAEP, SHA-1 and MGF1-SHA-1; the ciphertext in Base64.
    pub fn seal_oaep(&self, plaintext: &[u8]) -> Result<String, OaepError> {
        let sealing = &self.0.sealing;
        let bytes_max = sealing.max_plaintext_size(&OAEP_SHA1_MGF1SHA1);
        if plaintext.len() > bytes_max {
            return Err(OaepError::TooLong { bytes: plaintext.len(), bytes_max });
        }
        let mut ciphertext = vec![0; sealing.ciphertext_size()];
        let sealed = sealing
            .encrypt(&OAEP_SHA1_MGF1SHA1, plaintext, &mut ciphertext, None)
            .expect("a loaded RSA key seals what is short enough");
        Ok(STANDARD.encode(sealed))
    }

    /// The SHA-256 of the key in X.509 form: 64 hexadecimal digits, by which people compare keys.
    pub fn fingerprint(&self) -> String {
        let hash = digest(&SHA256, &self.0.spki);
        hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The key in DER, in X.509 form.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.0.spki
    }

    /// Reads a key in DER, in X.509 form or PKCS#1.
    pub(crate) fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let key = RsaPublicKey::from_der(der).map_err(KeyError::Rejected)?;
        let spki: PublicKeyX509Der<'_> = key.as_der().map_err(|_unspecified| KeyError::Write)?;
        let spki: Box<[u8]> = spki.as_ref().into();
        let verifying =
            ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &spki).map_err(KeyError::Rejected)?;
        let sealing = PublicEncryptingKey::from_der(&spki).map_err(KeyError::Rejected)?;
        let sealing = OaepPublicEncryptingKey::new(sealing)
            .expect("an RSA key of at least 2048 bits has room for OAEP");
        Ok(Self(Arc::new(Inner { verifying, sealing, spki })))
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.spki == other.0.spki
    }
}

impl Eq for PublicKey {}

/// The first bytes of the key's SHA-256 fingerprint.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fingerprint = digest(&SHA256, &self.0.spki);
        f.write_str("PublicKey(sha256:")?;
        for byte in &fingerprint.as_ref()[..8] {
            write!(f, "{byte:02x}")?;
        }
        f.write_str("…)")
    }
}
