//! Mistakes in the last line: the body in another encoding or form.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use redress_crypto::Algorithm;

use super::body::{FIX, line, replaced, some};
use super::url::{COMPONENT, encoded};
use crate::json::Json;
use crate::mistake::{Entry, Pairs};
use crate::parts::Parts;

pub(super) static ENTRIES: &[Entry] = &[
    line(
        "body-newlines-removed",
        Pairs::No,
        "签名串里的请求体去掉了换行，发送的没有。",
        "The body was signed without its line feeds.",
        FIX,
        |p| {
            let kept = |byte: &u8| !matches!(byte, b'\n' | b'\r');
            vec![p.body().iter().copied().filter(kept).collect()]
        },
    ),
    line(
        "body-spaces-removed",
        Pairs::No,
        "签名串里的请求体去掉了所有空白，包括字符串里面的。",
        "The body was signed without any white space, even inside of its strings.",
        FIX,
        |p| {
            let kept = |byte: &u8| !byte.is_ascii_whitespace();
            vec![p.body().iter().copied().filter(kept).collect()]
        },
    ),
    line(
        "body-gbk",
        Pairs::Yes,
        "签名串里的请求体是 GBK 编码，发送的是 UTF-8。",
        "The body was signed in GBK and sent in UTF-8.",
        FIX,
        |p| {
            text(p, |text| {
                let (bytes, _, unmappable) = encoding_rs::GBK.encode(text);
                (!unmappable).then(|| bytes.into_owned())
            })
        },
    ),
    line(
        "body-utf8",
        Pairs::Yes,
        "签名串里的请求体是 UTF-8，发送的是 GBK 编码。",
        "The body was signed in UTF-8 and sent in GBK.",
        FIX,
        |p| {
            if std::str::from_utf8(p.body()).is_ok() {
                return Vec::new();
            }
            let (text, _, broken) = encoding_rs::GBK.decode(p.body());
            some((!broken).then(|| text.into_owned().into_bytes()))
        },
    ),
    line(
        "body-latin1",
        Pairs::Yes,
        "签名串里的请求体是乱码：UTF-8 的字节被当成 Latin-1 又编码了一次。",
        "The body was signed garbled: the bytes of its UTF-8 were taken for Latin-1 and encoded \
         again.",
        FIX,
        |p| vec![p.body().iter().map(|byte| char::from(*byte)).collect::<String>().into()],
    ),
    line(
        "body-question-marks",
        Pairs::Yes,
        "签名串里的中文成了问号：字符集不支持。",
        "Other than ASCII was signed as question marks: the charset has no place for it.",
        FIX,
        |p| {
            text(p, |text| {
                let ascii = text.chars().map(|c| if c.is_ascii() { c } else { '?' });
                Some(ascii.collect::<String>().into())
            })
        },
    ),
    line(
        "body-utf16",
        Pairs::No,
        "签名串里的请求体是 UTF-16 编码，发送的是 UTF-8。",
        "The body was signed in UTF-16 and sent in UTF-8.",
        FIX,
        |p| {
            let Ok(text) = std::str::from_utf8(p.body()) else { return Vec::new() };
            let little = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            vec![little, big]
        },
    ),
    line(
        "body-url-encoded",
        Pairs::Yes,
        "签名串里的请求体被 URL 编码过。",
        "The body was signed URL-encoded.",
        FIX,
        |p| {
            let form = form_urlencoded::byte_serialize(p.body()).flat_map(str::bytes).collect();
            vec![encoded(p.body(), COMPONENT), form]
        },
    ),
    line(
        "body-form",
        Pairs::Yes,
        "签名串里的请求体是表单格式（名称=值&…），发送的是 JSON。",
        "The body was signed as a form (name=value&…) and sent as JSON.",
        FIX,
        |p| fields(p, form),
    ),
    line(
        "body-map",
        Pairs::No,
        "签名串里的请求体是 Java Map 的字符串形式（{名称=值, …}），不是 JSON。",
        "The body was signed as Java prints a Map ({name=value, …}), not as JSON.",
        FIX,
        |p| {
            fields(p, |pairs| {
                let pairs: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
                vec![format!("{{{}}}", pairs.join(", ")).into()]
            })
        },
    ),
    line(
        "body-base64",
        Pairs::Yes,
        "签名串里的请求体是 Base64。",
        "The body was signed in Base64.",
        FIX,
        |p| vec![STANDARD.encode(p.body()).into()],
    ),
    line(
        "body-digest",
        Pairs::Yes,
        "签名串里的请求体是它的 SHA-256，不是请求体本身。",
        "The SHA-256 of the body was signed in place of the body.",
        FIX,
        |p| {
            let digest = Algorithm::Sha256.digest([p.body()]).unwrap_or_default();
            vec![hex(&digest, false), hex(&digest, true), STANDARD.encode(&digest).into()]
        },
    ),
    line(
        "body-sha1-digest",
        Pairs::No,
        "签名串里的请求体是它的 SHA-1，不是请求体本身。",
        "The SHA-1 of the body was signed in place of the body.",
        FIX,
        |p| {
            let digest = Algorithm::Sha1.digest([p.body()]).unwrap_or_default();
            vec![hex(&digest, false), hex(&digest, true), STANDARD.encode(&digest).into()]
        },
    ),
    line(
        "body-hex",
        Pairs::No,
        "签名串里的请求体是十六进制。",
        "The body was signed in hexadecimal.",
        FIX,
        |p| vec![hex(p.body(), false), hex(p.body(), true)],
    ),
    line(
        "body-json-string",
        Pairs::Yes,
        "签名串里的请求体是 JSON 字符串：JSON 又被序列化了一次。",
        "The body was signed as a JSON string: the JSON was printed a second time.",
        FIX,
        |p| {
            text(p, |text| {
                let quoted = serde_json::Value::from(text).to_string();
                (!text.is_empty()).then(|| quoted.into_bytes())
            })
        },
    ),
    line(
        "body-was-json-string",
        Pairs::Yes,
        "发送的请求体是 JSON 字符串（JSON 又被序列化了一次），签名串里的是 JSON 本身。",
        "The body was sent as a JSON string (printed a second time) and signed as the JSON itself.",
        FIX,
        |p| some(serde_json::from_slice::<String>(p.body()).ok().map(String::into_bytes)),
    ),
    line(
        "body-quotes-escaped",
        Pairs::Yes,
        "签名串里的引号写成了 \\\"。",
        "The quotes of the body were signed escaped, as \\\".",
        FIX,
        |p| some(replaced(p.body(), b"\"", b"\\\"")),
    ),
    line(
        "body-html-entities",
        Pairs::No,
        "签名串里的请求体做过 HTML 转义（&quot; 等）。",
        "The body was signed with HTML's entities, &quot; and so on.",
        FIX,
        |p| {
            text(p, |text| {
                let escaped = text.replace('&', "&amp;").replace('"', "&quot;");
                let escaped = escaped.replace('<', "&lt;").replace('>', "&gt;");
                Some(escaped.into())
            })
        },
    ),
];

fn text(parts: &Parts<'_>, make: impl Fn(&str) -> Option<Vec<u8>>) -> Vec<Vec<u8>> {
    some(std::str::from_utf8(parts.body()).ok().and_then(make))
}

fn fields(parts: &Parts<'_>, make: impl Fn(&[(String, String)]) -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let pairs = parts.json.as_ref().map(Json::scalars).unwrap_or_default();
    if pairs.is_empty() { Vec::new() } else { make(&pairs) }
}

/// In the order that was sent and sorted, encoded and not.
fn form(pairs: &[(String, String)]) -> Vec<Vec<u8>> {
    let plain = |pairs: &[(String, String)]| -> Vec<u8> {
        let pairs: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={v}")).collect();
        pairs.join("&").into()
    };
    let encoded = |pairs: &[(String, String)]| -> Vec<u8> {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish().into()
    };
    let mut sorted = pairs.to_vec();
    sorted.sort();
    vec![plain(pairs), encoded(pairs), plain(&sorted), encoded(&sorted)]
}

pub(crate) fn hex(bytes: &[u8], capital: bool) -> Vec<u8> {
    let digits = if capital { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    let digit = |half: u8| digits[usize::from(half)];
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
