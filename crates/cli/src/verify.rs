//! `redress verify`.

use std::process::ExitCode;

use anyhow::Context as _;
use redress_core::audit::Report;
use redress_store::Store;

use crate::args::Verify;
use crate::print::{self, BAD, GOOD};

pub(crate) async fn run(args: &Verify) -> anyhow::Result<ExitCode> {
    let location =
        args.kept.store.clone().unwrap_or_else(|| redress_server::database(&args.data.data));
    let store = Store::open_read_only(&location).with_context(|| match &args.kept.store {
        None => format!("{} holds no world; is --data right?", args.data.data.display()),
        Some(_) => format!("{location} holds no world; is --store right?"),
    })?;
    let report = store.audit().await?;
    if args.output.json {
        print::json(&report.shown())?;
    } else {
        show(&report);
    }
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints a report for people.
pub(crate) fn show(report: &Report) {
    for check in &report.checks {
        let mark = if check.broken == 0 {
            format!("{GOOD}ok{GOOD:#}    ")
        } else {
            format!("{BAD}broken{BAD:#}")
        };
        print::line(&format!("{mark} {} ({} examined)", check.invariant, check.examined));
        for violation in &check.violations {
            print::line(&format!("         {violation}"));
        }
    }
}
