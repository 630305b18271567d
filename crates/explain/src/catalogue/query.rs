//! Mistakes in the second line: the query.

use super::target::FIX;
use super::url::{COMPONENT, STRICT, decoded, doubly, encoded, split};
use crate::mistake::{Dimension, Entry, Make, MakeLines, Mistake, Pairs};
use crate::parts::{Parts, TARGET};

/// Up to this many parameters are put into every order.
const PERMUTED_MAX: usize = 5;

const fn line(id: &'static str, zh: &'static str, en: &'static str, make: MakeLines) -> Entry {
    let mistake = Mistake::new(id, Dimension::Target, zh, en, FIX);
    Entry { mistake, pairs: Pairs::Yes, make: Make::Lines(make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    line(
        "query-left-out",
        "签名串里的 URL 没有查询串。",
        "The URL was signed without its query.",
        |p| query(p, |path, _| vec![path.to_vec()]),
    ),
    line(
        "query-only",
        "签名串里只有查询串，没有路径。",
        "Only the query was signed, without the path.",
        |p| query(p, |_, query| vec![query.to_vec(), [b"?", query].concat()]),
    ),
    line(
        "question-mark-left-out",
        "签名串里路径和查询串之间没有问号。",
        "Path and query were signed without the question mark between them.",
        |p| {
            query(p, |path, query| {
                let joined = |between: &[u8]| [path, between, query].concat();
                vec![joined(b""), joined(b"&"), joined(b"\n")]
            })
        },
    ),
    line(
        "question-mark-kept",
        "签名串里的 URL 末尾多了一个问号，发送的没有。",
        "The URL was signed with a question mark at its end and sent without.",
        |p| vec![[p.lines[TARGET], b"?"].concat()],
    ),
    line(
        "question-mark-dropped",
        "发送的 URL 以问号结尾，签名串里没有。",
        "The URL was sent with a question mark at its end and signed without.",
        |p| p.lines[TARGET].strip_suffix(b"?").map(<[u8]>::to_vec).into_iter().collect(),
    ),
    line(
        "query-reordered",
        "签名串里查询参数的顺序与发送的不同。",
        "The parameters of the query were signed in another order than they were sent.",
        |p| {
            query(p, |path, query| {
                let sent: Vec<&[u8]> = query.split(|byte| *byte == b'&').collect();
                let mut orders = vec![sent.clone(), sent.clone()];
                orders[0].sort_unstable();
                orders[1].reverse();
                if sent.len() <= PERMUTED_MAX {
                    orders.extend(super::permutations(&sent));
                }
                orders.iter().map(|order| whole(path, &order.join(&b'&'))).collect()
            })
        },
    ),
    line(
        "query-decoded",
        "签名串里的查询串是解码后的，发送的是编码后的。",
        "The query was signed decoded and sent encoded.",
        |p| {
            query(p, |path, query| {
                let spaces: Vec<u8> =
                    query.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
                vec![whole(path, &decoded(query)), whole(path, &decoded(&spaces))]
            })
        },
    ),
    line(
        "query-encoded-otherwise",
        "签名串里的查询串按另一套规则编码。",
        "The query was signed encoded by other rules than it was sent.",
        |p| {
            query(p, |path, query| {
                let again = |encode: &dyn Fn(&[u8]) -> Vec<u8>| whole(path, &values(query, encode));
                let form = |value: &[u8]| {
                    form_urlencoded::byte_serialize(value).flat_map(str::bytes).collect()
                };
                vec![
                    again(&|value| encoded(value, COMPONENT)),
                    again(&|value| encoded(value, STRICT)),
                    again(&form),
                ]
            })
        },
    ),
    line(
        "query-plus",
        "签名串和实际发送的查询串一个用 + 表示空格，一个用 %20。",
        "A space of the query was signed as + and sent as %20, or the other way round.",
        |p| {
            query(p, |path, query| {
                let text = String::from_utf8_lossy(query);
                ["+", "%20", " ", "%2B"]
                    .into_iter()
                    .flat_map(|space| {
                        let plus = text.replace('+', space);
                        [plus, text.replace("%20", space), text.replace("%2B", space)]
                    })
                    .map(|query| whole(path, query.as_bytes()))
                    .collect()
            })
        },
    ),
    line(
        "query-encoded-twice",
        "签名串里的查询串被多编码了一次。",
        "The query was signed encoded once more.",
        |p| {
            query(p, |path, query| {
                vec![whole(path, &doubly(query)), whole(path, &encoded(query, COMPONENT))]
            })
        },
    ),
    line(
        "query-empty-dropped",
        "签名串里少了没有值的查询参数。",
        "The parameters without a value were signed left out.",
        |p| {
            query(p, |path, query| {
                let full = |pair: &&[u8]| pair.contains(&b'=') && !pair.ends_with(b"=");
                let kept = query.split(|byte| *byte == b'&').filter(full).collect::<Vec<_>>();
                let without =
                    if kept.is_empty() { path.to_vec() } else { whole(path, &kept.join(&b'&')) };
                vec![without]
            })
        },
    ),
    line(
        "ampersand-escaped",
        "签名串里的 & 被转义成 &amp; 或 \\u0026。",
        "The & of the query was signed escaped, as &amp; or \\u0026.",
        |p| {
            query(p, |path, query| {
                let text = String::from_utf8_lossy(query);
                ["&amp;", "\\u0026", "%26"]
                    .map(|escape| whole(path, text.replace('&', escape).as_bytes()))
                    .into()
            })
        },
    ),
];

fn query(parts: &Parts<'_>, make: impl Fn(&[u8], &[u8]) -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    match split(parts.lines[TARGET]) {
        (path, Some(query)) if !query.is_empty() => make(path, query),
        _ => Vec::new(),
    }
}

fn whole(path: &[u8], query: &[u8]) -> Vec<u8> {
    [path, b"?", query].concat()
}

/// The query with each value decoded and encoded again.
fn values(query: &[u8], encode: &dyn Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let plain = |text: &[u8]| -> Vec<u8> {
        let text: Vec<u8> =
            text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
        encode(&decoded(&text))
    };
    let pair = |pair: &[u8]| match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => [&plain(&pair[..at])[..], b"=", &plain(&pair[at + 1..])].concat(),
        None => plain(pair),
    };
    query.split(|byte| *byte == b'&').map(pair).collect::<Vec<_>>().join(&b'&')
}
