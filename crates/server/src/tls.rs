//! TLS under the provider's names, with a certificate that the local authority makes.

pub(crate) mod ca;
pub(crate) mod names;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::rustls::crypto::aws_lc_rs::{default_provider, sign::any_ecdsa_type};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{self, ServerConfig};

pub use self::ca::CertificateAuthority;
use crate::clock;

/// After how long a certificate is made anew, in seconds: 300 of its 397 days.
const RENEWAL_SECONDS: i64 = 300 * 24 * 3600;

/// Why there is no certificate to serve.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// It could not be made.
    #[error("the server's certificate could not be made: {0}")]
    Issue(#[from] rcgen::Error),
    /// TLS does not want it.
    #[error("the server's certificate cannot be used: {0}")]
    Use(#[from] rustls::Error),
}

/// How handshakes are answered.
pub(crate) fn config(
    authority: CertificateAuthority,
    addresses: &[IpAddr],
) -> Result<Arc<ServerConfig>, TlsError> {
    let resolver = Resolver::new(authority, addresses, clock::wall())?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&TLS13, &TLS12])?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    // Not HTTP/2: it lower-cases header names, and the official Java SDK looks for title case.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Chooses the certificate, and makes a new one before it runs out.
#[derive(Debug)]
struct Resolver {
    authority: CertificateAuthority,
    addresses: Vec<IpAddr>,
    made: RwLock<Made>,
}

#[derive(Clone, Debug)]
struct Made {
    certified: Arc<CertifiedKey>,
    at: i64,
}

impl Resolver {
    fn new(
        authority: CertificateAuthority,
        addresses: &[IpAddr],
        now: i64,
    ) -> Result<Self, TlsError> {
        let standard = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let mut all: Vec<IpAddr> = standard.into();
        // The authority may not vouch for others.
        all.extend(addresses.iter().filter(|ip| ip.is_loopback() && !standard.contains(ip)));
        let made = RwLock::new(make(&authority, &all, now)?);
        Ok(Self { authority, addresses: all, made })
    }

    fn current(&self, now: i64) -> Arc<CertifiedKey> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner).clone();
        // A clock that was set back does not see the future's certificate as valid either.
        if (made.at..made.at + RENEWAL_SECONDS).contains(&now) {
            return made.certified;
        }
        match make(&self.authority, &self.addresses, now) {
            Ok(fresh) => {
                let certified = Arc::clone(&fresh.certified);
                *self.made.write().unwrap_or_else(PoisonError::into_inner) = fresh;
                certified
            }
            Err(error) => {
                tracing::error!(%error, "the old certificate is served on");
                made.certified
            }
        }
    }
}

impl ResolvesServerCert for Resolver {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_served = hello.server_name().is_none_or(names::is_served);
        is_served.then(|| self.current(clock::wall()))
    }
}

fn make(
    authority: &CertificateAuthority,
    addresses: &[IpAddr],
    now: i64,
) -> Result<Made, TlsError> {
    let leaf = authority.issue(addresses, now)?;
    let key = any_ecdsa_type(&leaf.key)?;
    Ok(Made { certified: Arc::new(CertifiedKey::new(vec![leaf.certificate], key)), at: now })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_made_anew_before_it_runs_out() {
        let folder = tempfile::tempdir().unwrap();
        let authority = CertificateAuthority::load_or_make(folder.path()).unwrap();
        let now = clock::wall();
        let resolver = Resolver::new(authority, &[], now).unwrap();
        let serial = |at| {
            let certified = resolver.current(at);
            let (_, certificate) = x509_parser::parse_x509_certificate(&certified.cert[0]).unwrap();
            let validity = certificate.validity();
            assert!(validity.not_before.timestamp() <= at && at < validity.not_after.timestamp());
            let seconds = validity.not_after.timestamp() - validity.not_before.timestamp();
            assert!(seconds <= 397 * 24 * 3600);
            certificate.raw_serial_as_string()
        };
        let first = serial(now);
        assert_eq!(serial(now + RENEWAL_SECONDS - 1), first);
        let second = serial(now + RENEWAL_SECONDS);
        assert_ne!(second, first);
        assert_eq!(serial(now + RENEWAL_SECONDS + 5), second);
        // The clock was set back.
        assert_ne!(serial(now + 1), second);
    }
}
