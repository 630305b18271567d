//! Prints an explanation: cause and fix, and the two texts line by line, with what cannot be seen
//! drawn and the first byte that differs marked.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use redress_explain::{Explanation, Proof, Verdict};

use crate::args::Lang;
use crate::print::{BAD, GOOD, line};

const HEAD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const MARK: Style = Style::new().invert();
const EXPECTED: Style = AnsiColor::Green.on_default();
const SIGNED: Style = AnsiColor::Red.on_default();

/// How much of a line is shown, in characters.
const LINE_CHARS_MAX: usize = 100;
/// How much of a long line stands before what is marked, in characters.
const BEFORE_CHARS: usize = 30;
/// How many lines are shown.
const LINES_MAX: usize = 24;

/// Prints an explanation in a language.
pub(crate) fn show(explanation: &Explanation, lang: Lang) {
    let zh = lang == Lang::Zh;
    let pick = |chinese: &'static str, english: &'static str| if zh { chinese } else { english };
    let style = if explanation.verdict == Verdict::Good { GOOD } else { BAD };
    let title = match explanation.verdict {
        Verdict::Good => pick("签名正确", "good"),
        Verdict::Causes => pick("原因", "cause"),
        Verdict::Unknown => pick("原因不明", "unknown"),
    };
    let said = if zh { &explanation.zh } else { &explanation.en };
    if explanation.causes.len() < 2 {
        line(&format!("{style}{title}{style:#}  {said}"));
    } else {
        for cause in &explanation.causes {
            let said = if zh { &cause.zh } else { &cause.en };
            line(&format!("{style}{title}{style:#}  {said}"));
        }
        if explanation.verdict != Verdict::Good && explanation.proof == Proof::Key {
            line(said);
        }
    }
    let fix = if zh { &explanation.fix_zh } else { &explanation.fix_en };
    if !fix.is_empty() {
        line(&format!("{HEAD}{}{HEAD:#}  {fix}", pick("改法", "fix")));
    }
    let proof = match explanation.proof {
        Proof::Digest => pick(
            "签名用公钥还原出的摘要与这段文本的摘要相同",
            "the digest in the signature is this text's",
        ),
        Proof::Key => pick(
            "签名能用这把公钥还原，文本未知",
            "the signature opens with the key, its text is not known",
        ),
        Proof::Header => pick("见 HTTP 头", "it stands in the headers"),
        Proof::None => pick("没有", "none"),
    };
    line(&format!("{HEAD}{}{HEAD:#}  {proof}", pick("证据", "proof")));
    if let Some(signer) = &explanation.signer {
        line(&format!("{HEAD}{}{HEAD:#}  {signer}", pick("签名者", "signer")));
    }
    texts(explanation, zh);
}

fn texts(explanation: &Explanation, zh: bool) {
    let Some(expected) = &explanation.expected else { return };
    let expected = drawn(expected);
    line("");
    let Some(signed) = &explanation.signed else {
        line(&format!("{HEAD}{}{HEAD:#}", if zh { "应签的文本" } else { "text to be signed" }));
        for (number, text) in expected.iter().take(LINES_MAX).enumerate() {
            line(&format!("{DIM}{:>4}{DIM:#}   {}", number + 1, cut(text, 0, None)));
        }
        return;
    };
    let signed = drawn(signed);
    let (minus, plus) = if zh { ("应签", "实签") } else { ("to be signed", "was signed") };
    line(&format!("{EXPECTED}- {minus}{EXPECTED:#}  {SIGNED}+ {plus}{SIGNED:#}"));
    if let Some(parted) = &explanation.parted {
        let told = if zh {
            format!("第 {} 行第 {} 个字节起不同", parted.line, parted.byte)
        } else {
            format!("they part at line {}, byte {}", parted.line, parted.byte)
        };
        line(&format!("{DIM}{told}{DIM:#}"));
    }
    let mut marked = false;
    for number in 0..expected.len().max(signed.len()).min(LINES_MAX) {
        let (right, wrong) = (expected.get(number), signed.get(number));
        if let (Some(right), true) = (right, right == wrong) {
            line(&format!("{DIM}{:>4}{DIM:#}   {}", number + 1, cut(right, 0, None)));
            continue;
        }
        let same = match (right, wrong) {
            (Some(right), Some(wrong)) => {
                right.iter().zip(wrong).take_while(|(a, b)| a == b).count()
            }
            _ => 0,
        };
        // Only the first place is where they part; what follows may just have moved.
        let mark = (!marked).then_some(same);
        marked = true;
        for (sign, style, text) in [('-', EXPECTED, right), ('+', SIGNED, wrong)] {
            if let Some(text) = text {
                let shown = cut(text, same, mark);
                line(&format!("{DIM}{:>4}{DIM:#} {style}{sign}{style:#} {shown}", number + 1));
            }
        }
    }
}

/// The lines of a text, each as what is drawn for its characters.
fn drawn(text: &str) -> Vec<Vec<String>> {
    let mut lines = vec![Vec::new()];
    for c in text.chars() {
        let drawn = match c {
            '\n' => "⏎".to_owned(),
            '\r' => "␍".to_owned(),
            '\t' => "⇥".to_owned(),
            ' ' => "␠".to_owned(),
            '\u{feff}' => "\\uFEFF".to_owned(),
            c if c.is_control() || ('\u{200b}'..='\u{200f}').contains(&c) || c == '\u{a0}' => {
                format!("\\u{{{:04X}}}", u32::from(c))
            }
            c => c.to_string(),
        };
        if let Some(last) = lines.last_mut() {
            last.push(drawn);
        }
        if c == '\n' {
            lines.push(Vec::new());
        }
    }
    if lines.last().is_some_and(Vec::is_empty) {
        lines.pop();
    }
    lines
}

/// A line around a place, with the character there marked.
fn cut(text: &[String], around: usize, mark: Option<usize>) -> String {
    let start = if text.len() > LINE_CHARS_MAX { around.saturating_sub(BEFORE_CHARS) } else { 0 };
    let end = text.len().min(start + LINE_CHARS_MAX);
    let mut shown = if start > 0 { format!("{DIM}…{DIM:#}") } else { String::new() };
    for (at, drawn) in text.iter().enumerate().take(end).skip(start) {
        let _ = if mark == Some(at) {
            write!(shown, "{MARK}{drawn}{MARK:#}")
        } else {
            write!(shown, "{drawn}")
        };
    }
    if mark == Some(text.len()) {
        let _ = write!(shown, "{MARK}∅{MARK:#}");
    }
    if end < text.len() {
        let _ = write!(shown, "{DIM}…{DIM:#}");
    }
    shown
}
