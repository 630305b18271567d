//! The key of a row: what it is found by, whatever its number looks like.

use sha2::{Digest as _, Sha256};

/// Half of a SHA-256, or most of it: nobody finds two rows with one key, and if someone did, the
/// second would be refused.
pub(crate) type RowKey = [u8; 16];

/// How many digits at the end of a number say when it was made, and more: the provider's do.
const DIGITS: usize = 19;
/// How many of them are in the key.
const LEADING: usize = 8;

/// The key of the row of this kind and number. Keys of the provider's numbers are in the order of
/// their last digits: what is made one after the other is then kept side by side.
pub(crate) fn row_key(kind: &str, id: &str) -> RowKey {
    // No kind has a zero in its name, so no two pairs print alike.
    let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(id).finalize();
    let mut key = RowKey::default();
    key.copy_from_slice(&hash[..16]);
    if let Some(place) = place(id) {
        key.copy_within(..12, 4);
        key[..4].copy_from_slice(&place.to_be_bytes());
    }
    key
}

/// Where a number stands among others of its form.
fn place(id: &str) -> Option<u32> {
    let digits = id.as_bytes().last_chunk::<DIGITS>()?;
    let number = |number: u32, digit: &u8| number * 10 + u32::from(digit - b'0');
    let is_number = digits.iter().all(u8::is_ascii_digit);
    is_number.then(|| digits[..LEADING].iter().fold(0, number))
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

    #[test]
    fn keys_of_the_providers_numbers_are_in_their_order() {
        let key = |millis: &str, rest: &str| {
            row_key("number", &format!("bill/133000007110020261126{millis}{rest}"))
        };
        let keys = [
            key("00000000", "98765432109"),
            key("00000001", "12345678901"),
            key("86399999", "00000000000"),
        ];
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!(keys[2][..4], 86_399_999_u32.to_be_bytes());
        let others = [key("00000000", "98765432108"), row_key("bill", "133000007110020261126")];
        assert!(!keys.contains(&others[0]) && !keys.contains(&others[1]));
        // As many digits as are looked at, and one fewer.
        assert_eq!(row_key("a", "1234567890123456789")[..4], 12_345_678_u32.to_be_bytes());
        assert_ne!(row_key("a", "x234567890123456789")[..4], 12_345_678_u32.to_be_bytes());
    }
}
