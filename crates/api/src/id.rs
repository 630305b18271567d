//! Identifiers: merchants, applications, orders, bills, addresses.

use crate::text::text;

fn alphanumeric(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric())
}

text! {
    /// A merchant number (商户号): 1–32 digits, not starting with 0.
    Mchid, Chars 1..=32, r"^[1-9]\d*$",
    |text| !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit())
}

text! {
    /// An application (AppID), 1–32 characters.
    Appid, Chars 1..=32, "^[0-9A-Za-z_-]+$",
    |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

text! {
    /// The merchant's number of a compensation bill (商户单号): digits and letters, 1–32 bytes.
    OutBillNo, Bytes 1..=32, "^[0-9A-Za-z]+$", alphanumeric
}

text! {
    /// The merchant's number of an order (商户订单号): digits, letters and `_-*`, 6–32 bytes. The
    /// page names no minimum; the live service refuses fewer than six bytes, and takes `|` too.
    OutTradeNo, Bytes 6..=32, r"^[0-9a-zA-Z_\-\|\*]+$",
    |text| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'|' | b'*'))
}

text! {
    /// The provider's number of an order (微信支付订单号): at most 64 bytes are read, because one
    /// page says `string(64)`; 28 digits are issued.
    TransactionId, Bytes 1..=64, "^[0-9A-Za-z]+$", alphanumeric
}

text! {
    /// The provider's number of a compensation bill (微信支付转账单号): 1–64 bytes; 40 digits are
    /// issued.
    BillId, Bytes 1..=64, "^[0-9A-Za-z]+$", alphanumeric
}

text! {
    /// Where a merchant is told of what happens (通知地址): an absolute `http` or `https` address
    /// without a query, 1–256 characters. Pages ask for `https` and a public address; a receiver
    /// on one's own machine has neither.
    NotifyUrl, Chars 1..=256,
    r"^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$", notifiable
}

/// What the live service's regular expression matches. Its port is optional and whatever follows
/// may be a port too, so what counts is: a host, then nothing that a path cannot have.
fn notifiable(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let no_host = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '@' | ':');
    let no_path = |c: char| c.is_whitespace() || matches!(c, '?' | '#' | '[' | ']');
    let no_user = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '[' | ']');
    let fits = |rest: &str| {
        let path = rest.trim_start_matches(|c| !no_host(c));
        path.len() < rest.len() && !path.contains(no_path)
    };
    let behind_user = rest
        .split_once('@')
        .is_some_and(|(user, rest)| !user.is_empty() && !user.contains(no_user) && fits(rest));
    behind_user || fits(rest)
}

/// What the merchant's own numbers of refunds and subsidies are made of.
pub(crate) fn numberlike(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'|' | b'*' | b'@');
    text.bytes().all(fits)
}

text! {
    /// The merchant's number of a refund (商户退款单号): digits, letters and `_-|*@`, 1–64 bytes.
    OutRefundNo, Bytes 1..=64, r"^[0-9a-zA-Z_\-\|\*@]+$", numberlike
}

text! {
    /// The provider's number of a refund (微信支付退款单号): at most 64 bytes are read, because the
    /// pages of subsidies say `string(64)`; 29 digits are issued.
    RefundId, Bytes 1..=64, "^[0-9A-Za-z]+$", alphanumeric
}
