//! Which mistake a wrong signature was made with, by proof and not by guess.
//!
//! An RSA signature of PKCS#1 v1.5 opens with the public key to the digest that was signed. So the
//! text that should have been signed is built, and those that a long list of known mistakes leads
//! to; the one that hashes to that digest **is** what was signed. What hashes to something else is
//! never named.
//!
//! No I/O and no clock: what was captured, the keys and the time are arguments.
//!
//! ```
//! use redress_crypto::{Authorization, PrivateKey, Serial};
//! use redress_explain::{CapturedRequest, Known, KnownKey, Role, explain_request};
//!
//! let key = PrivateKey::generate()?;
//! let serial = Serial::parse("0A1B")?;
//! let known = [KnownKey {
//!     owner: "1900007291".to_owned(),
//!     role: Role::Merchant,
//!     serial: serial.clone(),
//!     key: key.public_key(),
//! }];
//! let authorization = Authorization {
//!     mchid: "1900007291".to_owned(),
//!     nonce_str: "593BEC0C930BF1AFEB40B4A08C8FB242".to_owned(),
//!     timestamp: "1554208460".to_owned(),
//!     serial_no: serial.to_string(),
//!     // The last line feed is missing.
//!     signature: key.sign(
//!         b"GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n",
//!     ),
//! };
//! let mut headers = http::HeaderMap::new();
//! headers.insert("accept", "application/json".parse()?);
//! headers.insert("user-agent", "demo".parse()?);
//! headers.insert("authorization", authorization.to_string().parse()?);
//! let explanation = explain_request(
//!     &CapturedRequest {
//!         method: "GET",
//!         target: "/v3/certificates",
//!         headers: &headers,
//!         body: b"",
//!     },
//!     &Known { keys: &known, templates: &[] },
//!     Some(1_554_208_460),
//! );
//! assert!(explanation.names("no-last-newline"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod capture;
mod catalogue;
mod explanation;
mod head;
mod json;
mod mistake;
mod parts;
mod print;
mod request;
mod search;
mod signature;
mod upload;

pub use crate::answer::explain_answer;
pub use crate::capture::{CapturedAnswer, CapturedRequest, Known, KnownKey, Role};
pub use crate::catalogue::mistakes;
pub use crate::explanation::{Cause, Explanation, Parted, Proof, SHOWN_BYTES_MAX, Verdict};
pub use crate::head::claimed;
pub use crate::mistake::{Dimension, Mistake};
pub use crate::request::explain_request;
pub use crate::signature::KEYS_TRIED_MAX;
