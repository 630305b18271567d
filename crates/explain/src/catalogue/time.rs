//! Mistakes in the line of the timestamp.

use std::time::UNIX_EPOCH;

use crate::mistake::{Dimension, Entry, Fix, Make, MakeLines, Mistake, Pairs};
use crate::parts::{Parts, TIME};

const FIX: Fix = Fix {
    zh: "时间戳只取一次，以秒为单位，签名串和请求头里用同一个值。",
    en: "Take the time once, in seconds, and put that one value into both text and header.",
};

/// How far apart two looks at the clock are thought to be, in seconds.
const DRIFT_SECONDS_MAX: i64 = 10;

const HOUR_SECONDS: i64 = 3600;

const fn line(
    id: &'static str,
    pairs: Pairs,
    zh: &'static str,
    en: &'static str,
    make: MakeLines,
) -> Entry {
    let mistake = Mistake::new(id, Dimension::Time, zh, en, FIX);
    Entry { mistake, pairs, make: Make::Lines(make) }
}

pub(super) static ENTRIES: &[Entry] = &[
    line(
        "timestamp-milliseconds",
        Pairs::Yes,
        "签名串里的时间戳以毫秒为单位，请求头里的以秒为单位。",
        "The timestamp was signed in milliseconds and sent in seconds.",
        |p| of(p, |now| vec![format!("{now}000")]),
    ),
    line(
        "timestamp-seconds",
        Pairs::Yes,
        "签名串里的时间戳以秒为单位，请求头里的以毫秒为单位。",
        "The timestamp was signed in seconds and sent in milliseconds.",
        |p| of(p, |now| vec![(now / 1000).to_string()]),
    ),
    line(
        "timestamp-taken-twice",
        Pairs::Yes,
        "签名串和请求头里的时间戳相差几秒：时间取了两次。",
        "The signed timestamp is some seconds off the one that was sent: the time was taken twice.",
        |p| {
            of(p, |now| {
                let off = |seconds| [now.saturating_sub(seconds), now.saturating_add(seconds)];
                (1..=DRIFT_SECONDS_MAX).flat_map(off).map(|at| at.to_string()).collect()
            })
        },
    ),
    line(
        "timestamp-of-date-header",
        Pairs::Yes,
        "签名串里的时间戳来自 Date 请求头。",
        "The time of the Date header was signed.",
        |p| {
            let date = p.headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
            let Some(date) = date else { return Vec::new() };
            let parsed = httpdate::parse_http_date(date).ok();
            let seconds = parsed.and_then(|at| at.duration_since(UNIX_EPOCH).ok());
            let seconds = seconds.map(|since| since.as_secs().to_string().into_bytes());
            [Some(date.as_bytes().to_vec()), seconds].into_iter().flatten().collect()
        },
    ),
    line(
        "timestamp-of-another-header",
        Pairs::Yes,
        "签名串里的时间戳取自另一个请求头。",
        "A number of another header was signed in place of the timestamp.",
        |p| {
            let number = |value: &http::HeaderValue| {
                let digits = (8..=16).contains(&value.len())
                    && value.as_bytes().iter().all(u8::is_ascii_digit);
                digits.then(|| value.as_bytes().to_vec())
            };
            p.headers.values().filter_map(number).collect()
        },
    ),
    line(
        "timestamp-time-zone",
        Pairs::No,
        "签名串里的时间戳与请求头里的相差整数个小时：按时区换算过。",
        "The signed timestamp is whole hours off: it was moved by a time zone.",
        |p| {
            of(p, |now| {
                let off = |hours| {
                    let seconds = hours * HOUR_SECONDS;
                    [now.saturating_sub(seconds), now.saturating_add(seconds)]
                };
                (1..=14).flat_map(off).map(|at| at.to_string()).collect()
            })
        },
    ),
    line(
        "timestamp-float",
        Pairs::No,
        "签名串里的时间戳带小数。",
        "The timestamp was signed with a fraction.",
        |p| of(p, |now| vec![format!("{now}.0"), format!("{now}.000"), format!("{now}.")]),
    ),
    line(
        "timestamp-quoted",
        Pairs::No,
        "签名串里的时间戳带引号。",
        "The timestamp was signed in quotes.",
        |p| of(p, |now| vec![format!("\"{now}\""), format!("'{now}'")]),
    ),
    line(
        "timestamp-empty",
        Pairs::No,
        "签名串里时间戳那一行是空的。",
        "The line of the timestamp was signed empty.",
        |_| vec![Vec::new(), b"0".to_vec(), b"null".to_vec(), b"undefined".to_vec()],
    ),
];

/// Every millisecond of the second that was sent, but the first.
pub(crate) fn milliseconds(parts: &Parts<'_>) -> Vec<Vec<u8>> {
    of(parts, |now| (1..1000).map(|part| format!("{now}{part:03}")).collect())
}

fn of(parts: &Parts<'_>, make: impl Fn(i64) -> Vec<String>) -> Vec<Vec<u8>> {
    let sent = std::str::from_utf8(parts.lines[TIME]).ok().and_then(|text| text.parse().ok());
    let Some(sent) = sent else { return Vec::new() };
    make(sent).into_iter().map(String::into_bytes).collect()
}
