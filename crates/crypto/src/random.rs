//! Nonces and random bytes, from the system's generator.

use aws_lc_rs::rand;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const NONCE_CHARACTERS: usize = 32;

/// So many random bytes are asked for at once: one in thirty-two makes no character, so that fewer
/// would often not do.
const NONCE_BYTES: usize = 48;

/// A nonce for a signature: 32 letters and digits, about 190 random bits.
pub fn nonce() -> String {
    let mut text = String::with_capacity(NONCE_CHARACTERS);
    while text.len() < NONCE_CHARACTERS {
        let fresh = random_bytes::<NONCE_BYTES>();
        let missing = NONCE_CHARACTERS - text.len();
        text.extend(fresh.iter().filter_map(|byte| alphanumeric(*byte)).take(missing));
    }
    text
}

/// Random bytes from the system's generator.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's random generator answers");
    bytes
}

/// The character for a random byte; none for the bytes that would make some characters more
/// likely than others.
fn alphanumeric(byte: u8) -> Option<char> {
    let count = ALPHANUMERIC.len();
    let fair = 256 / count * count;
    let index = usize::from(byte);
    (index < fair).then(|| char::from(ALPHANUMERIC[index % count]))
}
