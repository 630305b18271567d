//! Mistakes before the signature: each is named, and the signature is explained all the same.

use redress_explain::{Proof, Verdict};

use crate::world::{
    BODY, KEYS, MCHID, NONCE, OTHER_SERIAL, PLATFORM_SERIAL, SERIAL, Sent, TIMESTAMP, ids, map,
};

fn signature() -> String {
    KEYS.own.sign(&Sent::post(BODY).right())
}

/// The items, one of them changed, under the right scheme word.
fn with(from: &str, to: &str) -> String {
    let right = Sent::post(BODY).authorization(&signature());
    assert!(right.contains(from), "{from} is not in it");
    right.replacen(from, to, 1)
}

#[test]
fn each_mistake_of_the_header_is_named() {
    let decimal = "170518961404394360138998218675655307300760402572";
    let colons = SERIAL.as_bytes().chunks(2).map(|b| std::str::from_utf8(b).unwrap());
    let colons = colons.collect::<Vec<_>>().join(":");
    let quote = |quote: &str| with("\"", "\"").replace('"', quote);
    for (named, authorization) in [
        (vec!["scheme-other"], with("WECHATPAY2-SHA256-RSA2048", "Bearer")),
        (vec!["scheme-other"], with("WECHATPAY2-SHA256-RSA2048", "WECHATPAY-SHA256-RSA2048")),
        (vec!["scheme-case"], with("WECHATPAY2-SHA256-RSA2048", "wechatpay2-sha256-rsa2048")),
        (vec!["scheme-missing"], with("WECHATPAY2-SHA256-RSA2048 ", "")),
        (vec!["item-misspelt"], with("mchid=", "mchId=")),
        (vec!["item-misspelt"], with("nonce_str=", "nonceStr=")),
        (vec!["item-misspelt"], with("serial_no=", "serial=")),
        (vec!["item-misspelt"], with("signature=", "sign=")),
        (vec!["item-doubled"], with("mchid=", &format!("mchid=\"{MCHID}\",mchid="))),
        (vec!["item-unknown"], with("mchid=", "appid=\"wx1\",mchid=")),
        (vec!["items-not-separated"], with("\",timestamp", "\" timestamp")),
        (vec!["items-not-separated"], with("mchid=", "mchid = ")),
        (vec!["quotes-missing"], quote("")),
        (vec!["quotes-single"], quote("'")),
        (vec!["serial-unknown"], with(SERIAL, "1234ABCD")),
        (vec!["serial-of-the-platform"], with(SERIAL, PLATFORM_SERIAL)),
        (vec!["serial-is-public-key-id"], with(SERIAL, "PUB_KEY_ID_0114232134912410000000000000")),
        (vec!["serial-of-another-merchant"], with(SERIAL, OTHER_SERIAL)),
        (vec!["serial-decimal"], with(SERIAL, decimal)),
        (vec!["serial-with-colons"], with(SERIAL, &colons)),
        (vec!["serial-with-colons"], with(SERIAL, &format!("0x{SERIAL}"))),
        (vec!["serial-garbled"], with(SERIAL, "apiclient_cert.pem")),
        (vec!["mchid-unknown", "serial-of-another-merchant"], with(MCHID, "1230000109")),
    ] {
        let explanation = Sent::post(BODY).explained_with(&authorization);
        let mut found = ids(&explanation);
        // Whose key it is follows from whose number is claimed.
        found.retain(|id| !id.starts_with("key-"));
        assert_eq!(found, named, "{authorization}");
        assert_eq!(explanation.verdict, Verdict::Causes);
        assert_eq!(explanation.proof, Proof::Digest, "{authorization}");
    }
}

#[test]
fn what_leaves_nothing_to_prove_is_named_too() {
    let sent = Sent::post(BODY);
    let none = sent.explained_by(&map(&sent.headers, None));
    assert_eq!((ids(&none), none.proof), (vec!["authorization-missing"], Proof::Header));
    let empty = sent.explained_with("WECHATPAY2-SHA256-RSA2048");
    assert_eq!(ids(&empty), ["item-missing"; 5]);
    let missing = sent.explained_with(&with("signature=", "sig="));
    assert_eq!(ids(&missing), ["item-unknown", "item-missing"]);
    let mut twice = map(&sent.headers, Some(&sent.authorization(&signature())));
    twice.append("authorization", "Basic x".parse().unwrap());
    assert_eq!(ids(&sent.explained_by(&twice)), ["authorization-doubled"]);
}

#[test]
fn missing_headers_are_named() {
    let mut sent = Sent::post(BODY);
    sent.headers.retain(|(name, _)| *name != "accept" && *name != "user-agent");
    assert_eq!(ids(&sent.explained(&sent.right())), ["accept-missing", "user-agent-missing"]);
}

#[test]
fn the_clock_is_read() {
    let at = |timestamp: &str| Sent { timestamp: timestamp.to_owned(), ..Sent::post(BODY) };
    let late = at("1554208100");
    let explanation = late.explained(&late.right());
    assert_eq!(ids(&explanation), ["timestamp-stale"]);
    assert!(explanation.en.contains("365 seconds behind the clock"), "{explanation}");
    assert!(explanation.zh.contains("早 365 秒"), "{}", explanation.zh);
    let early = at("1554212065");
    let explanation = early.explained(&early.right());
    assert!(explanation.en.contains("3600 seconds ahead of the clock"), "{explanation}");
    let milliseconds = at("1554208460000");
    assert_eq!(ids(&milliseconds.explained(&milliseconds.right())), ["timestamp-in-milliseconds"]);
    let seconds = Sent::post(BODY).right();
    assert_eq!(
        ids(&milliseconds.explained(&seconds)),
        ["timestamp-in-milliseconds", "timestamp-seconds"]
    );
    let words = at("now");
    assert_eq!(ids(&words.explained(&words.right())), ["timestamp-garbled"]);
}

#[test]
fn nothing_secret_is_said() {
    let signature = signature();
    for authorization in [
        with(MCHID, "1230000109"),
        with("signature=", "sig="),
        Sent::post(BODY).authorization(&KEYS.stranger.sign(b"x")),
    ] {
        let explanation = Sent::post(BODY).explained_with(&authorization);
        let said = serde_json::to_string(&explanation).unwrap();
        assert!(!said.contains(&signature[..40]), "{said}");
    }
    let long = Sent::post(vec![b'x'; 40_000]);
    let explanation = long.explained(&[long.right(), vec![b' ']].concat());
    let said = serde_json::to_string(&explanation).unwrap();
    assert!(said.len() < 8_000, "{} bytes", said.len());
    assert_eq!(ids(&explanation), ["trailing-space"]);
    assert_eq!(
        explanation.parted.unwrap().offset,
        40_000 + format!("POST\n{}\n{TIMESTAMP}\n{NONCE}\n\n", long.target).len()
    );
}
