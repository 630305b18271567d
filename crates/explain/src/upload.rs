//! The parts of a file upload: what is signed is the JSON of the part `meta`.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The longest boundary (RFC 2046, 5.1.1), in bytes.
const BOUNDARY_BYTES_MAX: usize = 70;

/// The content of the part `meta` of a multipart body.
pub(crate) fn meta<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a [u8]> {
    part(headers, body, |head| contains(head, b"name=\"meta\""))
}

/// The content of the first part that has a file name.
pub(crate) fn file<'a>(headers: &HeaderMap, body: &'a [u8]) -> Option<&'a [u8]> {
    part(headers, body, |head| contains(head, b"filename="))
}

fn part<'a>(
    headers: &HeaderMap,
    body: &'a [u8],
    wanted: impl Fn(&[u8]) -> bool,
) -> Option<&'a [u8]> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    if !kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data") {
        return None;
    }
    let (_, boundary) = kind.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    if boundary.is_empty() || boundary.len() > BOUNDARY_BYTES_MAX {
        return None;
    }
    let delimiter = format!("--{boundary}");
    let mut rest = after(body, delimiter.as_bytes())?;
    loop {
        let end = find(rest, delimiter.as_bytes())?;
        let part = &rest[..end];
        let part = part.strip_suffix(b"\r\n").or(part.strip_suffix(b"\n")).unwrap_or(part);
        let split = find(part, b"\r\n\r\n").map(|at| (at, 4));
        if let Some((at, gap)) = split.or(find(part, b"\n\n").map(|at| (at, 2)))
            && wanted(&part[..at])
        {
            return Some(&part[at + gap..]);
        }
        rest = &rest[end + delimiter.len()..];
    }
}

fn after<'a>(bytes: &'a [u8], needle: &[u8]) -> Option<&'a [u8]> {
    find(bytes, needle).map(|at| &bytes[at + needle.len()..])
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    find(bytes, needle).is_some()
}

pub(crate) fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    // Looks for the first byte before it compares, which is fast enough for bodies.
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = bytes.get(from..)?.iter().position(|byte| *byte == first) {
        let at = from + at;
        if bytes[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}
