//! The hash that statements are checked with.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// SHA-1 as forty hexadecimal digits: what the provider names the files of statements by. It
/// shows that a file arrived whole; what proves it is the signature of the answer that names it.
///
/// ```
/// assert_eq!(redress_crypto::sha1_hex(b"abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
/// ```
pub fn sha1_hex(bytes: &[u8]) -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
