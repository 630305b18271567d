//! Why a call failed, and whether the request was carried out all the same.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use http::header::RETRY_AFTER;
use redress_api::error::PARAM_ERROR;
use redress_api::{ErrorBody, ErrorCode, ParamError};
use redress_crypto::VerifyError;
use serde_json::Value as Json;

use crate::answer::Raw;
use crate::base_url::TargetError;
use crate::signer::SignError;
use crate::transport::{Sent, TransportError};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request breaks a rule of its page: the service would refuse it with `PARAM_ERROR` and
    /// these words, which name the field. Nothing was sent.
    #[error("not sent, {}: {}", PARAM_ERROR.code, .0.message)]
    Invalid(Box<ParamError>),
    /// The target cannot be sent as it is signed. Nothing was sent.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The request could not be signed. Nothing was sent.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// No whole answer came back.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The answer is not the platform's, or cannot be shown to be.
    #[error("an answer with status {} cannot be trusted", status.as_u16())]
    Verify {
        /// Its status.
        status: StatusCode,
        /// Its `Request-ID`.
        request_id: Option<String>,
        /// What is wrong with its signature.
        source: VerifyError,
    },
    /// The service answered with an error.
    #[error(transparent)]
    Api(Box<ApiError>),
    /// A success, signed by the platform, whose body is not what the page promises.
    #[error("the body of an answer with status {} is not what the page promises", status.as_u16())]
    Decode {
        /// Its status.
        status: StatusCode,
        /// Its `Request-ID`.
        request_id: Option<String>,
        /// What is wrong with its body.
        source: serde_json::Error,
    },
    /// An earlier attempt of the same call may have been carried out, and the last one failed in a
    /// way that says nothing about the earlier one.
    #[error("an earlier attempt may have been carried out ({earlier}); the last attempt failed")]
    Retried {
        /// The first failure whose fate is unknown.
        earlier: Box<Self>,
        /// The last failure.
        #[source]
        last: Box<Self>,
    },
    /// A code payment may have charged its payer, and its reversal was not answered in time.
    #[error("the payer may be charged, and the reversal has not succeeded: reverse it again")]
    NotReversed {
        /// The last failure.
        #[source]
        last: Box<Self>,
    },
}

/// Whether a failed request was carried out. For a query it does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It never left: there was no connection, or it was refused here.
    NotSent,
    /// The service has refused it, and nothing was done. Correct the reason, or leave it.
    Rejected,
    /// It may have been carried out, or may still be. [`Client::settle`](crate::Client::settle)
    /// finds out; never assume that it failed, and never use a new number.
    Unknown,
}

/// An answer that is not a success.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: StatusCode,
    /// The code, for programs; empty if the answer has no error body.
    pub code: String,
    /// What happened, for people.
    pub message: String,
    /// Which part was wrong.
    pub detail: Option<Json>,
    /// The body as it came.
    pub body: Bytes,
    /// The `Request-ID`, which the provider's support asks for.
    pub request_id: Option<String>,
    /// How long the service asks to wait, if it says (`Retry-After`, in seconds).
    pub retry_after: Option<Duration>,
    /// Whether the platform signed it. What is not signed may come from anyone on the way.
    pub verified: bool,
    /// Whether such an answer proves that nothing was done, when it is signed: not with code
    /// payments, see [`Endpoint::REFUSAL_IS_PROOF`](crate::api::Endpoint::REFUSAL_IS_PROOF).
    pub is_proof: bool,
}

