//! The certificate authority in the forms that PEM does not serve: Java's trust store, PHP's
//! settings.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

/// The one that Java's own trust store has. It keeps nothing secret: a store of certificates has
/// nothing that is.
pub(crate) const PASSWORD: &str = "changeit";

/// Files that name the certificate authority.
pub(crate) struct Trust {
    /// Java's trust store.
    pub(crate) java: PathBuf,
    /// A folder with an ini file for PHP.
    pub(crate) php: PathBuf,
}

impl Trust {
    /// Writes them into a folder.
    pub(crate) fn write(folder: &Path, ca: &Path) -> anyhow::Result<Self> {
        let der = CertificateDer::from_pem_file(ca)?;
        let made = fs::metadata(ca)?.modified()?.duration_since(SystemTime::UNIX_EPOCH)?;
        let made_ms = u64::try_from(made.as_millis())?;
        let trust = Self { java: folder.join("truststore.jks"), php: folder.join("php") };
        fs::create_dir_all(&trust.php)?;
        fs::write(&trust.java, key_store("redress", &der, made_ms))?;
        let ca = ca.display();
        // Both as text in quotes; a path has no quotes of its own unless somebody wants trouble.
        let ini = format!("curl.cainfo = \"{ca}\"\nopenssl.cafile = \"{ca}\"\n");
        fs::write(trust.php.join("redress.ini"), ini)?;
        Ok(trust)
    }
}

/// A Java key store (JKS) with one certificate that is trusted.
///
/// The older of Java's two formats: every version reads it, and the newer one, PKCS #12, would
/// need a second cryptography. Numbers are in network order, texts have their length before them.
fn key_store(alias: &str, der: &[u8], made_ms: u64) -> Vec<u8> {
    const MAGIC: u32 = 0xfeed_feed;
    const VERSION: u32 = 2;
    const ENTRIES: u32 = 1;
    const TRUSTED_CERTIFICATE: u32 = 2;
    let mut store = Vec::with_capacity(der.len() + 64);
    for number in [MAGIC, VERSION, ENTRIES, TRUSTED_CERTIFICATE] {
        store.extend(number.to_be_bytes());
    }
    put_text(&mut store, alias);
    store.extend(made_ms.to_be_bytes());
    put_text(&mut store, "X.509");
    let length = u32::try_from(der.len()).expect("a certificate has a few hundred bytes");
    store.extend(length.to_be_bytes());
    store.extend(der);
    // The seal over it all: SHA-1 of the password, a constant of the format, and the store.
    let mut sealed: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    sealed.extend(b"Mighty Aphrodite");
    sealed.extend(&store);
    store.extend(digest(&SHA1_FOR_LEGACY_USE_ONLY, &sealed).as_ref());
    store
}

/// A text as Java's `writeUTF` has it, for ASCII.
fn put_text(store: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("the texts of the format are short");
    store.extend(length.to_be_bytes());
    store.extend(text.as_bytes());
}
