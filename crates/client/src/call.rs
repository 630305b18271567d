//! Calls of endpoints that no type here describes.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request};
use redress_api::ParamError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use tracing::Instrument as _;

use crate::answer::{Answer, Raw, read_any};
use crate::base_url::TargetError;
use crate::client::Client;
use crate::error::Error;
use crate::observe::Call as Observed;
use crate::transport::Transport;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl<T: Transport> Client<T> {
    /// Signs a request of any v3 endpoint, sends it once, and reads the answer as an `A`. The body
    /// is what prints as JSON; `()` is none.
    ///
    /// It is sent as it is: no rules are known here, nor whether it may be repeated.
    ///
    /// ```no_run
    /// use http::Method;
    /// use redress::{Client, Error};
    /// use serde_json::{Value, json};
    ///
    /// # async fn complaints(client: &Client) -> Result<(), Error> {
    /// let list = "/v3/merchant-service/complaints-v2?begin_date=2026-11-01&end_date=2026-11-21";
    /// let complaints = client.call::<Value>(Method::GET, list, ()).await?.body;
    /// for complaint in complaints["data"].as_array().into_iter().flatten() {
    ///     println!("{}", complaint["complaint_detail"]);
    /// }
    /// let path = "/v3/merchant-service/complaints-v2/200201820200101080076610000/complete";
    /// client.call::<()>(Method::POST, path, json!({ "complainted_mchid": "1900012181" })).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As for [`Client::send`]. A refusal of anything but a `GET` has [`Fate::Unknown`], because
    /// there are endpoints whose refusal proves nothing.
    ///
    /// [`Fate::Unknown`]: crate::Fate::Unknown
    pub async fn call<A: DeserializeOwned>(
        &self,
        method: Method,
        path_and_query: &str,
        body: impl Serialize,
    ) -> Result<Answer<A>, Error> {
        let body = match serde_json::to_value(body) {
            Ok(Json::Null) => Bytes::new(),
            Ok(body) => body.to_string().into(),
            Err(error) => return Err(ParamError::bare(error.to_string()).into()),
        };
        let is_safe = method.is_safe();
        read_any(self.call_raw(method, path_and_query, body).await?, is_safe)
    }

    /// Like [`Client::call`], in bytes: the body is sent as it is, and an answer of any status is
    /// an answer.
    ///
    /// # Errors
    /// If no whole answer came back, if a success is not signed, or if a signature is wrong.
    pub async fn call_raw(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Raw, Error> {
        let request = self.any(method, path_and_query, body)?;
        let site = self.sites().first();
        let call = Observed::other(request.method(), request.uri().path());
        call.attempt(1, site);
        let answer = self.attempt(&request, site).instrument(call.span()).await;
        call.end(match &answer {
            Ok(raw) => Ok((raw.status, raw.request_id.as_deref())),
            Err(error) => Err(error),
        });
        answer
    }

    /// Signs any request as [`Client::call_raw`] would send it, and does not send it.
    ///
    /// # Errors
    /// If it cannot be signed.
    pub async fn sign_call(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, Error> {
        let request = self.any(method, path_and_query, body)?;
        self.signed(&request, self.sites().first()).await
    }

    /// Any request in the headers that every request has.
    fn any(
        &self,
        method: Method,
        path_and_query: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, TargetError> {
        let mut request = Request::new(body);
        request.headers_mut().insert(ACCEPT, JSON);
        if method != Method::GET {
            request.headers_mut().insert(CONTENT_TYPE, JSON);
        }
        *request.method_mut() = method;
        *request.uri_mut() = self.target(path_and_query)?;
        Ok(self.dress(request))
    }
}