impl Error {
    /// Whether the request was carried out.
    ///
    /// | What happened | Fate |
    /// | --- | --- |
    /// | the request or its target was refused here, or the signer failed | not sent |
    /// | no connection: refused, no such host, TLS failed, connecting took too long | not sent |
    /// | a signed answer 4xx, among them 429 | rejected |
    /// | a signed answer 4xx other than 401 to a code payment: payers were charged all the same | unknown |
    /// | a signed answer 3xx or 5xx: it may have failed after the fact | unknown |
    /// | an unsigned answer of any status: it may not be the platform's | unknown |
    /// | a wrong, stale or missing signature, even with a status 4xx | unknown |
    /// | a timeout or a broken connection after connecting, a body cut short or too long | unknown |
    /// | a signed success that cannot be read | unknown |
    /// | a code payment that could not be reversed | unknown |
    /// | any of these, after an attempt of the same call whose fate is unknown | unknown |
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Invalid(_) | Self::Target(_) | Self::Sign(_) => Fate::NotSent,
            Self::Transport(TransportError { sent, .. }) => match sent {
                Sent::No => Fate::NotSent,
                Sent::Maybe => Fate::Unknown,
            },
            Self::Api(answer)
                if answer.verified
                    && answer.status.is_client_error()
                    && (answer.is_proof || answer.status == StatusCode::UNAUTHORIZED) =>
            {
                Fate::Rejected
            }
            Self::Verify { .. }
            | Self::Api(_)
            | Self::Decode { .. }
            | Self::Retried { .. }
            | Self::NotReversed { .. } => Fate::Unknown,
        }
    }

    /// Whether the platform has answered that it knows nothing by this number.
    pub(crate) fn is_no_record(&self) -> bool {
        self.api().is_some_and(|answer| answer.verified && answer.status == StatusCode::NOT_FOUND)
    }

    /// Whether the platform answered with this status and code. An answer that it did not sign
    /// never counts; look at it with [`Error::api`].
    #[must_use]
    pub fn is(&self, code: ErrorCode) -> bool {
        self.api().is_some_and(|answer| {
            answer.verified && answer.status.as_u16() == code.status && answer.code == code.code
        })
    }

    /// Whether the reason may pass by itself, so that the same request may succeed later: no
    /// connection, no whole answer, 429 and 5xx.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Transport(_) => true,
            Self::Api(answer) => {
                answer.status == StatusCode::TOO_MANY_REQUESTS || answer.status.is_server_error()
            }
            Self::Retried { last, .. } | Self::NotReversed { last } => last.is_retryable(),
            Self::Invalid(_)
            | Self::Target(_)
            | Self::Sign(_)
            | Self::Verify { .. }
            | Self::Decode { .. } => false,
        }
    }

    /// The code of the last answer, signed or not; none without an error body. `PARAM_ERROR` also
    /// for what was refused before it was sent.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        if let Self::Invalid(_) = self {
            return Some(PARAM_ERROR.code);
        }
        self.api().map(|answer| &*answer.code).filter(|code| !code.is_empty())
    }

    /// The answer, if the last attempt got one that is an error.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(answer) => Some(answer),
            Self::Retried { last, .. } | Self::NotReversed { last } => last.api(),
            Self::Invalid(_)
            | Self::Target(_)
            | Self::Sign(_)
            | Self::Transport(_)
            | Self::Verify { .. }
            | Self::Decode { .. } => None,
        }
    }

    /// The status of the last answer.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(answer) => Some(answer.status),
            Self::Verify { status, .. } | Self::Decode { status, .. } => Some(*status),
            Self::Retried { last, .. } | Self::NotReversed { last } => last.status(),
            Self::Invalid(_) | Self::Target(_) | Self::Sign(_) | Self::Transport(_) => None,
        }
    }

    /// The `Request-ID` of the last answer.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api(answer) => answer.request_id.as_deref(),
            Self::Verify { request_id, .. } | Self::Decode { request_id, .. } => {
                request_id.as_deref()
            }
            Self::Retried { last, .. } | Self::NotReversed { last } => last.request_id(),
            Self::Invalid(_) | Self::Target(_) | Self::Sign(_) | Self::Transport(_) => None,
        }
    }
}

impl From<ParamError> for Error {
    fn from(error: ParamError) -> Self {
        Self::Invalid(Box::new(error))
    }
}

impl Fate {
    /// What to do next, for people.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotSent => "see to the reason and send it again with the same number",
            Self::Rejected => "correct the reason and send it again, or leave it",
            Self::Unknown => "settle it: query, or send it again with the same number",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotSent => "not sent",
            Self::Rejected => "not carried out",
            Self::Unknown => "may have been carried out",
        })
    }
}

impl ApiError {
    pub(crate) fn new(raw: Raw, is_proof: bool) -> Self {
        let Raw { status, headers, request_id, body, verified } = raw;
        let ErrorBody { code, detail, message } =
            serde_json::from_slice(&body).unwrap_or_else(|_| ErrorBody {
                code: String::new(),
                detail: None,
                message: String::new(),
            });
        let after = headers.get(RETRY_AFTER).and_then(|after| after.to_str().ok());
        let retry_after = after.and_then(|after| after.parse().ok()).map(Duration::from_secs);
        Self { status, code, message, detail, body, request_id, retry_after, verified, is_proof }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = if self.verified { "" } else { ", not signed" };
        write!(f, "the service answered {}{signed}", self.status.as_u16())?;
        if !self.code.is_empty() {
            write!(f, ", {}: {}", self.code, self.message)?;
        }
        match &self.request_id {
            Some(request_id) => write!(f, " (Request-ID {request_id})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}
