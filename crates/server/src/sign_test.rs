//! Signature probing (签名探测): answers and callbacks that are signed wrongly on purpose, to see
//! whether their receivers check signatures.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use redress_crypto::{PROBE_PREFIX, random_bytes};

const SIGNATURE: &str = "wechatpay-signature";
/// Above this share a server warns at its start: hardly any client can work.
const HIGH_SHARE: f64 = 0.1;

/// Which share of answers and first attempts of callbacks are probes. None by default.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SignTest(f64);

/// A share that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a share is a number from 0 (no probes, the default) to 1 (nothing but probes), e.g. 0.001"
)]
pub struct SignTestError;

impl SignTest {
    /// This share, from 0 to 1.
    ///
    /// # Errors
    /// If it is less, more, or no number.
    pub fn new(share: f64) -> Result<Self, SignTestError> {
        if (0.0..=1.0).contains(&share) { Ok(Self(share)) } else { Err(SignTestError) }
    }

    /// Whether it is so high that a client can hardly work.
    pub(crate) fn is_high(self) -> bool {
        self.0 > HIGH_SHARE
    }

    /// Whether what has this number, a `Request-ID` or a callback's, is a probe. The numbers are
    /// random in their last eight hexadecimal digits, which are read as a fraction.
    pub(crate) fn picks(self, number: &str) -> bool {
        let digits = number.chars().rev().filter_map(|digit| digit.to_digit(16)).take(8);
        let (drawn, whole) = digits.fold((0.0, 1.0), |(drawn, place), digit| {
            (drawn + f64::from(digit) * place, place * 16.0)
        });
        drawn / whole < self.0
    }
}

impl FromStr for SignTest {
    type Err = SignTestError;

    fn from_str(text: &str) -> Result<Self, SignTestError> {
        Self::new(text.parse().map_err(|_no_number| SignTestError)?)
    }
}

impl fmt::Display for SignTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Makes something signed a probe. Says whether it was signed: a file is not.
///
/// Behind the prefix stands what looks like any signature. The whole is no Base64, which is how
/// the real ones are known to fail in some languages.
pub(crate) fn spoil(headers: &mut HeaderMap) -> bool {
    let Some(signature) = headers.get_mut(SIGNATURE) else { return false };
    let wrong = format!("{PROBE_PREFIX}{}", STANDARD.encode(random_bytes::<256>()));
    *signature = HeaderValue::try_from(wrong).expect("Base64 and slashes");
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers as requests have them, of a fixed seed.
    fn numbers(count: u64) -> impl Iterator<Item = String> {
        let mut state = 0x5eed_u64;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            format!("08{:032X}", state >> 32)
        })
        .take(usize::try_from(count).expect("few"))
    }

    #[test]
    fn the_share_is_kept() {
        for (share, count, spread) in [
            (0.0, 10_000, 0),
            (0.001, 100_000, 40),
            (0.25, 400, 35),
            (0.5, 10_000, 200),
            (1.0, 10_000, 0),
        ] {
            let test = SignTest::new(share).expect("a share");
            let picked = numbers(count).filter(|number| test.picks(number)).count() as f64;
            let expected = share * count as f64;
            assert!((picked - expected).abs() <= f64::from(spread), "{share}: {picked}");
        }
    }

    #[test]
    fn a_number_decides_for_itself() {
        let quarter = SignTest::new(0.25).expect("a share");
        for (number, picked) in [
            ("08AAAAAAAA00000000", true),
            ("08AAAAAAAA3FFFFFFF", true),
            ("08AAAAAAAA40000000", false),
            ("f33d4b88-9a48-3d99-6222-8c443f000000", true),
            ("f33d4b88-9a48-3d99-6222-8c44ffffffff", false),
        ] {
            assert_eq!(quarter.picks(number), picked, "{number}");
            assert!(SignTest::new(1.0).expect("a share").picks(number));
            assert!(!SignTest::default().picks(number));
        }
    }

    #[test]
    fn other_shares_are_refused() {
        for text in ["-0.1", "1.1", "NaN", "inf", "", "half", "10%"] {
            assert_eq!(text.parse::<SignTest>(), Err(SignTestError), "{text}");
        }
        assert_eq!("0.001".parse::<SignTest>(), SignTest::new(0.001));
    }

    #[test]
    fn a_probe_looks_like_a_signature_and_is_no_base64() {
        let mut headers = HeaderMap::new();
        assert!(!spoil(&mut headers));
        headers.insert(SIGNATURE, HeaderValue::from_static("good"));
        assert!(spoil(&mut headers));
        let probe = headers[SIGNATURE].to_str().expect("text");
        let rest = probe.strip_prefix(PROBE_PREFIX).expect("the prefix");
        assert_eq!(STANDARD.decode(rest).map(|bytes| bytes.len()), Ok(256));
        assert!(STANDARD.decode(probe).is_err());
    }
}
