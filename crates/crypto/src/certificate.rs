//! X.509 certificates: reading them, and making self-signed ones.

use std::fmt;

use rcgen::{
    CertificateParams, DistinguishedName, DnType, PKCS_RSA_SHA256, PublicKeyData, SerialNumber,
    SignatureAlgorithm, SigningKey,
};
use x509_parser::time::ASN1Time;

use crate::{KeyError, PrivateKey, PublicKey, Serial, pem};

const CERTIFICATE: &str = "CERTIFICATE";

/// The last second of the year 9999, the latest that a certificate can name.
const LATEST_UNIX_SECONDS: i64 = 253_402_300_799;

/// An X.509 certificate of an RSA key. Chains are not checked: keys are trusted by their serial.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: Box<[u8]>,
    serial: Serial,
    public_key: PublicKey,
    not_before: i64,
    not_after: i64,
}

impl Certificate {
    /// Reads the first `CERTIFICATE` of a PEM text.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        Self::from_der(&pem::decode(pem, &[CERTIFICATE])?.der)
    }

    /// Makes a self-signed certificate.
    ///
    /// The highest bit of `serial` is cleared, so that the number is positive and has no more
    /// than 20 bytes (RFC 5280, 4.1.2.2): read it back with [`serial`](Self::serial).
    pub fn issue(
        key: &PrivateKey,
        common_name: &str,
        mut serial: [u8; 20],
        not_before: i64,
        not_after: i64,
    ) -> Result<Self, KeyError> {
        if not_before < 0 || not_after <= not_before || not_after > LATEST_UNIX_SECONDS {
            return Err(KeyError::Validity { not_before, not_after });
        }
        let moment = |seconds| {
            ASN1Time::from_timestamp(seconds)
                .map_err(|_error| KeyError::Validity { not_before, not_after })
        };
        serial[0] &= 0x7f;
        let mut params = CertificateParams::default();
        params.not_before = moment(not_before)?.to_datetime();
        params.not_after = moment(not_after)?.to_datetime();
        params.serial_number = Some(SerialNumber::from_slice(&serial));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        let issuer = Issuer(key);
        Self::from_der(params.self_signed(&issuer).map_err(KeyError::Issue)?.der())
    }

    /// Makes the request for a certificate of this key (PKCS#10), as PEM: what an authority is
    /// sent instead of the key.
    pub fn request(key: &PrivateKey, common_name: &str) -> Result<String, KeyError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        let request = params.serialize_request(&Issuer(key)).map_err(KeyError::Issue)?;
        request.pem().map_err(KeyError::Issue)
    }

    /// The serial number.
    pub fn serial(&self) -> &Serial {
        &self.serial
    }

    /// The key that the certificate is about.
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The first valid second, in Unix time.
    pub fn not_before(&self) -> i64 {
        self.not_before
    }

    /// The last valid second, in Unix time.
    pub fn not_after(&self) -> i64 {
        self.not_after
    }

    /// The certificate as PEM.
    pub fn to_pem(&self) -> String {
        std::mem::take(&mut pem::encode(CERTIFICATE, &self.der))
    }

    pub(crate) fn from_der(der: &[u8]) -> Result<Self, KeyError> {
        let (rest, parsed) = x509_parser::parse_x509_certificate(der)
            .map_err(|_error| KeyError::Certificate("its structure is garbled"))?;
        if !rest.is_empty() {
            return Err(KeyError::Certificate("bytes follow it"));
        }
        let serial = Serial::from_bytes(parsed.raw_serial())
            .map_err(|_error| KeyError::Certificate("its serial number is too long"))?;
        Ok(Self {
            der: der.into(),
            serial,
            public_key: PublicKey::from_der(parsed.public_key().raw)?,
            not_before: parsed.validity().not_before.timestamp(),
            not_after: parsed.validity().not_after.timestamp(),
        })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("serial", &self.serial)
            .field("public_key", &self.public_key)
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// Lends a key to rcgen, which then never sees its private half.
struct Issuer<'a>(&'a PrivateKey);

impl PublicKeyData for Issuer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_pkcs1()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_RSA_SHA256
    }
}

impl SigningKey for Issuer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(self.0.sign_bytes(message))
    }
}
