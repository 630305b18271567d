//! Mistakes in the last line: the body, parsed and printed again.

use super::body::FIX;
use crate::json::{Case, Escapes, Kind, Spacing, Style};
use crate::mistake::{Dimension, Entry, Make, Mistake, Pairs};

const fn json(
    id: &'static str,
    kind: Kind,
    zh: &'static str,
    en: &'static str,
    change: fn(&mut Style),
) -> Entry {
    let mistake = Mistake::new(id, Dimension::Body, zh, en, FIX);
    Entry { mistake, pairs: Pairs::Yes, make: Make::Json(kind, change) }
}

pub(super) static ENTRIES: &[Entry] = &[
    json(
        "body-minified",
        Kind::Spacing,
        "签名串里的 JSON 没有空白，发送的有。",
        "The JSON was signed without white space and sent with it.",
        |style| style.spacing = Spacing::Compact,
    ),
    json(
        "body-python-spacing",
        Kind::Spacing,
        "签名串里的 JSON 在逗号和冒号后有空格（Python json.dumps 的默认格式），发送的不同。",
        "The JSON was signed with spaces after commas and colons, as Python's json.dumps prints \
         it, and sent otherwise.",
        |style| style.spacing = Spacing::Spaced,
    ),
    json(
        "body-pretty-2",
        Kind::Spacing,
        "签名串里的 JSON 缩进两个空格，发送的不同。",
        "The JSON was signed indented by two spaces and sent otherwise.",
        |style| style.spacing = Spacing::Indent("  "),
    ),
    json(
        "body-pretty-4",
        Kind::Spacing,
        "签名串里的 JSON 缩进四个空格，发送的不同。",
        "The JSON was signed indented by four spaces and sent otherwise.",
        |style| style.spacing = Spacing::Indent("    "),
    ),
    json(
        "body-pretty-tab",
        Kind::Spacing,
        "签名串里的 JSON 用制表符缩进，发送的不同。",
        "The JSON was signed indented by tabs and sent otherwise.",
        |style| style.spacing = Spacing::Indent("\t"),
    ),
    json(
        "body-space-after-colons",
        Kind::Spacing,
        "签名串里的 JSON 在冒号后有空格，发送的不同。",
        "The JSON was signed with spaces after its colons and sent otherwise.",
        |style| style.spacing = Spacing::Colons,
    ),
    json(
        "body-keys-sorted",
        Kind::Order,
        "签名串里的 JSON 按键名排了序，发送的不同。",
        "The JSON was signed with its keys sorted and sent in another order.",
        |style| style.sorted = true,
    ),
    json(
        "body-keys-reversed",
        Kind::Order,
        "签名串里 JSON 的键顺序与发送的相反。",
        "The JSON was signed with its keys in the reverse order.",
        |style| style.reversed = true,
    ),
    json(
        "body-ascii-escaped",
        Kind::Escapes,
        "签名串里的中文写成了 \\uXXXX（小写十六进制），发送的不是。",
        "Other than ASCII was signed as \\uXXXX in small letters and sent otherwise.",
        |style| escapes(style, |seen| seen.ascii = Some(Case::Lower)),
    ),
    json(
        "body-ascii-escaped-upper",
        Kind::Escapes,
        "签名串里的中文写成了 \\uXXXX（大写十六进制），发送的不是。",
        "Other than ASCII was signed as \\uXXXX in capital letters and sent otherwise.",
        |style| escapes(style, |seen| seen.ascii = Some(Case::Upper)),
    ),
    json(
        "body-ascii-unescaped",
        Kind::Escapes,
        "发送的中文写成了 \\uXXXX，签名串里是原文。",
        "Other than ASCII was sent as \\uXXXX and signed as it is.",
        |style| escapes(style, |seen| seen.ascii = None),
    ),
    json(
        "body-slashes-escaped",
        Kind::Escapes,
        "签名串里的斜杠写成了 \\/，发送的不是。",
        "Slashes were signed as \\/ and sent as they are.",
        |style| escapes(style, |seen| seen.slash = true),
    ),
    json(
        "body-slashes-unescaped",
        Kind::Escapes,
        "发送的斜杠写成了 \\/，签名串里是原文。",
        "Slashes were sent as \\/ and signed as they are.",
        |style| escapes(style, |seen| seen.slash = false),
    ),
    json(
        "body-html-escaped",
        Kind::Escapes,
        "签名串里的 <、>、& 写成了 \\u003c 等（Go 的默认格式），发送的不是。",
        "<, > and & were signed as \\u003c and so on, as Go prints them, and sent as they are.",
        |style| escapes(style, |seen| seen.html = true),
    ),
    json(
        "body-html-unescaped",
        Kind::Escapes,
        "发送的 <、>、& 写成了 \\u003c 等（Go 的默认格式），签名串里是原文。",
        "<, > and & were sent as \\u003c and so on, as Go prints them, and signed as they are.",
        |style| escapes(style, |seen| seen.html = false),
    ),
    json(
        "body-php-escaped",
        Kind::Escapes,
        "签名串里的中文和斜杠都转义了（PHP json_encode 的默认格式），发送的不是。",
        "Other than ASCII, and slashes, were signed escaped, as PHP's json_encode prints them.",
        |style| {
            escapes(style, |seen| {
                seen.ascii = Some(Case::Lower);
                seen.slash = true;
            });
        },
    ),
    json(
        "body-unescaped",
        Kind::Escapes,
        "发送的 JSON 带转义，签名串里的都解开了。",
        "The JSON was sent with escapes and signed with all of them undone.",
        |style| escapes(style, |seen| *seen = Escapes::default()),
    ),
    json(
        "body-floats",
        Kind::Values,
        "签名串里的整数带小数（如 100.0），发送的不带。",
        "Whole numbers were signed with a fraction (100.0) and sent without.",
        |style| style.floats = true,
    ),
    json(
        "body-numbers-quoted",
        Kind::Values,
        "签名串里的数字带引号，发送的不带。",
        "Numbers were signed as strings and sent as numbers.",
        |style| style.quoted_numbers = true,
    ),
    json(
        "body-nulls-dropped",
        Kind::Values,
        "签名串里的 JSON 去掉了值为 null 的字段，发送的没有。",
        "The JSON was signed without the fields that are null and sent with them.",
        |style| style.without_nulls = true,
    ),
    json(
        "body-empty-dropped",
        Kind::Values,
        "签名串里的 JSON 去掉了空字段，发送的没有。",
        "The JSON was signed without its empty fields and sent with them.",
        |style| {
            style.without_nulls = true;
            style.without_empty = true;
        },
    ),
    json(
        "body-single-quotes",
        Kind::Values,
        "签名串里的请求体是 Python 字典的字符串形式（单引号），不是 JSON。",
        "The body was signed as Python prints a dict, in single quotes, not as JSON.",
        |style| {
            style.single_quotes = true;
            style.spacing = Spacing::Spaced;
        },
    ),
];

fn escapes(style: &mut Style, change: impl FnOnce(&mut Escapes)) {
    let mut escapes = style.escapes.unwrap_or(style.seen);
    change(&mut escapes);
    style.escapes = Some(escapes);
}
