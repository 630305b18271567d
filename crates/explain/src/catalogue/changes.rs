//! What a program does to an answer or a callback before it checks the signature.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::codings::mistakes;
use super::permutations;
use super::url::decoded;
use crate::json::{Kind, Node};
use crate::mistake::{Dimension, Fix, Layout, Make, Mistake, Pairs};
use crate::parts::{BODY, NONCE, Parts, TIME};
use crate::search::{Laid, Line};

/// Up to this many fields of the body are put into every order.
const PERMUTED_MAX: usize = 5;

const FIX_RAW: Fix = Fix {
    zh: "验签用收到的原始报文字节：在解析、去空白、转码之前取得，并原样放进三行验签串。",
    en: "Check the signature over the raw bytes of the body as they came in, before anything \
         parses, trims or decodes them.",
};

const FIX_HEADERS: Fix = Fix {
    zh: "Wechatpay-Timestamp、Wechatpay-Nonce、Wechatpay-Signature、Wechatpay-Serial 原样取自\
         同一个报文；代理不要改动或丢弃它们。",
    en: "Take Wechatpay-Timestamp, -Nonce, -Signature and -Serial as they are, all from the same \
         message, and have no proxy change or drop them.",
};

const FIX_KEYS: Fix = Fix {
    zh: "按 Wechatpay-Serial 选择验签的密钥：微信支付公钥或平台证书的公钥，不是商户自己的。",
    en: "Choose the key by Wechatpay-Serial: the platform's public key or a platform certificate, \
         never the merchant's own.",
};

const FIX_CLOCK: Fix = Fix {
    zh: "校准机器时钟；不要处理放了 5 分钟以上的报文。",
    en: "Set the machine's clock, and do not check messages that have lain for five minutes.",
};

const FIX_PROBE: Fix = Fix {
    zh: "这是微信支付的签名探测，拒绝是对的：程序应当验签失败。",
    en: "The platform probes whether signatures are checked; refusing this one is right.",
};

