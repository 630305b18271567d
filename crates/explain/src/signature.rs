//! Opens a signature: with the key that should have made it, and if that does not do, with every
//! other one, and written in other ways than Base64.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use percent_encoding::percent_decode_str;
use redress_crypto::{Algorithm, Recovered};

use crate::capture::KnownKey;
use crate::catalogue::codings as m;
use crate::mistake::Mistake;
use crate::search::{Found, Oracle};

/// How many keys are tried.
pub const KEYS_TRIED_MAX: usize = 24;
/// The longest signature that is looked into, in bytes of its header.
const SIGNATURE_BYTES_MAX: usize = 4096;

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Looks for the text.
pub(crate) type Search<'s> = &'s dyn Fn(&Oracle) -> Option<Found>;

/// A way in which a signature may have been written, and what it then is.
#[derive(Debug, Clone)]
struct Reading {
    coding: Option<&'static Mistake>,
    bytes: Vec<u8>,
}

/// A signature that a key opens.
#[derive(Debug)]
pub(crate) struct Opened<'k> {
    pub(crate) key: &'k KnownKey,
    pub(crate) coding: Option<&'static Mistake>,
    /// The kind of signature, if it is not the right one.
    pub(crate) kind: Option<&'static Mistake>,
    /// The text, if it is known.
    pub(crate) found: Option<Found>,
}

/// A signature that no key opens.
#[derive(Debug)]
pub(crate) enum Closed {
    /// It may be anything.
    Unknown,
    /// It has this many bytes, and each of the keys makes as many as the second says.
    Length(usize, usize),
    /// It is not even Base64.
    NotBase64,
}

/// Opens a signature with the first key that does; `keys` are in the order to be tried.
pub(crate) fn open<'k>(
    signature: &str,
    keys: &[&'k KnownKey],
    search: Search<'_>,
) -> Result<Opened<'k>, Closed> {
    let keys = &keys[..keys.len().min(KEYS_TRIED_MAX)];
    let readings = readings(signature);
    let sizes: Vec<usize> = keys.iter().map(|known| known.key.signature_bytes()).collect();
    for Reading { coding, bytes } in &readings {
        // Who turns the bytes round is asked of the likeliest key alone.
        let tried = if *coding == Some(&m::REVERSED) { 1 } else { keys.len() };
        for (known, size) in keys.iter().zip(&sizes).take(tried) {
            if let Some(opened) = opened(known, *size, *coding, bytes, search) {
                return Ok(opened);
            }
        }
    }
    let Some(first) = readings.first() else { return Err(Closed::NotBase64) };
    match sizes.first() {
        Some(size) if sizes.iter().all(|other| *other != first.bytes.len()) => {
            Err(Closed::Length(first.bytes.len(), *size))
        }
        _ => Err(Closed::Unknown),
    }
}

fn opened<'k>(
    known: &'k KnownKey,
    size: usize,
    coding: Option<&'static Mistake>,
    bytes: &[u8],
    search: Search<'_>,
) -> Option<Opened<'k>> {
    let missing = size.checked_sub(bytes.len())?;
    if missing > 0 {
        // Two zero bytes come once in 65 536 signatures.
        if missing > 2 {
            return None;
        }
        let whole = [&[0, 0][..missing], bytes].concat();
        let coding = Some(coding.unwrap_or(&m::ZEROS_DROPPED));
        return kind(known, coding, known.key.recover(&whole), search);
    }
    kind(known, coding, known.key.recover(bytes), search)
}

fn kind<'k>(
    key: &'k KnownKey,
    coding: Option<&'static Mistake>,
    recovered: Recovered,
    search: Search<'_>,
) -> Option<Opened<'k>> {
    let (kind, oracle, certain) = match recovered {
        Recovered::Digest { algorithm, digest } => {
            let kind = match algorithm {
                Algorithm::Md5 => Some(&m::MD5),
                Algorithm::Sha1 => Some(&m::SHA1),
                Algorithm::Sha256 => None,
                Algorithm::Sha384 => Some(&m::SHA384),
                Algorithm::Sha512 => Some(&m::SHA512),
            };
            (kind, Oracle::Digest(algorithm, digest), true)
        }
        Recovered::Payload(payload) => (Some(&m::NO_DIGEST_INFO), Oracle::Payload(payload), true),
        Recovered::Pss(pss) => {
            let certain = pss.is_certain();
            (Some(&m::PSS), Oracle::Pss(pss), certain)
        }
        Recovered::Nothing => return None,
    };
    let known = !matches!(oracle, Oracle::Digest(Algorithm::Md5, _));
    let found = if known { search(&oracle) } else { None };
    (certain || found.is_some()).then_some(Opened { key, coding, kind, found })
}

/// What a text may mean, as it should be read first.
fn readings(signature: &str) -> Vec<Reading> {
    let mut readings = Vec::new();
    if signature.len() > SIGNATURE_BYTES_MAX {
        return readings;
    }
    let mut add = |coding: Option<&'static Mistake>, bytes: Option<Vec<u8>>| {
        if let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) {
            readings.push(Reading { coding, bytes });
        }
    };
    let strict = base64::engine::general_purpose::STANDARD.decode(signature).ok();
    let hex = unhex(signature);
    let is_strict = strict.is_some();
    if let Some(bytes) = &strict {
        let inner = std::str::from_utf8(bytes).ok();
        let twice = inner.and_then(|inner| unhex(inner).or_else(|| LENIENT.decode(inner).ok()));
        let reversed = bytes.iter().rev().copied().collect();
        add(None, Some(bytes.clone()));
        // Digits alone are Base64 too, and read as that they would be too short.
        add(Some(&m::HEX), hex);
        add(Some(&m::TWICE), twice);
        add(Some(&m::REVERSED), Some(reversed));
    } else {
        add(Some(&m::HEX), hex);
    }
    if !is_strict {
        let plus = signature.replace(' ', "+");
        let percent = percent_decode_str(signature).decode_utf8().ok();
        let percent = percent.filter(|text| text.len() < signature.len()).map(|text| packed(&text));
        let url_safe = signature.replace('-', "+").replace('_', "/");
        let unescaped = signature.replace("\\/", "/");
        let lines = packed(signature).replace("\\r", "").replace("\\n", "");
        add(Some(&m::UNPADDED), LENIENT.decode(signature).ok());
        add(Some(&m::URL_SAFE), LENIENT.decode(url_safe).ok());
        add(Some(&m::SPACES), LENIENT.decode(plus).ok());
        add(Some(&m::PERCENT), percent.and_then(|text| LENIENT.decode(text).ok()));
        add(Some(&m::ESCAPED), LENIENT.decode(unescaped).ok());
        add(Some(&m::BROKEN_LINES), LENIENT.decode(lines).ok());
    }
    readings
}

fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().as_bytes();
    if text.is_empty() || !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}
