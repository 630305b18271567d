//! Opening signatures with the public key.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA512, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use redress_crypto::{Algorithm, PrivateKey, Recovered};

use crate::vectors::key;

const TEXT: &[u8] = b"GET\n/v3/certificates\n1554208460\nnonce\n\n";

fn sign(encoding: &'static dyn RsaEncoding) -> Vec<u8> {
    let pem = include_str!("../vectors/key.pkcs8.pem");
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).expect("the Base64 of a PEM");
    let pair = RsaKeyPair::from_pkcs8(&der).expect("a key");
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), TEXT, &mut signature).expect("a signature");
    signature
}

#[test]
fn a_signature_opens_to_the_digest_that_was_signed() {
    let public = key().public_key();
    let signature = STANDARD.decode(key().sign(TEXT)).unwrap();
    assert_eq!(public.signature_bytes(), signature.len());
    let digest = Algorithm::Sha256.digest([TEXT]).unwrap();
    let sha256 = Recovered::Digest { algorithm: Algorithm::Sha256, digest };
    assert_eq!(public.recover(&signature), sha256);

    let digest = Algorithm::Sha512.digest([&TEXT[..9], &TEXT[9..]]).unwrap();
    let sha512 = Recovered::Digest { algorithm: Algorithm::Sha512, digest };
    assert_eq!(public.recover(&sign(&RSA_PKCS1_SHA512)), sha512);
}

#[test]
fn pss_is_proven_for_its_text_and_for_no_other() {
    let Recovered::Pss(pss) = key().public_key().recover(&sign(&RSA_PSS_SHA256)) else {
        panic!("not taken for PSS");
    };
    assert_eq!(pss.algorithm(), Algorithm::Sha256);
    assert!(pss.is_certain());
    assert!(pss.fits(&Algorithm::Sha256.digest([TEXT]).unwrap()));
    assert!(!pss.fits(&Algorithm::Sha256.digest([&TEXT[1..]]).unwrap()));
}

#[test]
fn another_key_opens_nothing() {
    let other = PrivateKey::generate().unwrap().public_key();
    let signature = STANDARD.decode(key().sign(TEXT)).unwrap();
    assert_eq!(other.recover(&signature), Recovered::Nothing);
    assert_eq!(key().public_key().recover(&signature[1..]), Recovered::Nothing);
    assert_eq!(key().public_key().recover(&[0xff; 256]), Recovered::Nothing);
    assert_eq!(key().public_key().recover(&[0; 256]), Recovered::Nothing);
}

proptest! {
    #[test]
    fn any_bytes_may_be_opened(signature in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = key().public_key().recover(&signature);
    }
}
