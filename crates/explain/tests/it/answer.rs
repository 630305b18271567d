//! Answers and callbacks that a program refuses.

use redress_explain::{CapturedAnswer, Explanation, Known, Proof, Verdict, explain_answer};

use crate::world::{KEYS, KNOWN, NONCE, NOW, PLATFORM_SERIAL, SERIAL, TIMESTAMP, ids, map};

/// What the platform prints.
const BODY: &str = concat!(
    r#"{"id":"EV-2018022511223320873","create_time":"2015-05-20T13:29:35+08:00","#,
    r#""summary":"支付成功","amount":{"total":100},"url":"https://a.b/c?d&e"}"#,
);

type Headers = Vec<(&'static str, String)>;

/// The headers of an answer whose body is what the platform signed.
fn signed(body: &[u8]) -> Headers {
    let text = [format!("{TIMESTAMP}\n{NONCE}\n").as_bytes(), body, b"\n"].concat();
    vec![
        ("wechatpay-timestamp", TIMESTAMP.to_owned()),
        ("wechatpay-nonce", NONCE.to_owned()),
        ("wechatpay-signature", KEYS.platform.sign(&text)),
        ("wechatpay-serial", PLATFORM_SERIAL.to_owned()),
        ("wechatpay-signature-type", "WECHATPAY2-SHA256-RSA2048".to_owned()),
    ]
}

fn explained(headers: &Headers, body: &[u8], now: i64) -> Explanation {
    let headers = map(headers, None);
    let captured = CapturedAnswer { headers: &headers, body };
    explain_answer(&captured, &Known { keys: &KNOWN, templates: &[] }, &[], Some(now))
}

fn set(headers: &mut Headers, name: &str, value: &str) {
    let header = headers.iter_mut().find(|(found, _)| *found == name);
    value.clone_into(&mut header.expect("it is there").1);
}

#[test]
fn a_good_answer_is_good() {
    let explanation = explained(&signed(BODY.as_bytes()), BODY.as_bytes(), NOW);
    assert_eq!((explanation.verdict, explanation.proof), (Verdict::Good, Proof::Digest));
}

#[test]
fn what_a_program_does_to_a_body_is_named() {
    let python = r#"{"id": "EV-2018022511223320873", "create_time": "2015-05-20T13:29:35+08:00", "summary": "\u652f\u4ed8\u6210\u529f", "amount": {"total": 100}, "url": "https://a.b/c?d&e"}"#;
    let sorted = r#"{"amount":{"total":100},"create_time":"2015-05-20T13:29:35+08:00","id":"EV-2018022511223320873","summary":"支付成功","url":"https://a.b/c?d&e"}"#;
    let latin: String = BODY.bytes().map(char::from).collect();
    let (gbk, _, _) = encoding_rs::GBK.encode(BODY);
    let quoted = serde_json::to_string(BODY).unwrap();
    for (id, sent, had) in [
        ("answer-reprinted", BODY, python.replace("\\u652f\\u4ed8\\u6210\\u529f", "支付成功")),
        ("answer-reprinted", BODY, sorted.to_owned()),
        ("answer-escapes-changed", BODY, BODY.replace('/', "\\/")),
        ("answer-escapes-changed", BODY, BODY.replace('&', "\\u0026")),
        ("answer-escapes-changed", BODY, BODY.replace("支付成功", "\\u652f\\u4ed8\\u6210\\u529f")),
        ("answer-end-cut", "{\"a\":1}\n", "{\"a\":1}".to_owned()),
        ("answer-end-added", BODY, format!("{BODY}\n")),
        ("answer-end-added", BODY, format!("\n{BODY}\r\n")),
        ("answer-end-added", BODY, format!("{BODY} ")),
        ("answer-bom", BODY, format!("\u{feff}{BODY}")),
        ("answer-line-ends", "{\n\"a\":  1\n}", "{\r\n\"a\":  1\r\n}".to_owned()),
        ("answer-charset", BODY, latin),
        ("answer-was-empty", "", "null".to_owned()),
        ("answer-was-empty", "", "{}".to_owned()),
        ("answer-encoded", BODY, quoted),
        ("answer-encoded", r#"{"a":"<b>"}"#, "{&quot;a&quot;:&quot;&lt;b&gt;&quot;}".to_owned()),
        ("answer-encoded", r#"{"a":"b"}"#, "%7B%22a%22%3A%22b%22%7D".to_owned()),
    ] {
        let explanation = explained(&signed(sent.as_bytes()), had.as_bytes(), NOW);
        assert_eq!((ids(&explanation), explanation.proof), (vec![id], Proof::Digest), "{had}");
        assert_eq!(
            explanation.signed.as_deref(),
            Some(&*format!("{TIMESTAMP}\n{NONCE}\n{sent}\n"))
        );
    }
    let explanation = explained(&signed(BODY.as_bytes()), &gbk, NOW);
    assert_eq!(ids(&explanation), ["answer-charset"]);
    let explanation = explained(&signed(BODY.as_bytes()), b"{\"code\":1}", NOW);
    assert_eq!((explanation.verdict, explanation.proof), (Verdict::Unknown, Proof::Key));
}

#[test]
fn what_becomes_of_headers_is_named() {
    let body = BODY.as_bytes();
    let right = signed(body);
    let with = |name: &str, value: &str| {
        let mut headers = right.clone();
        set(&mut headers, name, value);
        headers
    };
    let mut swapped = with("wechatpay-timestamp", NONCE);
    set(&mut swapped, "wechatpay-nonce", TIMESTAMP);
    let without = |name: &str| -> Headers {
        right.iter().filter(|(found, _)| *found != name).cloned().collect()
    };
    let probe = "WECHATPAY/SIGNTEST/Abc";
    for (named, headers) in [
        (vec!["answer-timestamp-and-nonce-swapped"], swapped),
        (vec!["answer-timestamp-changed"], with("wechatpay-timestamp", "1554208460000")),
        (vec!["answer-nonce-changed"], with("wechatpay-nonce", &NONCE.to_lowercase())),
        (vec!["answer-probe"], with("wechatpay-signature", probe)),
        (vec!["answer-header-missing"], without("wechatpay-signature")),
        (vec!["answer-header-missing"], without("wechatpay-serial")),
        (vec!["answer-serial-unknown"], with("wechatpay-serial", "ABCD")),
        (vec!["answer-serial-of-merchant"], with("wechatpay-serial", SERIAL)),
        (vec!["answer-signature-type"], with("wechatpay-signature-type", "RSA")),
    ] {
        let mut found = ids(&explained(&headers, body, NOW));
        found.retain(|id| *id != "answer-serial-other" && *id != "answer-stale");
        assert_eq!(found, named);
    }
    let stale = explained(&right, body, NOW + 600);
    assert_eq!(ids(&stale), ["answer-stale"]);
    assert!(stale.en.contains("605 seconds behind"), "{stale}");
}

#[test]
fn the_key_that_a_program_checks_with_is_looked_at() {
    let headers = map(&signed(BODY.as_bytes()), None);
    let captured = CapturedAnswer { headers: &headers, body: BODY.as_bytes() };
    let known = Known { keys: &KNOWN, templates: &[] };
    for (verifier, named) in [
        (&KEYS.platform, vec![]),
        (&KEYS.own, vec!["answer-checked-with-merchants-key"]),
        (&KEYS.stranger, vec!["answer-checked-with-another-key"]),
    ] {
        let explanation = explain_answer(&captured, &known, &[verifier.public_key()], Some(NOW));
        assert_eq!(ids(&explanation), named);
    }
    // Only the merchant's key is known: then no key opens it, and that is why.
    let merchants: Vec<_> =
        KNOWN.iter().filter(|key| key.serial.as_str() == SERIAL).cloned().collect();
    let known = Known { keys: &merchants, templates: &[] };
    let explanation = explain_answer(&captured, &known, &[KEYS.own.public_key()], Some(NOW));
    assert!(explanation.names("answer-checked-with-merchants-key"), "{explanation}");

    let text = format!("{TIMESTAMP}\n{NONCE}\n{BODY}\n");
    let mut forged = signed(BODY.as_bytes());
    set(&mut forged, "wechatpay-signature", &KEYS.own.sign(text.as_bytes()));
    let explanation = explained(&forged, BODY.as_bytes(), NOW);
    assert_eq!(ids(&explanation), ["answer-signed-by-merchant"]);
}
