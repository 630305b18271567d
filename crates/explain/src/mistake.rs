//! What a mistake is: a name, what to say of it, and what it makes of the right parts.

use std::borrow::Cow;

use serde::Serialize;

use crate::json::{Kind, Style};
use crate::parts::Parts;

/// What a mistake is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The first line.
    Method,
    /// The second line.
    Target,
    /// The line of the timestamp.
    Time,
    /// The line of the nonce.
    Nonce,
    /// The last line.
    Body,
    /// How lines become a text, and the text a digest.
    Layout,
    /// The key and the kind of signature.
    Key,
    /// How the signature is written in its header.
    Coding,
    /// The head of the message.
    Head,
    /// What a program did to an answer before it checked it.
    Answer,
}

impl Dimension {
    /// Its name in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Method => "method",
            Self::Target => "target",
            Self::Time => "timestamp",
            Self::Nonce => "nonce",
            Self::Body => "body",
            Self::Layout => "layout",
            Self::Key => "key",
            Self::Coding => "coding",
            Self::Head => "head",
            Self::Answer => "answer",
        }
    }
}

/// A mistake of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mistake {
    /// Its name, which never changes.
    pub id: &'static str,
    /// What it is about.
    pub dimension: Dimension,
    /// The cause in Chinese.
    pub zh: &'static str,
    /// The cause in English.
    pub en: &'static str,
    /// The fix in Chinese.
    pub fix_zh: &'static str,
    /// The fix in English.
    pub fix_en: &'static str,
}

/// A fix that several mistakes share.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fix {
    pub(crate) zh: &'static str,
    pub(crate) en: &'static str,
}

/// Whether a mistake is also tried together with one of another dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairs {
    Yes,
    No,
}

pub(crate) type MakeLines = fn(&Parts<'_>) -> Vec<Vec<u8>>;
pub(crate) type MakeLayouts = fn(&Parts<'_>) -> Vec<Layout>;

/// What a mistake makes of the right parts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Make {
    /// Other texts for the line of its dimension.
    Lines(MakeLines),
    /// The body, parsed and printed in another style.
    Json(Kind, fn(&mut Style)),
    /// Other texts from the same lines.
    Layouts(MakeLayouts),
}

/// A mistake that can be made on purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) mistake: Mistake,
    pub(crate) pairs: Pairs,
    pub(crate) make: Make,
}

impl Mistake {
    pub(crate) const fn new(
        id: &'static str,
        dimension: Dimension,
        zh: &'static str,
        en: &'static str,
        fix: Fix,
    ) -> Self {
        Self { id, dimension, zh, en, fix_zh: fix.zh, fix_en: fix.en }
    }
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// One of the five lines.
    Line(usize),
    /// What stands between them.
    Text(Cow<'static, [u8]>),
}

/// What is done to the whole text before it is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrap {
    Plain,
    DigestBytes,
    DigestHex,
    DigestHexCapital,
    DigestBase64,
    Base64,
    Hex,
    Component,
    Form,
}

/// How lines become a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) wrap: Wrap,
}

impl Layout {
    /// These lines, each followed by its end.
    pub(crate) fn ended<'e>(lines: &[usize], end: impl Fn(usize) -> &'e str) -> Self {
        let mut pieces = Vec::with_capacity(2 * lines.len());
        for (place, line) in lines.iter().enumerate() {
            pieces.push(Piece::Line(*line));
            pieces.push(text(end(place).as_bytes()));
        }
        Self::of(pieces)
    }

    pub(crate) fn of(pieces: Vec<Piece>) -> Self {
        Self { pieces, wrap: Wrap::Plain }
    }

    pub(crate) fn wrapped(self, wrap: Wrap) -> Self {
        Self { wrap, ..self }
    }
}

/// A piece of fixed bytes.
pub(crate) fn text(bytes: &[u8]) -> Piece {
    Piece::Text(Cow::Owned(bytes.to_vec()))
}
