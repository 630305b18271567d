//! What people read: tables, colours, errors.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use redress::api::assumed::assumptions as assumed;
use serde::Serialize;
use serde_json::Value as Json;

use crate::args::Output;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const HEAD: Style = Style::new().bold();

/// Prints a line to stdout. A reader that went away (`| head`) is no error.
pub(crate) fn line(text: &str) {
    let _ = writeln!(anstream::stdout(), "{text}");
}

/// Prints a value as JSON.
pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<()> {
    line(&serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Prints an error and what caused it to stderr. Some errors say their cause themselves.
pub(crate) fn error(error: &anyhow::Error) {
    let mut said = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !said.contains(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    let _ = writeln!(anstream::stderr(), "{BAD}error:{BAD:#} {said}");
}

/// Prints what is to be known before anything else to stderr.
pub(crate) fn warning(text: &str) {
    let _ = writeln!(anstream::stderr(), "{BAD}{text}{BAD:#}");
}

/// A table with aligned columns.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<bool>,
}

impl Table {
    /// A table with these headings; one that starts with `>` aligns its column to the right.
    pub(crate) fn new(headings: &[&str]) -> Self {
        let right = headings.iter().map(|heading| heading.starts_with('>')).collect();
        let row = headings.iter().map(|heading| heading.trim_start_matches('>').to_owned());
        Self { rows: vec![row.collect()], right }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.cells(cells.into());
    }

    /// A row whose length is known at run time only.
    pub(crate) fn cells(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn print(&self) {
        let columns = self.right.len();
        let width = |column: usize| {
            self.rows.iter().filter_map(|row| row.get(column)).map(|cell| wide(cell)).max()
        };
        let widths: Vec<usize> = (0..columns).map(|c| width(c).unwrap_or(0)).collect();
        for (number, row) in self.rows.iter().enumerate() {
            let mut text = String::new();
            for ((cell, width), right) in row.iter().zip(&widths).zip(&self.right) {
                let pad = " ".repeat(width - wide(cell));
                let _ = if *right {
                    write!(text, "{pad}{cell}  ")
                } else {
                    write!(text, "{cell}{pad}  ")
                };
            }
            let text = text.trim_end();
            if number == 0 {
                line(&format!("{HEAD}{text}{HEAD:#}"));
            } else {
                line(text);
            }
        }
    }
}

/// Prints the fields of an answer.
pub(crate) fn fields(answer: &Json) {
    let mut table = Table::new(&["field", "value"]);
    rows(&mut table, "", answer);
    table.print();
}

/// One row for each leaf of an answer that has a value.
fn rows(table: &mut Table, name: &str, value: &Json) {
    match value {
        Json::Object(fields) => {
            for (field, value) in fields {
                let name = if name.is_empty() { field.clone() } else { format!("{name}.{field}") };
                rows(table, &name, value);
            }
        }
        Json::String(text) => table.row([name.to_owned(), text.clone()]),
        Json::Null => {}
        Json::Bool(_) | Json::Number(_) | Json::Array(_) => {
            table.row([name.to_owned(), value.to_string()]);
        }
    }
}

/// Columns that a text takes on a terminal: Chinese characters take two.
fn wide(text: &str) -> usize {
    text.chars()
        .map(|c| if ('\u{1100}'..='\u{ffe6}').contains(&c) && c > '\u{2e7f}' { 2 } else { 1 })
        .sum()
}

/// `redress assumptions`.
pub(crate) fn assumptions(output: &Output) -> anyhow::Result<ExitCode> {
    if output.json {
        json(&assumed().collect::<Vec<_>>())?;
        return Ok(ExitCode::SUCCESS);
    }
    for assumption in assumed() {
        line(&format!("{HEAD}{}{HEAD:#}: {}", assumption.id, assumption.about));
        line(&format!("  assumed: {}", assumption.choice));
        line(&format!("  because: {}", assumption.because));
    }
    Ok(ExitCode::SUCCESS)
}
