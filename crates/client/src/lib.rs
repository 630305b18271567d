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
//! answer and reads it. [`Client::call`] does the same for any other endpoint, in bytes.
//!
//! When a call fails, ask [`Error::fate`] before anything else: a request whose answer was lost may
//! have been carried out, and [`Fate::Unknown`] says so.
//!
//! The platform's certificates come from [`Client::certificates`], the files of statements from
//! [`Client::download`].
//!
//! What the platform posts to a merchant is checked and opened by [`Merchant::open_notification`].
//!
//! A client runs inside a Tokio runtime. It reads the wall clock, because signatures carry the time
//! and are good for five minutes.

mod base_url;
mod budget;
mod builder;
mod certificates;
mod client;
mod clock;
mod code_payment;
mod error;
mod merchant;
mod notification;
mod patience;
mod refresh;
mod retry;
mod settle;
mod signer;
mod sites;
mod statement;
mod transport;
mod trust;
mod until;

pub use redress_api as api;
pub use redress_crypto as crypto;

pub use crate::base_url::{PRODUCTION, STANDBY, TargetError};
pub use crate::builder::{BuildError, ClientBuilder};
pub use crate::certificates::CertificatesError;
pub use crate::client::{Answer, Client, Raw};
pub use crate::code_payment::{CodePaid, CodePaidOf, CodeStep, Pace, PayByCode};
pub use crate::error::{ApiError, Error, Fate};
pub use crate::merchant::{FolderError, Merchant};
pub use crate::notification::{
    NOTIFICATION_BYTES_MAX, Notification, NotificationError, RawNotification, Recent, Reply,
    VerifiedNotification,
};
pub use crate::patience::Patience;
pub use crate::retry::Retry;
pub use crate::settle::{Settled, SettledOf};
pub use crate::signer::{SignError, Signer, Signing};
pub use crate::sites::{Failover, SuccessRate};
pub use crate::statement::{DownloadError, STATEMENT_BYTES_MAX};
pub use crate::transport::{BODY_BYTES_MAX, BodyLimit, Reqwest, Sent, Transport, TransportError};
pub use crate::trust::{KeyUse, Trust, TrustReport};
pub use crate::until::Ended;
