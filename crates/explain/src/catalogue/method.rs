//! Mistakes in the first line.

use crate::mistake::{Dimension, Entry, Fix, Make, MakeLines, Mistake, Pairs};
use crate::parts::{METHOD, Parts};

const FIX: Fix = Fix {
    zh: "签名串第一行用实际发送的请求方法，全部大写。",
    en: "Sign the method that is sent, in capital letters.",
};

const fn line(id: &'static str, zh: &'static str, en: &'static str, make: MakeLines) -> Entry {
    let mistake = Mistake::new(id, Dimension::Method, zh, en, FIX);
    Entry { mistake, pairs: Pairs::Yes, make: Make::Lines(make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    line(
        "method-lower-case",
        "签名串里的请求方法是小写的。",
        "The method was signed in small letters.",
        |p| vec![method(p).to_lowercase().into()],
    ),
    line(
        "method-capitalised",
        "签名串里的请求方法只有首字母大写。",
        "The method was signed with only its first letter in capitals.",
        |p| {
            let method = method(p).to_lowercase();
            let (first, rest) = method.split_at_checked(1).unwrap_or_default();
            vec![format!("{}{rest}", first.to_uppercase()).into()]
        },
    ),
    line(
        "method-other",
        "签名串里的请求方法与实际发送的不同。",
        "Another method was signed than was sent.",
        |_| {
            ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]
                .map(|method| method.as_bytes().to_vec())
                .into()
        },
    ),
    line(
        "method-other-lower-case",
        "签名串里的请求方法与实际发送的不同，而且是小写的。",
        "Another method was signed than was sent, and in small letters.",
        |_| {
            ["get", "post", "put", "patch", "delete"]
                .map(|method| method.as_bytes().to_vec())
                .into()
        },
    ),
    line(
        "method-empty",
        "签名串第一行是空的，没有请求方法。",
        "The first line of the signed text is empty where the method belongs.",
        |_| vec![Vec::new()],
    ),
    line(
        "method-with-space",
        "签名串里的请求方法前后多了一个空格。",
        "The method was signed with a space before or after it.",
        |p| vec![[method(p), " "].concat().into(), [" ", method(p)].concat().into()],
    ),
];

fn method<'a>(parts: &Parts<'a>) -> &'a str {
    std::str::from_utf8(parts.lines[METHOD]).unwrap_or_default()
}
