//! `redress notify listen`: receives callbacks, checks them, opens them, prints and answers them.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::{Bytes, BytesMut};
use http::header::{ALLOW, CONNECTION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use redress::api::notification::Refused;
use redress::crypto::VerifyError;
use redress::{Merchant, NOTIFICATION_BYTES_MAX, NotificationError};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

use super::show::{self, Heard, Outcome};
use crate::args::{Listen, Who};
use crate::caller;
use crate::print;
use crate::serve::stopped;

/// Connections at once; others wait.
const CONNECTIONS_MAX: usize = 64;
/// How long the head of a request, and then its body, may take, in seconds.
const REQUEST_SECONDS_MAX: u64 = 10;
/// How much of a body that is too long is read, and thrown away.
const DRAIN_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What every connection shares.
struct Receiver {
    who: Who,
    merchants: RwLock<Arc<[Merchant]>>,
    status: StatusCode,
    delay: Duration,
    json: bool,
    /// Callbacks that were good.
    good: AtomicU64,
    count: Option<u64>,
    enough: Notify,
}

pub(super) async fn run(args: Listen) -> anyhow::Result<ExitCode> {
    let merchants = merchants(&args.who)?;
    let address = (Ipv4Addr::LOCALHOST, args.port);
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!("cannot listen at 127.0.0.1:{}; choose another with --port", args.port)
    })?;
    let stop = stopped()?;
    let address = format!("http://{}/", listener.local_addr()?);
    print::line(&show::listening(&address, &merchants, args.output));
    let receiver = Arc::new(Receiver {
        who: args.who.clone(),
        merchants: RwLock::new(merchants.into()),
        status: StatusCode::from_u16(args.status).context("--status")?,
        delay: Duration::from_secs(args.delay),
        json: args.output.json,
        good: AtomicU64::new(0),
        count: args.count.map(u64::from),
        enough: Notify::new(),
    });
    listen(&args, &listener, &receiver, stop).await
}