mistakes! {
    MISSING: Head, "answer-header-missing", FIX_HEADERS,
        "缺少验签所需的 HTTP 头。",
        "A header that the check needs is missing.";
    TYPE: Head, "answer-signature-type", FIX_HEADERS,
        "Wechatpay-Signature-Type 不是 WECHATPAY2-SHA256-RSA2048。",
        "Wechatpay-Signature-Type is not WECHATPAY2-SHA256-RSA2048.";
    PROBE: Head, "answer-probe", FIX_PROBE,
        "签名值以 WECHATPAY/SIGNTEST/ 开头：这是故意给错的签名。",
        "The signature begins with WECHATPAY/SIGNTEST/: it is wrong on purpose.";
    STALE: Head, "answer-stale", FIX_CLOCK,
        "Wechatpay-Timestamp 与当前时间相差 5 分钟或更多。",
        "Wechatpay-Timestamp is five minutes off or more.";
    SERIAL: Head, "answer-serial-unknown", FIX_KEYS,
        "Wechatpay-Serial 不是任何已知平台密钥的序列号或 ID。",
        "Wechatpay-Serial names none of the platform's keys that are known.";
    SERIAL_MERCHANT: Head, "answer-serial-of-merchant", FIX_KEYS,
        "Wechatpay-Serial 是商户证书的序列号：这个头取自请求，不是应答。",
        "Wechatpay-Serial is a merchant's: it was not taken from an answer.";
    SERIAL_OTHER: Key, "answer-serial-other", FIX_HEADERS,
        "签名是平台的另一把密钥做的，不是 Wechatpay-Serial 指明的那一把。",
        "The signature is made with another key of the platform than Wechatpay-Serial names.";
    MERCHANTS_KEY: Key, "answer-checked-with-merchants-key", FIX_KEYS,
        "验签用的是商户自己的公钥或证书，应当用微信支付平台的。",
        "The answer is checked with the merchant's own key; it is signed with the platform's.";
    OTHER_KEY: Key, "answer-checked-with-another-key", FIX_KEYS,
        "验签用的不是签名的那把密钥。",
        "The answer is checked with another key than it was signed with.";
    BY_MERCHANT: Key, "answer-signed-by-merchant", FIX_KEYS,
        "签名是商户的私钥做的，不是平台的：这不是平台的报文。",
        "The signature is made with a merchant's key, not with the platform's.";
    SWAPPED: Answer, "answer-timestamp-and-nonce-swapped", FIX_HEADERS,
        "时间戳和随机串对调了。",
        "Timestamp and nonce stand in each other's place.";
    REPRINTED: Answer, "answer-reprinted", FIX_RAW,
        "报文主体被解析后又重新序列化过：空白、顺序或数值的写法与收到的不同。",
        "The body was parsed and printed again: its white space, order or values are not those \
         that came in.";
    ESCAPES: Answer, "answer-escapes-changed", FIX_RAW,
        "报文主体里的转义被改过（\\uXXXX、\\/、\\u003c）。",
        "The escapes of the body were changed: \\uXXXX, \\/ or \\u003c.";
    TRIMMED: Answer, "answer-end-cut", FIX_RAW,
        "报文主体末尾的换行或空白丢了。",
        "The body lost the line feed or white space at its end.";
    GREW: Answer, "answer-end-added", FIX_RAW,
        "报文主体首尾多了换行或空白。",
        "The body got a line feed or white space around it that was not sent.";
    BOM: Answer, "answer-bom", FIX_RAW,
        "报文主体多了或少了 BOM。",
        "The body got or lost a byte order mark.";
    LINE_ENDS: Answer, "answer-line-ends", FIX_RAW,
        "报文主体里的换行符被换过（\\r\\n 与 \\n）。",
        "The line ends of the body were changed between CRLF and LF.";
    CHARSET: Answer, "answer-charset", FIX_RAW,
        "报文主体按错误的字符集解码过，应为 UTF-8。",
        "The body was decoded in another charset than UTF-8.";
    BODY_ADDED: Answer, "answer-was-empty", FIX_RAW,
        "平台的报文主体是空的（如 204），验签时却用了别的内容。",
        "The platform's body is empty, as for 204, and something else was checked.";
    ENCODED: Answer, "answer-encoded", FIX_RAW,
        "报文主体被再次编码或解码过（JSON 字符串、URL 编码、Base64、HTML 转义）。",
        "The body was encoded or decoded once more: as a JSON string, a URL, Base64 or HTML.";
    TIME_CHANGED: Answer, "answer-timestamp-changed", FIX_HEADERS,
        "时间戳不是报文里的那个（换了单位，或取自别处）。",
        "The timestamp is not the message's: in another unit, or taken from elsewhere.";
    NONCE_CHANGED: Answer, "answer-nonce-changed", FIX_HEADERS,
        "随机串不是报文里的那个（换了大小写，或取自别处）。",
        "The nonce is not the message's: in another case, or taken from elsewhere.";
}

/// The change that a mistake of requests is when it is undone.
fn undone(id: &str) -> Option<&'static Mistake> {
    Some(match id {
        "body-left-out" => &BODY_ADDED,
        "body-newline-added" => &TRIMMED,
        "body-newline-dropped" | "body-trimmed" => &GREW,
        "body-space-around" => &TRIMMED,
        "body-bom-added" | "body-bom-dropped" => &BOM,
        "body-crlf" | "body-lf" => &LINE_ENDS,
        "body-gbk" | "body-utf8" | "body-latin1" => &CHARSET,
        "body-json-string" | "body-was-json-string" | "body-quotes-escaped" => &ENCODED,
        "body-base64" | "body-url-encoded" | "body-html-entities" => &ENCODED,
        _ if id.starts_with("timestamp-") => &TIME_CHANGED,
        _ if id.starts_with("nonce-") => &NONCE_CHANGED,
        _ => return None,
    })
}

