//! Notifications (回调通知): the envelope that the platform posts to a merchant's URL, and what the
//! merchant answers.
//!
//! The envelope is signed like an answer, and what it tells is sealed with the merchant's APIv3
//! key: see the crate of the protocol for both.

use crate::error::MESSAGE_CHARS_MAX;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// The only kind of resource.
pub const RESOURCE_TYPE: &str = "encrypt-resource";
/// The only algorithm that resources are sealed with.
pub const ALGORITHM: &str = "AEAD_AES_256_GCM";
/// The longest ciphertext, in bytes of Base64.
pub const CIPHERTEXT_BYTES_MAX: usize = 1_048_576;
/// How long the platform waits for the answer, in seconds.
pub const ANSWER_SECONDS_MAX: u64 = 5;

/// A notification as it is posted. Its fields stand in the order of the page's example.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Its number (通知ID), up to 36 characters. A repetition carries the same.
    pub id: String,
    /// When it was made (通知创建时间).
    pub create_time: Timestamp,
    /// [`RESOURCE_TYPE`] (通知数据类型).
    pub resource_type: String,
    /// What happened (通知类型), such as `TRANSACTION.SUCCESS`.
    pub event_type: String,
    /// What happened, for people (回调摘要).
    pub summary: String,
    /// What it tells, sealed (通知数据).
    pub resource: Resource,
}

/// What a notification tells, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// What was sealed (原始类型), such as `transaction`.
    pub original_type: String,
    /// [`ALGORITHM`] (加密算法类型).
    pub algorithm: String,
    /// Base64 of the ciphertext and its tag (数据密文).
    pub ciphertext: String,
    /// What was sealed along with it, in the clear (附加数据). The page lets it be empty or absent.
    #[serde(default)]
    pub associated_data: String,
    /// The nonce of the sealing, 12 bytes (随机串).
    pub nonce: String,
}

/// The body of an answer that refuses a notification. One that takes it, with 200 or 204, needs
/// none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// `FAIL` (返回状态码).
    pub code: String,
    /// Why, for people (返回信息).
    pub message: String,
}

impl Refused {
    /// A body that says why, in at most 256 characters.
    #[must_use]
    pub fn new(why: &str) -> Self {
        Self { code: "FAIL".to_owned(), message: why.chars().take(MESSAGE_CHARS_MAX).collect() }
    }

    /// The body of the page's example.
    #[must_use]
    pub fn plain() -> Self {
        Self { code: "FAIL".to_owned(), message: "失败".to_owned() }
    }
}
