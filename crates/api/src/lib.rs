//! The contract of WeChat Pay APIv3: each endpoint defined once, for both sides of the wire.
//!
//! An endpoint *is* its request type: one flat struct whose field names are the page's own, an
//! [`Endpoint`] implementation with the method, the path, the page and the error codes, and one
//! response type. A name that stands in braces in [`Endpoint::PATH`] travels in the path, the
//! others travel in the body (or in the query of a `GET`). What the platform posts to merchants is
//! in [`notification`]; what no page says is listed in [`assumed`].
//!
//! ```
//! use redress_api::{compensation, wire, Endpoint};
//!
//! let request = compensation::Cancel { out_bill_no: "plfk2020042013".parse()? };
//! let http = wire::encode(&request);
//! assert_eq!(
//!     http.uri(),
//!     "/v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/plfk2020042013/cancel"
//! );
//! assert!(http.body().is_empty(), "cancel has no body, and the signature covers the empty string");
//!
//! let decoded: compensation::Cancel = wire::decode(&http.uri().to_string(), http.body())?;
//! assert_eq!(decoded, request);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The field rules (length, unit, pattern, label) belong to the types and are read from there by
//! [`wire::decode`], which answers in the words of the provider. Nothing here does I/O, knows a
//! key, or reads a clock.

pub mod assumed;
pub mod certificate;
pub mod change;
pub mod combine;
pub mod compensation;
pub mod draft;
pub mod endpoint;
pub mod error;
pub mod field;
pub mod fund;
pub mod id;
mod json;
pub mod money;
pub mod notification;
pub mod partner;
pub mod pay;
pub mod rate;
pub mod refund;
mod sealed;
pub mod secret;
pub mod security;
pub mod sharing;
pub mod statement;
pub mod subsidy;
pub mod text;
pub mod time;
pub mod wire;
pub mod word;

pub use change::{CameOf, Change, Progress};
pub use draft::Draft;
pub use endpoint::{Definition, Endpoint, Page, Supported};
pub use error::{ErrorBody, ErrorCode, ParamError};
pub use id::{
    Appid, BillId, Mchid, NotifyUrl, OutBillNo, OutRefundNo, OutTradeNo, RefundId, TransactionId,
};
pub use money::Fen;
pub use rate::{Counts, Origin, Rate};
pub use sealed::SealedField;
pub use time::{Day, Timestamp};
pub use word::{Open, Word};

/// Every endpoint of this version, in the order of the README's table.
#[must_use]
pub fn endpoints() -> Vec<Definition> {
    vec![
        Definition::of::<compensation::Create>(),
        Definition::of::<compensation::Query>(),
        Definition::of::<compensation::Cancel>(),
        Definition::of::<pay::Reverse>(),
        Definition::of::<subsidy::Cancel>(),
        Definition::of::<compensation::QueryById>(),
        Definition::of::<compensation::PreTransfer>(),
        Definition::of::<compensation::merchant::Create>(),
        Definition::of::<compensation::merchant::Query>(),
        Definition::of::<fund::Balance>(),
        Definition::of::<fund::SubBalance>(),
        Definition::of::<pay::Codepay>(),
        Definition::of::<pay::Query>(),
        Definition::of::<pay::QueryById>(),
        Definition::of::<pay::Close>(),
        Definition::of::<partner::Query>(),
        Definition::of::<partner::QueryById>(),
        Definition::of::<partner::Close>(),
        Definition::of::<partner::Reverse>(),
        Definition::of::<partner::Codepay>(),
        Definition::of::<pay::Jsapi>(),
        Definition::of::<pay::Native>(),
        Definition::of::<pay::App>(),
        Definition::of::<pay::H5>(),
        Definition::of::<partner::Jsapi>(),
        Definition::of::<partner::Native>(),
        Definition::of::<combine::Jsapi>(),
        Definition::of::<combine::Native>(),
        Definition::of::<combine::Query>(),
        Definition::of::<combine::Close>(),
        Definition::of::<certificate::List>(),
        Definition::of::<security::Echo>(),
        Definition::of::<sharing::Create>(),
        Definition::of::<sharing::Query>(),
        Definition::of::<sharing::CreateReturn>(),
        Definition::of::<sharing::QueryReturn>(),
        Definition::of::<sharing::Finish>(),
        Definition::of::<sharing::Amounts>(),
        Definition::of::<sharing::AddReceiver>(),
        Definition::of::<sharing::DeleteReceiver>(),
        Definition::of::<statement::Trade>(),
        Definition::of::<statement::FundFlow>(),
        Definition::of::<statement::Download>(),
        Definition::of::<refund::Create>(),
        Definition::of::<refund::Query>(),
        Definition::of::<refund::ecommerce::Apply>(),
        Definition::of::<refund::ecommerce::Query>(),
        Definition::of::<refund::ecommerce::QueryById>(),
        Definition::of::<subsidy::Create>(),
        Definition::of::<subsidy::Return>(),
    ]
}
