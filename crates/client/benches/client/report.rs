//! The rows, as a table and as JSON.

use std::io::{self, Write as _};

use serde_json::{Value as Json, json};

use crate::turns::Pair;

/// What a row is about, and how much there may be.
pub(crate) enum Figure {
    /// What is there beside a signature or its verification: at most this share of a signature,
    /// whose CPU time in microseconds comes with it.
    Overhead { of: Pair, signature: f64, most: Option<f64> },
    /// At most so many times the signature and the verification of a call.
    Call { of: Pair, most: Option<f64> },
    /// What is there beside another way to do the same.
    Beside { of: Pair },
    /// At most so many bytes.
    Memory { bytes: f64, most: f64 },
}

/// One row.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) figure: Figure,
}

impl Row {
    /// The number that the target is about, and the target.
    fn number(&self) -> (f64, Option<f64>) {
        match &self.figure {
            Figure::Overhead { of, signature, most } => (of.overhead() / signature, *most),
            Figure::Call { of, most } => (of.ratio(), *most),
            Figure::Beside { of } => (of.overhead(), None),
            Figure::Memory { bytes, most } => (*bytes, Some(*most)),
        }
    }

    fn unit(&self) -> &'static str {
        match self.figure {
            Figure::Overhead { .. } => "of a signature, beside the raw work",
            Figure::Call { .. } => "times signature and verification",
            Figure::Beside { .. } => "microseconds more",
            Figure::Memory { .. } => "bytes",
        }
    }

    fn shown(&self, number: f64) -> String {
        match self.figure {
            Figure::Overhead { .. } => format!("{:.1} %", number * 100.0),
            Figure::Call { .. } => format!("{number:.2} x"),
            Figure::Beside { .. } => format!("{number:+.1} µs"),
            Figure::Memory { .. } => format!("{:.0} kB", number / 1_000.0),
        }
    }

    fn pair(&self) -> Option<&Pair> {
        match &self.figure {
            Figure::Overhead { of, .. } | Figure::Call { of, .. } | Figure::Beside { of } => {
                Some(of)
            }
            Figure::Memory { .. } => None,
        }
    }

    fn line(&self) -> String {
        let (number, most) = self.number();
        let time = |of: fn(&Pair) -> f64| {
            self.pair().map_or_else(String::new, |pair| format!("{:.1}", of(pair)))
        };
        let range = self.pair().map_or_else(String::new, |pair| {
            let (first, last) = (pair.ratios.first(), pair.ratios.last());
            let bound = |ratio: Option<&f64>| ratio.copied().unwrap_or_default();
            format!("{:.3}-{:.3}", bound(first), bound(last))
        });
        let target = most.map_or_else(String::new, |most| {
            let word = if number <= most { "met" } else { "MISSED" };
            format!("<= {}: {word}", self.shown(most))
        });
        format!(
            "{:<44} {:>8} {:>8} {:>13} {:>9}  {target}\n",
            self.name,
            time(|pair| pair.ours),
            time(|pair| pair.raw),
            range,
            self.shown(number),
        )
    }

    fn json(&self) -> Json {
        let (number, most) = self.number();
        let pair = self.pair();
        json!({
            "name": self.name,
            "value": number,
            "unit": self.unit(),
            "target": most,
            "met": most.map(|most| number <= most),
            "microseconds": pair.map(|pair| pair.ours),
            "raw_microseconds": pair.map(|pair| pair.raw),
            "ratios": pair.map(|pair| &pair.ratios),
        })
    }
}

/// Prints what stands above the rows.
pub(crate) fn head(json: bool) -> io::Result<()> {
    if json {
        return Ok(());
    }
    say(&format!(
        "CPU time in µs, medians; raw is aws-lc-rs alone, in turns with it\n\n\
         {:<44} {:>8} {:>8} {:>13} {:>9}  target\n",
        "", "redress", "raw", "ratios", ""
    ))
}

/// Prints a row, so that whoever waits sees it come.
pub(crate) fn row(json: bool, row: &Row) -> io::Result<()> {
    if json { Ok(()) } else { say(&row.line()) }
}

/// Prints all of them as one JSON.
pub(crate) fn whole(json: bool, rows: &[Row]) -> io::Result<()> {
    if !json {
        return Ok(());
    }
    let rows: Vec<Json> = rows.iter().map(Row::json).collect();
    say(&format!("{:#}\n", json!({ "rows": rows })))
}

/// To stdout.
pub(crate) fn say(text: &str) -> io::Result<()> {
    io::stdout().lock().write_all(text.as_bytes())
}
