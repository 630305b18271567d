//! Mistakes between the lines: their ends, their order, what stands around them.

use super::permutations;
use crate::mistake::{
    Dimension, Entry, Fix, Layout, Make, MakeLayouts, Mistake, Pairs, Piece, text,
};
use crate::parts::{BODY, NONCE, Parts};

pub(super) const FIX: Fix = Fix {
    zh: "请求签名串是五行：请求方法、URL、时间戳、随机串、请求体；应答和回调是三行：时间戳、随机串、\
         报文主体。每一行（包括最后一行）都以一个换行符 \\n（0x0A）结尾。",
    en: "Sign five lines for a request (method, URL, timestamp, nonce, body) and three for an \
         answer (timestamp, nonce, body), each ended by one line feed (0x0A), the last one too.",
};

const fn lines(id: &'static str, zh: &'static str, en: &'static str, make: MakeLayouts) -> Entry {
    let mistake = Mistake::new(id, Dimension::Layout, zh, en, FIX);
    Entry { mistake, pairs: Pairs::Yes, make: Make::Layouts(make) }
}

const fn alone(id: &'static str, zh: &'static str, en: &'static str, make: MakeLayouts) -> Entry {
    Entry { pairs: Pairs::No, ..lines(id, zh, en, make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    lines(
        "no-last-newline",
        "签名串末尾少了换行符。",
        "The text was signed without the line feed at its end.",
        // Of a body that ends with a line feed, `body-newline-dropped` says the same and better.
        |p| match p.body().last() {
            Some(b'\n') => Vec::new(),
            _ => vec![ends(p, |last| if last { "" } else { "\n" })],
        },
    ),
    lines(
        "body-line-left-out",
        "签名串里没有请求体那一行。",
        "The line of the body was left out, its line feed too.",
        |p| vec![chosen(&without(p, BODY))],
    ),
    lines(
        "no-newline-at-all-after-nonce",
        "签名串在随机串之后就结束了，没有换行符。",
        "The signed text ends with the nonce, without a line feed.",
        |p| {
            let lines = without(p, BODY);
            let last = lines.len() - 1;
            vec![Layout::ended(&lines, |at| if at == last { "" } else { "\n" })]
        },
    ),
    lines(
        "no-newline-before-body",
        "签名串里随机串和请求体之间没有换行符。",
        "Nonce and body were signed without the line feed between them.",
        |p| vec![between(p, NONCE, "", "\n"), between(p, NONCE, "", "")],
    ),
    lines(
        "doubled-last-newline",
        "签名串末尾多了一个换行符。",
        "The text was signed with two line feeds at its end.",
        |p| vec![ends(p, |last| if last { "\n\n" } else { "\n" })],
    ),
    lines(
        "blank-line-before-body",
        "签名串里请求体前面多了一个空行。",
        "The text was signed with an empty line before the body.",
        |p| vec![between(p, NONCE, "\n\n", "\n"), between(p, NONCE, "\n\n", "")],
    ),
    lines(
        "doubled-newlines",
        "签名串里每个换行符都写了两次。",
        "Every line feed was signed twice.",
        |p| vec![ends(p, |_| "\n\n"), ends(p, |last| if last { "" } else { "\n\n" })],
    ),
    lines(
        "crlf",
        "签名串用 \\r\\n 换行，应当只用 \\n。",
        "The lines were ended by CRLF in place of LF.",
        |p| vec![ends(p, |_| "\r\n"), ends(p, |last| if last { "" } else { "\r\n" })],
    ),
    lines(
        "crlf-in-part",
        "签名串里一部分行用 \\r\\n 换行。",
        "Some of the lines were ended by CRLF in place of LF.",
        |p| {
            let some = (1_u32..(1 << p.order.len()) - 1).map(|which| {
                Layout::ended(p.order, |at| if which & (1 << at) == 0 { "\n" } else { "\r\n" })
            });
            some.collect()
        },
    ),
    lines(
        "cr",
        "签名串用 \\r 换行，应当用 \\n。",
        "The lines were ended by CR in place of LF.",
        |p| vec![ends(p, |_| "\r"), ends(p, |last| if last { "" } else { "\r" })],
    ),
    lines(
        "literal-newlines",
        "签名串里的换行符是两个字符：反斜杠和 n。",
        "The line feeds were signed as two characters, a backslash and an n.",
        |p| {
            vec![
                ends(p, |_| "\\n"),
                ends(p, |last| if last { "" } else { "\\n" }),
                ends(p, |last| if last { "\n" } else { "\\n" }),
                ends(p, |_| "\\n\n"),
                ends(p, |_| "\\r\\n"),
            ]
        },
    ),
    lines(
        "literal-last-newline",
        "签名串末尾的换行符是两个字符：反斜杠和 n。",
        "The last line feed was signed as two characters, a backslash and an n.",
        |p| vec![ends(p, |last| if last { "\\n" } else { "\n" })],
    ),
    lines("html-newlines", "签名串用 <br> 换行。", "The lines were ended by <br>.", |p| {
        separated(p, &["<br>", "<br/>", "<br />", "%0A", "&#10;"])
    }),
    lines(
        "spaces-between",
        "签名串用空格或制表符分隔，没有换行。",
        "The lines were separated by spaces or tabs.",
        |p| separated(p, &[" ", "\t"]),
    ),
    lines(
        "commas-between",
        "签名串用逗号、分号或竖线分隔，没有换行。",
        "The lines were separated by commas, semicolons or bars.",
        |p| separated(p, &[",", ", ", ";", "|"]),
    ),
    lines(
        "ampersands-between",
        "签名串用 & 分隔，没有换行。",
        "The lines were separated by &.",
        |p| separated(p, &["&"]),
    ),
    lines(
        "nothing-between",
        "签名串各行直接拼在一起，没有换行。",
        "The lines were joined with nothing between them.",
        |p| separated(p, &[""]),
    ),
    lines(
        "leading-newline",
        "签名串开头多了一个换行符。",
        "The text was signed with a line feed at its begin.",
        |p| vec![around("\n", p, ""), around("\r\n", p, "")],
    ),
    lines(
        "leading-space",
        "签名串开头多了空白或 BOM。",
        "The text was signed with white space or a byte order mark at its begin.",
        |p| vec![around(" ", p, ""), around("\t", p, ""), around("\u{feff}", p, "")],
    ),
    lines(
        "trailing-space",
        "签名串末尾多了空格或不可见字符。",
        "The text was signed with a space or an invisible character at its end.",
        |p| {
            vec![
                around("", p, " "),
                ends(p, |last| if last { " \n" } else { "\n" }),
                ends(p, |last| if last { " " } else { "\n" }),
                around("", p, "\0"),
                around("", p, "\t"),
            ]
        },
    ),
    lines(
        "space-before-newlines",
        "签名串每一行末尾多了一个空格。",
        "Every line was signed with a space at its end.",
        |p| vec![ends(p, |_| " \n"), ends(p, |last| if last { "" } else { " \n" })],
    ),
    lines(
        "indented-lines",
        "签名串的各行带缩进（多行字符串字面量里的空格）。",
        "The lines were signed indented, as a literal of several lines has them.",
        |p| {
            [" ", "  ", "    ", "        ", "\t", "\t\t"]
                .into_iter()
                .flat_map(|indent| {
                    let rest = format!("\n{indent}");
                    let inner = ends(p, |last| if last { "\n" } else { &rest });
                    let all = prefixed(indent, inner.clone());
                    [all, inner]
                })
                .collect()
        },
    ),
    lines(
        "lines-swapped",
        "签名串里相邻的两行写反了。",
        "Two neighbouring lines were signed in each other's place.",
        |p| {
            let swapped = |at: usize| {
                let mut lines = p.order.to_vec();
                lines.swap(at, at + 1);
                chosen(&lines)
            };
            (0..p.order.len() - 1).map(swapped).collect()
        },
    ),
    lines("line-left-out", "签名串少了一行。", "One of the lines was left out.", |p| {
        p.order.iter().map(|line| chosen(&without(p, *line))).collect()
    }),
    alone("lines-quoted", "签名串各行带引号。", "The lines were signed in quotes.", |p| {
        let quoted = |quote: &str| {
            let line = |line: &usize| {
                [text(quote.as_bytes()), Piece::Line(*line), text(quote.as_bytes()), text(b"\n")]
            };
            Layout::of(p.order.iter().flat_map(line).collect())
        };
        vec![quoted("\""), quoted("'")]
    }),
    alone(
        "body-twice",
        "签名串里请求体写了两次。",
        "The body was signed twice.",
        |p| vec![chosen(&[p.order, &[BODY]].concat())],
    ),
];

/// The lines in every other order, which is tried last.
pub(crate) fn permuted(parts: &Parts<'_>) -> Vec<Layout> {
    permutations(parts.order).iter().map(|order| chosen(order)).collect()
}

pub(super) fn chosen(lines: &[usize]) -> Layout {
    Layout::ended(lines, |_| "\n")
}

pub(super) fn without(parts: &Parts<'_>, line: usize) -> Vec<usize> {
    parts.order.iter().copied().filter(|found| *found != line).collect()
}

/// The right lines with other ends; the last one's is asked for with `true`.
pub(super) fn ends<'e>(parts: &Parts<'_>, end: impl Fn(bool) -> &'e str) -> Layout {
    let last = parts.order.len() - 1;
    Layout::ended(parts.order, |at| end(at == last))
}

/// The right lines with other ends after one of them and at the end of the text.
fn between(parts: &Parts<'_>, after: usize, end: &str, last: &str) -> Layout {
    Layout::ended(parts.order, |at| match parts.order[at] {
        line if line == after => end,
        BODY => last,
        _ => "\n",
    })
}

/// The lines with another separator, with and without an end.
fn separated(parts: &Parts<'_>, separators: &[&str]) -> Vec<Layout> {
    separators
        .iter()
        .flat_map(|separator| {
            [
                ends(parts, |last| if last { "" } else { separator }),
                ends(parts, |_| separator),
                ends(parts, |last| if last { "\n" } else { separator }),
            ]
        })
        .collect()
}

pub(super) fn around(before: &str, parts: &Parts<'_>, after: &str) -> Layout {
    let mut layout = prefixed(before, chosen(parts.order));
    layout.pieces.push(text(after.as_bytes()));
    layout
}

fn prefixed(before: &str, mut layout: Layout) -> Layout {
    layout.pieces.insert(0, text(before.as_bytes()));
    layout
}