/// Accepts connections until enough has come, or somebody stops it. Requests under way are
/// answered.
async fn listen(
    args: &Listen,
    listener: &TcpListener,
    receiver: &Arc<Receiver>,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<ExitCode> {
    let graceful = GracefulShutdown::new();
    let waited = async {
        match args.wait {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    let outcome = tokio::select! {
        never = accept(listener, receiver, &graceful) => match never {},
        () = receiver.enough.notified() => Ok(ExitCode::SUCCESS),
        () = stop => Ok(ExitCode::SUCCESS),
        () = waited => Err(anyhow::anyhow!(
            "{} of {} callbacks came within {} seconds",
            receiver.good.load(Ordering::Relaxed),
            receiver.count.unwrap_or_default(),
            args.wait.unwrap_or_default(),
        )),
    };
    let patience = receiver.delay + Duration::from_secs(REQUEST_SECONDS_MAX);
    // Whoever is still sending by then is left.
    let _ = tokio::time::timeout(patience, graceful.shutdown()).await;
    outcome
}

async fn accept(
    listener: &TcpListener,
    receiver: &Arc<Receiver>,
    graceful: &GracefulShutdown,
) -> Infallible {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let (place, accepted) =
            (Arc::clone(&places).acquire_owned().await, listener.accept().await);
        let Ok((stream, _peer)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let receiver = Arc::clone(receiver);
        let service = service_fn(move |request| {
            let receiver = Arc::clone(&receiver);
            async move { Ok::<_, Infallible>(receiver.receive(request).await) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(REQUEST_SECONDS_MAX))
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // A sender that went away is no error here: it comes again.
            let _ = connection.await;
            drop(place);
        });
    }
}

impl Receiver {
    async fn receive(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let outcome = if head.method == Method::POST {
            match collect(body).await {
                Ok(body) => self.open(&head.headers, &body),
                Err(refused) => refused,
            }
        } else {
            let why = format!("callbacks are posted, this is a {}", head.method);
            Outcome::Refused { status: StatusCode::METHOD_NOT_ALLOWED, why }
        };
        let status = match &outcome {
            Outcome::Good { .. } => self.status,
            Outcome::Refused { status, .. } => *status,
        };
        let heard = Heard { path: head.uri.path(), outcome: &outcome, status, delay: self.delay };
        print::line(&if self.json { heard.line() } else { heard.text() });
        if matches!(outcome, Outcome::Good { .. }) {
            let good = self.good.fetch_add(1, Ordering::Relaxed) + 1;
            if self.count.is_some_and(|count| good >= count) {
                self.enough.notify_one();
            }
            tokio::time::sleep(self.delay).await;
        }
        answer(status)
    }

    /// Whose it is: the one whose key opens it. What has changed in the folders since is looked up
    /// when it matters: the platform signs with a new certificate, say, or there is a new merchant.
    fn open(&self, headers: &http::HeaderMap, body: &[u8]) -> Outcome {
        let known = self.merchants.read().unwrap_or_else(PoisonError::into_inner).clone();
        let error = match open(&known, headers, body) {
            Ok(good) => return good,
            Err(error) => error,
        };
        if let NotificationError::Verify(VerifyError::UnknownSerial(_)) | NotificationError::Open(_) =
            &error
            && let Ok(fresh) = merchants(&self.who)
        {
            let opened = open(&fresh, headers, body);
            *self.merchants.write().unwrap_or_else(PoisonError::into_inner) = fresh.into();
            return opened.unwrap_or_else(refused);
        }
        refused(error)
    }
}

fn open(
    merchants: &[Merchant],
    headers: &http::HeaderMap,
    body: &[u8],
) -> Result<Outcome, NotificationError> {
    let mut refused = NotificationError::NoKey;
    for merchant in merchants {
        match merchant.open_notification(headers, body) {
            Ok(notification) => {
                let (mchid, notification) = (merchant.mchid().clone(), Box::new(notification));
                return Ok(Outcome::Good { mchid, notification });
            }
            Err(error) => refused = error,
        }
    }
    Err(refused)
}

fn refused(error: NotificationError) -> Outcome {
    let status = error.status();
    Outcome::Refused { status, why: format!("{:#}", anyhow::Error::new(error)) }
}

/// The whole body, within its limits.
async fn collect(body: Incoming) -> Result<Bytes, Outcome> {
    let slow = || {
        let why = format!("the body took more than {REQUEST_SECONDS_MAX} seconds");
        Outcome::Refused { status: StatusCode::REQUEST_TIMEOUT, why }
    };
    tokio::time::timeout(Duration::from_secs(REQUEST_SECONDS_MAX), read(body))
        .await
        .unwrap_or_else(|_: tokio::time::error::Elapsed| Err(slow()))
}

/// Reads on where a body is too long, within reason: a sender who is still sending when the
/// connection ends may never see the answer.
async fn read(mut body: Incoming) -> Result<Bytes, Outcome> {
    let (mut bytes, mut seen) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_cut| {
            let why = "the body was cut short".to_owned();
            Outcome::Refused { status: StatusCode::BAD_REQUEST, why }
        })?;
        let Some(data) = frame.data_ref() else { continue };
        seen += data.len();
        if seen > DRAIN_BYTES_MAX {
            break;
        }
        if seen <= NOTIFICATION_BYTES_MAX {
            bytes.extend_from_slice(data);
        }
    }
    if seen > NOTIFICATION_BYTES_MAX {
        let why = format!("the body has more than {NOTIFICATION_BYTES_MAX} bytes");
        return Err(Outcome::Refused { status: StatusCode::PAYLOAD_TOO_LARGE, why });
    }
    Ok(bytes.freeze())
}

/// No body for what is taken, the page's for what is not.
fn answer(status: StatusCode) -> Response<Full<Bytes>> {
    let fails = status.is_client_error() || status.is_server_error();
    let body = if fails {
        serde_json::to_vec(&Refused::plain()).expect("two texts print as JSON")
    } else {
        Vec::new()
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if fails {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("POST"));
    }
    // The rest of what is too long or too slow is not read.
    if matches!(status, StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT) {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The merchants whose callbacks are opened: the one that was asked for, or all under `--data`.
fn merchants(who: &Who) -> anyhow::Result<Vec<Merchant>> {
    let by_profile = who.data.is_none() && caller::profile(who)?.is_some();
    if who.merchant.is_some() || who.mchid.is_some() || by_profile {
        return Ok(vec![caller::merchant(who, None)?]);
    }
    let folder = who.data().join("merchants");
    let mut folders: Vec<_> = std::fs::read_dir(&folder)
        .with_context(|| {
            let folder = folder.display();
            format!("no merchants in {folder}; is `redress serve` set up? or give --merchant DIR")
        })?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("merchant.json").exists())
        .collect();
    folders.sort();
    if folders.is_empty() {
        bail!("no merchants in {}: give --merchant DIR", folder.display());
    }
    folders.iter().map(|folder| Ok(Merchant::from_folder(folder)?)).collect()
}
