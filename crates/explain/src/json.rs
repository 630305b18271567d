//! JSON as text: parsed without losing a digit, printed as one library or another prints it.

use serde::de::IgnoredAny;

/// How deep a body may nest to be looked into: several times what pages nest. Indented, a deep one
/// would be printed many times its size.
const DEPTH_MAX: usize = 16;

/// A value of JSON. Strings and numbers stand as they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    Object(Vec<(&'a str, Self)>),
    Array(Vec<Self>),
    String(&'a str),
    /// A number, `true`, `false` or `null`.
    Word(&'a str),
}

/// A body that is JSON, and the style in which it was printed.
#[derive(Debug)]
pub(crate) struct Json<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) style: Style,
}

/// The white space between the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spacing {
    Compact,
    /// After commas and colons, as Python prints.
    Spaced,
    /// After colons only.
    Colons,
    /// Lines, indented with this.
    Indent(&'static str),
}

/// How strings are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Escapes {
    /// All but ASCII as `\uXXXX`, with digits in capitals or not.
    pub(crate) ascii: Option<Case>,
    /// `/` as `\/`.
    pub(crate) slash: bool,
    /// `<`, `>` and `&` as `\u003c` and so on.
    pub(crate) html: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
}

/// How JSON is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    pub(crate) spacing: Spacing,
    /// None prints the strings as they were sent.
    pub(crate) escapes: Option<Escapes>,
    /// What the sent strings show.
    pub(crate) seen: Escapes,
    pub(crate) sorted: bool,
    pub(crate) reversed: bool,
    pub(crate) floats: bool,
    pub(crate) quoted_numbers: bool,
    pub(crate) without_nulls: bool,
    pub(crate) without_empty: bool,
    pub(crate) single_quotes: bool,
}

/// What a change of style is about; two of different kinds can come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Spacing,
    Order,
    Escapes,
    Values,
}

const SPACINGS: [Spacing; 6] = [
    Spacing::Compact,
    Spacing::Spaced,
    Spacing::Colons,
    Spacing::Indent("  "),
    Spacing::Indent("    "),
    Spacing::Indent("\t"),
];

impl<'a> Json<'a> {
    /// Reads a body; none if it is not JSON, or only a word or a string.
    pub(crate) fn parse(body: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(body).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        serde_json::from_str::<IgnoredAny>(text).ok()?;
        let mut reader = Reader { text, at: 0 };
        let node = reader.node(0)?;
        if !matches!(node, Node::Object(_) | Node::Array(_)) {
            return None;
        }
        let mut style = Style {
            spacing: Spacing::Compact,
            escapes: None,
            seen: seen(text),
            sorted: false,
            reversed: false,
            floats: false,
            quoted_numbers: false,
            without_nulls: false,
            without_empty: false,
            single_quotes: false,
        };
        let sent = text.trim_ascii();
        let same = |spacing: &Spacing| {
            node.print(&Style { spacing: *spacing, ..style }) == sent.as_bytes()
        };
        if let Some(spacing) = SPACINGS.iter().find(|spacing| same(spacing)) {
            style.spacing = *spacing;
        }
        Some(Self { node, style })
    }

    /// The body in a changed style.
    pub(crate) fn restyled(&self, change: impl FnOnce(&mut Style)) -> Vec<u8> {
        let mut style = self.style;
        change(&mut style);
        self.node.print(&style)
    }

    /// The top-level fields that are strings, numbers or words, unescaped.
    pub(crate) fn scalars(&self) -> Vec<(String, String)> {
        let Node::Object(fields) = &self.node else { return Vec::new() };
        let scalar = |(name, node): &(&str, Node<'_>)| {
            let value = match node {
                Node::String(raw) => unescaped(raw),
                Node::Word(word) => (*word).to_owned(),
                Node::Object(_) | Node::Array(_) => return None,
            };
            Some((unescaped(name), value))
        };
        fields.iter().filter_map(scalar).collect()
    }

    /// A top-level string.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        self.scalars().into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }
}

/// Which escapes the strings of a text show.
fn seen(text: &str) -> Escapes {
    let mut seen = Escapes { slash: text.contains("\\/"), ..Escapes::default() };
    for escape in text.split("\\u").skip(1).filter_map(|rest| rest.get(..4)) {
        match u32::from_str_radix(escape, 16) {
            Ok(0x3c | 0x3e | 0x26) => seen.html = true,
            Ok(code) if code >= 0x80 => {
                let capital = escape.bytes().any(|byte| byte.is_ascii_uppercase());
                let case = if capital { Case::Upper } else { Case::Lower };
                seen.ascii = seen.ascii.or(Some(case));
            }
            Ok(_) | Err(_) => {}
        }
    }
    seen
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// Reads what `serde_json` has found to be JSON; every step is checked all the same.
impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn node(&mut self, depth: usize) -> Option<Node<'a>> {
        if depth > DEPTH_MAX {
            return None;
        }
        match self.byte()? {
            b'{' => {
                let read = |reader: &mut Self| {
                    let name = reader.string()?;
                    (reader.byte()? == b':').then(|| reader.at += 1)?;
                    Some((name, reader.node(depth + 1)?))
                };
                Some(Node::Object(self.list(b'}', read)?))
            }
            b'[' => Some(Node::Array(self.list(b']', |reader| reader.node(depth + 1))?)),
            b'"' => Some(Node::String(self.string()?)),
            _ => {
                let rest = &self.text[self.at..];
                let end = rest
                    .find(|c: char| c.is_ascii_whitespace() || matches!(c, ',' | ']' | '}'))
                    .unwrap_or(rest.len());
                self.at += end;
                Some(Node::Word(&rest[..end]))
            }
        }
    }

    fn list<T>(&mut self, end: u8, read: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        loop {
            self.at += 1;
            if self.byte()? == end {
                self.at += 1;
                return Some(items);
            }
            items.push(read(self)?);
            match self.byte()? {
                b',' => {}
                found if found == end => {
                    self.at += 1;
                    return Some(items);
                }
                _ => return None,
            }
        }
    }

    /// A string with its quotes.
    fn string(&mut self) -> Option<&'a str> {
        if self.byte()? != b'"' {
            return None;
        }
        let start = self.at;
        let mut escaped = false;
        for (offset, byte) in self.text.as_bytes()[start + 1..].iter().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => {
                    self.at = start + offset + 2;
                    return self.text.get(start..self.at);
                }
                _ => {}
            }
        }
        None
    }
}

/// The text of a string that stands in quotes; as it stands if it has no text.
pub(crate) fn unescaped(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_error| raw.to_owned())
}
