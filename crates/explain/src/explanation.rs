//! What an explanation says, and how it is shown.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::mistake::Mistake;

/// How much of a text is shown, in bytes.
pub const SHOWN_BYTES_MAX: usize = 1024;
/// How much is shown on each side of the first byte that differs, in characters.
const EXCERPT_CHARS: usize = 24;

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The signature is good, and so is all around it that was looked at.
    Good,
    /// The causes are named.
    Causes,
    /// There is something wrong, and it is none of the mistakes that are known.
    Unknown,
}

/// What the explanation rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Nothing: no known key opens the signature.
    None,
    /// What stands in the headers.
    Header,
    /// The key: the signature opens to a digest under it.
    Key,
    /// The text: it hashes to the digest that was signed.
    Digest,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The mistake's name.
    pub id: &'static str,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
    /// What to do, in Chinese.
    pub fix_zh: &'static str,
    /// What to do, in English.
    pub fix_en: &'static str,
}

impl Cause {
    pub(crate) fn of(mistake: &Mistake) -> Self {
        let Mistake { id, zh, en, fix_zh, fix_en, .. } = *mistake;
        Self { id, zh: zh.to_owned(), en: en.to_owned(), fix_zh, fix_en }
    }

    /// With what was seen, in Chinese and in English.
    pub(crate) fn seen(mistake: &Mistake, zh: &str, en: &str) -> Self {
        let mut cause = Self::of(mistake);
        cause.zh.push_str(zh);
        cause.en.push(' ');
        cause.en.push_str(en);
        cause
    }
}

/// Where two texts part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parted {
    /// The line, from 1. A body of several lines goes on counting.
    pub line: usize,
    /// The byte in that line, from 1.
    pub byte: usize,
    /// The byte in the whole text, from 0.
    pub offset: usize,
    /// What should have been signed around there.
    pub expected: String,
    /// What was signed around there.
    pub signed: String,
}

/// What is wrong with a signature, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// What came out.
    pub verdict: Verdict,
    /// What it rests on.
    pub proof: Proof,
    /// What is wrong, the first thing to mend first.
    pub causes: Vec<Cause>,
    /// All of it in Chinese.
    pub zh: String,
    /// All of it in English.
    pub en: String,
    /// What to do, in Chinese.
    pub fix_zh: String,
    /// What to do, in English.
    pub fix_en: String,
    /// Whose key made the signature, if that is known.
    pub signer: Option<String>,
    /// The text that should have been signed; cut after [`SHOWN_BYTES_MAX`] bytes.
    pub expected: Option<String>,
    /// The text that was signed, if it is proven; cut likewise.
    pub signed: Option<String>,
    /// Where they part.
    pub parted: Option<Parted>,
}

/// What is left to say when no cause says it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rest {
    pub(crate) zh: String,
    pub(crate) en: String,
    pub(crate) fix_zh: &'static str,
    pub(crate) fix_en: &'static str,
}

impl Explanation {
    /// From causes and what else is to say; the texts come by [`with_texts`](Self::with_texts).
    pub(crate) fn new(proof: Proof, causes: Vec<Cause>, rest: Option<Rest>, good: bool) -> Self {
        let verdict = match (causes.is_empty(), good) {
            (true, true) => Verdict::Good,
            (true, false) => Verdict::Unknown,
            (false, _) => Verdict::Causes,
        };
        let rest = rest.unwrap_or_default();
        let joined = |parts: &mut dyn Iterator<Item = &str>, gap: &str| {
            let mut said: Vec<&str> = Vec::new();
            for part in parts {
                if !part.is_empty() && !said.contains(&part) {
                    said.push(part);
                }
            }
            said.join(gap)
        };
        let zh = joined(&mut causes.iter().map(|c| &*c.zh).chain([&*rest.zh]), "");
        let en = joined(&mut causes.iter().map(|c| &*c.en).chain([&*rest.en]), " ");
        let fix_zh = joined(&mut causes.iter().map(|c| c.fix_zh).chain([rest.fix_zh]), "");
        let fix_en = joined(&mut causes.iter().map(|c| c.fix_en).chain([rest.fix_en]), " ");
        Self {
            verdict,
            proof,
            causes,
            zh,
            en,
            fix_zh,
            fix_en,
            signer: None,
            expected: None,
            signed: None,
            parted: None,
        }
    }

    pub(crate) fn with_texts(mut self, expected: &[u8], signed: Option<&[u8]>) -> Self {
        self.parted = signed.and_then(|signed| Parted::between(expected, signed));
        self.expected = Some(shown(expected));
        self.signed = signed.map(shown);
        self
    }

    /// Whether a cause of this name is among them.
    pub fn names(&self, id: &str) -> bool {
        self.causes.iter().any(|cause| cause.id == id)
    }
}

/// The causes and the fix, in English.
impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)?;
        if !self.fix_en.is_empty() {
            write!(f, " Fix: {}", self.fix_en)?;
        }
        Ok(())
    }
}

impl Parted {
    fn between(expected: &[u8], signed: &[u8]) -> Option<Self> {
        let same = expected.iter().zip(signed).take_while(|(a, b)| a == b).count();
        if same == expected.len() && same == signed.len() {
            return None;
        }
        let before = &expected[..same];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        Some(Self {
            line: before.iter().filter(|byte| **byte == b'\n').count() + 1,
            byte: same - line_start + 1,
            offset: same,
            expected: excerpt(expected, same),
            signed: excerpt(signed, same),
        })
    }
}

fn excerpt(text: &[u8], at: usize) -> String {
    // A character may part in its middle: the bytes before it may belong to it.
    let start = at.saturating_sub(4 * EXCERPT_CHARS);
    let before = String::from_utf8_lossy(&text[start..at]).into_owned();
    let end = text.len().min(at.saturating_add(4 * EXCERPT_CHARS));
    let after = String::from_utf8_lossy(&text[at..end]).into_owned();
    let skipped = before.chars().count().saturating_sub(EXCERPT_CHARS);
    before.chars().skip(skipped).chain(after.chars().take(EXCERPT_CHARS)).collect()
}

fn shown(text: &[u8]) -> String {
    match text.get(..SHOWN_BYTES_MAX) {
        Some(head) if head.len() < text.len() => {
            let rest = text.len() - head.len();
            format!("{}… (+{rest} bytes)", String::from_utf8_lossy(head))
        }
        _ => String::from_utf8_lossy(text).into_owned(),
    }
}
