//! Printing JSON in a style.

use crate::json::{Case, Escapes, Node, Spacing, Style, unescaped};

impl Node<'_> {
    /// The value in a style.
    pub(crate) fn print(&self, style: &Style) -> Vec<u8> {
        let mut out = Vec::new();
        self.print_to(&mut out, style, 0);
        out
    }

    fn print_to(&self, out: &mut Vec<u8>, style: &Style, depth: usize) {
        match self {
            Self::Object(fields) => {
                let mut fields: Vec<_> =
                    fields.iter().filter(|(_, value)| value.stays(style)).collect();
                if style.sorted {
                    fields.sort_by_key(|(name, _)| *name);
                }
                if style.reversed {
                    fields.reverse();
                }
                let colon: &[u8] = match style.spacing {
                    Spacing::Compact => b":",
                    Spacing::Spaced | Spacing::Colons | Spacing::Indent(_) => b": ",
                };
                list(out, style, depth, (b'{', b'}'), &fields, |out, (name, value)| {
                    string(out, style, name);
                    out.extend_from_slice(colon);
                    value.print_to(out, style, depth + 1);
                });
            }
            Self::Array(items) => {
                list(out, style, depth, (b'[', b']'), items, |out, item| {
                    item.print_to(out, style, depth + 1);
                });
            }
            Self::String(raw) => string(out, style, raw),
            Self::Word(word) => self.word(out, style, word),
        }
    }

    fn stays(&self, style: &Style) -> bool {
        match self {
            Self::Word(word) => !(style.without_nulls && *word == "null"),
            Self::String(raw) => !(style.without_empty && *raw == "\"\""),
            Self::Object(_) | Self::Array(_) => true,
        }
    }

    fn word(&self, out: &mut Vec<u8>, style: &Style, word: &str) {
        let number = word.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let integer = number && !word.contains(['.', 'e', 'E']);
        if style.quoted_numbers && number {
            out.push(b'"');
            out.extend_from_slice(word.as_bytes());
            out.push(b'"');
            return;
        }
        let word = match word {
            "true" if style.single_quotes => "True",
            "false" if style.single_quotes => "False",
            "null" if style.single_quotes => "None",
            word => word,
        };
        out.extend_from_slice(word.as_bytes());
        if style.floats && integer {
            out.extend_from_slice(b".0");
        }
    }
}

fn list<T>(
    out: &mut Vec<u8>,
    style: &Style,
    depth: usize,
    (open, close): (u8, u8),
    items: &[T],
    print: impl Fn(&mut Vec<u8>, &T),
) {
    out.push(open);
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        match style.spacing {
            Spacing::Spaced if number > 0 => out.push(b' '),
            Spacing::Compact | Spacing::Spaced | Spacing::Colons => {}
            Spacing::Indent(indent) => new_line(out, indent, depth + 1),
        }
        print(out, item);
    }
    if let (Spacing::Indent(indent), false) = (style.spacing, items.is_empty()) {
        new_line(out, indent, depth);
    }
    out.push(close);
}

fn new_line(out: &mut Vec<u8>, indent: &str, depth: usize) {
    out.push(b'\n');
    for _ in 0..depth {
        out.extend_from_slice(indent.as_bytes());
    }
}

fn string(out: &mut Vec<u8>, style: &Style, raw: &str) {
    if style.single_quotes {
        let text = unescaped(raw);
        let quote = if text.contains('\'') && !text.contains('"') { b'"' } else { b'\'' };
        out.push(quote);
        for c in text.chars() {
            match c {
                '\\' => out.extend_from_slice(b"\\\\"),
                '\'' if quote == b'\'' => out.extend_from_slice(b"\\'"),
                '\n' => out.extend_from_slice(b"\\n"),
                '\t' => out.extend_from_slice(b"\\t"),
                '\r' => out.extend_from_slice(b"\\r"),
                c => push(out, c),
            }
        }
        out.push(quote);
        return;
    }
    let Some(escapes) = &style.escapes else {
        out.extend_from_slice(raw.as_bytes());
        return;
    };
    out.push(b'"');
    for c in unescaped(raw).chars() {
        character(out, *escapes, c);
    }
    out.push(b'"');
}

fn character(out: &mut Vec<u8>, escapes: Escapes, c: char) {
    let short: &[u8] = match c {
        '"' => b"\\\"",
        '\\' => b"\\\\",
        '\n' => b"\\n",
        '\r' => b"\\r",
        '\t' => b"\\t",
        '\u{8}' => b"\\b",
        '\u{c}' => b"\\f",
        '/' if escapes.slash => b"\\/",
        _ => b"",
    };
    let html = escapes.html && matches!(c, '<' | '>' | '&' | '\u{2028}' | '\u{2029}');
    if !short.is_empty() {
        out.extend_from_slice(short);
    } else if c < ' ' || html || (escapes.ascii.is_some() && !c.is_ascii()) {
        let mut units = [0; 2];
        for unit in c.encode_utf16(&mut units) {
            let escape = match escapes.ascii {
                Some(Case::Upper) => format!("\\u{unit:04X}"),
                Some(Case::Lower) | None => format!("\\u{unit:04x}"),
            };
            out.extend_from_slice(escape.as_bytes());
        }
    } else {
        push(out, c);
    }
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
