//! One exchange as the log keeps it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method};
use redress_api::{Definition, Mchid, Timestamp};
use serde_json::Value as Json;
use tokio::sync::OnceCell;

use super::mask::Mask;
use super::numbers::Numbers;
use super::{KEPT_BODY_BYTES_MAX, head};
use crate::fault::Hit;
use crate::reply::RequestId;
use crate::site::Site;

/// Headers and body, without the secrets.
pub(crate) struct Message {
    /// A line for each header.
    head: Box<str>,
    pub(crate) body: Bytes,
    /// How long the body was. None if it was not read whole.
    pub(crate) body_bytes: Option<usize>,
}

impl Message {
    pub(crate) fn new(headers: &HeaderMap, body: Option<&Bytes>, mask: &Mask) -> Self {
        let kept = body.map(|body| {
            // A part of a longer one would hold all of it.
            let cut = body.get(..KEPT_BODY_BYTES_MAX).map(Bytes::copy_from_slice);
            mask.bytes(cut.as_ref().unwrap_or(body))
        });
        Self {
            head: head::lines(headers, mask),
            body: kept.unwrap_or_default(),
            body_bytes: body.map(Bytes::len),
        }
    }

    /// Names and values.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (String, &str)> {
        head::each(&self.head)
    }

    /// The value of a header; the name in the case of the wire.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn bytes(&self) -> usize {
        self.head.len() + self.body.len()
    }
}

/// An exchange.
pub(crate) struct Record {
    pub(crate) id: RequestId,
    /// When the request's head was read, by the wall clock.
    pub(crate) wall: Timestamp,
    /// The same in business time.
    pub(crate) business: Timestamp,
    /// Where it came in.
    pub(crate) site: Site,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) method: Method,
    pub(crate) target: Box<str>,
    /// The path of the endpoint, with its names in braces, or a word in brackets.
    pub(crate) path: &'static str,
    pub(crate) definition: Option<&'static Definition>,
    /// Who the request says to be from, if that is not proven.
    pub(crate) claimed: Option<Box<str>>,
    /// Who it is from, once that is proven.
    pub(crate) proven: Option<Mchid>,
    pub(crate) request: Message,
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: Box<str>,
    pub(crate) answer: Message,
    pub(crate) elapsed: Duration,
    /// What was done to it on purpose.
    pub(crate) fault: Option<Hit>,
    pub(crate) numbers: OnceLock<Numbers>,
    /// Why it was not believed, once that is looked into.
    pub(crate) explanation: OnceCell<Json>,
    pub(crate) evidence: Mutex<Option<Arc<Evidence>>>,
    pub(crate) evidence_bytes: usize,
}

/// Says which one it is, and nothing that somebody sent.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("id", &self.id)
            .field("path", &self.path)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl Record {
    /// How long it is, in bytes; as long as nothing has been forgotten of it.
    pub(super) fn bytes(&self) -> usize {
        let texts = self.target.len() + self.message.len();
        texts + self.request.bytes() + self.answer.bytes() + self.evidence_bytes
    }

    /// The numbers that it names: looked for when somebody asks.
    pub(crate) fn numbers(&self) -> &Numbers {
        self.numbers.get_or_init(|| {
            let Self { definition, target, request, answer, .. } = self;
            Numbers::of(*definition, target, &request.body, &answer.body)
        })
    }

    /// The merchant, proven or not.
    pub(crate) fn mchid(&self) -> Option<&str> {
        self.proven.as_ref().map(Mchid::as_str).or(self.claimed.as_deref())
    }

    /// Whether the answer was signed wrongly on purpose.
    pub(crate) fn is_probe(&self) -> bool {
        let signature = self.answer.header("Wechatpay-Signature");
        signature.is_some_and(|signature| signature.starts_with("WECHATPAY/SIGNTEST/"))
    }

    /// Whether it was not believed who calls.
    pub(crate) const fn is_refused(&self) -> bool {
        self.evidence_bytes > 0
    }

    /// What an explanation of the refusal needs, as long as there is none.
    pub(super) fn evidence(&self) -> Option<Arc<Evidence>> {
        self.evidence.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn forget_evidence(&self) {
        let evidence = self.evidence.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(evidence);
    }
}

/// A refused request as it was sent, signature and all. Nobody is shown this, and it is forgotten
/// when the refusal is explained.
pub(crate) struct Evidence {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Evidence {
    pub(crate) fn new(method: &Method, target: &str, headers: &HeaderMap, body: &Bytes) -> Self {
        // Copied, because theirs is a buffer of the connection.
        let copied = headers.iter().filter_map(|(name, value)| {
            Some((name.clone(), HeaderValue::from_bytes(value.as_bytes()).ok()?))
        });
        let mut headers = HeaderMap::new();
        for (name, value) in copied {
            headers.append(name, value);
        }
        let (method, target) = (method.clone(), target.to_owned());
        Self { method, target, headers, body: body.clone() }
    }

    /// How long it is, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let headers = self.headers.iter().map(|(name, value)| name.as_str().len() + value.len());
        self.target.len() + self.body.len() + headers.sum::<usize>()
    }
}

impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Evidence(hidden)")
    }
}
