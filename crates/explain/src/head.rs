//! Reads the head of a request as forgivingly as it can, and says what it has to forgive.

use std::collections::BTreeMap;

use http::HeaderMap;
use http::header::{ACCEPT, AUTHORIZATION, HeaderName, USER_AGENT};
use redress_crypto::{SCHEME, Serial, WINDOW_SECONDS};

use crate::capture::{Known, Role};
use crate::catalogue::heads as m;
use crate::explanation::Cause;
use crate::mistake::Mistake;

/// The longest header that is looked into, in bytes.
const AUTHORIZATION_BYTES_MAX: usize = 4096;
/// The most items that are looked at.
const ITEMS_MAX: usize = 32;
/// How much of a wrong word is repeated, in characters.
const WORD_CHARS_MAX: usize = 40;

const ITEMS: [(&str, usize); 5] =
    [("mchid", 32), ("nonce_str", 128), ("signature", 1024), ("timestamp", 16), ("serial_no", 128)];

/// Names that programs give to the items, without case and underscores.
const MISSPELT: [(&str, &str); 19] = [
    ("mchid", "mchid"),
    ("merchantid", "mchid"),
    ("spmchid", "mchid"),
    ("nonce", "nonce_str"),
    ("noncestr", "nonce_str"),
    ("noncestring", "nonce_str"),
    ("sign", "signature"),
    ("signature", "signature"),
    ("paysign", "signature"),
    ("time", "timestamp"),
    ("timestamp", "timestamp"),
    ("timestr", "timestamp"),
    ("serial", "serial_no"),
    ("serialno", "serial_no"),
    ("serialnumber", "serial_no"),
    ("serialnum", "serial_no"),
    ("serianlno", "serial_no"),
    ("certserialno", "serial_no"),
    ("mchserialno", "serial_no"),
];

/// What could be read.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) items: BTreeMap<&'static str, String>,
    pub(crate) causes: Vec<Cause>,
}

impl Head {
    pub(crate) fn item(&self, name: &str) -> Option<&str> {
        self.items.get(name).map(String::as_str)
    }

    fn note(&mut self, mistake: &Mistake) {
        if !self.causes.iter().any(|cause| cause.id == mistake.id) {
            self.causes.push(Cause::of(mistake));
        }
    }

    fn note_word(&mut self, mistake: &Mistake, word: &str) {
        let word: String = word.chars().take(WORD_CHARS_MAX).collect();
        let (zh, en) = (format!("（{word}）"), format!("({word})"));
        self.causes.push(Cause::seen(mistake, &zh, &en));
    }
}

/// The checks before the signature, in the provider's order, without stopping at the first.
pub(crate) fn read(headers: &HeaderMap, known: &Known<'_>, now: Option<i64>) -> Head {
    let mut head = Head::default();
    let given = |name: &HeaderName| headers.get(name).is_some_and(|value| !value.is_empty());
    for (name, mistake) in [(ACCEPT, &m::ACCEPT), (USER_AGENT, &m::USER_AGENT)] {
        if !given(&name) {
            head.note(mistake);
        }
    }
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        head.note(&m::MISSING);
        return head;
    };
    if values.next().is_some() {
        head.note(&m::DOUBLED);
    }
    let text = String::from_utf8_lossy(value.as_bytes());
    let printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if text.len() > AUTHORIZATION_BYTES_MAX {
        head.note(&m::GARBLED);
        return head;
    }
    if !text.bytes().all(printable) {
        head.note(&m::GARBLED);
    }
    let items = scheme(&mut head, text.trim());
    read_items(&mut head, items);
    time(&mut head, now);
    merchant(&mut head, known);
    head
}

/// Takes the scheme word off.
fn scheme<'t>(head: &mut Head, text: &'t str) -> &'t str {
    let (word, items) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    if word == SCHEME {
        return items;
    }
    if word.contains('=') {
        head.note(&m::SCHEME_MISSING);
        return text;
    }
    if word.eq_ignore_ascii_case(SCHEME) {
        head.note_word(&m::SCHEME_CASE, word);
    } else {
        head.note_word(&m::SCHEME_OTHER, word);
    }
    items
}

fn read_items(head: &mut Head, items: &str) {
    let mut rest = items.trim();
    for _ in 0..ITEMS_MAX {
        let Some((name, after)) = rest.split_once('=') else { break };
        let after = if after.starts_with([' ', '\t']) || name.ends_with([' ', '\t']) {
            head.note(&m::SEPARATORS);
            after.trim_start()
        } else {
            after
        };
        let (value, tail) = value(head, after);
        let name = name.trim().trim_matches(['"', '\'']);
        item(head, name, value);
        let tail = tail.trim_start();
        rest = match tail.strip_prefix(',') {
            Some(tail) => tail.trim_start(),
            None if tail.is_empty() => tail,
            None => {
                head.note(&m::SEPARATORS);
                tail.trim_start_matches([';', '&', ' ', '\t'])
            }
        };
    }
    for (name, _) in ITEMS {
        if !head.items.contains_key(name) {
            head.note_word(&m::ITEM_MISSING, name);
        }
    }
}

/// A value and what follows it.
fn value<'t>(head: &mut Head, text: &'t str) -> (&'t str, &'t str) {
    for (quote, mistake) in [('"', None), ('\'', Some(&m::QUOTES_SINGLE))] {
        if let Some(inside) = text.strip_prefix(quote)
            && let Some(parted) = inside.split_once(quote)
        {
            if let Some(mistake) = mistake {
                head.note(mistake);
            }
            return parted;
        }
    }
    head.note(&m::QUOTES_MISSING);
    let end = text.find([',', ';']).unwrap_or(text.len());
    (text[..end].trim().trim_matches('"'), &text[end..])
}

