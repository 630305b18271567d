//! A typed client for WeChat Pay APIv3, and for Redress, its local stand-in.
//!
//! ```no_run
//! use redress::{Client, Merchant, api::compensation};
//!
//! # async fn first_call() -> Result<(), Box<dyn std::error::Error>> {
//! let merchant = Merchant::from_folder("redress-data/merchants/1900001108")?;
//! let client = Client::builder(merchant).build()?;
//! let query = compensation::Query { out_bill_no: "plfk2020042013".parse()? };
//! let bill = client.send(&query).await?;
//! assert_eq!(bill.state.word(), "SUCCESS");
//! # Ok(())
//! # }
//! ```
//!
//! The same program talks to the real service: only the merchant's folder differs. Each request
//! type of [`api`] is an endpoint; [`Client::send`] signs it, sends it, checks the signature of the
//! answer and reads it. [`Client::call`] does the same for any other endpoint. A request with
//! optional fields is made by its `draft()`, which names those that it has.
//!
//! When a call fails, ask [`Error::fate`] before anything else: a request whose answer was lost may
//! have been carried out, and [`Fate::Unknown`] says so.
//!
//! The platform's certificates come from [`Client::certificates`], the files of statements from
//! [`Client::download`].
//!
//! A sensitive field is sealed by [`Client::seal`] for the key that requests name; its plaintext is a
//! [`Sensitive`], which nothing prints.
//!
//! What the platform posts to a merchant is checked and opened by [`Merchant::open_notification`].
//!
//! A client runs inside a Tokio runtime; `blocking::Client` brings its own. It reads the wall
//! clock, because signatures carry the time and are good for five minutes.
//!
//! # Features
//!
//! Each only adds something, and any of them go together.
//!
//! | feature | by default | what it adds |
//! | --- | --- | --- |
//! | `reqwest` | yes | HTTP/1.1 over TLS (rustls, aws-lc-rs): `Reqwest` and `ClientBuilder::build`. Without it, give `ClientBuilder::build_with` a [`Transport`] |
//! | `blocking` | no | `blocking::Client`, for programs without a runtime |
//! | `axum` | no | [`RawNotification`] as an extractor, [`Reply`] as a response |
//! | `tower` | no | `Tower`: any `tower` service as a [`Transport`]; `AsService`: the other way round |
//! | `metrics` | no | `redress_client_calls_total` and `redress_client_call_seconds`, by `method`, `path` and `outcome` |
//!
//! Spans are always there: `redress.call`, with method, path, attempt, site, status, `Request-ID`
//! and outcome. They have no query, no body and no header. `path` is the endpoint's template, in
//! metrics also `other` for [`Client::call`]; `outcome` is `answered`, `not_sent`, `rejected`,
//! `unknown`, in metrics also `dropped` for a call whose future was dropped before its end.

#[cfg(feature = "blocking")]
pub mod blocking;

mod answer;
mod base_url;
mod budget;
mod builder;
mod call;
mod certificate_folder;
mod certificates;
mod client;
mod clock;
mod code_payment;
mod error;
mod merchant;
mod notification;
mod observe;
mod patience;
mod refresh;
mod retry;
mod sensitive;
mod settle;
mod signer;
mod sites;
mod statement;
#[cfg(feature = "metrics")]
mod tally;
mod transport;
mod trust;
mod until;

pub use redress_api as api;
pub use redress_crypto as crypto;

pub use crate::answer::{Answer, Raw};
pub use crate::base_url::{PRODUCTION, STANDBY, TargetError};
pub use crate::builder::{BuildError, ClientBuilder};
pub use crate::certificates::CertificatesError;
pub use crate::client::Client;
pub use crate::code_payment::{CodePaid, CodePaidOf, CodeStep, Pace, PayByCode};
pub use crate::error::{ApiError, Error, Fate};
pub use crate::merchant::{FolderError, Merchant};
pub use crate::notification::{
    NOTIFICATION_BYTES_MAX, Notification, NotificationError, RawNotification, Recent, Reply,
    VerifiedNotification,
};
pub use crate::patience::Patience;
pub use crate::retry::Retry;
pub use crate::sensitive::{SealError, Sensitive};
pub use crate::settle::{Settled, SettledOf};
pub use crate::signer::{SignError, Signer, Signing};
pub use crate::sites::{Failover, SuccessRate};
pub use crate::statement::{DownloadError, STATEMENT_BYTES_MAX};
#[cfg(feature = "reqwest")]
pub use crate::transport::Reqwest;
#[cfg(feature = "tower")]
pub use crate::transport::{AsService, Tower};
pub use crate::transport::{
    BODY_BYTES_MAX, BodyLimit, DefaultTransport, Sent, Transport, TransportError,
};
pub use crate::trust::{KeyUse, Trust, TrustReport};
pub use crate::until::Ended;

/// The guides of `docs/guides`: their code is compiled with the tests.
#[cfg(doctest)]
mod guides {
    #[doc = include_str!("../../../docs/guides/first-call.md")]
    mod first_call {}
    #[doc = include_str!("../../../docs/guides/unknown-outcomes.md")]
    mod unknown_outcomes {}
    #[doc = include_str!("../../../docs/guides/callbacks.md")]
    mod callbacks {}
    #[doc = include_str!("../../../docs/guides/key-migration.md")]
    mod key_migration {}
    #[doc = include_str!("../../../docs/guides/testing.md")]
    mod testing {}
}
