//! Freshness and key rings.

use proptest::prelude::*;
use redress_crypto::{
    KeyRing, PublicKey, Serial, VerifyError, WINDOW_SECONDS, fresh_answer, fresh_request,
};

use crate::vectors::{certificate_pem, key};

const NOW: i64 = 1_554_208_460;

#[test]
fn the_platform_takes_five_minutes_and_no_second_more() {
    for (offset, fresh) in [(0, true), (299, true), (300, true), (301, false)] {
        assert_eq!(fresh_request(&(NOW - offset).to_string(), NOW), fresh, "{offset} old");
        assert_eq!(fresh_request(&(NOW + offset).to_string(), NOW), fresh, "{offset} ahead");
    }
    let milliseconds = (NOW * 1000).to_string();
    assert!(!fresh_request(&milliseconds, NOW));
}

#[test]
fn a_merchant_takes_less_than_five_minutes() {
    for offset in [0, 299, -299] {
        assert_eq!(fresh_answer(&(NOW - offset).to_string(), NOW), Ok(()));
    }
    for seconds in [300, 301, 86_400, -300, -301] {
        let stale = Err(VerifyError::Stale { seconds });
        assert_eq!(fresh_answer(&(NOW - seconds).to_string(), NOW), stale);
    }
    assert_eq!(WINDOW_SECONDS, 300);
}

#[test]
fn only_digits_are_a_timestamp() {
    for text in
        ["", "+1554208460", "-1", " 1554208460", "1554208460 ", "1e9", "１", "12345678901234567"]
    {
        assert!(!fresh_request(text, NOW), "{text}");
        assert_eq!(fresh_answer(text, NOW), Err(VerifyError::Header("Wechatpay-Timestamp")));
    }
}

#[test]
fn a_ring_finds_keys_by_number() {
    let serial = |text: &str| Serial::parse(text).unwrap();
    let public = key().public_key();
    let mut ring = KeyRing::one(serial("0A1B"), public.clone());
    assert_eq!(ring.get(&serial("a1b")), Some(&public));
    assert_eq!(ring.get(&serial("A1C")), None);
    assert_eq!(KeyRing::default().get(&serial("A1B")), None);

    let other = PublicKey::from_pem(certificate_pem()).unwrap();
    ring.insert(serial("PUB_KEY_ID_1"), other.clone());
    assert_eq!(ring.get(&serial("PUB_KEY_ID_1")), Some(&other));
    assert_eq!(ring.get(&serial("0A1B")), Some(&public));
}

proptest! {
    #[test]
    fn freshness_never_panics(text in "[0-9]{0,20}|\\PC{0,8}", now: i64) {
        let _ = fresh_request(&text, now);
        let _ = fresh_answer(&text, now);
    }
}
