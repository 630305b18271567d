//! Signing, verification, sealing and keys of WeChat Pay APIv3, over raw bytes and headers.
//!
//! | What | Made with | Checked or opened with | Here |
//! | --- | --- | --- | --- |
//! | request | the merchant's private key | the merchant's certificate, by `serial_no` | [`sign_request`], [`verify_request`] |
//! | answer | the platform's private key | the platform's key, by `Wechatpay-Serial` | [`sign_response`], [`verify_response`] |
//! | notification | the platform's private key | the platform's key, by `Wechatpay-Serial` | [`sign_response`], [`verify_response`] |
//! | `resource` of a notification, platform certificate in a list | the merchant's APIv3 key | the same key | [`ApiV3Key`] |
//! | sensitive field of a request | the platform's public key | the platform's private key | [`PublicKey::seal_oaep`], [`PrivateKey::open_oaep`] |
//! | sensitive field of an answer | the merchant's public key | the merchant's private key | [`PublicKey::seal_oaep`], [`PrivateKey::open_oaep`] |
//!
//! Signatures are RSASSA-PKCS1-v1_5 with SHA-256 over the messages of [`request_message`] and
//! [`response_message`]; the APIv3 key is an AES-256-GCM key; fields are sealed with RSA-OAEP,
//! SHA-1 and MGF1-SHA-1. Time and nonces are arguments, so that every function but the
//! generators gives the same bytes for the same input.
//!
//! ```
//! use redress_crypto::{KeyRing, PrivateKey, Serial, sign_response, verify_response};
//!
//! let key = PrivateKey::generate()?;
//! let serial = Serial::parse("PUB_KEY_ID_0000000000000024101100397200000006")?;
//! let mut headers = http::HeaderMap::new();
//! sign_response(&key, &serial, &mut headers, b"{}", 1_700_000_000, "nonce");
//!
//! let ring = KeyRing::one(serial, key.public_key());
//! verify_response(&ring, &headers, b"{}", 1_700_000_010)?;
//! assert!(verify_response(&ring, &headers, b"{ }", 1_700_000_010).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aead;
mod certificate;
mod hash;
mod header;
mod http;
mod key;
mod message;
mod pem;
mod public_key;
mod random;
mod recover;
mod serial;
mod verify;

pub use crate::aead::{ApiV3Key, ApiV3KeyError, OpenError};
pub use crate::certificate::Certificate;
pub use crate::hash::sha1_hex;
pub use crate::header::{Authorization, AuthorizationError, ResponseSignature};
pub use crate::http::{
    authorize, message_to_sign, sign_request, sign_response, verified_by, verify_request,
    verify_response,
};
pub use crate::key::{KeyError, OaepError, PrivateKey};
pub use crate::message::{SCHEME, request_message, response_message};
pub use crate::public_key::PublicKey;
pub use crate::random::{nonce, public_random_bytes, random_bytes};
pub use crate::recover::{Algorithm, Pss, Recovered};
pub use crate::serial::{Serial, SerialError};
pub use crate::verify::{
    KeyRing, PROBE_PREFIX, VerifyError, WINDOW_SECONDS, fresh_answer, fresh_request,
};
pub use zeroize::{Zeroize, Zeroizing};
