//! Services of `tower` as transports, and transports as services: so layers can lie in between.

use std::error::Error;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use super::{Sent, Transport, TransportError};

/// Carries requests by a service, such as a stack of layers around [`AsService`].
///
/// The service must do what [`Transport`] asks for: a layer that repeats or redirects requests
/// does not belong here, because each attempt is signed anew.
///
/// A failure while it gets ready is one before the request was sent. Any later one may be after
/// it, unless it is a [`TransportError`], boxed or not, that says otherwise.
#[derive(Clone, Debug)]
pub struct Tower<S>(S);

/// A [`Transport`] as a service.
#[derive(Clone, Debug)]
pub struct AsService<T>(T);

impl<S> Tower<S> {
    /// A transport over this service.
    pub const fn new(service: S) -> Self {
        Self(service)
    }
}

impl<T> AsService<T> {
    /// A service over this transport.
    pub const fn new(transport: T) -> Self {
        Self(transport)
    }
}

impl<S> Transport for Tower<S>
where
    S: Service<Request<Bytes>, Response = Response<Bytes>> + Clone + Send + Sync,
    S::Error: Into<Box<dyn Error + Send + Sync>> + Send,
    S::Future: Send,
{
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut service = self.0.clone();
        let ready = poll_fn(|context| service.poll_ready(context)).await;
        ready.map_err(|error| TransportError::new(Sent::No, error))?;
        service.call(request).await.map_err(|error| match error.into().downcast() {
            Ok(error) => *error,
            Err(error) => TransportError::new(Sent::Maybe, error),
        })
    }
}

impl<T: Transport + Clone + 'static> Service<Request<Bytes>> for AsService<T> {
    type Response = Response<Bytes>;
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Bytes>) -> Self::Future {
        let transport = self.0.clone();
        Box::pin(async move { transport.call(request).await })
    }
}
