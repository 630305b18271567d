//! Why a call failed, and whether the request was carried out all the same.

use std::fmt;

use http::StatusCode;
use redress_api::{ErrorBody, ErrorCode};
use redress_crypto::VerifyError;
use serde_json::Value as Json;

use crate::base_url::TargetError;
use crate::transport::{Sent, TransportError};

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The target cannot be sent as it is signed. Nothing was sent.
    #[error(transparent)]
    Target(#[from] TargetError),
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
}

/// Whether a failed request was carried out. For a query it does not matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was not. Correct the reason, or send it again, or leave it.
    NotDone,
    /// It may have been, or may still be. Send it again with the same number, or query; never
    /// assume that it failed, and never use a new number.
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
    /// The `Request-ID`, which the provider's support asks for.
    pub request_id: Option<String>,
    /// Whether the platform signed it. What is not signed may come from anyone on the way.
    pub verified: bool,
}

impl Error {
    /// Whether the request was carried out.
    ///
    /// | What happened | Fate |
    /// | --- | --- |
    /// | the target was refused here | not done |
    /// | no connection: refused, no such host, TLS failed, connecting took too long | not done |
    /// | a signed answer 4xx, among them 429 | not done |
    /// | a signed answer 3xx or 5xx: it may have failed after the fact | unknown |
    /// | an unsigned answer of any status: it may not be the platform's | unknown |
    /// | a wrong, stale or missing signature, even with a status 4xx | unknown |
    /// | a timeout or a broken connection after connecting, a body cut short or too long | unknown |
    /// | a signed success that cannot be read | unknown |
    /// | not done, after an attempt of the same call whose fate is unknown | unknown |
    #[must_use]
    pub fn fate(&self) -> Fate {
        match self {
            Self::Target(_) => Fate::NotDone,
            Self::Transport(TransportError { sent, .. }) => match sent {
                Sent::No => Fate::NotDone,
                Sent::Maybe => Fate::Unknown,
            },
            Self::Api(answer) if answer.verified && answer.status.is_client_error() => {
                Fate::NotDone
            }
            Self::Verify { .. } | Self::Api(_) | Self::Decode { .. } | Self::Retried { .. } => {
                Fate::Unknown
            }
        }
    }

    /// Whether the platform answered with this status and code. An answer that it did not sign
    /// never counts; look at it with [`Error::api`].
    #[must_use]
    pub fn is(&self, code: ErrorCode) -> bool {
        self.api().is_some_and(|answer| {
            answer.verified && answer.status.as_u16() == code.status && answer.code == code.code
        })
    }

    /// The answer, if the last attempt got one that is an error.
    #[must_use]
    pub fn api(&self) -> Option<&ApiError> {
        match self {
            Self::Api(answer) => Some(answer),
            Self::Retried { last, .. } => last.api(),
            Self::Target(_) | Self::Transport(_) | Self::Verify { .. } | Self::Decode { .. } => {
                None
            }
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
            Self::Retried { last, .. } => last.request_id(),
            Self::Target(_) | Self::Transport(_) => None,
        }
    }
}

impl Fate {
    /// What to do next, for people.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::NotDone => "correct the reason and send it again, or leave it",
            Self::Unknown => "send it again with the same number, or query",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotDone => "not carried out",
            Self::Unknown => "may have been carried out",
        })
    }
}

impl ApiError {
    pub(crate) fn new(
        status: StatusCode,
        request_id: Option<String>,
        body: &[u8],
        verified: bool,
    ) -> Self {
        let ErrorBody { code, detail, message } =
            serde_json::from_slice(body).unwrap_or_else(|_| ErrorBody {
                code: String::new(),
                detail: None,
                message: String::new(),
            });
        Self { status, code, message, detail, request_id, verified }
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
