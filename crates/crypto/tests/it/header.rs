//! `Authorization` as real clients send it and as none should.

use proptest::prelude::*;
use redress_crypto::AuthorizationError::{Format, Scheme};
use redress_crypto::{Authorization, SCHEME};

const MCHID: &str = r#"mchid="1900000001""#;
const NONCE: &str = r#"nonce_str="593BEC0C930BF1AFEB40B4A08C8FB242""#;
const SIGNATURE: &str = r#"signature="uOVRnA4qG/MNnYzdQxJanN+zU+==""#;
const TIMESTAMP: &str = r#"timestamp="1554208460""#;
const SERIAL: &str = r#"serial_no="1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C""#;

fn sent() -> Authorization {
    Authorization {
        mchid: "1900000001".into(),
        nonce_str: "593BEC0C930BF1AFEB40B4A08C8FB242".into(),
        timestamp: "1554208460".into(),
        serial_no: "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C".into(),
        signature: "uOVRnA4qG/MNnYzdQxJanN+zU+==".into(),
    }
}

fn with(items: &[&str]) -> String {
    format!("{SCHEME} {}", items.join(","))
}

fn parse(items: &[&str]) -> Result<Authorization, redress_crypto::AuthorizationError> {
    Authorization::parse(&with(items))
}

#[test]
fn every_order_of_real_clients_is_read() {
    let orders = [
        // The official Go client.
        [MCHID, NONCE, TIMESTAMP, SERIAL, SIGNATURE],
        // PHP and Node.
        [MCHID, SERIAL, TIMESTAMP, NONCE, SIGNATURE],
        // Python, .NET and the documentation.
        [MCHID, NONCE, SIGNATURE, TIMESTAMP, SERIAL],
        // No known client: order does not matter at all.
        [SERIAL, TIMESTAMP, SIGNATURE, NONCE, MCHID],
    ];
    for order in orders {
        assert_eq!(parse(&order), Ok(sent()));
    }
}

#[test]
fn the_printed_header_reads_back() {
    let text = sent().to_string();
    assert_eq!(text, with(&[MCHID, NONCE, SIGNATURE, TIMESTAMP, SERIAL]));
    assert_eq!(Authorization::parse(&text), Ok(sent()));
}

#[test]
fn blanks_around_commas_do_not_matter() {
    let items = [MCHID, NONCE, SIGNATURE, TIMESTAMP, SERIAL];
    for comma in [", ", " ,", "  ,  "] {
        let text = format!("{SCHEME} {}", items.join(comma));
        assert_eq!(Authorization::parse(&text), Ok(sent()));
    }
    let text = format!("{SCHEME}   {}  ", items.join(","));
    assert_eq!(Authorization::parse(&text), Ok(sent()));
}

#[test]
fn another_scheme_word_is_told_apart() {
    let items = [MCHID, NONCE, SIGNATURE, TIMESTAMP, SERIAL].join(",");
    for scheme in [
        "WECHATPAY2-SM2-WITH-SM3",
        "WECHATPAY-BRAND-SHA256-RSA2048",
        "wechatpay2-sha256-rsa2048",
        "WECHATPAY2-SHA256-RSA2048,",
        "WECHATPAY2-SHA256",
        "Bearer",
    ] {
        assert_eq!(Authorization::parse(&format!("{scheme} {items}")), Err(Scheme), "{scheme}");
    }
    assert_eq!(Authorization::parse(&format!("{SCHEME}{items}")), Err(Scheme));
    assert_eq!(Authorization::parse("Basic"), Err(Scheme));
}

#[test]
fn the_items_are_five_each_once() {
    let all = [MCHID, NONCE, SIGNATURE, TIMESTAMP, SERIAL];
    for missing in 0..all.len() {
        let mut items = all.to_vec();
        items.remove(missing);
        assert_eq!(parse(&items), Err(Format));
    }
    for doubled in all {
        assert_eq!(parse(&[&all[..], &[doubled]].concat()), Err(Format), "{doubled}");
    }
    for unknown in [r#"brand_id="1""#, r#"MCHID="1""#, r#"="1""#, r#" mchid ="1""#] {
        assert_eq!(parse(&[&all[..], &[unknown]].concat()), Err(Format), "{unknown}");
    }
}

