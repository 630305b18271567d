//! Nonces and random bytes, from the system's generator.

use std::cell::RefCell;

use aws_lc_rs::rand;

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const NONCE_CHARACTERS: usize = 32;

/// So many random bytes are asked for at once: one in thirty-two makes no character, so that fewer
/// would often not do.
const NONCE_BYTES: usize = 48;

/// So many are drawn ahead for each thread.
const AHEAD_BYTES: usize = 1_024;

/// A nonce for a signature: 32 letters and digits, about 190 random bits. It is no secret: see
/// [`public_random_bytes`].
pub fn nonce() -> String {
    alphanumerics(public_random_bytes::<NONCE_BYTES>)
}

/// A secret of 32 letters and digits.
pub(crate) fn secret() -> String {
    alphanumerics(random_bytes::<NONCE_BYTES>)
}

fn alphanumerics(random: impl Fn() -> [u8; NONCE_BYTES]) -> String {
    let mut text = String::with_capacity(NONCE_CHARACTERS);
    while text.len() < NONCE_CHARACTERS {
        let missing = NONCE_CHARACTERS - text.len();
        text.extend(random().iter().filter_map(|byte| alphanumeric(*byte)).take(missing));
    }
    text
}

/// Random bytes from the system's generator.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's random generator answers");
    bytes
}

/// Random bytes for what everybody will see, as nonces and ids are: nobody can guess them
/// beforehand, and they come from the same generator. Each thread draws a kilobyte ahead, because
/// asking costs more than what is asked for. Nothing secret is made of them: those that are still
/// to come lie in memory, and a process that forks has them twice.
pub fn public_random_bytes<const N: usize>() -> [u8; N] {
    const { assert!(N <= AHEAD_BYTES, "so many are not drawn ahead") }
    thread_local! {
        static AHEAD: RefCell<(usize, [u8; AHEAD_BYTES])> =
            const { RefCell::new((0, [0; AHEAD_BYTES])) };
    }
    AHEAD.with_borrow_mut(|(left, ahead)| {
        if *left < N {
            (*left, *ahead) = (AHEAD_BYTES, random_bytes());
        }
        let end = *left;
        *left -= N;
        ahead[*left..end].try_into().expect("as many as that")
    })
}

/// The character for a random byte; none for the bytes that would make some characters more
/// likely than others.
fn alphanumeric(byte: u8) -> Option<char> {
    let count = ALPHANUMERIC.len();
    let fair = 256 / count * count;
    let index = usize::from(byte);
    (index < fair).then(|| char::from(ALPHANUMERIC[index % count]))
}
