//! The local authority: a key and a certificate of the data folder that clients are made to trust.
//!
//! Trusting it must be no risk. Its certificate can vouch for the names that are served and for
//! this machine, and for nothing else, even if its key is stolen.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ECDSA_P256_SHA256, SanType, SerialNumber,
};
use redress_crypto::random_bytes;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_parser::time::ASN1Time;

use super::names;
use crate::clock;
use crate::folder::{self, FolderError};

const FOLDER: &str = "ca";
const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca_key.pem";

/// How long the authority is valid: ten years, in seconds.
const VALID_SECONDS: i64 = 10 * 365 * 24 * 3600;
/// How long a server's certificate is valid, in seconds: 397 days, more than which no client that
/// asks for short lives refuses.
const LEAF_SECONDS: i64 = 397 * 24 * 3600;
/// How far back validity starts, in seconds, for clients whose clock is behind.
const BACK_SECONDS: i64 = 24 * 3600;

/// The local certificate authority of a data folder.
pub struct CertificateAuthority {
    path: PathBuf,
    pem: String,
    der: CertificateDer<'static>,
    subject: String,
    not_before: i64,
    not_after: i64,
    issuer: Issuer<'static, KeyPair>,
}

impl CertificateAuthority {
    /// Reads the one of a data folder, or makes it.
    ///
    /// # Errors
    /// If its files cannot be read or written, or do not belong together.
    pub fn load_or_make(data: &Path) -> Result<Self, FolderError> {
        let now = clock::wall();
        folder::create(data)?;
        let dir = data.join(FOLDER);
        if dir.join(CERTIFICATE).exists() || dir.join(KEY).exists() {
            let kept = Self::load(&dir)?;
            if now < kept.not_after {
                return Ok(kept);
            }
            tracing::warn!("the local CA has run out; a new one is made, trust that one");
            std::fs::remove_dir_all(&dir).map_err(|e| FolderError::new(&dir, e))?;
        }
        make(data, &dir, now)?;
        Self::load(&dir)
    }

    fn load(dir: &Path) -> Result<Self, FolderError> {
        let (path, key_path) = (dir.join(CERTIFICATE), dir.join(KEY));
        let pem = folder::read(&path)?;
        let key = KeyPair::from_pem(&folder::read(&key_path)?)
            .map_err(|_error| FolderError::new(&key_path, "it holds no key of a CA"))?;
        let garbled = || FolderError::new(&path, "it holds no certificate of a CA");
        let (_, found) =
            x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|_error| garbled())?;
        let certificate = found.parse_x509().map_err(|_error| garbled())?;
        if certificate.public_key().subject_public_key.data.as_ref() != key.public_key_raw() {
            return Err(FolderError::new(&path, format!("it does not belong to {KEY} beside it")));
        }
        let subject = certificate.subject().to_string();
        let not_before = certificate.validity().not_before.timestamp();
        let not_after = certificate.validity().not_after.timestamp();
        let der = CertificateDer::from(found.contents);
        let issuer = Issuer::from_ca_cert_der(&der, key).map_err(|_error| garbled())?;
        Ok(Self { path, pem, der, subject, not_before, not_after, issuer })
    }

    /// The file with its certificate, in PEM.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its certificate, in PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Who it says it is.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The SHA-256 of its certificate, as tools print it: `AB:CD:…`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let digest = digest::digest(&digest::SHA256, &self.der);
        let bytes: Vec<String> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        bytes.join(":")
    }

    /// The first valid second, in Unix time.
    #[must_use]
    pub const fn not_before(&self) -> i64 {
        self.not_before
    }

    /// The last valid second, in Unix time.
    #[must_use]
    pub const fn not_after(&self) -> i64 {
        self.not_after
    }

    /// What it can vouch for.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        names::served().chain(["127.0.0.0/8", "::1"]).collect()
    }

    /// Makes a key and a certificate for a server at these addresses of this machine, under all
    /// names.
    pub(super) fn issue(&self, addresses: &[IpAddr], now: i64) -> Result<Leaf, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        let mut params =
            CertificateParams::new(names::served().map(str::to_owned).collect::<Vec<_>>())?;
        params.subject_alt_names.extend(addresses.iter().copied().map(SanType::IpAddress));
        let from = (now - BACK_SECONDS).max(self.not_before);
        valid(&mut params, from, (from + LEAF_SECONDS).min(self.not_after))?;
        call(&mut params, "Redress");
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(Leaf {
            certificate: certificate.der().clone(),
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        })
    }
}

/// Says nothing of the key.
impl fmt::Debug for CertificateAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CertificateAuthority")
            .field("path", &self.path)
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// A server's certificate with its key.
pub(super) struct Leaf {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) key: PrivateKeyDer<'static>,
}

/// Makes an authority in a folder beside its place and moves it there, so that a key never stands
/// without its certificate.
fn make(data: &Path, dir: &Path, now: i64) -> Result<(), FolderError> {
    let failed = |e| FolderError::new(dir, e);
    let (pem, key) = self_signed(now).map_err(failed)?;
    let io = |e: std::io::Error| FolderError::new(dir, e);
    let beside = tempfile::Builder::new().prefix("ca-").tempdir_in(data).map_err(io)?;
    folder::write_secret(&beside.path().join(KEY), &key)?;
    folder::write_public(&beside.path().join(CERTIFICATE), &pem)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Whoever is to trust the certificate has to read it.
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(beside.path(), mode).map_err(io)?;
    }
    match std::fs::rename(beside.path(), dir) {
        // Another process was faster: there is one, and that is all that is wanted.
        Err(_) if dir.join(CERTIFICATE).exists() => Ok(()),
        moved => moved.map_err(io),
    }
}

/// The certificate and the key of a new authority, in PEM.
fn self_signed(now: i64) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::default();
    valid(&mut params, now - BACK_SECONDS, now + VALID_SECONDS)?;
    // Two folders' authorities have two names, so that a trust store tells them apart.
    let tag: [u8; 3] = random_bytes();
    call(&mut params, &format!("Redress local CA {:02X}{:02X}{:02X}", tag[0], tag[1], tag[2]));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let loopback = [
        CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8),
        CidrSubnet::from_v6_prefix(std::net::Ipv6Addr::LOCALHOST.octets(), 128),
    ];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names::served()
            .map(|name| GeneralSubtree::DnsName(name.to_owned()))
            .chain(loopback.into_iter().map(GeneralSubtree::IpAddress))
            .collect(),
        excluded_subtrees: Vec::new(),
    });
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

fn valid(params: &mut CertificateParams, from: i64, until: i64) -> Result<(), rcgen::Error> {
    let moment = |seconds| ASN1Time::from_timestamp(seconds).map_err(|_error| rcgen::Error::Time);
    params.not_before = moment(from)?.to_datetime();
    params.not_after = moment(until)?.to_datetime();
    let mut serial: [u8; 20] = random_bytes();
    // Positive, and without a leading zero.
    serial[0] = (serial[0] & 0x3f) | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    Ok(())
}

fn call(params: &mut CertificateParams, name: &str) {
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, "Redress, for tests");
    params.distinguished_name.push(DnType::CommonName, name);
}
