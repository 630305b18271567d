//! Mistakes in the line of the nonce.

use crate::mistake::{Dimension, Entry, Fix, Make, MakeLines, Mistake, Pairs};
use crate::parts::NONCE;

const FIX: Fix = Fix {
    zh: "随机串只生成一次，签名串和请求头里用同一个值，逐字节相同。",
    en: "Make the nonce once and put the same bytes into both text and header.",
};

/// The longest value of another header that is tried, in bytes.
const NONCE_BYTES_MAX: usize = 128;

const fn line(
    id: &'static str,
    pairs: Pairs,
    zh: &'static str,
    en: &'static str,
    make: MakeLines,
) -> Entry {
    let mistake = Mistake::new(id, Dimension::Nonce, zh, en, FIX);
    Entry { mistake, pairs, make: Make::Lines(make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    line(
        "nonce-lower-case",
        Pairs::Yes,
        "签名串里的随机串是小写的，发送的不是。",
        "The nonce was signed in small letters and sent as it is.",
        |p| vec![p.lines[NONCE].to_ascii_lowercase()],
    ),
    line(
        "nonce-upper-case",
        Pairs::Yes,
        "签名串里的随机串是大写的，发送的不是。",
        "The nonce was signed in capital letters and sent as it is.",
        |p| vec![p.lines[NONCE].to_ascii_uppercase()],
    ),
    line(
        "nonce-without-dashes",
        Pairs::Yes,
        "签名串里的随机串去掉了连字符。",
        "The nonce was signed without its dashes.",
        |p| vec![p.lines[NONCE].iter().copied().filter(|byte| *byte != b'-').collect()],
    ),
    line(
        "nonce-with-dashes",
        Pairs::Yes,
        "签名串里的随机串带连字符，发送的不带。",
        "The nonce was signed as a UUID with dashes and sent without them.",
        |p| dashed(p.lines[NONCE]).into_iter().collect(),
    ),
    line(
        "nonce-of-another-header",
        Pairs::Yes,
        "签名串里的随机串取自另一个请求头。",
        "The value of another header was signed in place of the nonce.",
        |p| {
            let values = p.headers.iter().filter(|(name, value)| {
                *name != http::header::AUTHORIZATION && (8..=NONCE_BYTES_MAX).contains(&value.len())
            });
            values.map(|(_, value)| value.as_bytes().to_vec()).collect()
        },
    ),
    line(
        "nonce-cut",
        Pairs::No,
        "签名串里的随机串被截短了。",
        "The nonce was cut before it was signed.",
        |p| {
            let cut = |length: usize| p.lines[NONCE].get(..length).map(<[u8]>::to_vec);
            [32, 30, 24, 20, 16, 10, 8].into_iter().filter_map(cut).collect()
        },
    ),
    line(
        "nonce-quoted",
        Pairs::No,
        "签名串里的随机串带引号。",
        "The nonce was signed in quotes.",
        |p| vec![[b"\"", p.lines[NONCE], b"\""].concat()],
    ),
    line(
        "nonce-with-space",
        Pairs::No,
        "签名串里的随机串前后多了一个空格。",
        "The nonce was signed with a space before or after it.",
        |p| vec![[p.lines[NONCE], b" "].concat(), [b" ", p.lines[NONCE]].concat()],
    ),
    line(
        "nonce-empty",
        Pairs::No,
        "签名串里随机串那一行是空的。",
        "The line of the nonce was signed empty.",
        |_| vec![Vec::new(), b"null".to_vec(), b"undefined".to_vec()],
    ),
];

fn dashed(nonce: &[u8]) -> Option<Vec<u8>> {
    if nonce.len() != 32 || !nonce.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let groups = [&nonce[..8], &nonce[8..12], &nonce[12..16], &nonce[16..20], &nonce[20..]];
    Some(groups.join(&b'-'))
}
