//! Where the service is, and the targets below it.
//!
//! The platform checks a signature over the target as it arrives, so a target is refused here if
//! any library on the way would write it differently.

use std::str::FromStr as _;

use http::Uri;
use http::uri::{Authority, Parts, PathAndQuery, Scheme};
use url::Url;

/// The real service, at the nearest access point (主域名).
pub const PRODUCTION: &str = "https://api.mch.weixin.qq.com";

/// The real service, at a remote access point (备域名): the same merchants, orders and money.
pub const STANDBY: &str = "https://api2.mch.weixin.qq.com";

/// Scheme, host and port.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    origin: String,
    scheme: Scheme,
    authority: Authority,
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
        let origin = url.origin().ascii_serialization();
        let parts = Uri::from_str(&origin).map(Uri::into_parts);
        let Ok(Parts { scheme: Some(scheme), authority: Some(authority), .. }) = parts else {
            return Err("has a host that no request can name");
        };
        Ok(Self {
            origin,
            scheme,
            authority,
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
        match target.parse::<PathAndQuery>() {
            Ok(parsed) if parsed.as_str() == target => self.at(parsed),
            Ok(_) | Err(_) => Err(TargetError),
        }
    }

    /// The whole address of a target that has been read.
    pub(crate) fn at(&self, target: PathAndQuery) -> Result<Uri, TargetError> {
        let text = target.as_str();
        if !text.starts_with('/') || !(is_plain(text) || self.keeps(text)) {
            return Err(TargetError);
        }
        let mut parts = Parts::default();
        (parts.scheme, parts.authority) = (Some(self.scheme.clone()), Some(self.authority.clone()));
        parts.path_and_query = Some(target);
        Uri::from_parts(parts).or(Err(TargetError))
    }

    /// Whether a URL library writes this target as it is.
    fn keeps(&self, target: &str) -> bool {
        let address = format!("{}{target}", self.origin);
        Url::parse(&address).is_ok_and(|url| url.as_str() == address)
    }
}

/// Whether a target has only what every library writes as it is, which nearly all have: no dots,
/// which may be segments, and nothing that is or may be percent-encoded.
fn is_plain(target: &str) -> bool {
    target.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/?=&-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every target of up to six such characters is one that the URL library keeps.
    #[test]
    fn what_is_plain_is_kept() {
        let base = BaseUrl::parse("https://api.mch.weixin.qq.com").unwrap();
        let mut targets = vec!["/".to_owned()];
        for _ in 0..5 {
            let longer = targets.iter().flat_map(|start| {
                "a0/?=&-_".chars().map(move |c| {
                    let mut target = start.clone();
                    target.push(c);
                    target
                })
            });
            targets = longer.collect();
            for target in &targets {
                assert!(is_plain(target) && base.keeps(target), "{target}");
                assert_eq!(base.join(target).unwrap(), *format!("{}{target}", base.origin));
            }
        }
    }

    #[test]
    fn what_would_be_rewritten_is_refused() {
        let base = BaseUrl::parse("http://127.0.0.1:8790").unwrap();
        for target in ["", "v3", "?a", "*", "/a/../b", "/./a", "/%2e%2e/a", "/a#b", "/a b", "/赔"]
        {
            assert_eq!(base.join(target), Err(TargetError), "{target}");
        }
        for target in ["/a.b", "/a%2Fb?c=%E8%B5%94", "/?a", "//a", "/a?b=/../c"] {
            assert_eq!(base.join(target).unwrap(), *format!("http://127.0.0.1:8790{target}"));
        }
    }
}
