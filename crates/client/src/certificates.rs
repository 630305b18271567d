//! The platform's certificates: fetched, opened with the merchant's APIv3 key, and then trusted.

use http::StatusCode;
use redress_api::certificate::List;
use redress_api::{Endpoint as _, wire};
use redress_crypto::{Certificate, KeyError, OpenError, verify_response};
use tracing::Instrument as _;

use crate::answer::{check, read};
use crate::client::Client;
use crate::clock;
use crate::error::Error;
use crate::merchant::Merchant;
use crate::observe::Call as Observed;
use crate::sites::Site;
use crate::transport::Transport;

/// Why certificates could not be fetched.
///
/// No variant shows a key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificatesError {
    /// The call failed, or the list is signed with a key that is neither in it nor trusted.
    #[error(transparent)]
    Call(#[from] Error),
    /// The merchant was made without an APIv3 key.
    #[error("the merchant has no APIv3 key: give its merchant.json an apiv3_key")]
    NoKey,
    /// It was sealed with another key, or changed.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What was sealed is no certificate.
    #[error("what was sealed is no certificate")]
    Certificate(#[from] KeyError),
}

impl<T: Transport> Client<T> {
    /// Fetches the platform's certificates. They need not be known before: whoever sealed them has
    /// the merchant's APIv3 key, and the answer must be signed with one of them or with a key that
    /// is trusted already.
    ///
    /// A client does so by itself when an answer names a certificate that it does not know, if the
    /// merchant has its APIv3 key. To know them beforehand, give them to
    /// [`Trust::insert_certificate`](crate::Trust::insert_certificate); a new certificate is listed
    /// a day before it signs.
    ///
    /// # Errors
    /// If the list is refused (a merchant may have the public key alone), or cannot be opened.
    pub async fn certificates(&self) -> Result<Vec<Certificate>, CertificatesError> {
        let (call, site) = (Observed::of(&List::METHOD, List::PATH), self.sites().first());
        call.attempt(1, site);
        let listed = self.list(site).instrument(call.span()).await;
        call.end(match &listed {
            Err(CertificatesError::Call(error)) => Err(error),
            Ok(_)
            | Err(
                CertificatesError::NoKey
                | CertificatesError::Open(_)
                | CertificatesError::Certificate(_),
            ) => Ok((StatusCode::OK, None)),
        });
        listed
    }

    async fn list(&self, site: Site) -> Result<Vec<Certificate>, CertificatesError> {
        let request = self.prepare(wire::encode(&List { algorithm_type: None }));
        let answer = self.deliver(&request.map_err(Error::from)?, site).await?;
        let mut keys = self.trust().ring();
        let mut opened = Vec::new();
        // What is no list has nothing to open, and is reported once its signature is checked.
        let listed = wire::decode_response::<List>(answer.body()).ok();
        for one in listed.into_iter().flat_map(|listed| listed.data) {
            let key = self.merchant().apiv3_key().ok_or(CertificatesError::NoKey)?;
            let sealed = one.encrypt_certificate;
            let (nonce, associated) = (sealed.nonce.as_bytes(), sealed.associated_data.as_bytes());
            let pem = key.open(nonce, associated, &sealed.ciphertext)?;
            let certificate = Certificate::from_pem(&String::from_utf8_lossy(&pem))?;
            keys.insert(certificate.serial().clone(), certificate.public_key().clone());
            opened.push(certificate);
        }
        let now = clock::unix_seconds();
        read::<List>(check(answer, |headers, body| verify_response(&keys, headers, body, now))?)?;
        Ok(opened)
    }
}

impl Merchant {
    /// Trusts a certificate of the platform.
    #[must_use]
    pub fn with_certificate(self, certificate: &Certificate) -> Self {
        self.with_platform_key(certificate.serial().clone(), certificate.public_key().clone())
    }
}
