//! Bytes out, bytes in: the trait, and those who carry them.

#[cfg(feature = "reqwest")]
mod over_reqwest;
#[cfg(feature = "tower")]
mod over_tower;

#[cfg(feature = "reqwest")]
pub use self::over_reqwest::Reqwest;
#[cfg(feature = "tower")]
pub use self::over_tower::{AsService, Tower};

use std::error::Error;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};

/// What a client sends with unless it is given another transport.
#[cfg(feature = "reqwest")]
pub type DefaultTransport = Reqwest;

/// What a client sends with unless it is given another transport: without the feature `reqwest`
/// there is none, and [`ClientBuilder::build_with`](crate::ClientBuilder::build_with) takes one.
#[cfg(not(feature = "reqwest"))]
pub type DefaultTransport = std::convert::Infallible;

/// The longest body of an answer that is read, in bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// How long the body of the answer to a request may be, in bytes, where it is not
/// [`BODY_BYTES_MAX`]: an extension of the request.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(pub usize);

/// Carries one request to the service and the whole answer back.
///
/// It must leave the target, the headers and the body as they are, follow no redirect and repeat
/// nothing by itself: the client signs each attempt.
pub trait Transport: Send + Sync {
    /// Sends the request, whose URI is the whole address, and collects the answer.
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send;
}

impl<T: Transport> Transport for Arc<T> {
    fn call(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send {
        T::call(self, request)
    }
}

/// Whether the service can have received a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// No byte of it left: there was no connection.
    No,
    /// Some or all of it may have arrived.
    Maybe,
}

/// No whole answer came back.
#[derive(Debug, thiserror::Error)]
#[error("{}", match sent {
    Sent::No => "the service could not be reached",
    Sent::Maybe => "the request was sent, but no whole answer came back",
})]
pub struct TransportError {
    /// Whether the service can have received the request.
    pub sent: Sent,
    /// What happened.
    pub source: Box<dyn Error + Send + Sync>,
}

impl TransportError {
    /// An error of a transport.
    pub fn new(sent: Sent, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { sent, source: source.into() }
    }

    pub(crate) fn too_large(most: usize) -> Self {
        Self::new(Sent::Maybe, format!("the answer is longer than {most} bytes"))
    }
}
