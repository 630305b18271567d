//! A stand-in for WeChat Pay APIv3: real signatures in and out, a real ledger behind.
//!
//! [`Server::start`] opens a data folder, makes the demo world if the folder is new, and serves
//! until [`Server::stop`]: answers what merchants ask, does what time does, and sends the
//! callbacks that tell of it. [`testing::TestServer`] does so in a test, on a free port and a
//! temporary folder.

mod apiv3;
mod app;
mod clock;
mod config;
mod connection;
mod control;
mod exchange;
mod fault;
mod folder;
mod identify;
mod limits;
mod listen;
mod metrics;
mod node;
mod notify;
mod own;
mod platform;
mod proxy;
mod reply;
mod requests;
mod router;
mod serve;
mod sign_test;
mod site;
mod summary;
mod tally;
pub mod testing;
mod tls;
mod worker;
mod world;

pub use config::{BadPublicUrl, Config, PublicUrl};
pub use fault::{Kind as FaultKind, Stage as FaultStage, UnknownWord};
pub use folder::FolderError;
pub use listen::{Server, StartError, database};
pub use node::{BadNodeName, NodeName};
pub use notify::Callbacks;
pub use requests::{REQUESTS_BYTES_MAX, REQUESTS_MAX};
pub use router::operations;
pub use sign_test::{SignTest, SignTestError};
pub use site::Site;
pub use summary::{Ledger, Summary, SummaryError, Things};
pub use tally::Answered;
pub use tls::CertificateAuthority;
pub use tls::TlsError;
pub use tls::names::PROVIDER as PROVIDER_NAMES;
pub use world::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
