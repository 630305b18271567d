//! One POST of a callback: no proxy, no redirect, no second try, and a bound on everything.

use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::address::{Callbacks, Target, is_own};

/// The largest head of an answer, in bytes.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// How much of an answer's body is read, in bytes; what it says does not matter.
const BODY_BYTES_MAX: usize = 4 * 1024;
/// How long the body is waited for, in milliseconds: so that a receiver can finish its answer.
const BODY_MILLISECONDS_MAX: u64 = 100;
/// The most names that are looked up at once. A look-up takes a thread.
const LOOKUPS_MAX: usize = 32;

/// Why a receiver did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// Not in time.
    TimedOut,
    /// There was no connection, or it ended too early.
    Unreachable(String),
    /// Nothing was sent: that is not allowed.
    Refused(&'static str),
}

impl Silence {
    fn unreachable(what: &str, error: &impl Display) -> Self {
        Self::Unreachable(format!("{what}: {error}"))
    }
}

/// Sends callbacks.
pub(super) struct Client {
    callbacks: Callbacks,
    /// Where this server listens; it does not call itself.
    own: Vec<SocketAddr>,
    /// For one callback in all.
    limit: Duration,
    lookups: Arc<Semaphore>,
    tls: OnceLock<TlsConnector>,
}

impl Client {
    pub(super) fn new(callbacks: Callbacks, own: Vec<SocketAddr>, limit: Duration) -> Self {
        let lookups = Arc::new(Semaphore::new(LOOKUPS_MAX));
        Self { callbacks, own, limit, lookups, tls: OnceLock::new() }
    }

