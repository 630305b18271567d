//! The transport that uses `reqwest`.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, Uri};
use reqwest::Url;
use reqwest::redirect::Policy;

use super::{BODY_BYTES_MAX, BodyLimit, Sent, Transport, TransportError};

impl From<reqwest::Error> for TransportError {
    fn from(error: reqwest::Error) -> Self {
        let sent = if error.is_connect() || error.is_builder() { Sent::No } else { Sent::Maybe };
        // The address has the query, which does not belong into logs.
        Self::new(sent, error.without_url())
    }
}

/// HTTP/1.1 over TLS, with a pool of connections. A clone shares the pool.
#[derive(Clone, Debug)]
pub struct Reqwest {
    client: reqwest::Client,
    origins: Arc<Origins>,
}

impl Reqwest {
    /// Limits one exchange, from connecting to the last byte, to `timeout`, and connecting to
    /// `connect_timeout`. Proxies are taken from the environment.
    ///
    /// # Errors
    /// If TLS cannot be set up, say without any trusted certificate on the machine.
    pub fn new(timeout: Duration, connect_timeout: Duration) -> Result<Self, reqwest::Error> {
        settings(timeout, connect_timeout).build().map(Self::over)
    }

    /// For a stand-in without TLS: needs no trusted certificates and passes no proxy.
    ///
    /// # Errors
    /// If HTTP cannot be set up.
    pub fn plain(timeout: Duration, connect_timeout: Duration) -> Result<Self, reqwest::Error> {
        settings(timeout, connect_timeout).tls_certs_only([]).no_proxy().build().map(Self::over)
    }

    fn over(client: reqwest::Client) -> Self {
        Self { client, origins: Arc::default() }
    }
}

/// The first sites that were called, main and standby, as `reqwest` addresses them: to take a
/// name apart each time would cost as much as all else that it does.
#[derive(Debug, Default)]
struct Origins([OnceLock<(Scheme, Authority, Url)>; 2]);

impl Origins {
    /// The same address, for `reqwest`.
    fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        let parse = || Url::parse(&uri.to_string()).map_err(|e| TransportError::new(Sent::No, e));
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else {
            return parse();
        };
        for place in &self.0 {
            match place.get() {
                Some((known, at, url)) if known == scheme && at == authority => {
                    let mut url = url.clone();
                    url.set_path(uri.path());
                    url.set_query(uri.query());
                    return Ok(url);
                }
                Some(_) => {}
                None => {
                    let url = parse()?;
                    // If another call has come first, this one's site is kept the next time.
                    let _ = place.set((scheme.clone(), authority.clone(), url.clone()));
                    return Ok(url);
                }
            }
        }
        parse()
    }
}

fn settings(timeout: Duration, connect_timeout: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .timeout(timeout)
        .connect_timeout(connect_timeout)
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
}

impl Transport for Reqwest {
    async fn call(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        if request.body().is_empty() && !request.method().is_safe() {
            // Left out otherwise, and some gateways refuse a POST without it.
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let most = request.extensions().get::<BodyLimit>().map_or(BODY_BYTES_MAX, |limit| limit.0);
        let (head, body) = request.into_parts();
        let mut request = reqwest::Request::new(head.method, self.origins.url(&head.uri)?);
        *request.headers_mut() = head.headers;
        *request.body_mut() = Some(body.into());
        let mut answer = self.client.execute(request).await?;
        let mut response = Response::new(collect(&mut answer, most).await?);
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// The whole body. Most come in one piece, which is not copied.
async fn collect(answer: &mut reqwest::Response, most: usize) -> Result<Bytes, TransportError> {
    let (mut first, mut body) = (Bytes::new(), BytesMut::new());
    while let Some(chunk) = answer.chunk().await? {
        if first.len() + body.len() + chunk.len() > most {
            return Err(TransportError::too_large(most));
        }
        if first.is_empty() && body.is_empty() {
            first = chunk;
        } else {
            body.extend_from_slice(&std::mem::take(&mut first));
            body.extend_from_slice(&chunk);
        }
    }
    Ok(if body.is_empty() { first } else { body.freeze() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_however_often_its_site_was_called() {
        let origins = Origins::default();
        for round in 0..2 {
            for site in ["https://api.mch.weixin.qq.com", "http://[::1]:8080", "http://a.test"] {
                for target in ["/", "/v3/a%2Fb/../c?d=%20e&f", "/v3/%E4%B8%AD?", "/v3//x|y?'"] {
                    let uri: Uri = format!("{site}{target}").parse().expect("an address");
                    let url = origins.url(&uri).expect("it is one for reqwest too");
                    let whole = Url::parse(&uri.to_string()).expect("it is one for reqwest too");
                    assert_eq!(url, whole, "round {round}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_address_is_not_sent() {
        let nowhere = Origins::default().url(&Uri::from_static("/v3/certificates"));
        assert_eq!(nowhere.map_err(|error| error.sent), Err(Sent::No));
    }
}
