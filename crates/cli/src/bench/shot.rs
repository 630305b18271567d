//! Requests, made and signed before the time is taken.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use bytes::Bytes;
use http::Request;
use redress::Merchant;
use redress::api::{Endpoint, wire};
use redress::crypto::{PrivateKey, authorize, message_to_sign, nonce, verify_response};

use super::machine;
use super::wire::Answer;
use crate::doctor;

/// Who asks.
const PRODUCT: &str = concat!("redress-bench/", env!("CARGO_PKG_VERSION"));

/// A request before it is signed.
pub(super) struct Draft {
    request: Request<Bytes>,
    /// Whether it is signed, and its answer too. Calls of the control API are not.
    signed: bool,
}

/// A request as it goes over the wire.
pub(super) struct Shot {
    pub(super) bytes: Box<[u8]>,
    pub(super) signed: bool,
}

impl Draft {
    /// A merchant's request.
    pub(super) fn of<E: Endpoint>(request: &E) -> Self {
        Self { request: wire::encode(request), signed: true }
    }

    /// A call of the control API.
    pub(super) fn control(path: &str, body: &serde_json::Value) -> anyhow::Result<Self> {
        let request = Request::post(format!("/_control{path}"))
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(Bytes::from(body.to_string()))?;
        Ok(Self { request, signed: false })
    }
}

/// Who signs, and whom it calls.
pub(super) struct Signer {
    merchant: Merchant,
    key: PrivateKey,
    /// What stands in `Host`.
    host: String,
    token: Option<String>,
}

impl Signer {
    pub(super) fn new(folder: &Path, host: String, token: Option<String>) -> anyhow::Result<Self> {
        let merchant = Merchant::from_folder(folder)?;
        let key = folder.join("apiclient_key.pem");
        let pem = std::fs::read_to_string(&key).with_context(|| key.display().to_string())?;
        let key = PrivateKey::from_pem(&pem).with_context(|| key.display().to_string())?;
        Ok(Self { merchant, key, host, token })
    }

    pub(super) const fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    fn shot(&self, draft: Draft, now: i64) -> Shot {
        let Draft { mut request, signed } = draft;
        if signed {
            let nonce = nonce();
            let signature = self.key.sign(&message_to_sign(&request, now, &nonce));
            let (serial, mchid) = (self.merchant.serial_no(), self.merchant.mchid().as_str());
            authorize(serial, mchid, &mut request, now, &nonce, signature);
        }
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
        let mut head = format!(
            "{} {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {PRODUCT}\r\n",
            request.method(),
            self.host
        );
        let mut line = |name: &str, value: &str| {
            head.push_str(&format!("{name}: {value}\r\n"));
        };
        for (name, value) in request.headers() {
            line(name.as_str(), value.to_str().unwrap_or_default());
        }
        if signed {
            line("Wechatpay-Serial", self.merchant.public_key_id().as_str());
        } else if let Some(token) = &self.token {
            line("Authorization", &format!("Bearer {token}"));
        }
        let body = request.body();
        if !body.is_empty() || request.method() == http::Method::POST {
            line("Content-Length", &body.len().to_string());
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        Shot { bytes: bytes.into(), signed }
    }

    /// Signs on all processors, and on a terminal says how far it is.
    pub(super) fn sign(&self, drafts: Vec<Draft>) -> anyhow::Result<Arc<[Shot]>> {
        let (all, now) = (drafts.len(), doctor::now()?);
        let share = all.div_ceil(machine::cores()).max(1);
        let mut drafts = drafts.into_iter();
        let done = AtomicUsize::new(0);
        let done = &done;
        let shots = thread::scope(|scope| {
            let mut threads = Vec::new();
            loop {
                let mine: Vec<Draft> = drafts.by_ref().take(share).collect();
                if mine.is_empty() {
                    break;
                }
                threads.push(scope.spawn(move || {
                    let mut shots = Vec::with_capacity(mine.len());
                    for draft in mine {
                        shots.push(self.shot(draft, now));
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                    shots
                }));
            }
            let mut bar = Bar::new("signing", all);
            while threads.iter().any(|thread| !thread.is_finished()) {
                bar.show(done.load(Ordering::Relaxed));
                // The last thread to end is waited for below, to the moment.
                thread::sleep(Duration::from_millis(if all < 2000 { 1 } else { 50 }));
            }
            let mut shots = Vec::with_capacity(all);
            for thread in threads {
                shots.extend(thread.join().map_err(|_panic| anyhow!("signing panicked"))?);
            }
            Ok::<_, anyhow::Error>(shots)
        })?;
        Ok(shots.into())
    }

    /// What is wrong with an answer that should be signed.
    pub(super) fn check(&self, answer: &Answer) -> anyhow::Result<()> {
        let ring = self.merchant.platform_keys();
        verify_response(ring, &answer.headers(), answer.body(), doctor::now()?)?;
        Ok(())
    }
}

/// A progress bar on stderr, if that is a terminal. It goes when it is dropped.
pub(super) struct Bar {
    what: &'static str,
    all: usize,
    is_shown: bool,
}

impl Bar {
    pub(super) fn new(what: &'static str, all: usize) -> Self {
        Self { what, all, is_shown: false }
    }

    pub(super) fn show(&mut self, done: usize) {
        const WIDTH: usize = 30;
        let mut stderr = std::io::stderr();
        if !stderr.is_terminal() || self.all == 0 {
            return;
        }
        self.is_shown = true;
        let full = done * WIDTH / self.all;
        let bar = format!("{}{}", "█".repeat(full), "·".repeat(WIDTH.saturating_sub(full)));
        let _ = write!(stderr, "\r\u{1b}[K{} {bar} {done} of {}", self.what, self.all);
        let _ = stderr.flush();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.is_shown {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
        }
    }
}
