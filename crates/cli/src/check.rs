//! Verdicts: what is right, what is wrong, and what to do about it.

mod folder;

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

pub(crate) use self::folder::{folder, validity};
use crate::args::Output;
use crate::print::{self, BAD, GOOD};

const DOUBTFUL: Style = AnsiColor::Yellow.on_default().bold();

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warning,
    Problem,
}

struct Finding {
    verdict: Verdict,
    about: String,
    said: String,
    todo: String,
}

/// What was found, in the order in which it was looked at.
#[derive(Default)]
pub(crate) struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn ok(&mut self, about: &str, said: impl Into<String>) {
        self.add(Verdict::Ok, about, said.into(), "");
    }

    /// It may do harm later, or could not be looked at.
    pub(crate) fn warning(&mut self, about: &str, said: impl Into<String>, todo: &str) {
        self.add(Verdict::Warning, about, said.into(), todo);
    }

    /// Calls fail because of it.
    pub(crate) fn problem(&mut self, about: &str, said: impl Into<String>, todo: &str) {
        self.add(Verdict::Problem, about, said.into(), todo);
    }

    fn add(&mut self, verdict: Verdict, about: &str, said: String, todo: &str) {
        let (about, todo) = (about.to_owned(), todo.to_owned());
        self.0.push(Finding { verdict, about, said, todo });
    }

    pub(crate) fn is_sound(&self) -> bool {
        self.0.iter().all(|finding| finding.verdict != Verdict::Problem)
    }

    /// Prints a line for each. Exits 1 if there is a problem.
    pub(crate) fn show(&self, output: Output) -> anyhow::Result<ExitCode> {
        if output.json {
            let findings: Vec<Json> = self.0.iter().map(Finding::told).collect();
            print::json(&json!({ "sound": self.is_sound(), "findings": findings }))?;
        } else {
            self.0.iter().for_each(Finding::print);
        }
        Ok(if self.is_sound() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl Finding {
    const fn word(&self) -> (&'static str, Style) {
        match self.verdict {
            Verdict::Ok => ("ok", GOOD),
            Verdict::Warning => ("warning", DOUBTFUL),
            Verdict::Problem => ("problem", BAD),
        }
    }

    fn told(&self) -> Json {
        let (verdict, _) = self.word();
        json!({ "verdict": verdict, "about": self.about, "said": self.said, "todo": self.todo })
    }

    fn print(&self) {
        let (word, style) = self.word();
        print::line(&format!("{style}{word:<7}{style:#}  {}: {}", self.about, self.said));
        if !self.todo.is_empty() {
            print::line(&format!("         → {}", self.todo));
        }
    }
}