#[test]
fn garbled_headers_are_refused() {
    let rest = [NONCE, SIGNATURE, TIMESTAMP, SERIAL].join(",");
    for first in [
        r#"mchid="""#,
        "mchid=1900000001",
        "mchid='1900000001'",
        r#"mchid="1900000001"#,
        r#"mchid=1900000001""#,
        r#"mchid="1900000001"x"#,
        r#"mchid= "1900000001""#,
        r#","mchid="1900000001""#,
        r#"mchid="1900000001","#,
        "mchid=\"19000\t0001\"",
        r#"mchid="１９００００００""#,
        "",
    ] {
        assert_eq!(
            Authorization::parse(&format!("{SCHEME} {first},{rest}")),
            Err(Format),
            "{first}"
        );
    }
    for text in ["", " ", SCHEME, &format!("{SCHEME} "), &format!("{SCHEME} ,,,,")] {
        assert_eq!(Authorization::parse(text), Err(Format), "{text}");
    }
    let text = format!("{SCHEME} {MCHID},{rest},");
    assert_eq!(Authorization::parse(&text), Err(Format));
    let text = format!("{SCHEME} {MCHID};{rest}");
    assert_eq!(Authorization::parse(&text), Err(Format));
}

#[test]
fn timestamps_are_digits() {
    for timestamp in ["", "-1554208460", "+1554208460", "1554208460.0", "12345678901234567", "now"]
    {
        let item = format!("timestamp=\"{timestamp}\"");
        assert_eq!(parse(&[MCHID, NONCE, SIGNATURE, &item, SERIAL]), Err(Format), "{timestamp}");
    }
    for timestamp in ["0", "1554208460000", "9999999999999999"] {
        let item = format!("timestamp=\"{timestamp}\"");
        let read = parse(&[MCHID, NONCE, SIGNATURE, &item, SERIAL]).unwrap();
        assert_eq!(read.timestamp, timestamp);
    }
}

#[test]
fn every_item_has_a_limit() {
    for (position, name, limit) in
        [(0, "mchid", 32), (1, "nonce_str", 128), (2, "signature", 1024), (4, "serial_no", 128)]
    {
        let longest = format!("{name}=\"{}\"", "1".repeat(limit));
        let too_long = format!("{name}=\"{}\"", "1".repeat(limit + 1));
        let mut items = [MCHID, NONCE, SIGNATURE, TIMESTAMP, SERIAL];
        items[position] = &longest;
        assert!(parse(&items).is_ok(), "{name}");
        items[position] = &too_long;
        assert_eq!(parse(&items), Err(Format), "{name}");
    }
    let blanks = " ".repeat(4096);
    assert_eq!(Authorization::parse(&format!("{}{blanks}", sent())), Err(Format));
    assert_eq!(Authorization::parse(&format!("Basic {blanks}")), Err(Format));
}

proptest! {
    #[test]
    fn parsing_never_panics(text in ".*") {
        let _ = Authorization::parse(&text);
    }

    #[test]
    fn parsing_never_panics_near_the_grammar(
        items in "[a-z_]{0,9}[=\",; é]{0,3}[a-z0-9=\", ]{0,30}",
    ) {
        let _ = Authorization::parse(&format!("{SCHEME} {MCHID},{items}"));
        let _ = Authorization::parse(&items);
    }

    #[test]
    fn what_is_printed_reads_back(
        mchid in "[!#-~]{1,32}",
        nonce_str in "[ !#-~]{1,128}",
        timestamp in "[0-9]{1,16}",
        serial_no in "[!#-~]{1,128}",
        signature in "[!#-~]{1,1024}",
    ) {
        let sent = Authorization { mchid, nonce_str, timestamp, serial_no, signature };
        prop_assert_eq!(Authorization::parse(&sent.to_string()), Ok(sent));
    }

    #[test]
    fn what_is_read_prints_back(text in "[ -~]{0,60}") {
        let text = format!("{SCHEME} {NONCE},{SIGNATURE},{TIMESTAMP},{SERIAL},mchid=\"{text}\"");
        if let Ok(read) = Authorization::parse(&text) {
            prop_assert_eq!(Authorization::parse(&read.to_string()), Ok(read));
        }
    }
}
