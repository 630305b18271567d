//! Statements: their files, downloaded, unpacked and checked.

use std::io::Read as _;

use flate2::read::GzDecoder;
use http::{HeaderValue, Request, StatusCode, Uri, header::ACCEPT};
use redress_api::Endpoint as _;
use redress_api::statement::{Download, HashType, Statement};
use redress_crypto::sha1_hex;
use tracing::Instrument as _;

use crate::base_url::TargetError;
use crate::client::Client;
use crate::error::{ApiError, Error};
use crate::observe::Call as Observed;
use crate::sites::Site;
use crate::transport::{BodyLimit, Transport};

/// The longest file of a statement that is read, before and after it is unpacked, in bytes.
pub const STATEMENT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How the compressed form of a file begins.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] Error),
    /// The address in the answer is none.
    #[error("the address of the file is no address")]
    Address(#[source] http::uri::InvalidUri),
    /// The file cannot be unpacked.
    #[error("the file cannot be unpacked")]
    Unpack(#[source] std::io::Error),
    /// It is longer than [`STATEMENT_BYTES_MAX`] when unpacked.
    #[error("the file has more than {STATEMENT_BYTES_MAX} bytes")]
    TooLong,
    /// It is not the file that the signed answer named.
    #[error("the file has the hash {found}, not {expected}")]
    Hash {
        /// What the signed answer says.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// The answer names another hash.
    #[error("the hash {0} is not known here")]
    HashType(String),
}

impl<T: Transport> Client<T> {
    /// Downloads the file of a statement, unpacks it if it is packed, and checks its hash. The
    /// answer that brings it is the one that the platform does not sign: the hash, from an answer
    /// that was signed, proves it.
    ///
    /// # Errors
    /// If it cannot be fetched within its five minutes, or is not the file that was named.
    pub async fn download(&self, statement: &Statement) -> Result<Vec<u8>, DownloadError> {
        if statement.hash_type != HashType::Sha1 {
            return Err(DownloadError::HashType(statement.hash_type.word().to_owned()));
        }
        let address: Uri = statement.download_url.trim().parse().map_err(DownloadError::Address)?;
        let target = address.path_and_query().map_or("/", |target| target.as_str());
        let (call, site) = (Observed::of(&Download::METHOD, Download::PATH), self.sites().first());
        call.attempt(1, site);
        let file = self.fetch(target, site).instrument(call.span()).await;
        call.end(file.as_ref().map(|_| (StatusCode::OK, None)));
        let file = file?;
        let file = if file.starts_with(GZIP) { unpack(&file)? } else { file };
        let (found, expected) = (sha1_hex(&file), &statement.hash_value);
        if found.eq_ignore_ascii_case(expected) {
            Ok(file)
        } else {
            Err(DownloadError::Hash { expected: expected.clone(), found })
        }
    }

    /// Fetches what is not signed. A refusal is signed like any other.
    async fn fetch(&self, target: &str, site: Site) -> Result<Vec<u8>, Error> {
        let mut request = Request::new(bytes::Bytes::new());
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("*/*"));
        request.extensions_mut().insert(BodyLimit(STATEMENT_BYTES_MAX));
        let target: Result<Uri, TargetError> = self.target(target);
        *request.uri_mut() = target?;
        let answer = self.deliver(&self.dress(request), site).await?;
        if answer.status().is_success() {
            return Ok(answer.into_body().into());
        }
        let raw = self.check_or_learn(answer).await?;
        Err(Error::Api(Box::new(ApiError::new(raw, true))))
    }
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, DownloadError> {
    let mut file = Vec::new();
    let most = STATEMENT_BYTES_MAX as u64 + 1;
    let read = GzDecoder::new(packed).take(most).read_to_end(&mut file);
    read.map_err(DownloadError::Unpack)?;
    if file.len() > STATEMENT_BYTES_MAX {
        return Err(DownloadError::TooLong);
    }
    Ok(file)
}
