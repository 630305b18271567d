//! A receiver of callbacks, which believes none that is not well signed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use redress::Merchant;
use tokio::net::TcpListener;

/// How often each refund was told of.
type Heard = Arc<Mutex<BTreeMap<String, u32>>>;

pub(crate) struct Receiver {
    /// Followed by a slash and the number of a merchant.
    pub(crate) url: String,
    heard: Heard,
}

impl Receiver {
    /// Starts one that knows the merchants of this folder.
    pub(crate) async fn start(merchants: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Heard::default();
        let shared = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (merchants, heard) = (merchants.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    let service = service_fn(|request| hear(request, &merchants, &heard));
                    let connection = http1::Builder::new();
                    // A node may have been killed in the middle of it.
                    drop(connection.serve_connection(TokioIo::new(stream), service).await);
                });
            }
        });
        Self { url, heard }
    }

    pub(crate) fn times(&self, out_refund_no: &str) -> u32 {
        let heard = self.heard.lock().expect("nobody panics with it");
        heard.get(out_refund_no).copied().unwrap_or_default()
    }

    /// How many callbacks were heard in all.
    pub(crate) fn total(&self) -> u32 {
        self.heard.lock().expect("nobody panics with it").values().sum()
    }
}

async fn hear(
    request: Request<Incoming>,
    merchants: &std::path::Path,
    heard: &Heard,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return Ok(status(StatusCode::BAD_REQUEST)) };
    let merchant = Merchant::from_folder(merchants.join(head.uri.path().trim_matches('/')));
    let merchant = merchant.expect("a merchant's folder");
    let opened = merchant.open_notification(&head.headers, &body.to_bytes());
    let Ok(notification) = opened else { return Ok(status(StatusCode::UNAUTHORIZED)) };
    let number = notification.resource["out_refund_no"].as_str().expect("a number").to_owned();
    *heard.lock().expect("nobody panics with it").entry(number).or_default() += 1;
    Ok(status(StatusCode::NO_CONTENT))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}
