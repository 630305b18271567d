//! Masks secrets: payment codes, what a client forgot to seal, the control token. They are found
//! by the names of their fields in what was sent, then wherever they appear: an error repeats what
//! it refuses.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use redress_api::secret::{SECRET_FIELDS, Secret};
use serde_json::Value as Json;

/// Shorter values than this are too common to be looked for, in characters.
const SECRET_CHARS_MIN: usize = 2;
/// A request with more secrets than this shows no body at all.
const SECRETS_MAX: usize = 16;
/// How much of a payment code is shown, at its beginning and its end, in characters.
const CODE_SHOWN_CHARS: (usize, usize) = (6, 4);
/// The fewest characters of it that are not.
const STARS_MIN: usize = 8;
/// The fewest bytes of something that was sealed: one block of a key of 1024 bits.
const SEALED_BYTES_MIN: usize = 128;
/// How much of a secret is looked for at the end of a text that was cut, in characters.
const CUT_CHARS_MAX: usize = 256;

/// The secrets of one exchange, in every form in which they were found, and what stands for each.
#[derive(Default)]
pub(crate) struct Mask {
    secrets: Vec<(String, String)>,
    /// There are so many that nothing is shown.
    crowded: bool,
}

impl Mask {
    /// The secrets in a request to this path, and the token, if there is one.
    pub(crate) fn of(path: &str, target: &str, body: &[u8], token: Option<&str>) -> Self {
        let mut mask = Self::default();
        if let Some(token) = token {
            mask.add(token, &|secret| starred(secret, (0, 0)));
        }
        if let Some((_, query)) = target.split_once('?') {
            mask.scan_pairs(path, query);
        }
        let text = text(body);
        if text.trim_start().starts_with(['{', '[', '"', '\u{feff}']) {
            mask.scan_json(path, &text);
        } else if !text.is_empty() {
            mask.scan_pairs(path, &text);
            mask.scan_codes(&text);
        }
        mask
    }

    /// The bytes without the secrets; the same ones if there are none in them.
    pub(crate) fn bytes(&self, bytes: &Bytes) -> Bytes {
        if self.crowded {
            return Bytes::from_static(b"(not kept: it has too many secrets)");
        }
        let found = |(secret, _): &(String, String)| contains(bytes, secret.as_bytes());
        let cut = |(secret, _): &(String, String)| ends_in(bytes, secret).is_some();
        if !self.secrets.iter().any(|secret| found(secret) || cut(secret)) {
            return bytes.clone();
        }
        Bytes::from(self.text(&text(bytes)).into_owned())
    }

