//! aws-lc-rs alone: a signature and its verification, with nothing around them.

use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::Failure;

/// Signs a message as the merchant does.
pub(crate) struct Signature {
    key: RsaKeyPair,
    random: SystemRandom,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Signature {
    pub(crate) fn of(merchant: &Path, message: Vec<u8>) -> Result<Self, Failure> {
        let pem = std::fs::read_to_string(merchant.join("apiclient_key.pem"))?;
        let key = RsaKeyPair::from_pkcs8(&der(&pem)?)?;
        let signature = vec![0; key.public_modulus_len()];
        Ok(Self { key, random: SystemRandom::new(), message, signature })
    }

    pub(crate) fn make(&mut self) {
        let Self { key, random, message, signature } = self;
        let made = key.sign(&RSA_PKCS1_SHA256, random, message, signature);
        made.expect("a key that was loaded signs");
    }
}

/// Verifies a message of the platform.
pub(crate) struct Verification {
    key: ParsedPublicKey,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Verification {
    pub(crate) fn of(spki: &str, message: Vec<u8>, signature: &str) -> Result<Self, Failure> {
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der(spki)?)?;
        Ok(Self { key, message, signature: STANDARD.decode(signature)? })
    }

    pub(crate) fn make(&self) {
        let verified = self.key.verify_sig(&self.message, &self.signature);
        verified.expect("the platform signed it");
    }
}

/// What stands in a PEM with one section.
fn der(pem: &str) -> Result<Vec<u8>, Failure> {
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    Ok(STANDARD.decode(lines.collect::<String>())?)
}
