//! hyper alone: one connection, with no pool, no limits and no choice around it.

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Failure;

/// A connection, and the request that goes over it.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
}

impl Connection {
    pub(crate) async fn open(address: &str, signed: &Request<Bytes>) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        let mut request = signed.clone().map(Full::new);
        let target = signed.uri().path_and_query().ok_or("no target")?;
        *request.uri_mut() = target.as_str().parse()?;
        request.headers_mut().insert(HOST, address.parse()?);
        Ok(Self { sender, request })
    }

    /// Sends it, and collects the answer.
    pub(crate) async fn call(&mut self) -> Result<Bytes, Failure> {
        self.sender.ready().await?;
        let answer = self.sender.send_request(self.request.clone()).await?;
        if !answer.status().is_success() {
            return Err(format!("it was answered {}", answer.status()).into());
        }
        Ok(answer.into_body().collect().await?.to_bytes())
    }
}