    /// The text without the secrets.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut shown = Cow::Borrowed(text);
        if self.crowded {
            return Cow::Borrowed("(not kept: it has too many secrets)");
        }
        for (secret, stars) in &self.secrets {
            if shown.contains(secret.as_str()) {
                shown = shown.replace(secret.as_str(), stars).into();
            }
            if let Some(begins) = ends_in(shown.as_bytes(), secret) {
                let stars: String = stars.chars().take(secret[..begins].chars().count()).collect();
                let cut = format!("{}\"", &secret[..begins]);
                shown = shown.replace(&cut, &(stars + "\"")).into();
            }
        }
        shown
    }

    /// Takes the secrets out of every string of a value, also where one is cut at an end.
    pub(crate) fn json(&self, value: &mut Json) {
        match value {
            Json::String(text) => *text = self.excerpt(text),
            Json::Array(items) => items.iter_mut().for_each(|item| self.json(item)),
            Json::Object(fields) => fields.values_mut().for_each(|field| self.json(field)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    fn excerpt(&self, text: &str) -> String {
        let mut text = self.text(text).into_owned();
        for (secret, _) in &self.secrets {
            let cuts = || {
                let begins = secret.char_indices().skip(SECRET_CHARS_MIN).map(|(at, _)| at);
                begins.take(CUT_CHARS_MAX).collect::<Vec<_>>().into_iter().rev()
            };
            let end = text.find('…').unwrap_or(text.len());
            if let Some(at) = cuts().find(|at| text[..end].ends_with(&secret[..*at])) {
                let stars = starred(&secret[..at], (0, 0));
                text.replace_range(end - at..end, &stars);
            }
            let begins = secret.char_indices().rev().skip(SECRET_CHARS_MIN - 1);
            let begins = begins.map(|(at, _)| at).take(CUT_CHARS_MAX).collect::<Vec<_>>();
            let begins = begins.into_iter().rev().find(|at| text.starts_with(&secret[*at..]));
            if let Some(at) = begins {
                text.replace_range(..secret.len() - at, &starred(&secret[at..], (0, 0)));
            }
        }
        text
    }

    /// Adds a value in each form in which it may appear.
    fn add(&mut self, secret: &str, masked: &dyn Fn(&str) -> String) {
        let quoted = |text: &str| {
            let quoted = serde_json::to_string(text).unwrap_or_default();
            let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            inner.unwrap_or_default().to_owned()
        };
        let decoded = serde_json::from_str::<String>(&format!("\"{secret}\"")).ok();
        let forms = [
            Some(secret.to_owned()),
            Some(quoted(secret)),
            decoded.as_deref().map(quoted),
            decoded.as_deref().map(|text| in_ascii(text, false)),
            decoded.as_deref().map(|text| in_ascii(text, true)),
            decoded,
        ];
        for form in forms.into_iter().flatten() {
            let known = self.secrets.iter().any(|(known, _)| *known == form);
            if !known && form.chars().count() >= SECRET_CHARS_MIN {
                let masked = masked(&form);
                self.secrets.push((form, masked));
            }
        }
        // Longer ones first: one may be a part of another.
        self.secrets.sort_by_key(|(secret, _)| std::cmp::Reverse(secret.len()));
        self.crowded |= self.secrets.len() > 4 * SECRETS_MAX;
    }

    fn add_field(&mut self, secret: Secret, value: &str) {
        match secret {
            Secret::Bearer => self.add(value, &|secret| starred(secret, CODE_SHOWN_CHARS)),
            Secret::Sealed if is_sealed(value) => {}
            Secret::Sealed => self.add(value, &|secret| starred(secret, (0, 0))),
        }
    }

    /// Looks for secret fields in a text of JSON, whole or broken: a string, a colon, a value.
    fn scan_json(&mut self, path: &str, text: &str) {
        let mut rest = text;
        let mut name: Option<Secret> = None;
        while let Some(at) = rest.find('"') {
            let between = rest[..at].trim();
            // A value that is no string stands between two strings.
            if let (Some(secret), Some(plain)) = (name.take(), between.strip_prefix(':')) {
                if plain.is_empty() {
                    name = Some(secret);
                } else if let Some(value) = plain.split([',', '}', ']']).next() {
                    self.add_field(secret, value.trim());
                }
            }
            let (value, after) = string(&rest[at + 1..]);
            if let Some(secret) = name.take() {
                self.add_field(secret, value);
            } else if after.trim_start().starts_with(':') {
                let decoded = match value.contains('\\') {
                    true => serde_json::from_str::<String>(&format!("\"{value}\"")).ok(),
                    false => None,
                };
                name = secret_named(path, decoded.as_deref().unwrap_or(value));
            }
            rest = after;
            if self.crowded {
                return;
            }
        }
        if let (Some(secret), Some(plain)) = (name, rest.trim_start().strip_prefix(':')) {
            self.add_field(secret, plain.split([',', '}', ']']).next().unwrap_or_default().trim());
        }
    }

    /// Looks for secret fields in `name=value&…`.
    fn scan_pairs(&mut self, path: &str, text: &str) {
        for pair in text.split('&') {
            let Some((name, value)) = pair.split_once('=') else { continue };
            let decoded = |text: &str| {
                form_urlencoded::parse(format!("{text}=").as_bytes())
                    .next()
                    .map(|(text, _)| text.into_owned())
                    .unwrap_or_default()
            };
            let Some(secret) = secret_named(path, &decoded(name)) else { continue };
            self.add_field(secret, value);
            self.add_field(secret, &decoded(value));
            if self.crowded {
                return;
            }
        }
    }

    /// Looks for what has the form of a payment code, in a text of unknown form.
    fn scan_codes(&mut self, text: &str) {
        for run in text.split(|c: char| !c.is_ascii_digit()) {
            if matches!(run.as_bytes(), [b'1', b'0'..=b'5', ..] if run.len() == 18) {
                self.add_field(Secret::Bearer, run);
            }
            if self.crowded {
                return;
            }
        }
    }
}

/// As `String::from_utf8_lossy`, which looks at each byte even where nothing is lost.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

fn secret_named(path: &str, name: &str) -> Option<Secret> {
    let mut fields = SECRET_FIELDS.iter();
    let known = fields
        .find(|f| f.name == name && f.path.is_none_or(|of| of == path || path.starts_with('(')));
    known.map(|field| field.secret)
}

/// Whether a text is Base64 of something as long as one block of RSA.
fn is_sealed(text: &str) -> bool {
    STANDARD.decode(text.replace("\\/", "/")).is_ok_and(|b| b.len() >= SEALED_BYTES_MIN)
}

/// As many characters, with stars for those in the middle. Of a short text nothing is shown.
fn starred(text: &str, (first, last): (usize, usize)) -> String {
    let count = text.chars().count();
    let enough = count >= first + last + STARS_MIN;
    let (first, last) = if enough { (first, last) } else { (0, 0) };
    let each = text.chars().enumerate();
    each.map(|(n, c)| if n < first || n >= count - last { c } else { '*' }).collect()
}

/// A text as those print it whose JSON is ASCII.
fn in_ascii(text: &str, upper: bool) -> String {
    let units = |c: char| {
        let mut units = [0; 2];
        let each = c.encode_utf16(&mut units).iter();
        each.map(|unit| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") })
            .collect::<String>()
    };
    text.chars().map(|c| if c.is_ascii() { c.to_string() } else { units(c) }).collect()
}

/// The rest of a JSON string up to its end, and what comes after.
fn string(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let Some((first, _)) = part.split_first() else { return false };
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte == first) {
        if rest[at..].starts_with(part) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

/// How many bytes of a secret a string ends with that was cut: at least two characters of it,
/// then the quotation mark.
fn ends_in(bytes: &[u8], secret: &str) -> Option<usize> {
    let begins = secret.char_indices().skip(SECRET_CHARS_MIN).take(CUT_CHARS_MAX);
    let mut begins = begins.map(|(at, _)| at).collect::<Vec<_>>();
    // Most texts do not even have the shortest.
    let shortest = *begins.first()?;
    if !contains(bytes, &secret.as_bytes()[..shortest]) {
        return None;
    }
    begins.reverse();
    begins.into_iter().find(|at| {
        let cut = [&secret.as_bytes()[..*at], b"\""].concat();
        contains(bytes, &cut)
    })
}
