//! What a signature says when it is opened with the public key: the digest that was signed.
//!
//! RSA signatures with message recovery are not in the cryptographic library, and nothing here is
//! secret: modulus, exponent and signature are public. So the power is taken with a library of
//! big numbers, and nothing of this decides whether a signature is accepted.

use aws_lc_rs::digest::{
    self, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest as hash,
};
use num_bigint::BigUint;
use x509_parser::prelude::FromDer as _;
use x509_parser::public_key::PublicKey as Parsed;
use x509_parser::x509::SubjectPublicKeyInfo;

use crate::PublicKey;

/// A hash function that signatures are made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// MD5, which is recognised and cannot be computed here.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256, which is the right one.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// The `DigestInfo` of each, up to the digest itself (RFC 8017, 9.2, note 1).
const DIGEST_INFO: [(Algorithm, &[u8], usize); 5] = [
    (
        Algorithm::Md5,
        b"\x30\x20\x30\x0c\x06\x08\x2a\x86\x48\x86\xf7\x0d\x02\x05\x05\x00\x04\x10",
        16,
    ),
    (Algorithm::Sha1, b"\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14", 20),
    (
        Algorithm::Sha256,
        b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20",
        32,
    ),
    (
        Algorithm::Sha384,
        b"\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30",
        48,
    ),
    (
        Algorithm::Sha512,
        b"\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40",
        64,
    ),
];

/// The shortest run of padding that no accident makes, in bytes.
const PADDING_BYTES_MIN: usize = 8;

const PSS_TRAILER: u8 = 0xbc;

impl Algorithm {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        }
    }

    /// The digest of pieces that stand one after another; none for MD5.
    pub fn digest<'a>(self, pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<Box<[u8]>> {
        let mut context = Context::new(self.library()?);
        for piece in pieces {
            context.update(piece);
        }
        Some(context.finish().as_ref().into())
    }

    fn library(self) -> Option<&'static digest::Algorithm> {
        match self {
            Self::Md5 => None,
            Self::Sha1 => Some(&SHA1_FOR_LEGACY_USE_ONLY),
            Self::Sha256 => Some(&SHA256),
            Self::Sha384 => Some(&SHA384),
            Self::Sha512 => Some(&SHA512),
        }
    }
}

/// What stands in a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recovered {
    /// A digest, as RSASSA-PKCS1-v1_5 has it. No other key opens to this.
    Digest {
        /// The hash function.
        algorithm: Algorithm,
        /// What was hashed to this was signed.
        digest: Box<[u8]>,
    },
    /// PKCS#1 padding around something else: the bare digest, or the text itself.
    Payload(Box<[u8]>),
    /// What looks like RSASSA-PSS; [`Pss::fits`] proves it for a text.
    Pss(Pss),
    /// Nothing that this key has signed.
    Nothing,
}

/// The block of an RSASSA-PSS signature (RFC 8017, 9.1), unmasked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pss {
    algorithm: Algorithm,
    salt: Box<[u8]>,
    hash: Box<[u8]>,
    padding_bytes: usize,
}

impl Pss {
    /// The hash function.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether a text with this digest was signed.
    pub fn fits(&self, digest: &[u8]) -> bool {
        let again = self.algorithm.digest([&[0; 8][..], digest, &self.salt]);
        again.as_ref() == Some(&self.hash)
    }

    /// Whether the padding alone shows that this is no accident: a long salt leaves none.
    pub fn is_certain(&self) -> bool {
        self.padding_bytes >= PADDING_BYTES_MIN
    }
}

impl PublicKey {
    /// Opens a signature. Only for finding out what was signed: whether a signature is good is
    /// for [`verify`](Self::verify) to say.
    pub fn recover(&self, signature: &[u8]) -> Recovered {
        match self.encoded(signature) {
            Some(block) => pkcs1(&block).or_else(|| pss(&block)).unwrap_or(Recovered::Nothing),
            None => Recovered::Nothing,
        }
    }

    /// How long a signature of this key is, in bytes.
    pub fn signature_bytes(&self) -> usize {
        self.numbers().map_or(0, |(modulus, _)| modulus.bits().div_ceil(8) as usize)
    }

    /// The encoded message, of the modulus' length.
    fn encoded(&self, signature: &[u8]) -> Option<Vec<u8>> {
        let (modulus, exponent) = self.numbers()?;
        let length = modulus.bits().div_ceil(8) as usize;
        if signature.len() != length {
            return None;
        }
        let signature = BigUint::from_bytes_be(signature);
        if signature >= modulus {
            return None;
        }
        let opened = signature.modpow(&exponent, &modulus).to_bytes_be();
        let mut block = vec![0; length - opened.len()];
        block.extend_from_slice(&opened);
        Some(block)
    }

    fn numbers(&self) -> Option<(BigUint, BigUint)> {
        let (_, spki) = SubjectPublicKeyInfo::from_der(self.spki()).ok()?;
        let Parsed::RSA(key) = spki.parsed().ok()? else { return None };
        Some((BigUint::from_bytes_be(key.modulus), BigUint::from_bytes_be(key.exponent)))
    }
}

/// `00 01 FF … FF 00` and what is signed.
fn pkcs1(block: &[u8]) -> Option<Recovered> {
    let rest = block.strip_prefix(&[0, 1])?;
    let padding = rest.iter().take_while(|byte| **byte == 0xff).count();
    let payload = rest[padding..].strip_prefix(&[0])?;
    if padding < PADDING_BYTES_MIN {
        return None;
    }
    for (algorithm, prefix, length) in DIGEST_INFO {
        if let Some(digest) = payload.strip_prefix(prefix)
            && digest.len() == length
        {
            return Some(Recovered::Digest { algorithm, digest: digest.into() });
        }
    }
    Some(Recovered::Payload(payload.into()))
}

/// Tries the hash functions; the one under whose mask the padding comes out is the one.
fn pss(block: &[u8]) -> Option<Recovered> {
    let body = block.strip_suffix(&[PSS_TRAILER])?;
    [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Sha384, Algorithm::Sha512]
        .into_iter()
        .filter_map(|algorithm| unmask(body, algorithm))
        .max_by_key(|pss| pss.padding_bytes)
        .map(Recovered::Pss)
}

fn unmask(body: &[u8], algorithm: Algorithm) -> Option<Pss> {
    let library = algorithm.library()?;
    let (masked, seed) = body.split_at(body.len().checked_sub(library.output_len())?);
    let mut data = masked.to_vec();
    let chunks = data.chunks_mut(library.output_len());
    for (counter, chunk) in (0_u32..).zip(chunks) {
        let mask = hash(library, &[seed, &counter.to_be_bytes()].concat());
        for (byte, mask) in chunk.iter_mut().zip(mask.as_ref()) {
            *byte ^= mask;
        }
    }
    // One bit less than the modulus has: the highest one is not part of the data.
    *data.first_mut()? &= 0x7f;
    let padding_bytes = data.iter().take_while(|byte| **byte == 0).count();
    let salt = data[padding_bytes..].strip_prefix(&[1])?;
    Some(Pss { algorithm, salt: salt.into(), hash: seed.into(), padding_bytes })
}
