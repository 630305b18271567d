//! The key of a row: what it is found by, whatever its number looks like.

use sha2::{Digest as _, Sha256};

/// Half of a SHA-256: nobody finds two rows with one key, and if someone did, the second would be
/// refused.
pub(crate) type RowKey = [u8; 16];

/// The key of the row of this kind and number.
pub(crate) fn row_key(kind: &str, id: &str) -> RowKey {
    // No kind has a zero in its name, so no two pairs print alike.
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(id).finalize();
    let mut key = RowKey::default();
    key.copy_from_slice(&hash[..16]);
    key
}

#[cfg(test)]
mod tests {
    use super::row_key;

    /// Files are full of these: they never change.
    #[test]
    fn a_key_stays_what_it_is() {
        let hex: String =
            row_key("order", "1900001108/1").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5ea64937b916aba7e53cb606455ccf87");
        assert_ne!(row_key("a", "bc"), row_key("ab", "c"));
    }
}
