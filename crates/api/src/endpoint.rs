//! What an endpoint is: one request type, its response type, and the facts of its page.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde::{Serialize, de::DeserializeOwned};

use crate::error::{COMMON, ErrorCode, FREQUENCY_LIMITED, ParamError};
use crate::field::{Field, Message};
use crate::rate::Rate;
use crate::wire;

/// One operation. The implementing type is the request, flat, as the page lists it.
pub trait Endpoint: Message + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The body of a successful answer.
    type Response: Message + Serialize + DeserializeOwned + Send + 'static;
    /// The HTTP method.
    const METHOD: Method;
    /// The path; a name in braces is a field of the request.
    const PATH: &'static str;
    /// The page that defines it.
    const PAGE: Page;
    /// Who may call it: the page's 支持商户 line.
    const SUPPORTED: Supported;
    /// How often it may be called. No rate is documented for an endpoint that has none here.
    const RATES: &'static [Rate];
    /// Business error codes that the page publishes, beyond [`COMMON`].
    const ERRORS: &'static [ErrorCode];
    /// Business error codes that no page publishes for this endpoint and that are chosen from the
    /// nearest published table; see [`crate::assumed`].
    const ASSUMED_ERRORS: &'static [ErrorCode];
    /// Whether a signed answer 4xx proves that nothing was done. A code payment was seen to be
    /// refused with `PARAM_ERROR` after its payer had been charged.
    const REFUSAL_IS_PROOF: bool = true;
    /// Query fields that are checked and then ignored.
    const TOLERATED_QUERY: &'static [Field] = &[];

    /// The status of an answer: 204 for one without a body.
    #[must_use]
    fn status(_answer: &Self::Response) -> StatusCode {
        if <Self::Response as Message>::FIELDS.is_empty() {
            StatusCode::NO_CONTENT
        } else {
            StatusCode::OK
        }
    }

    /// Rules between fields. A single field's rule belongs to its type.
    ///
    /// # Errors
    /// The parameter error to answer.
    fn check(&self) -> Result<(), ParamError> {
        Ok(())
    }
}

/// The page of the documentation that an endpoint comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// Its title, as printed.
    pub title: &'static str,
    /// Where it is published.
    pub url: &'static str,
    /// The date of the last update that it prints, where the page itself was at hand.
    pub updated: Option<&'static str>,
}

/// The kinds of merchant that pages name in their 支持商户 line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Supported {
    /// 平台商户: a platform merchant.
    Platform,
    /// 普通商户: a direct merchant.
    Direct,
    /// 普通服务商: a service provider, here any platform, for its sub-merchants.
    Partner,
    /// 普通商户 or 普通服务商: a direct merchant for itself, or any platform for its sub-merchants.
    DirectOrPartner,
    /// 电商平台 (printed as 普通服务商 on the subsidy page): an e-commerce service provider.
    Ecommerce,
    /// 普通商户 and 普通服务商: whoever signs for itself.
    All,
}

impl Supported {
    /// The words of the page.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Platform => "平台商户",
            Self::Direct => "普通商户",
            Self::Partner | Self::Ecommerce => "普通服务商",
            Self::All | Self::DirectOrPartner => "普通商户、普通服务商",
        }
    }
}

/// The facts of an endpoint as data: for tables, `--help` and the control API.
#[derive(Clone, Debug)]
pub struct Definition {
    /// See [`Endpoint::METHOD`].
    pub method: Method,
    /// See [`Endpoint::PATH`].
    pub path: &'static str,
    /// See [`Endpoint::PAGE`].
    pub page: Page,
    /// See [`Endpoint::SUPPORTED`].
    pub supported: Supported,
    /// See [`Endpoint::RATES`].
    pub rates: &'static [Rate],
    /// See [`Endpoint::ERRORS`].
    pub errors: &'static [ErrorCode],
    /// See [`Endpoint::ASSUMED_ERRORS`].
    pub assumed_errors: &'static [ErrorCode],
    /// The fields of the request.
    pub request: &'static [Field],
    /// The fields of the response.
    pub response: &'static [Field],
    /// Reads a request and prints it anew: [`wire::decode`], then [`wire::encode`].
    pub reprint: fn(&str, &[u8]) -> Result<Request<Bytes>, ParamError>,
    /// The same for an answer: [`wire::decode_response`], then [`wire::encode_response`].
    pub reprint_response: fn(&[u8]) -> Result<Bytes, serde_json::Error>,
}

impl Definition {
    /// The definition of one endpoint.
    #[must_use]
    pub fn of<E: Endpoint>() -> Self {
        Self {
            method: E::METHOD,
            path: E::PATH,
            page: E::PAGE,
            supported: E::SUPPORTED,
            rates: E::RATES,
            errors: E::ERRORS,
            assumed_errors: E::ASSUMED_ERRORS,
            request: E::FIELDS,
            response: <E::Response as Message>::FIELDS,
            reprint: |target, body| wire::decode::<E>(target, body).map(|it| wire::encode(&it)),
            reprint_response: |body| {
                wire::decode_response::<E>(body).map(|it| wire::encode_response::<E>(&it))
            },
        }
    }

    /// Whether the endpoint may answer with this code: one of its page, a common or an assumed one,
    /// or [`FREQUENCY_LIMITED`] where it has a rate.
    #[must_use]
    pub fn answers(&self, code: ErrorCode) -> bool {
        if code == FREQUENCY_LIMITED && !self.rates.is_empty() {
            return true;
        }
        COMMON.iter().chain(self.errors).chain(self.assumed_errors).any(|known| *known == code)
    }
}
