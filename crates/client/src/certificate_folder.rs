//! The platform's certificates in a folder: the next start has them before the first answer comes.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use redress_crypto::{Certificate, Serial, nonce};

/// The most files that are read. A platform has one certificate, and two while it changes them.
const FILES_MAX: usize = 64;
/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Where certificates are kept, one in each file `wechatpay_{serial}.pem`: the names that the
/// provider's download tool gives, and that [`Merchant::from_folder`](crate::Merchant) reads.
#[derive(Clone, Debug)]
pub(crate) struct CertificateFolder(PathBuf);

/// Why a file is not used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    #[error("it holds no certificate: {0}")]
    Certificate(#[from] redress_crypto::KeyError),
    #[error("its certificate is {0}, and its name says another")]
    Name(Serial),
    #[error("its certificate has run out")]
    Expired,
}

impl CertificateFolder {
    pub(crate) const fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The certificates that are good at this time, in Unix seconds. A file that cannot be used is
    /// told of and passed over: what it would have held is fetched when it is met.
    pub(crate) fn read(&self, now: i64) -> Vec<Certificate> {
        let mut found = Vec::new();
        for (path, serial) in self.files().take(FILES_MAX) {
            match usable(&path, &serial, now) {
                Ok(certificate) => found.push(certificate),
                Err(problem) => {
                    tracing::warn!(path = %path.display(), %problem, "a certificate is not used");
                }
            }
        }
        found
    }

    /// Each file that is named like one, with the serial number that its name says.
    fn files(&self) -> impl Iterator<Item = (PathBuf, String)> {
        // A folder that is not there yet is made for the first certificate.
        let entries = fs::read_dir(&self.0).into_iter().flatten().filter_map(Result::ok);
        entries.filter_map(|entry| {
            let name = entry.file_name();
            let serial = name.to_str()?.strip_prefix("wechatpay_")?.strip_suffix(".pem")?;
            Some((entry.path(), serial.to_owned()))
        })
    }

    /// Keeps certificates. One that cannot be kept is told of: it is trusted all the same.
    pub(crate) fn write(&self, certificates: &[Certificate]) {
        for certificate in certificates {
            if let Err(error) = self.keep(certificate) {
                let (serial, folder) = (certificate.serial(), self.0.display());
                tracing::warn!(%serial, %folder, %error, "a certificate is not kept");
            }
        }
    }

    /// Under its name there is a whole certificate at any time, or none.
    fn keep(&self, certificate: &Certificate) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let path = self.0.join(format!("wechatpay_{}.pem", certificate.serial()));
        let unfinished = self.0.join(format!(".wechatpay_{}", nonce()));
        let written = write_whole(&unfinished, certificate.to_pem().as_bytes());
        let kept = written.and_then(|()| fs::rename(&unfinished, &path));
        if kept.is_err() {
            // What went wrong before is what is told.
            let _ = fs::remove_file(&unfinished);
        }
        kept
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn usable(path: &Path, serial: &str, now: i64) -> Result<Certificate, Unusable> {
    let mut pem = String::new();
    File::open(path)?.take(FILE_BYTES_MAX).read_to_string(&mut pem)?;
    let certificate = Certificate::from_pem(&pem)?;
    if Serial::parse(serial).ok().as_ref() != Some(certificate.serial()) {
        return Err(Unusable::Name(certificate.serial().clone()));
    }
    if certificate.not_after() <= now {
        return Err(Unusable::Expired);
    }
    Ok(certificate)
}