/// What the lines may have been before the change.
pub(crate) fn lines(parts: &Parts<'_>) -> Vec<Line> {
    let mut made: Vec<Line> = Vec::new();
    let mut add = |mistake: &'static Mistake, line: usize, bytes: Vec<u8>| {
        let right = parts.lines[line];
        if bytes != right && !made.iter().any(|other| other.line == line && other.bytes == bytes) {
            made.push(Line { mistake, pairs: Pairs::Yes, line, bytes });
        }
    };
    for entry in super::entries() {
        let line = match entry.mistake.dimension {
            Dimension::Time => TIME,
            Dimension::Nonce => NONCE,
            Dimension::Body => BODY,
            Dimension::Method
            | Dimension::Target
            | Dimension::Layout
            | Dimension::Key
            | Dimension::Coding
            | Dimension::Head
            | Dimension::Answer => continue,
        };
        match entry.make {
            Make::Json(kind, change) => {
                let mistake = if kind == Kind::Escapes { &ESCAPES } else { &REPRINTED };
                if let Some(json) = &parts.json {
                    add(mistake, line, json.restyled(change));
                    add(
                        mistake,
                        line,
                        json.restyled(|style| {
                            style.spacing = crate::json::Spacing::Compact;
                            change(style);
                        }),
                    );
                }
            }
            Make::Lines(make) => {
                let Some(mistake) = undone(entry.mistake.id) else { continue };
                for bytes in make(parts) {
                    add(mistake, line, bytes);
                }
            }
            Make::Layouts(_) => {}
        }
    }
    for bytes in reordered(parts) {
        add(&REPRINTED, BODY, bytes);
    }
    for (mistake, bytes) in before(parts.body()) {
        add(mistake, BODY, bytes);
    }
    made
}

/// The body with its fields in every order, for a program that has sorted them.
fn reordered(parts: &Parts<'_>) -> Vec<Vec<u8>> {
    let Some(json) = &parts.json else { return Vec::new() };
    let Node::Object(fields) = &json.node else { return Vec::new() };
    if fields.len() > PERMUTED_MAX {
        return Vec::new();
    }
    let compact = |fields: Vec<&(&str, Node<'_>)>| {
        let mut style = json.style;
        style.spacing = crate::json::Spacing::Compact;
        Node::Object(fields.into_iter().cloned().collect()).print(&style)
    };
    permutations(&fields.iter().collect::<Vec<_>>()).into_iter().map(compact).collect()
}

/// What the body may have been before it was decoded or encoded.
fn before(body: &[u8]) -> Vec<(&'static Mistake, Vec<u8>)> {
    let mut made = vec![(&TRIMMED, [body, b"\n"].concat()), (&ENCODED, decoded(body))];
    let spaces: Vec<u8> = body.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    made.push((&ENCODED, decoded(&spaces)));
    if let Ok(bytes) = STANDARD.decode(body.trim_ascii()) {
        made.push((&ENCODED, bytes));
    }
    let Ok(text) = std::str::from_utf8(body) else { return made };
    let html = text.replace("&quot;", "\"").replace("&#34;", "\"").replace("&lt;", "<");
    made.push((&ENCODED, html.replace("&gt;", ">").replace("&amp;", "&").into()));
    let narrow = |c: char| u8::try_from(u32::from(c)).ok();
    if let Some(bytes) = text.chars().map(narrow).collect::<Option<Vec<u8>>>() {
        made.push((&CHARSET, bytes));
    }
    // The same with the charset that goes by the name of Latin-1 in browsers and on Windows.
    for charset in [encoding_rs::WINDOWS_1252, encoding_rs::GBK] {
        let (bytes, _, unmappable) = charset.encode(text);
        if !unmappable {
            made.push((&CHARSET, bytes.into_owned()));
        }
    }
    made
}

pub(crate) fn layouts(parts: &Parts<'_>) -> Vec<Laid> {
    let swapped = Layout::ended(&[NONCE, TIME, BODY], |_| "\n");
    debug_assert_eq!(parts.order.len(), 3, "an answer has three lines");
    vec![Laid { mistake: &SWAPPED, pairs: Pairs::Yes, layout: swapped }]
}
