//! What a fault does to an answer that is ready.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Frame, SizeHint};
use redress_api::ErrorCode;
use redress_api::error::FREQUENCY_LIMITED;
use redress_core::refusal::number;
use redress_crypto::{random_bytes, sign_response};

use super::{Hit, What};
use crate::platform::Signer;
use crate::reply::Problem;
use crate::{clock, sign_test};

const SIGNATURE: &str = "wechatpay-signature";
const SERIAL: &str = "wechatpay-serial";
/// How old a stale answer is, in seconds; five minutes are allowed.
const STALE_SECONDS: i64 = 3600;

/// How an answer ends before its end: an extension of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Before its first byte.
    AtOnce,
    /// In the middle of its body.
    Midway,
}

/// A failure of the provider's, in its words.
pub(super) fn problem(code: ErrorCode) -> Problem {
    if code == FREQUENCY_LIMITED {
        Problem::new(code, number::FREQUENCY, "请求频率超过限制")
    } else {
        Problem::new(code, number::SYSTEM, "系统繁忙，请稍后重试")
    }
}

impl Hit {
    /// Changes status and headers.
    pub(crate) fn spoil(&self, signer: &Signer, response: &mut Response<Bytes>) {
        match self.what {
            What::WrongSignature => {
                let wrong = STANDARD.encode(random_bytes::<256>());
                replace(response.headers_mut(), SIGNATURE, wrong);
            }
            What::UnknownSerial => {
                // As many digits as a certificate's serial has, the first of them not 0.
                let serial = format!("5{:039X}", u128::from_be_bytes(random_bytes()));
                replace(response.headers_mut(), SERIAL, serial);
            }
            What::Stale => signer.sign_at(response, clock::wall() - STALE_SECONDS),
            What::Unsigned => {
                for name in [SIGNATURE, SERIAL, "wechatpay-nonce", "wechatpay-timestamp"] {
                    response.headers_mut().remove(name);
                }
                response.headers_mut().remove("wechatpay-signature-type");
            }
            What::Probe => {
                sign_test::spoil(response.headers_mut());
            }
            What::Accepted if response.status() == StatusCode::OK => {
                *response.status_mut() = StatusCode::ACCEPTED;
            }
            What::Accepted
            | What::HangUp
            | What::Refuse
            | What::ResetBefore
            | What::ResetAfter
            | What::CutBody
            | What::Slow(..)
            | What::Status(..) => {}
        }
    }

    /// The answer as it goes on its way.
    pub(crate) fn send(&self, response: Response<Bytes>) -> Response<Body> {
        let broken = match self.what {
            What::HangUp | What::Refuse | What::ResetBefore | What::ResetAfter => {
                Some(Broken::AtOnce)
            }
            What::CutBody if response.body().len() < 2 => Some(Broken::AtOnce),
            What::CutBody => Some(Broken::Midway),
            What::Slow(..)
            | What::Status(..)
            | What::WrongSignature
            | What::UnknownSerial
            | What::Stale
            | What::Unsigned
            | What::Probe
            | What::Accepted => None,
        };
        let mut response = match broken {
            Some(Broken::Midway) => response.map(|body| Body::new(Half::of(body).boxed())),
            Some(Broken::AtOnce) | None => response.map(Body::from),
        };
        if let Some(broken) = broken {
            response.extensions_mut().insert(broken);
        }
        response
    }
}

/// Puts another value in the place of the one that is there; a file has none.
fn replace(headers: &mut HeaderMap, name: &'static str, value: String) {
    if let Some(known) = headers.get_mut(name) {
        *known = HeaderValue::try_from(value).expect("letters, digits and signs of Base64");
    }
}

impl Signer {
    /// Signs an answer that is signed already, at another time.
    fn sign_at(&self, response: &mut Response<Bytes>, seconds: i64) {
        if !response.headers().contains_key(SIGNATURE) {
            return;
        }
        let body = response.body().clone();
        let nonce = redress_crypto::nonce();
        sign_response(self.key(), self.serial(), response.headers_mut(), &body, seconds, &nonce);
    }
}

/// A body that breaks off in its middle.
struct Half {
    whole: Bytes,
    sent: Sent,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sent {
    Nothing,
    /// Handed over, and perhaps not written yet.
    Half,
    Flushed,
}

impl Half {
    const fn of(whole: Bytes) -> Self {
        Self { whole, sent: Sent::Nothing }
    }
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.sent {
            Sent::Nothing => {
                self.sent = Sent::Half;
                let half = self.whole.slice(..self.whole.len() / 2);
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            Sent::Half => {
                // A body that has nothing more for now is written as far as it is.
                self.sent = Sent::Flushed;
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Sent::Flushed => Poll::Ready(Some(Err(io::Error::other("cut on purpose")))),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.whole.len() as u64)
    }
}
