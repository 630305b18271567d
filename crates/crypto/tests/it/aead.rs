//! The APIv3 key: what is refused, and that it stays hidden.

use proptest::prelude::*;
use redress_crypto::{ApiV3Key, ApiV3KeyError, OpenError, nonce, random_bytes};

#[test]
fn a_key_has_32_bytes() {
    assert_eq!(ApiV3Key::new("short").unwrap_err(), ApiV3KeyError::Length { bytes: 5 });
    assert_eq!(ApiV3Key::new("").unwrap_err(), ApiV3KeyError::Length { bytes: 0 });
    // Bytes count, not characters.
    let characters = "密".repeat(32);
    assert_eq!(ApiV3Key::new(&characters).unwrap_err(), ApiV3KeyError::Length { bytes: 96 });
    assert!(ApiV3Key::new(&"k".repeat(32)).is_ok());
}

#[test]
fn what_cannot_be_opened_is_told_apart() {
    let key = ApiV3Key::generate();
    let sealed = key.seal(b"fdasflkja484", b"", b"text");
    assert_eq!(key.open(b"short", b"", &sealed), Err(OpenError::Nonce { bytes: 5 }));
    assert_eq!(key.open(b"", b"", &sealed), Err(OpenError::Nonce { bytes: 0 }));
    assert_eq!(key.open(b"fdasflkja484", b"", "no base64"), Err(OpenError::Base64));
    assert_eq!(key.open(b"fdasflkja484", b"", ""), Err(OpenError::Refused));
    let refused = ApiV3Key::generate().open(b"fdasflkja484", b"", &sealed);
    assert_eq!(refused, Err(OpenError::Refused));
}

#[test]
fn a_key_is_not_printed() {
    let key = ApiV3Key::generate();
    assert_eq!(format!("{key:?}"), "ApiV3Key(hidden)");
    assert_eq!(format!("{key:#?}"), "ApiV3Key(hidden)");
    let error = ApiV3Key::new("half of a secret").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("secret"));
}

#[test]
fn random_texts_are_32_letters_and_digits() {
    let mut seen = [0_u32; 128];
    for _ in 0..2000 {
        let text = nonce();
        assert_eq!(text.len(), 32);
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        text.bytes().for_each(|byte| seen[usize::from(byte)] += 1);
    }
    let counts: Vec<_> = seen.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(counts.len(), 62);
    // 1032 each on average; ten standard deviations to either side.
    assert!(counts.iter().all(|count| (700..1360).contains(count)), "{counts:?}");
    assert_ne!(nonce(), nonce());
    assert_ne!(random_bytes::<20>(), random_bytes::<20>());
    assert_eq!(ApiV3Key::generate().expose().len(), 32);
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened(nonce: [u8; 12], associated_data: Vec<u8>, plaintext: Vec<u8>) {
        let key = ApiV3Key::generate();
        let sealed = key.seal(&nonce, &associated_data, &plaintext);
        let opened = key.open(&nonce, &associated_data, &sealed).unwrap();
        prop_assert_eq!(&*opened, &plaintext);
    }
}
