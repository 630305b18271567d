//! HTTPS under the provider's names, the proxy, the two sites.

mod authority;
mod handshake;
mod proxy;
mod sites;

use std::net::SocketAddr;
use std::sync::Arc;

use redress_server::PROVIDER_NAMES;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::wire::{Connection, Stream};
use crate::world::World;

/// A request that nobody has signed.
const PLAIN: &[u8] = b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n";

/// What a client trusts that trusts this CA alone.
fn roots(pem: &[u8]) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(pem).unwrap()).unwrap();
    Arc::new(roots)
}

/// A client that trusts the world's CA, and nothing else.
fn client(world: &World) -> ClientConfig {
    let pem = std::fs::read(world.server.server().ca_path()).unwrap();
    ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots(&pem))
        .with_no_client_auth()
}

async fn handshake<S: Stream>(
    config: ClientConfig,
    name: &str,
    stream: S,
) -> std::io::Result<TlsStream<S>> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

/// A connection under a name, with its certificate checked.
async fn https(world: &World, address: SocketAddr, name: &str) -> std::io::Result<Connection> {
    let stream = TcpStream::connect(address).await?;
    Ok(Connection::over(handshake(client(world), name, stream).await?))
}

/// The head of a request for a tunnel.
fn connect(authority: &str) -> Vec<u8> {
    format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n").into_bytes()
}

/// A connection through the proxy to the provider's host of this name.
async fn tunnel(world: &World, name: &str) -> std::io::Result<Connection> {
    let mut outer = Connection::open(world.address()).await;
    outer.send(&connect(&format!("{name}:443"))).await;
    let answer = outer.answer_to("HEAD").await.ok_or(std::io::ErrorKind::UnexpectedEof)?;
    assert_eq!(answer.head.lines().next(), Some("HTTP/1.1 200 Connection established"));
    Ok(Connection::over(handshake(client(world), name, outer.into_stream()).await?))
}
