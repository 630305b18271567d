//! Mistakes in the second line: the path and what becomes of it.

use super::url::{
    COMPONENT, STRICT, URI, decoded, doubly, per_segment, recased, split, with_query,
};
use crate::mistake::{Dimension, Entry, Fix, Make, MakeLines, Mistake, Pairs};
use crate::parts::{Parts, TARGET};

pub(super) const FIX: Fix = Fix {
    zh: "签名串第二行用实际发送的路径和查询串，逐字节相同：不含协议、域名和 #，不再编码或解码。",
    en: "Sign path and query exactly as they are sent: no scheme, host or fragment, and nothing \
         encoded or decoded once more.",
};

const FIX_PLACEHOLDER: Fix = Fix {
    zh: "先把路径参数填进 URL，再用填好的 URL 签名。",
    en: "Fill the parameters into the path first, then sign the path that is sent.",
};

/// Hosts of the provider, which a text is signed with by mistake.
const HOSTS: [&str; 5] = [
    "api.mch.weixin.qq.com",
    "api2.mch.weixin.qq.com",
    "api.wechatpay.cn",
    "api2.wechatpay.cn",
    "apihk.mch.weixin.qq.com",
];

const fn line(
    id: &'static str,
    pairs: Pairs,
    zh: &'static str,
    en: &'static str,
    fix: Fix,
    make: MakeLines,
) -> Entry {
    let mistake = Mistake::new(id, Dimension::Target, zh, en, fix);
    Entry { mistake, pairs, make: Make::Lines(make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    line(
        "url-with-host",
        Pairs::Yes,
        "签名串里的 URL 带了协议和域名。",
        "The URL was signed with scheme and host.",
        FIX,
        |p| urls(p, &["https://", "http://"]),
    ),
    line(
        "host-without-scheme",
        Pairs::Yes,
        "签名串里的 URL 带了域名。",
        "The URL was signed with its host.",
        FIX,
        |p| urls(p, &["", "//"]),
    ),
    line(
        "placeholder-left",
        Pairs::Yes,
        "签名串里的路径参数没有填：占位符原样签了名。",
        "A placeholder of the path was signed as it stands, without its value.",
        FIX_PLACEHOLDER,
        |p| placeholders(p, &[("{", "}"), (":", ""), ("%7B", "%7D"), ("${", "}"), ("<", ">")]),
    ),
    line(
        "path-value-missing",
        Pairs::Yes,
        "签名串里的路径参数是空的。",
        "A parameter of the path was signed without its value.",
        FIX_PLACEHOLDER,
        |p| placeholders(p, &[]),
    ),
    line(
        "path-decoded",
        Pairs::Yes,
        "签名串里的路径是解码后的，发送的是编码后的。",
        "The path was signed decoded and sent encoded.",
        FIX,
        |p| path(p, |path| vec![decoded(path)]),
    ),
    line(
        "path-encoded-twice",
        Pairs::Yes,
        "签名串里的路径被多编码了一次。",
        "The path was signed encoded once more.",
        FIX,
        |p| path(p, |path| vec![doubly(path)]),
    ),
    line(
        "path-encoded-otherwise",
        Pairs::Yes,
        "签名串里的路径按另一套规则编码（如 encodeURIComponent 与 RFC 3986 的区别）。",
        "The path was signed encoded by other rules, say encodeURIComponent's for RFC 3986's.",
        FIX,
        |p| {
            path(p, |path| {
                vec![
                    per_segment(path, COMPONENT),
                    per_segment(path, STRICT),
                    per_segment(path, URI),
                ]
            })
        },
    ),
    line(
        "slashes-encoded",
        Pairs::Yes,
        "签名串里的路径整体编码过，斜杠成了 %2F。",
        "The whole path was signed encoded, its slashes too.",
        FIX,
        |p| {
            path(p, |path| {
                let whole = super::url::encoded(path, COMPONENT);
                let lower = String::from_utf8_lossy(&whole).replace("%2F", "%2f").into_bytes();
                let kept = whole.strip_prefix(b"%2F").map(|rest| [b"/", rest].concat());
                [Some(whole.clone()), Some(lower), kept].into_iter().flatten().collect()
            })
        },
    ),
    line(
        "percent-other-case",
        Pairs::Yes,
        "签名串里百分号编码的大小写与发送的不同。",
        "The percent-encoded bytes were signed in the other case.",
        FIX,
        |p| {
            let target = p.lines[TARGET];
            vec![recased(target, u8::to_ascii_lowercase), recased(target, u8::to_ascii_uppercase)]
        },
    ),
    line(
        "trailing-slash-added",
        Pairs::Yes,
        "签名串里的路径末尾多了一个斜杠。",
        "The path was signed with a slash at its end.",
        FIX,
        |p| path(p, |path| vec![[path, b"/"].concat()]),
    ),
    line(
        "trailing-slash-dropped",
        Pairs::Yes,
        "签名串里的路径末尾少了斜杠。",
        "The path was signed without the slash at its end.",
        FIX,
        |p| path(p, |path| path.strip_suffix(b"/").map(<[u8]>::to_vec).into_iter().collect()),
    ),
    line(
        "leading-slash-dropped",
        Pairs::Yes,
        "签名串里的路径没有以斜杠开头。",
        "The path was signed without the slash at its begin.",
        FIX,
        |p| path(p, |path| path.strip_prefix(b"/").map(<[u8]>::to_vec).into_iter().collect()),
    ),
    line(
        "leading-slash-doubled",
        Pairs::Yes,
        "签名串里的路径以两个斜杠开头。",
        "The path was signed with two slashes at its begin.",
        FIX,
        |p| path(p, |path| vec![[b"/", path].concat()]),
    ),
    line(
        "path-without-version",
        Pairs::Yes,
        "签名串里的路径没有 /v3。",
        "The path was signed without its /v3.",
        FIX,
        |p| path(p, |path| path.strip_prefix(b"/v3").map(<[u8]>::to_vec).into_iter().collect()),
    ),
    line(
        "path-prefix-dropped",
        Pairs::Yes,
        "签名串里的路径从 /v3 开始，发送的路径前面还有别的（如代理的前缀）。",
        "The path was signed from /v3 on; what was sent has more before it, say a proxy's prefix.",
        FIX,
        |p| {
            path(p, |path| {
                let at = path.windows(4).position(|window| window == b"/v3/");
                at.filter(|at| *at > 0).map(|at| path[at..].to_vec()).into_iter().collect()
            })
        },
    ),
    line(
        "path-prefix-added",
        Pairs::No,
        "签名串里的路径前面多了一段（/v3 重复，或境外接入的前缀）。",
        "The path was signed with more before it: /v3 twice, or the prefix of another service.",
        FIX,
        |p| path(p, |path| vec![[b"/v3", path].concat(), [b"/hk", path].concat()]),
    ),
    line(
        "path-other-case",
        Pairs::No,
        "签名串里路径的大小写与发送的不同。",
        "The path was signed in other letters' case.",
        FIX,
        |p| vec![p.lines[TARGET].to_ascii_lowercase(), p.lines[TARGET].to_ascii_uppercase()],
    ),
    line(
        "fragment-kept",
        Pairs::Yes,
        "签名串里的 URL 带了 #。",
        "The URL was signed with a fragment's #.",
        FIX,
        |p| vec![[p.lines[TARGET], b"#"].concat(), [p.lines[TARGET], b"#/"].concat()],
    ),
    line(
        "fragment-dropped",
        Pairs::Yes,
        "发送的 URL 带了 # 及其后的部分，签名串里没有。",
        "The URL was sent with a fragment and signed without it.",
        FIX,
        |p| {
            let at = p.lines[TARGET].iter().position(|byte| *byte == b'#');
            at.map(|at| p.lines[TARGET][..at].to_vec()).into_iter().collect()
        },
    ),
    line(
        "target-with-space",
        Pairs::No,
        "签名串里的 URL 前后多了一个空格。",
        "The URL was signed with a space before or after it.",
        FIX,
        |p| vec![[p.lines[TARGET], b" "].concat(), [b" ", p.lines[TARGET]].concat()],
    ),
    line(
        "target-empty",
        Pairs::No,
        "签名串里 URL 那一行是空的。",
        "The line of the URL was signed empty.",
        FIX,
        |_| vec![Vec::new(), b"/".to_vec(), b"null".to_vec(), b"undefined".to_vec()],
    ),
];

/// Other texts of the path, each with the query as sent and without it.
fn path(parts: &Parts<'_>, make: impl Fn(&[u8]) -> Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let (path, query) = split(parts.lines[TARGET]);
    make(path).into_iter().map(|path| with_query(&path, query)).collect()
}

fn urls(parts: &Parts<'_>, before: &[&str]) -> Vec<Vec<u8>> {
    let target = parts.lines[TARGET];
    let sent = parts.host();
    let bare = sent.and_then(|host| host.split(':').next()).filter(|bare| Some(*bare) != sent);
    let hosts = sent.into_iter().chain(bare).chain(HOSTS);
    hosts
        .flat_map(|host| {
            before.iter().map(move |before| [before.as_bytes(), host.as_bytes(), target].concat())
        })
        .collect()
}

/// The path with one of its parameters, or all of them, as it stands in the template. Without
/// marks, with nothing.
fn placeholders(parts: &Parts<'_>, marks: &[(&str, &str)]) -> Vec<Vec<u8>> {
    let (path, query) = split(parts.lines[TARGET]);
    let Ok(path) = std::str::from_utf8(path) else { return Vec::new() };
    let sent: Vec<&str> = path.split('/').collect();
    let mut made = Vec::new();
    for template in parts.templates {
        let template: Vec<&str> = template.split('/').collect();
        let name = |segment: &str| -> Option<String> {
            Some(segment.strip_prefix('{')?.strip_suffix('}')?.to_owned())
        };
        let names: Vec<Option<String>> = template.iter().map(|segment| name(segment)).collect();
        let fits = template.len() == sent.len()
            && template
                .iter()
                .zip(&names)
                .zip(&sent)
                .all(|((t, name), s)| name.is_some() || t == s);
        let count = names.iter().flatten().count();
        if !fits || count == 0 {
            continue;
        }
        let filled = |value: &dyn Fn(&str) -> String, only: Option<usize>| {
            let segments =
                sent.iter().zip(&names).enumerate().map(|(at, (sent, name))| match name {
                    Some(name) if only.is_none_or(|only| only == at) => value(name),
                    _ => (*sent).to_owned(),
                });
            with_query(segments.collect::<Vec<_>>().join("/").as_bytes(), query)
        };
        let places: Vec<usize> = (0..names.len()).filter(|at| names[*at].is_some()).collect();
        let choices = std::iter::once(None).chain(places.into_iter().map(Some));
        for only in choices.take(if count == 1 { 1 } else { usize::MAX }) {
            if marks.is_empty() {
                made.push(filled(&|_| String::new(), only));
            }
            for (open, close) in marks {
                made.push(filled(&|name| format!("{open}{name}{close}"), only));
            }
        }
    }
    made
}