fn item(head: &mut Head, name: &str, value: &str) {
    let exact = ITEMS.iter().find(|(item, _)| *item == name);
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let guess = MISSPELT.iter().find(|(wrong, _)| *wrong == plain).map(|(_, right)| *right);
    let found = exact.or_else(|| ITEMS.iter().find(|(item, _)| guess == Some(*item)));
    let Some((item, bytes_max)) = found else {
        head.note_word(&m::ITEM_UNKNOWN, name);
        return;
    };
    if exact.is_none() {
        let word = format!("{name} → {item}");
        head.note_word(&m::ITEM_MISSPELT, &word);
    }
    if value.is_empty() {
        head.note_word(&m::ITEM_EMPTY, item);
    }
    if value.len() > *bytes_max {
        head.note_word(&m::ITEM_LONG, item);
    }
    if head.items.contains_key(item) {
        head.note_word(&m::ITEM_DOUBLED, item);
        return;
    }
    head.items.insert(item, value.to_owned());
}

/// How far the time is off, if the clock is known.
pub(crate) fn off_seconds(timestamp: &str, now: Option<i64>) -> Option<i64> {
    let sent: i64 = timestamp.parse().ok()?;
    Some(now?.saturating_sub(sent))
}

fn time(head: &mut Head, now: Option<i64>) {
    let Some(timestamp) = head.item("timestamp").map(str::to_owned) else { return };
    if timestamp.is_empty() || !timestamp.bytes().all(|byte| byte.is_ascii_digit()) {
        if !timestamp.is_empty() {
            head.note(&m::NOT_A_TIME);
        }
        return;
    }
    // Seconds have thirteen digits in the year 33658 only.
    if timestamp.len() == 13 {
        head.note(&m::MILLISECONDS);
        return;
    }
    if let Some(off) = off_seconds(&timestamp, now)
        && off.unsigned_abs() > WINDOW_SECONDS.unsigned_abs()
    {
        head.causes.push(clock(&m::CLOCK, off));
    }
}

/// A cause that says how far off the clock is.
pub(crate) fn clock(mistake: &Mistake, off: i64) -> Cause {
    let seconds = off.unsigned_abs();
    let (zh, en) = if off > 0 { ("早", "behind") } else { ("晚", "ahead of") };
    let zh = format!("它比当前时间{zh} {seconds} 秒。");
    let en = format!("It is {seconds} seconds {en} the clock.");
    Cause::seen(mistake, &zh, &en)
}

fn merchant(head: &mut Head, known: &Known<'_>) {
    let (Some(mchid), Some(serial)) = (head.item("mchid"), head.item("serial_no")) else { return };
    let (mchid, serial) = (mchid.to_owned(), serial.to_owned());
    if mchid.is_empty() || serial.is_empty() {
        return;
    }
    let merchants = || known.keys.iter().filter(|key| key.role == Role::Merchant);
    if !merchants().any(|key| key.owner == mchid) {
        head.note_word(&m::MCHID, &mchid);
    }
    let parsed = Serial::parse(&serial).ok();
    let named = |wanted: &Serial| known.keys.iter().find(|key| key.serial == *wanted);
    let owns = |wanted: &Serial| merchants().any(|k| k.serial == *wanted && k.owner == mchid);
    if parsed.as_ref().is_some_and(owns) {
        return;
    }
    if serial.starts_with("PUB_KEY_ID_") {
        head.note(&m::SERIAL_PUBLIC_KEY);
        return;
    }
    let owner = parsed.as_ref().and_then(named);
    if let Some(key) = owner {
        match key.role {
            Role::Platform => head.note(&m::SERIAL_PLATFORM),
            Role::Merchant => head.note_word(&m::SERIAL_OTHER, &key.owner),
        }
        return;
    }
    if hexadecimal(&serial).as_ref().and_then(named).is_some() {
        head.note(&m::SERIAL_DECIMAL);
        return;
    }
    let digits: String = serial.chars().filter(|c| !matches!(c, ':' | ' ' | '-')).collect();
    let digits = digits.strip_prefix("0x").or(digits.strip_prefix("0X")).unwrap_or(&digits);
    if digits.len() < serial.len() && Serial::parse(digits).is_ok() {
        head.note(&m::SERIAL_COLONS);
    } else if parsed.is_none() {
        head.note(&m::SERIAL_GARBLED);
    } else {
        head.note(&m::SERIAL);
    }
}

/// The serial that a decimal number is.
fn hexadecimal(decimal: &str) -> Option<Serial> {
    if decimal.len() > 64 || !decimal.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut digits = vec![0_u32];
    for byte in decimal.bytes() {
        let mut carry = u32::from(byte - b'0');
        for digit in &mut digits {
            carry += *digit * 10;
            *digit = carry % 16;
            carry /= 16;
        }
        while carry > 0 {
            digits.push(carry % 16);
            carry /= 16;
        }
    }
    let hex: String = digits.iter().rev().filter_map(|d| char::from_digit(*d, 16)).collect();
    Serial::parse(&hex).ok()
}

/// The merchant's number and the serial that a request claims, as far as they can be read.
pub fn claimed(headers: &HeaderMap) -> (Option<String>, Option<String>) {
    let mut head = read(headers, &Known::default(), None);
    (head.items.remove("mchid"), head.items.remove("serial_no"))
}
