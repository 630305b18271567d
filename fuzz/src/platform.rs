//! A merchant and a platform with throw-away keys, and how bytes are a message.

use std::sync::LazyLock;

use http::{HeaderMap, HeaderName, HeaderValue};
use redress::Merchant;
use redress::crypto::{ApiV3Key, PrivateKey, Serial};

/// When everything happens: the targets know no clock.
pub(crate) const NOW: i64 = 1_700_000_000;
/// What notifications are sealed with.
pub(crate) const APIV3_KEY: &str = "0123456789abcdef0123456789abcdef";
const PLATFORM_SERIAL: &str = "PUB_KEY_ID_0000000000000024101100397200000006";
const MERCHANT_SERIAL: &str = "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C";

/// The platform's private key. It was made for this and protects nothing.
pub(crate) static PLATFORM_KEY: LazyLock<PrivateKey> = LazyLock::new(|| {
    PrivateKey::from_pem(include_str!("platform_key.pem")).expect("a private key")
});

/// Who receives: trusts [`PLATFORM_KEY`].
pub(crate) static MERCHANT: LazyLock<Merchant> = LazyLock::new(|| {
    let mchid = "1900001109".parse().expect("a merchant's number");
    let key = PLATFORM_KEY.clone();
    let (own, platform) = (serial(MERCHANT_SERIAL), platform_serial());
    Merchant::new(mchid, own, key, platform, PLATFORM_KEY.public_key())
        .with_apiv3_key(ApiV3Key::new(APIV3_KEY).expect("32 bytes"))
});

/// What the platform's key is known by.
pub(crate) fn platform_serial() -> Serial {
    serial(PLATFORM_SERIAL)
}

fn serial(text: &str) -> Serial {
    Serial::parse(text).expect("a serial")
}

/// The first line, if it is UTF-8, and the rest.
pub(crate) fn first_line(data: &[u8]) -> Option<(&str, &[u8])> {
    let end = data.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&data[..end]).ok()?;
    Some((line, &data[end + 1..]))
}

/// Lines of `name: value`; others are passed over.
pub(crate) fn headers(lines: &[u8]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (&line[..colon], line[colon + 1..].trim_ascii());
        let (name, value) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value));
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
    headers
}
