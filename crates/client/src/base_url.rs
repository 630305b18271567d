//! Where the service is, and the targets below it.
//!
//! The platform checks a signature over the target as it arrives, so a target is refused here if
//! any library on the way would write it differently.

use http::Uri;
use url::Url;

/// The real service, at the nearest access point (主域名).
pub const PRODUCTION: &str = "https://api.mch.weixin.qq.com";

/// The real service, at a remote access point (备域名): the same merchants, orders and money.
pub const STANDBY: &str = "https://api2.mch.weixin.qq.com";

/// Scheme, host and port.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    origin: String,
    #[cfg(feature = "reqwest")]
    plain: bool,
}

/// A target that would not arrive as it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the target would be rewritten on its way: it must start with a slash, have no `.` or `..` \
     segments and no fragment, and percent-encode what is not plain in a URL"
)]
pub struct TargetError;

impl BaseUrl {
    /// Takes a URL without a path of its own; on failure, what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let Ok(url) = Url::parse(text) else {
            return Err("is not a URL");
        };
        if !matches!(url.scheme(), "https" | "http") {
            return Err("is neither https nor http");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("has a user name or password");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err("has more than scheme, host and port");
        }
        Ok(Self {
            origin: url.origin().ascii_serialization(),
            #[cfg(feature = "reqwest")]
            plain: url.scheme() == "http",
        })
    }

    /// Whether it is without TLS: a stand-in, never the real service.
    #[cfg(feature = "reqwest")]
    pub(crate) const fn is_plain(&self) -> bool {
        self.plain
    }

    /// The whole address of a target: path and query.
    pub(crate) fn join(&self, target: &str) -> Result<Uri, TargetError> {
        let address = format!("{}{target}", self.origin);
        let kept = target.starts_with('/')
            && Url::parse(&address).is_ok_and(|url| url.as_str() == address);
        let uri: Uri = if kept { address.parse().ok() } else { None }.ok_or(TargetError)?;
        if uri.path_and_query().is_some_and(|kept| kept.as_str() == target) {
            Ok(uri)
        } else {
            Err(TargetError)
        }
    }
}
