//! What is said of whole requests: good ones, unknown texts, other keys, other kinds of signature.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use redress_crypto::{PrivateKey, PublicKey, Serial};
use redress_explain::{CapturedRequest, Known, KnownKey, Proof, Role, Verdict, explain_request};

use crate::world::{
    BODY, GET_TARGET, KEYS, MCHID, NOW, OTHER_MCHID, OTHER_SERIAL, PLATFORM_SERIAL, SECOND_SERIAL,
    SERIAL, Sent, ids, map,
};

#[test]
fn a_good_signature_is_said_to_be_good() {
    for sent in [Sent::post(BODY), Sent::get(GET_TARGET)] {
        let explanation = sent.explained(&sent.right());
        assert_eq!(explanation.verdict, Verdict::Good, "{explanation}");
        assert_eq!(explanation.proof, Proof::Digest);
        assert_eq!(explanation.parted, None);
    }
}

#[test]
fn a_text_that_no_mistake_leads_to_is_unknown() {
    let explanation = Sent::post(BODY).explained(b"something else\n");
    assert_eq!(explanation.verdict, Verdict::Unknown);
    assert_eq!(explanation.proof, Proof::Key);
    assert!(explanation.en.starts_with("The key is right, but"), "{explanation}");
    assert!(explanation.zh.starts_with("密钥是对的"), "{}", explanation.zh);
    assert_eq!(explanation.signed, None);
}

/// Looking into what no program sends would only take long.
#[test]
fn boundaries_and_nesting_have_a_limit() {
    let upload = |boundary: &str| {
        let part = "Content-Disposition: form-data; name=\"meta\"\r\n\r\n{}";
        let body = format!("--{boundary}\r\n{part}\r\n--{boundary}--\r\n");
        let kind = format!("multipart/form-data; boundary={boundary}");
        let sent = Sent::post(body).header("content-type", &kind);
        ids(&sent.explained(&sent.right())).len()
    };
    assert_eq!(upload(&"-".repeat(70)), 1, "the whole body was signed, not the part");
    assert_eq!(upload(&"-".repeat(71)), 0, "this is no upload");

    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let signed = Sent::post(format!("{open}1, 2{close}")).right();
        Sent::post(format!("{open}1,2{close}")).explained(&signed).verdict
    };
    assert_eq!(nested(16), Verdict::Causes);
    assert_eq!(nested(17), Verdict::Unknown);
}

#[test]
fn it_says_where_the_texts_part() {
    let sent = Sent::get(GET_TARGET);
    let signed = String::from_utf8(sent.right()).unwrap().replace("?mchid=1900007291", "");
    let explanation = sent.explained(signed.as_bytes());
    assert_eq!(ids(&explanation), ["query-left-out"]);
    let parted = explanation.parted.unwrap();
    assert_eq!((parted.line, parted.byte), (2, GET_TARGET.find('?').unwrap() + 1));
    assert!(parted.expected.contains("?mchid="), "{}", parted.expected);
    assert!(!parted.signed.contains('?'), "{}", parted.signed);
    assert_eq!(explanation.signed.unwrap(), signed);
}

#[test]
fn another_key_is_named_with_its_owner() {
    let sent = Sent::post(BODY);
    for (key, id, owner, serial) in [
        (&KEYS.second, "key-other", MCHID, SECOND_SERIAL),
        (&KEYS.other, "key-of-another-merchant", OTHER_MCHID, OTHER_SERIAL),
        (&KEYS.platform, "key-of-the-platform", "platform", PLATFORM_SERIAL),
    ] {
        let explanation = sent.explained_with(&sent.authorization(&key.sign(&sent.right())));
        assert_eq!(ids(&explanation), [id]);
        assert_eq!(explanation.proof, Proof::Digest);
        assert_eq!(explanation.signer, Some(format!("{owner} {serial}")));
        assert!(explanation.en.contains(serial), "{explanation}");

        let text = [&sent.right()[..], b"\n"].concat();
        let explanation = sent.explained_with(&sent.authorization(&key.sign(&text)));
        assert_eq!(ids(&explanation), [id, "doubled-last-newline"]);
    }
}

#[test]
fn a_stranger_is_unknown() {
    let sent = Sent::post(BODY);
    let signature = KEYS.stranger.sign(&sent.right());
    let explanation = sent.explained_with(&sent.authorization(&signature));
    assert_eq!((explanation.verdict, explanation.proof), (Verdict::Unknown, Proof::None));
    assert!(explanation.en.contains("None of the 4 known keys"), "{explanation}");
}

fn signed(encoding: &'static dyn RsaEncoding, text: &[u8]) -> String {
    let pem = KEYS.own.to_pkcs8_pem().expect("a PEM");
    let base64: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = STANDARD.decode(base64).expect("the Base64 of a PEM");
    let pair = RsaKeyPair::from_pkcs8(&der).expect("a key");
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), text, &mut signature).expect("a signature");
    STANDARD.encode(signature)
}