    /// Sends a body with these headers. Gives the status of the answer.
    pub(super) async fn post(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<u16, Silence> {
        let posted = self.post_slowly(target, headers, body);
        tokio::time::timeout(self.limit, posted).await.unwrap_or(Err(Silence::TimedOut))
    }

    async fn post_slowly(
        &self,
        target: &Target,
        headers: HeaderMap,
        body: Bytes,
    ) -> Result<u16, Silence> {
        let request = request(target, headers, body)?;
        let stream = self.connect(target).await?;
        if !target.is_tls {
            return exchange(stream, request).await;
        }
        let name = ServerName::try_from(target.host.clone())
            .map_err(|_error| Silence::Refused("TLS knows no such host"))?;
        let stream = self.tls().connect(name, stream).await;
        let stream = stream.map_err(|error| Silence::unreachable("no TLS", &error))?;
        exchange(stream, request).await
    }

    /// A connection to one of the addresses that the name stands for now.
    async fn connect(&self, target: &Target) -> Result<TcpStream, Silence> {
        let mut silence = Silence::Refused("only this machine is called; see --callbacks-anywhere");
        for address in self.look_up(target).await? {
            if !self.callbacks.allow(address.ip()) {
                continue;
            }
            let connected = TcpStream::connect(address).await;
            let ends = connected.and_then(|stream| Ok((stream.local_addr()?, stream)));
            match ends {
                Ok((local, _)) if self.own.iter().any(|own| is_own(*own, local, address)) => {
                    return Err(Silence::Refused("the server does not call itself"));
                }
                Ok((_, stream)) => {
                    // A callback is one small write: waiting for more would only delay it.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => silence = Silence::unreachable("no connection", &error),
            }
        }
        Err(silence)
    }

    /// The addresses of a name. A look-up cannot be given up, so it keeps its place until it ends.
    async fn look_up(&self, target: &Target) -> Result<Vec<SocketAddr>, Silence> {
        let place = Arc::clone(&self.lookups).acquire_owned().await;
        let name = (target.host.clone(), target.port);
        let looked = tokio::spawn(async move {
            let addresses = tokio::net::lookup_host(name).await.map(Iterator::collect);
            drop(place);
            addresses
        });
        let addresses = looked.await.map_err(|error| Silence::unreachable("no address", &error))?;
        addresses.map_err(|error| Silence::unreachable("no address", &error))
    }

    /// Trusts whom the machine trusts. One that trusts nobody can still serve.
    fn tls(&self) -> &TlsConnector {
        self.tls.get_or_init(|| {
            let builder = || {
                ClientConfig::builder_with_provider(Arc::new(default_provider()))
                    .with_safe_default_protocol_versions()
                    .expect("the provider has the versions that are safe")
            };
            let config = match builder().with_platform_verifier() {
                Ok(trusting) => trusting.with_no_client_auth(),
                Err(error) => {
                    tracing::warn!(%error, "no certificate is trusted");
                    builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth()
                }
            };
            Arc::new(config).into()
        })
    }
}

fn request(
    target: &Target,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Request<Full<Bytes>>, Silence> {
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = Method::POST;
    *request.uri_mut() =
        target.path.parse().map_err(|_error| Silence::Refused("this is no path"))?;
    *request.headers_mut() = headers;
    let host = HeaderValue::from_str(&target.authority)
        .map_err(|_error| Silence::Refused("this is no host"))?;
    request.headers_mut().insert(HOST, host);
    Ok(request)
}

/// Sends the request and gives the status of the answer. When it returns, or is dropped, the
/// connection is closed.
async fn exchange<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    request: Request<Full<Bytes>>,
) -> Result<u16, Silence> {
    let opened = http1::Builder::new()
        .title_case_headers(true)
        .max_buf_size(HEAD_BYTES_MAX)
        .handshake(TokioIo::new(stream))
        .await;
    let (mut sender, connection) =
        opened.map_err(|error| Silence::unreachable("no connection", &error))?;
    let answered = async {
        let answer = sender.send_request(request).await;
        let answer = answer.map_err(|error| Silence::unreachable("no answer", &error))?;
        let status = answer.status().as_u16();
        let patience = Duration::from_millis(BODY_MILLISECONDS_MAX);
        let _ = tokio::time::timeout(patience, finish(answer.into_body())).await;
        Ok(status)
    };
    // Without an end of its own: when the connection breaks, the exchange over it says so.
    let driven = async {
        let _ = connection.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        answered = answered => answered,
        () = driven => Err(Silence::Unreachable("no connection".to_owned())),
    }
}

/// Lets a receiver end its answer, if it is short.
async fn finish(mut body: Incoming) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, Bytes::len);
        if read > BODY_BYTES_MAX {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;

    use super::*;

    /// Receives over TLS, with a certificate for this machine; and one who trusts it alone.
    async fn receiver() -> (u16, TlsConnector) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let certificate = made.cert.der().clone();
        let key = made.signing_key.serialize_der().try_into().unwrap();
        let provider = || Arc::new(default_provider());
        let config = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let trusting = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                let mut bytes = [0; 1024];
                let _ = stream.read(&mut bytes).await;
                let _ = stream.write_all(b"HTTP/1.1 204 X\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        });
        (port, Arc::new(trusting).into())
    }

    fn client() -> Client {
        let own = SocketAddr::from((Ipv4Addr::LOCALHOST, 1));
        Client::new(Callbacks::Loopback, vec![own], Duration::from_secs(5))
    }

    async fn post(client: &Client, url: &str) -> Result<u16, Silence> {
        let target = Target::parse(url).unwrap();
        client.post(&target, HeaderMap::new(), Bytes::from_static(b"{}")).await
    }

    #[tokio::test]
    async fn receivers_over_tls_must_be_trusted() {
        let (port, trusting) = receiver().await;
        let client = client();
        for host in ["localhost", "127.0.0.1"] {
            let url = format!("https://{host}:{port}/");
            // The machine does not trust whoever says to be this host.
            assert!(matches!(post(&self::client(), &url).await, Err(Silence::Unreachable(_))));
            let _ = client.tls.set(trusting.clone());
            assert_eq!(post(&client, &url).await, Ok(204), "{url}");
        }
        // The certificate is another host's.
        let other = format!("https://127.0.0.2:{port}/");
        assert!(matches!(post(&client, &other).await, Err(Silence::Unreachable(_))));
    }
}
