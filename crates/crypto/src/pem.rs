//! PEM: finding, decoding and writing one section.
//!
//! Line lengths and line ends do not matter, and a section may stand in one line, as it does when
//! it comes out of an environment variable.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::key::KeyError;

const LABEL_BYTES_MAX: usize = 40;
const LINE_CHARACTERS: usize = 64;

/// A decoded section and the label it stood under.
pub(crate) struct Section {
    pub(crate) label: &'static str,
    pub(crate) der: Zeroizing<Vec<u8>>,
}

/// The first section under one of `labels`; sections under other labels are passed over.
pub(crate) fn decode(pem: &str, labels: &[&'static str]) -> Result<Section, KeyError> {
    let mut rest = pem;
    let mut passed_over = None;
    while let Some((found, body, after)) = next_section(rest)? {
        if let Some(label) = labels.iter().find(|label| **label == found) {
            return Ok(Section { label, der: decode_body(body)? });
        }
        passed_over.get_or_insert(found);
        rest = after;
    }
    match passed_over {
        Some(found) => Err(KeyError::Label { found: found.to_owned() }),
        None => Err(KeyError::Pem("there is no BEGIN line")),
    }
}

/// Writes one section, in lines of 64 characters.
pub(crate) fn encode(label: &str, der: &[u8]) -> Zeroizing<String> {
    let body = Zeroizing::new(STANDARD.encode(der));
    let frame = 2 * (label.len() + "-----BEGIN -----\n".len());
    let lines = body.len().div_ceil(LINE_CHARACTERS);
    // The whole size at once: a string that grows would leave copies of a key behind.
    let mut pem = Zeroizing::new(String::with_capacity(frame + body.len() + lines));
    pem.push_str("-----BEGIN ");
    pem.push_str(label);
    pem.push_str("-----\n");
    let mut left = body.as_str();
    while !left.is_empty() {
        let (line, after) = left.split_at(left.len().min(LINE_CHARACTERS));
        pem.push_str(line);
        pem.push('\n');
        left = after;
    }
    pem.push_str("-----END ");
    pem.push_str(label);
    pem.push_str("-----\n");
    pem
}

/// Label, body and what follows.
fn next_section(text: &str) -> Result<Option<(&str, &str, &str)>, KeyError> {
    let Some((_, rest)) = text.split_once("-----BEGIN ") else { return Ok(None) };
    let (label, rest) =
        rest.split_once("-----").ok_or(KeyError::Pem("the BEGIN line is not closed"))?;
    if label.len() > LABEL_BYTES_MAX || !label.bytes().all(is_label_byte) {
        return Err(KeyError::Pem("the BEGIN line is garbled"));
    }
    let (body, rest) = rest.split_once("-----END ").ok_or(KeyError::Pem("there is no END line"))?;
    let rest = rest
        .strip_prefix(label)
        .and_then(|rest| rest.strip_prefix("-----"))
        .ok_or(KeyError::Pem("the END line does not match the BEGIN line"))?;
    Ok(Some((label, body, rest)))
}

fn is_label_byte(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
}

fn decode_body(body: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
    base64.extend(body.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    match STANDARD.decode(base64.as_slice()) {
        Ok(der) => Ok(Zeroizing::new(der)),
        // The error would name a character of the key.
        Err(_) => Err(KeyError::Pem("the body is not Base64")),
    }
}
