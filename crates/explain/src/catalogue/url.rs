//! Taking URLs apart, and encoding them by the rules of one library or another.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};

/// What RFC 3986 calls unreserved stays.
pub(super) const STRICT: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What `encodeURIComponent` leaves stays.
pub(super) const COMPONENT: &AsciiSet =
    &STRICT.remove(b'!').remove(b'*').remove(b'\'').remove(b'(').remove(b')');

/// What `encodeURI` leaves stays.
pub(super) const URI: &AsciiSet = &COMPONENT
    .remove(b';')
    .remove(b',')
    .remove(b'/')
    .remove(b'?')
    .remove(b':')
    .remove(b'@')
    .remove(b'&')
    .remove(b'=')
    .remove(b'+')
    .remove(b'$')
    .remove(b'#');

/// Path and query.
pub(super) fn split(target: &[u8]) -> (&[u8], Option<&[u8]>) {
    match target.iter().position(|byte| *byte == b'?') {
        Some(at) => (&target[..at], Some(&target[at + 1..])),
        None => (target, None),
    }
}

pub(super) fn with_query(path: &[u8], query: Option<&[u8]>) -> Vec<u8> {
    match query {
        Some(query) => [path, b"?", query].concat(),
        None => path.to_vec(),
    }
}

pub(super) fn decoded(text: &[u8]) -> Vec<u8> {
    percent_decode(text).collect()
}

pub(super) fn encoded(text: &[u8], set: &'static AsciiSet) -> Vec<u8> {
    percent_encode(text, set).flat_map(str::bytes).collect()
}

/// Every percent sign encoded, and what was not encoded as it is.
pub(super) fn doubly(text: &[u8]) -> Vec<u8> {
    text.iter().flat_map(|byte| if *byte == b'%' { b"%25".to_vec() } else { vec![*byte] }).collect()
}

/// Each segment of a path decoded and encoded again.
pub(super) fn per_segment(path: &[u8], set: &'static AsciiSet) -> Vec<u8> {
    let segments = path.split(|byte| *byte == b'/');
    segments.map(|segment| encoded(&decoded(segment), set)).collect::<Vec<_>>().join(&b'/')
}

/// The two digits after each percent sign in another case.
pub(super) fn recased(text: &[u8], case: fn(&u8) -> u8) -> Vec<u8> {
    let mut left = 0;
    let change = |byte: &u8| {
        if *byte == b'%' {
            left = 2;
        } else if left > 0 {
            left -= 1;
            return case(byte);
        }
        *byte
    };
    text.iter().map(change).collect()
}

/// A text as `encodeURIComponent` encodes it.
pub(crate) fn component(text: &[u8]) -> Vec<u8> {
    encoded(text, COMPONENT)
}
