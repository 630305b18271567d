//! The headers of a message as the log keeps them: copied, because theirs is a buffer of the
//! connection, and without what proves who somebody is.

use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use redress_crypto::{Authorization, SCHEME};

use super::Mask;
use super::mask::text;

/// What stands for a value that is not kept.
const HIDDEN: &str = "(not kept)";
/// Longer runs of Base64 in an unreadable `Authorization` are taken for a signature. A serial
/// number has 40 characters.
const RUN_CHARS_MAX: usize = 48;

/// Prints headers, a line each, and masks what is secret.
pub(super) fn lines(headers: &HeaderMap, mask: &Mask) -> Box<str> {
    let line = |(name, value): (&HeaderName, &HeaderValue)| name.as_str().len() + value.len() + 3;
    let mut lines = String::with_capacity(headers.iter().map(line).sum());
    for (name, value) in headers {
        let text = text(value.as_bytes());
        lines.push_str(name.as_str());
        lines.push_str(": ");
        if name == AUTHORIZATION {
            lines.push_str(&mask.text(&without_signature(&text)));
        } else if [COOKIE, SET_COOKIE, PROXY_AUTHORIZATION].contains(name) {
            lines.push_str(HIDDEN);
        } else {
            lines.push_str(&mask.text(&text));
        }
        lines.push('\n');
    }
    lines.into()
}

/// The lines as names, in the case of the wire, and values.
pub(super) fn each(lines: &str) -> impl Iterator<Item = (String, &str)> {
    lines.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        Some((in_title_case(name), value))
    })
}

fn in_title_case(name: &str) -> String {
    if name == HeaderName::from_static("request-id") {
        return "Request-ID".to_owned();
    }
    let mut last = '-';
    let each = name.chars().map(|c| {
        let upper = last == '-';
        last = c;
        if upper { c.to_ascii_uppercase() } else { c }
    });
    each.collect()
}

/// The value of an `Authorization`, as far as it says who calls and does not prove it. Of another
/// scheme nothing is kept: that is somebody's password or token.
fn without_signature(value: &str) -> String {
    if let Ok(Authorization { mchid, nonce_str, timestamp, serial_no, .. }) =
        Authorization::parse(value)
    {
        return format!(
            "{SCHEME} mchid=\"{mchid}\",nonce_str=\"{nonce_str}\",timestamp=\"{timestamp}\",\
             serial_no=\"{serial_no}\",signature=\"{HIDDEN}\""
        );
    }
    if !value.trim_start().to_ascii_uppercase().starts_with("WECHATPAY") {
        return HIDDEN.to_owned();
    }
    let items = value.split(',').map(|item| match item.to_ascii_lowercase().find("signature") {
        Some(at) => format!("{}signature={HIDDEN}", &item[..at]),
        None => without_runs(item),
    });
    items.collect::<Vec<_>>().join(",")
}

fn without_runs(text: &str) -> String {
    let of_run = |c: char| c.is_ascii_alphanumeric() || "+/=_-%".contains(c);
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let run = rest.find(|c| !of_run(c)).unwrap_or(rest.len());
        shown.push_str(if run > RUN_CHARS_MAX { HIDDEN } else { &rest[..run] });
        let after = &rest[run..];
        let plain = after.find(of_run).unwrap_or(after.len());
        shown.push_str(&after[..plain]);
        rest = &after[plain..];
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_keeps_what_proves_nothing() {
        let signature = "c2ln".repeat(86);
        let good = format!(
            "{SCHEME} mchid=\"1900000001\",nonce_str=\"n\",timestamp=\"1\",serial_no=\"5F\",signature=\"{signature}\""
        );
        for value in [
            good.clone(),
            good.replace('"', "'"),
            good.replace("signature=", "SIGNATURE: "),
            good.replace("signature=", "sign="),
            good.replace(',', ";"),
            good.replace(SCHEME, "WECHATPAY2-SM2-WITH-SM3"),
            good.clone() + ",",
        ] {
            let shown = without_signature(&value);
            assert!(!shown.contains("c2lnc2ln"), "{shown}");
            assert!(shown.contains("1900000001"), "{shown}");
        }
        for value in ["Bearer s3cret", "Basic dXNlcjpwYXNz", "s3cret", ""] {
            assert_eq!(without_signature(value), HIDDEN);
        }
    }

    #[test]
    fn names_are_in_the_case_of_the_wire() {
        let names = each("request-id: 1\nwechatpay-serial: 2\n").map(|(name, _)| name);
        assert_eq!(names.collect::<Vec<_>>(), ["Request-ID", "Wechatpay-Serial"]);
    }
}
