//! Serials as clients mangle them: lower-case, without leading zeros.

use std::collections::BTreeMap;

use proptest::prelude::*;
use redress_crypto::{Serial, SerialError};

fn serial(text: &str) -> Serial {
    Serial::parse(text).expect(text)
}

#[test]
fn case_and_leading_zeros_do_not_matter() {
    let full = "0A1B2C3D4E5F60718293A4B5C6D7E8F901234567";
    for other in
        [&full.to_lowercase(), &full[1..], &full[1..].to_lowercase(), &format!("000{full}")]
    {
        assert_eq!(serial(other), serial(full));
        assert_eq!(serial(other).as_str(), full);
        assert_eq!(serial(other).to_string(), full);
        assert_eq!(BTreeMap::from([(serial(full), 1)]).get(&serial(other)), Some(&1));
    }
    assert_eq!(serial("0000").as_str(), "00");
    assert_eq!(serial("0"), serial("00"));
    assert_ne!(serial("A0"), serial("0A"));
}

#[test]
fn ids_of_public_keys_are_compared_as_they_are() {
    let id = "PUB_KEY_ID_0000000000000024101100397200000006";
    assert_eq!(serial(id).as_str(), id);
    assert_ne!(serial(id), serial("PUB_KEY_ID_24101100397200000006"));
    assert_ne!(serial("PUB_KEY_ID_a"), serial("PUB_KEY_ID_A"));
}

#[test]
fn other_texts_are_not_serials() {
    for text in ["", "PUB_KEY_ID_", &"A".repeat(129)] {
        assert_eq!(Serial::parse(text), Err(SerialError::Length), "{text}");
    }
    for text in [
        "0x1A",
        "1A:2B",
        " 1A",
        "-1A",
        "XYZ",
        "pub_key_id_1",
        "PUB_KEY_ID_1-2",
        "PUB_KEY_ID_1 ",
        "序",
    ] {
        assert_eq!(Serial::parse(text), Err(SerialError::Character), "{text}");
    }
    assert!(Serial::parse(&"A".repeat(128)).is_ok());
}

proptest! {
    #[test]
    fn serials_are_ordered_as_numbers(one: u128, other: u128, zeros in 0_usize..8) {
        let text = |number: u128| format!("{}{number:x}", "0".repeat(zeros));
        prop_assert_eq!(serial(&text(one)).cmp(&serial(&format!("{other:X}"))), one.cmp(&other));
    }

    #[test]
    fn parsing_never_panics_and_is_stable(
        text in "\\PC{0,140}|[0-9a-fA-F]{1,128}|PUB_KEY_ID_\\w{0,20}",
    ) {
        if let Ok(read) = Serial::parse(&text) {
            prop_assert_eq!(Serial::parse(read.as_str()), Ok(read));
        }
    }
}
