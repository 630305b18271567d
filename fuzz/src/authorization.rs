//! The headers that carry signatures.

use http::{HeaderMap, HeaderValue};
use redress::crypto::{Authorization, ResponseSignature, verify_request, verify_response};

use super::platform::{MERCHANT, NOW, PLATFORM_KEY, first_line, headers};

/// The first line is the value of an `Authorization`, the lines after it are `name: value` of an
/// answer. What is read prints and is read again to the same, and no signature is taken.
pub fn authorization(data: &[u8]) {
    let (line, lines) = first_line(data).unwrap_or(("", data));
    if let Ok(read) = Authorization::parse(line) {
        let printed = read.to_string();
        assert!(HeaderValue::from_str(&printed).is_ok(), "{printed:?} is not a header");
        assert_eq!(Authorization::parse(&printed).as_ref(), Ok(&read));
        assert!(!verify_request(&PLATFORM_KEY.public_key(), &read, "GET", "/", b""));
    }

    let map = headers(lines);
    let read = ResponseSignature::from_headers(&map);
    if let Ok(read) = &read {
        let mut printed = HeaderMap::new();
        read.write_to(&mut printed);
        assert_eq!(ResponseSignature::from_headers(&printed).as_ref(), Ok(read));
    }
    let verified = verify_response(MERCHANT.platform_keys(), &map, b"another body", NOW);
    assert!(verified.is_err(), "nobody signed this");
    assert!(read.is_ok() || verified == read.map(drop), "headers are read first");
}
