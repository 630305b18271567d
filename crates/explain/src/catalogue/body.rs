//! Mistakes in the last line: another body than the one that was sent.

use crate::mistake::{Dimension, Entry, Fix, Make, MakeLines, Mistake, Pairs};
use crate::parts::{Parts, TARGET};
use crate::upload;

pub(super) const FIX: Fix = Fix {
    zh: "先把请求体序列化成一个字符串，签名和发送都用这同一个字符串，逐字节相同。",
    en: "Print the body once, then sign and send those same bytes.",
};

const FIX_EMPTY: Fix = Fix {
    zh: "签名串最后一行就是发送的请求体；没有请求体（如 GET）时，最后一行是空的，只有换行符。",
    en: "The last line is the body that is sent; without one (as for GET) the line is empty and \
         still has its line feed.",
};

const FIX_UPLOAD: Fix = Fix {
    zh: "上传文件时，签名串的请求体只是 meta 部分的 JSON，不是整个 multipart 报文。",
    en: "For a file upload, sign the JSON of the part meta alone, not the multipart body.",
};

pub(super) const fn line(
    id: &'static str,
    pairs: Pairs,
    zh: &'static str,
    en: &'static str,
    fix: Fix,
    make: MakeLines,
) -> Entry {
    let mistake = Mistake::new(id, Dimension::Body, zh, en, fix);
    Entry { mistake, pairs, make: Make::Lines(make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    line(
        "body-left-out",
        Pairs::Yes,
        "签名串里请求体是空的，实际发送了请求体。",
        "The body was signed empty, and one was sent.",
        FIX_EMPTY,
        |_| vec![Vec::new()],
    ),
    line(
        "body-null",
        Pairs::Yes,
        "签名串里请求体是 null。",
        "The body was signed as null.",
        FIX_EMPTY,
        |_| vec![b"null".to_vec()],
    ),
    line(
        "body-empty-object",
        Pairs::Yes,
        "签名串里请求体是 {}。",
        "The body was signed as {}.",
        FIX_EMPTY,
        |_| vec![b"{}".to_vec()],
    ),
    line(
        "body-empty-array",
        Pairs::Yes,
        "签名串里请求体是 []。",
        "The body was signed as [].",
        FIX_EMPTY,
        |_| vec![b"[]".to_vec()],
    ),
    line(
        "body-empty-string",
        Pairs::Yes,
        "签名串里请求体是一对引号。",
        "The body was signed as a pair of quotes.",
        FIX_EMPTY,
        |_| vec![b"\"\"".to_vec(), b"''".to_vec()],
    ),
    line(
        "body-word",
        Pairs::No,
        "签名串里请求体是一个词，说明程序把空值或对象当成了字符串（如 undefined、[object Object]）。",
        "The body was signed as a word that a program prints for nothing or for an object, say \
         undefined or [object Object].",
        FIX_EMPTY,
        |_| {
            ["undefined", "None", "nil", "<nil>", "NULL", "(null)", "[object Object]", "Array", " "]
                .map(|word| word.as_bytes().to_vec())
                .into()
        },
    ),
    line(
        "query-as-body",
        Pairs::No,
        "签名串里请求体是查询参数，应当为空。",
        "The parameters of the query were signed as the body, which should be empty.",
        FIX_EMPTY,
        query,
    ),
    line(
        "body-newline-added",
        Pairs::Yes,
        "签名串里的请求体末尾多了换行符，发送的没有。",
        "The body was signed with a line feed at its end and sent without.",
        FIX,
        // With a line feed it is `doubled-last-newline`: the same text.
        |p| vec![[p.body(), b"\r\n"].concat(), [p.body(), b"\n\n"].concat()],
    ),
    line(
        "body-newline-dropped",
        Pairs::Yes,
        "发送的请求体末尾有换行符，签名串里的没有。",
        "The body was sent with a line feed at its end and signed without.",
        FIX,
        |p| {
            let once = p.body().strip_suffix(b"\n");
            let carriage = once.and_then(|once| once.strip_suffix(b"\r"));
            [once, carriage].into_iter().flatten().map(<[u8]>::to_vec).collect()
        },
    ),
    line(
        "body-trimmed",
        Pairs::Yes,
        "签名串里的请求体去掉了首尾空白，发送的没有。",
        "The body was signed without the white space around it.",
        FIX,
        |p| {
            let body = p.body();
            [body.trim_ascii(), body.trim_ascii_start(), body.trim_ascii_end()]
                .map(<[u8]>::to_vec)
                .into()
        },
    ),
    line(
        "body-space-around",
        Pairs::No,
        "签名串里的请求体前后多了一个空格。",
        "The body was signed with a space before or after it.",
        FIX,
        |p| vec![[p.body(), b" "].concat(), [b" ", p.body()].concat()],
    ),
    line(
        "body-bom-added",
        Pairs::Yes,
        "签名串里的请求体以 BOM 开头，发送的没有。",
        "The body was signed with a byte order mark and sent without.",
        FIX,
        |p| vec![[b"\xef\xbb\xbf", p.body()].concat()],
    ),
    line(
        "body-bom-dropped",
        Pairs::Yes,
        "发送的请求体以 BOM 开头，签名串里的没有。",
        "The body was sent with a byte order mark and signed without.",
        FIX,
        |p| p.body().strip_prefix(b"\xef\xbb\xbf").map(<[u8]>::to_vec).into_iter().collect(),
    ),
    line(
        "body-crlf",
        Pairs::Yes,
        "签名串里的请求体用 \\r\\n 换行，发送的用 \\n。",
        "The lines of the body were signed with CRLF and sent with LF.",
        FIX,
        |p| some(unix(p.body()).and_then(|lines| replaced(&lines, b"\n", b"\r\n"))),
    ),
    line(
        "body-lf",
        Pairs::Yes,
        "签名串里的请求体用 \\n 换行，发送的用 \\r\\n。",
        "The lines of the body were signed with LF and sent with CRLF.",
        FIX,
        |p| some(replaced(p.body(), b"\r\n", b"\n")),
    ),
    line(
        "body-cut-to-characters",
        Pairs::No,
        "签名串里的请求体被截短：按字符数而不是字节数取了长度。",
        "The body was signed cut off: its length was counted in characters in place of bytes.",
        FIX,
        |p| {
            let characters = String::from_utf8_lossy(p.body()).chars().count();
            p.body().get(..characters).map(<[u8]>::to_vec).into_iter().collect()
        },
    ),
    line(
        "upload-whole-body",
        Pairs::Yes,
        "上传文件时对整个 multipart 报文签了名。",
        "The whole multipart body of an upload was signed.",
        FIX_UPLOAD,
        |p| p.whole.map(<[u8]>::to_vec).into_iter().collect(),
    ),
    line(
        "upload-file",
        Pairs::No,
        "上传文件时对文件内容签了名。",
        "The content of the uploaded file was signed.",
        FIX_UPLOAD,
        |p| {
            let file = p.whole.and_then(|whole| upload::file(p.headers, whole));
            file.map(<[u8]>::to_vec).into_iter().collect()
        },
    ),
];

pub(super) fn some(made: Option<Vec<u8>>) -> Vec<Vec<u8>> {
    made.into_iter().collect()
}

/// The text with LF alone; none if it has no line feed.
fn unix(text: &[u8]) -> Option<Vec<u8>> {
    let lines = replaced(text, b"\r\n", b"\n").unwrap_or_else(|| text.to_vec());
    lines.contains(&b'\n').then_some(lines)
}

/// The text with each occurrence replaced; none if there is none.
pub(super) fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    let mut made = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = upload::find(rest, from) {
        made.extend_from_slice(&rest[..at]);
        made.extend_from_slice(to);
        rest = &rest[at + from.len()..];
    }
    made.extend_from_slice(rest);
    (rest.len() < text.len()).then_some(made)
}

/// The query as JSON and as it stands.
fn query(parts: &Parts<'_>) -> Vec<Vec<u8>> {
    let (_, query) = super::url::split(parts.lines[TARGET]);
    let Some(query) = query.filter(|query| !query.is_empty()) else { return Vec::new() };
    let pairs = form_urlencoded::parse(query);
    let fields: Vec<String> = pairs
        .map(|(name, value)| {
            let string = |text: &str| serde_json::Value::from(text).to_string();
            format!("{}:{}", string(&name), string(&value))
        })
        .collect();
    vec![format!("{{{}}}", fields.join(",")).into_bytes(), query.to_vec()]
}
