//! Serial numbers of certificates and ids of public keys: what `serial_no` and
//! `Wechatpay-Serial` name a key by.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// The longest text that is read as a serial.
const SERIAL_CHARACTERS_MAX: usize = 128;

const PUBLIC_KEY_PREFIX: &str = "PUB_KEY_ID_";

/// A certificate's serial number or a public key's id.
///
/// Certificate serials are numbers: clients send them in either case and some drop leading zeros,
/// so they are kept in one form, upper-case hexadecimal of whole bytes without leading zero bytes
/// (the form `openssl x509 -serial` prints). Ids are kept and compared as they are.
///
/// ```
/// use redress_crypto::Serial;
///
/// let serial = Serial::parse("00a1b")?;
/// assert_eq!(serial.as_str(), "0A1B");
/// assert_eq!(serial, Serial::parse("A1B")?);
/// # Ok::<(), redress_crypto::SerialError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Serial(Arc<str>);

/// Why a text is not a serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SerialError {
    /// Empty, only the prefix of an id, or too long.
    #[error("a serial has 1 to {SERIAL_CHARACTERS_MAX} characters")]
    Length,
    /// Neither hexadecimal nor a public key's id.
    #[error("a serial is hexadecimal or {PUBLIC_KEY_PREFIX} and letters, digits or underscores")]
    Character,
}

impl Serial {
    /// Reads a hexadecimal serial number or a `PUB_KEY_ID_…`.
    pub fn parse(text: &str) -> Result<Self, SerialError> {
        if text.is_empty() || text.len() > SERIAL_CHARACTERS_MAX {
            return Err(SerialError::Length);
        }
        match text.strip_prefix(PUBLIC_KEY_PREFIX) {
            Some("") => Err(SerialError::Length),
            Some(id) if id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                Ok(Self(text.into()))
            }
            Some(_) => Err(SerialError::Character),
            None if text.bytes().all(|b| b.is_ascii_hexdigit()) => Ok(Self::from_hex(text)),
            None => Err(SerialError::Character),
        }
    }

    /// Reads the big-endian bytes of a certificate's serial number.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, SerialError> {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        Self::parse(&hex)
    }

    /// The one form of this serial, as it is put into headers.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the id of a public key, not the number of a certificate.
    pub fn is_public_key_id(&self) -> bool {
        self.0.starts_with(PUBLIC_KEY_PREFIX)
    }

    fn from_hex(digits: &str) -> Self {
        let digits = digits.trim_start_matches('0').to_ascii_uppercase();
        let width = digits.len().next_multiple_of(2).max(2);
        Self(format!("{digits:0>width$}").into())
    }
}

/// By number; ids of public keys sort among them by length.
impl Ord for Serial {
    fn cmp(&self, other: &Self) -> Ordering {
        // Without leading zero bytes the longer number is the greater one.
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Serial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Serial({})", self.0)
    }
}
