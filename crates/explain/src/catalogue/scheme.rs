//! Other schemes' texts, and what is done to a text besides signing it.

use super::layout::{FIX, around, chosen, without};
use crate::mistake::{
    Dimension, Entry, Fix, Layout, Make, MakeLayouts, Mistake, Pairs, Piece, Wrap, text,
};
use crate::parts::{BODY, METHOD, NONCE, Parts, REQUEST, TARGET, TIME};

const FIX_HASH: Fix = Fix {
    zh: "把签名串本身交给 SHA256withRSA：不要先自己做摘要或编码。",
    en: "Give the text itself to SHA256withRSA: do not hash or encode it first.",
};

const fn alone(
    id: &'static str,
    zh: &'static str,
    en: &'static str,
    fix: Fix,
    make: MakeLayouts,
) -> Entry {
    let mistake = Mistake::new(id, Dimension::Layout, zh, en, fix);
    Entry { mistake, pairs: Pairs::No, make: Make::Layouts(make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    alone(
        "answers-text",
        "签名用的是应答的三行签名串（时间戳、随机串、报文主体），不是请求的五行。",
        "The three lines of an answer were signed in place of the five of a request.",
        FIX,
        |p| request(p, || vec![chosen(&[TIME, NONCE, BODY])]),
    ),
    alone(
        "requests-text",
        "签名用的是请求的五行签名串，不是应答的三行。",
        "The five lines of a request were signed in place of the three of an answer.",
        FIX,
        |p| if p.order == REQUEST { Vec::new() } else { vec![chosen(REQUEST)] },
    ),
    alone(
        "request-line",
        "签名串第一行是整个请求行（方法、URL 写在一行）。",
        "Method and URL were signed in one line, as the request line has them.",
        FIX,
        |p| {
            request(p, || {
                let line = |gap: &str, end: &str| {
                    let mut pieces =
                        vec![Piece::Line(METHOD), text(gap.as_bytes()), Piece::Line(TARGET)];
                    pieces.push(text(end.as_bytes()));
                    pieces.extend(chosen(&[TIME, NONCE, BODY]).pieces);
                    Layout::of(pieces)
                };
                vec![line(" ", " HTTP/1.1\n"), line(" ", "\n"), line("", "\n")]
            })
        },
    ),
    alone(
        "mchid-line-added",
        "签名串里多了一行商户号。",
        "A line with the merchant's number was signed too.",
        FIX,
        |p| added(p, p.mchid),
    ),
    alone(
        "serial-line-added",
        "签名串里多了一行证书序列号。",
        "A line with the serial number was signed too.",
        FIX,
        |p| added(p, p.serial),
    ),
    alone(
        "scheme-line-added",
        "签名串里多了一行认证类型 WECHATPAY2-SHA256-RSA2048。",
        "A line with the scheme word was signed too.",
        FIX,
        |p| added(p, redress_crypto::SCHEME),
    ),
    alone(
        "host-line-added",
        "签名串里多了一行域名。",
        "A line with the host was signed too.",
        FIX,
        |p| added(p, p.host().unwrap_or_default()),
    ),
    alone(
        "appid-line-added",
        "签名串里多了一行 appid。",
        "A line with the appid was signed too.",
        FIX,
        |p| added(p, &appid(p)),
    ),
    alone(
        "payment-text",
        "签名用的是调起支付的签名串（appid、时间戳、随机串、package），不是请求的。",
        "The text for invoking a payment was signed (appid, timestamp, nonce, package), not the \
         request's.",
        FIX,
        |p| {
            request(p, || {
                let appid = appid(p);
                let with = |last: &[Piece]| {
                    let mut pieces = vec![text(appid.as_bytes()), text(b"\n")];
                    pieces.extend(chosen(&[TIME, NONCE]).pieces);
                    pieces.extend_from_slice(last);
                    Layout::of(pieces)
                };
                vec![
                    with(&[Piece::Line(BODY), text(b"\n")]),
                    with(&[text(b"\n")]),
                    with(&[text(b"prepay_id=\n")]),
                    with(&[]),
                ]
            })
        },
    ),
    alone(
        "v2-text",
        "签名用的是 APIv2 的键值串（按名称排序，用 & 连接），不是请求的五行。",
        "The text of APIv2 was signed (sorted names and values joined by &), not the five lines.",
        FIX,
        |p| request(p, || v2(p)),
    ),
    alone(
        "named-values-text",
        "签名用的是“名称=值”的串，不是请求的五行。",
        "Names and values were signed (method=…&url=…), not the five lines.",
        FIX,
        |p| {
            request(p, || {
                let named = |names: [&str; 5], equals: &str, end: &str| {
                    let pieces = REQUEST.iter().zip(names).enumerate().flat_map(|(at, (l, n))| {
                        let before = if at == 0 { "" } else { end };
                        let name = format!("{before}{n}{equals}");
                        [text(name.as_bytes()), Piece::Line(*l)]
                    });
                    Layout::of(pieces.collect())
                };
                let names = ["method", "url", "timestamp", "nonce_str", "body"];
                let capital = ["HTTP_METHOD", "URL", "TIMESTAMP", "NONCE_STR", "BODY"];
                vec![
                    named(names, "=", "&"),
                    named(names, "=", "\n"),
                    named(names, ": ", "\n"),
                    named(capital, "=", "&"),
                    named(capital, ": ", "\n"),
                ]
            })
        },
    ),
    alone(
        "authorization-text",
        "签名用的是 Authorization 的内容，不是请求的五行。",
        "The items of Authorization were signed, not the five lines.",
        FIX,
        |p| request(p, || authorization(p)),
    ),
    alone("body-alone", "只对请求体签了名。", "Only the body was signed.", FIX, |_| {
        vec![Layout::of(vec![Piece::Line(BODY)]), chosen(&[BODY])]
    }),
    alone(
        "method-and-url-left-out",
        "签名串缺了不止一行。",
        "More than one of the lines was left out.",
        FIX,
        |p| {
            request(p, || {
                let pairs = [(METHOD, TIME), (METHOD, NONCE), (TIME, NONCE), (TARGET, TIME)];
                let kept = |(a, b)| without(p, a).into_iter().filter(move |line| *line != b);
                pairs.map(|pair| chosen(&kept(pair).collect::<Vec<_>>())).into()
            })
        },
    ),
    alone(
        "nothing-signed",
        "对空串签了名。",
        "Nothing was signed: the text is empty.",
        FIX,
        |_| vec![Layout::of(Vec::new()), Layout::of(vec![text(b"\n")])],
    ),
    alone(
        "digest-signed",
        "签名前先对签名串做了一次 SHA-256，结果的字节又被签名：摘要做了两次。",
        "The SHA-256 of the text was signed as if it were the text: it was hashed twice.",
        FIX_HASH,
        |p| wraps(p, &[Wrap::DigestBytes]),
    ),
    alone(
        "digest-hex-signed",
        "签名前先把签名串做成了十六进制的 SHA-256。",
        "The hexadecimal SHA-256 of the text was signed in place of the text.",
        FIX_HASH,
        |p| wraps(p, &[Wrap::DigestHex, Wrap::DigestHexCapital]),
    ),
    alone(
        "digest-base64-signed",
        "签名前先把签名串做成了 Base64 的 SHA-256。",
        "The SHA-256 of the text in Base64 was signed in place of the text.",
        FIX_HASH,
        |p| wraps(p, &[Wrap::DigestBase64]),
    ),
    alone(
        "text-base64-signed",
        "签名前先把签名串做成了 Base64。",
        "The text was signed in Base64.",
        FIX_HASH,
        |p| wraps(p, &[Wrap::Base64]),
    ),
    alone(
        "text-hex-signed",
        "签名前先把签名串做成了十六进制。",
        "The text was signed in hexadecimal.",
        FIX_HASH,
        |p| wraps(p, &[Wrap::Hex]),
    ),
    alone(
        "text-url-encoded",
        "签名前先对整个签名串做了 URL 编码。",
        "The whole text was signed URL-encoded.",
        FIX_HASH,
        |p| wraps(p, &[Wrap::Component, Wrap::Form]),
    ),
];

fn request(parts: &Parts<'_>, make: impl FnOnce() -> Vec<Layout>) -> Vec<Layout> {
    if parts.order == REQUEST { make() } else { Vec::new() }
}

/// One more line, at each place.
fn added(parts: &Parts<'_>, line: &str) -> Vec<Layout> {
    if line.is_empty() || parts.order != REQUEST {
        return Vec::new();
    }
    let at = |place: usize| {
        let mut layout = chosen(parts.order);
        layout.pieces.insert(2 * place, text(format!("{line}\n").as_bytes()));
        layout
    };
    (0..=parts.order.len()).map(at).collect()
}

fn appid(parts: &Parts<'_>) -> String {
    let json = parts.json.as_ref();
    let field = |name| json.and_then(|json| json.field(name));
    ["appid", "sp_appid", "combine_appid", "sub_appid"]
        .into_iter()
        .find_map(field)
        .unwrap_or_default()
}

fn v2(parts: &Parts<'_>) -> Vec<Layout> {
    let Some(json) = &parts.json else { return Vec::new() };
    let mut pairs = json.scalars();
    pairs.retain(|(_, value)| !value.is_empty());
    let mut nonce = pairs.clone();
    let own = |line: usize| String::from_utf8_lossy(parts.lines[line]).into_owned();
    nonce.push(("nonce_str".to_owned(), own(NONCE)));
    let mut both = nonce.clone();
    both.push(("timestamp".to_owned(), own(TIME)));
    let mut made = Vec::new();
    for mut pairs in [pairs, nonce, both] {
        pairs.sort();
        let joined = pairs.iter().map(|(name, value)| format!("{name}={value}"));
        let joined = joined.collect::<Vec<_>>().join("&");
        made.push(Layout::of(vec![text(joined.as_bytes())]));
        made.push(Layout::of(vec![text(joined.as_bytes()), text(b"\n")]));
    }
    made
}

fn authorization(parts: &Parts<'_>) -> Vec<Layout> {
    let Parts { mchid, serial, lines, .. } = parts;
    let time = String::from_utf8_lossy(lines[TIME]);
    let nonce = String::from_utf8_lossy(lines[NONCE]);
    let mchid = format!("mchid=\"{mchid}\"");
    let nonce = format!("nonce_str=\"{nonce}\"");
    let time = format!("timestamp=\"{time}\"");
    let serial = format!("serial_no=\"{serial}\"");
    [
        format!("{mchid},{nonce},{time},{serial}"),
        format!("{mchid},{nonce},{serial},{time}"),
        format!("{mchid},{serial},{nonce},{time}"),
        format!("{mchid},{serial},{time},{nonce}"),
        format!("{mchid},{time},{nonce},{serial}"),
    ]
    .map(|items| Layout::of(vec![text(items.as_bytes())]))
    .into()
}

fn wraps(parts: &Parts<'_>, wraps: &[Wrap]) -> Vec<Layout> {
    wraps.iter().map(|wrap| around("", parts, "").wrapped(*wrap)).collect()
}