#[test]
fn another_kind_of_signature_is_named_and_its_text_too() {
    let sent = Sent::post(BODY);
    let right = sent.right();
    let cut = &right[..right.len() - 1];
    for (encoding, id) in [
        (&RSA_PSS_SHA256 as &'static dyn RsaEncoding, "signed-with-pss"),
        (&RSA_PSS_SHA512, "signed-with-pss"),
        (&RSA_PKCS1_SHA384, "signed-with-sha384"),
        (&RSA_PKCS1_SHA512, "signed-with-sha512"),
    ] {
        let explained = |text| sent.explained_with(&sent.authorization(&signed(encoding, text)));
        let explanation = explained(&right);
        assert_eq!(ids(&explanation), [id]);
        assert_eq!(explanation.proof, Proof::Digest);
        assert_eq!(ids(&explained(cut)), [id, "no-last-newline"]);
        let unknown = explained(b"something else");
        assert_eq!((ids(&unknown), unknown.proof), (vec![id], Proof::Key));
    }
}

#[test]
fn the_ways_to_write_a_signature_are_named() {
    let sent = Sent::post(BODY);
    // One that has all the characters that go wrong.
    let (sent, signature) = (0..)
        .map(|number| {
            let mut sent = sent.clone();
            sent.nonce = format!("nonce{number}");
            let signature = KEYS.own.sign(&sent.right());
            (sent, signature)
        })
        .find(|(_, signature)| signature.contains('+') && signature.contains('/'))
        .unwrap();
    let bytes = STANDARD.decode(&signature).unwrap();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let lines: Vec<&str> =
        signature.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    for (id, written) in [
        ("signature-url-safe", URL_SAFE.encode(&bytes)),
        ("signature-url-safe", URL_SAFE_NO_PAD.encode(&bytes)),
        ("signature-unpadded", signature.trim_end_matches('=').to_owned()),
        ("signature-hex", hex.clone()),
        ("signature-hex", hex.to_uppercase()),
        ("signature-base64-twice", STANDARD.encode(&signature)),
        ("signature-base64-twice", STANDARD.encode(&hex)),
        ("signature-line-breaks", lines.join("\\n")),
        ("signature-line-breaks", lines.join("\\r\\n")),
        ("signature-line-breaks", lines.join(" ")),
        ("signature-spaces-for-plus", signature.replace('+', " ")),
        ("signature-percent-encoded", percent),
        ("signature-percent-encoded", lines.join("%0A")),
        ("signature-slashes-escaped", signature.replace('/', "\\/")),
        ("signature-bytes-reversed", STANDARD.encode(reversed)),
    ] {
        let explanation = sent.explained_with(&sent.authorization(&written));
        assert_eq!(ids(&explanation), [id], "{written}");
        assert_eq!(explanation.proof, Proof::Digest, "{written}");
    }
    for (id, written) in [
        ("signature-length", signature[..200].to_owned()),
        ("signature-length", STANDARD.encode(b"short")),
        ("signature-not-base64", "???".to_owned()),
    ] {
        let explanation = sent.explained_with(&sent.authorization(&written));
        assert_eq!(ids(&explanation), [id], "{written}");
        assert_eq!(explanation.proof, Proof::Header, "{written}");
    }
}

#[test]
fn a_signature_that_begins_with_zeros_may_have_lost_them() {
    let sent = Sent::get(GET_TARGET);
    let (sent, bytes) = (0..)
        .map(|number| {
            let mut sent = sent.clone();
            sent.nonce = format!("nonce{number}");
            let signature = STANDARD.decode(KEYS.own.sign(&sent.right())).unwrap();
            (sent, signature)
        })
        .find(|(_, signature)| signature[0] == 0)
        .unwrap();
    let explanation = sent.explained_with(&sent.authorization(&STANDARD.encode(&bytes[1..])));
    assert_eq!(ids(&explanation), ["signature-zeros-dropped"]);
}

/// Another computation of what `openssl rsautl -sign` and its like do.
#[test]
fn sha1_md5_and_the_bare_digest_are_named() {
    const SPKI: &str = include_str!("vectors/key.pem");
    let key = KnownKey {
        owner: MCHID.to_owned(),
        role: Role::Merchant,
        serial: Serial::parse(SERIAL).unwrap(),
        key: PublicKey::from_pem(SPKI).unwrap(),
    };
    let sent = Sent::get("/v3/certificates");
    for (id, signature, proof) in [
        ("signed-with-sha1", include_str!("vectors/sha1.sig"), Proof::Digest),
        ("signed-with-md5", include_str!("vectors/md5.sig"), Proof::Key),
        ("digest-not-named", include_str!("vectors/bare.sig"), Proof::Digest),
        ("digest-not-named", include_str!("vectors/raw.sig"), Proof::Digest),
        ("signed-with-pss", include_str!("vectors/pss-long-salt.sig"), Proof::Digest),
    ] {
        let headers = map(&sent.headers, Some(&sent.authorization(signature.trim())));
        let captured = CapturedRequest {
            method: sent.method,
            target: &sent.target,
            headers: &headers,
            body: &sent.body,
        };
        let known = Known { keys: std::slice::from_ref(&key), templates: &[] };
        let explanation = explain_request(&captured, &known, Some(NOW));
        assert_eq!((ids(&explanation), explanation.proof), (vec![id], proof));
    }
}

#[test]
fn larger_keys_do_as_well() {
    let pem = include_str!("vectors/key4096.pem");
    let own = PrivateKey::from_pem(pem).unwrap();
    let key = KnownKey {
        owner: MCHID.to_owned(),
        role: Role::Merchant,
        serial: Serial::parse(SERIAL).unwrap(),
        key: own.public_key(),
    };
    let sent = Sent::get(GET_TARGET);
    let right = sent.right();
    let authorization = sent.authorization(&own.sign(&right[..right.len() - 2]));
    let headers = map(&sent.headers, Some(&authorization));
    let captured =
        CapturedRequest { method: "GET", target: &sent.target, headers: &headers, body: b"" };
    let known = Known { keys: std::slice::from_ref(&key), templates: &[] };
    let explanation = explain_request(&captured, &known, Some(NOW));
    assert_eq!(ids(&explanation), ["no-newline-at-all-after-nonce"]);
}
