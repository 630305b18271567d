//! `redress bench compare`: two runs side by side.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Map, Value as Json, json};

use super::report::Report;
use super::sum::Figures;
use crate::args::BenchCompare;
use crate::print::{self, Table};

/// A figure: what it is called in JSON, and how it is read.
type Figure = (&'static str, fn(&Report, &Figures) -> Option<f64>);

const FIGURES: &[Figure] = &[
    ("r_per_core", |report, _| Some(report.r_per_core)),
    ("requests_per_s", |_, f| Some(f.requests_per_s)),
    ("share_of_r", |_, f| Some(f.share_of_r)),
    ("cpu_us_per_request", |_, f| f.cpu_us_per_request),
    ("cpu_outside_rsa_s", |_, f| f.cpu_outside_rsa_s),
    ("p50_s", |_, f| Some(f.p50_s)),
    ("p99_s", |_, f| Some(f.p99_s)),
    ("p999_s", |_, f| Some(f.p999_s)),
    ("commands_per_commit", |_, f| f.commands_per_commit),
    ("jobs_per_request", |_, f| Some(f.jobs_per_request)),
    ("bytes_per_order", |_, f| f.bytes_per_order),
];

fn read(path: &Path) -> anyhow::Result<Report> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is not what `redress bench --json` prints", path.display()))
}

pub(super) fn run(args: &BenchCompare) -> anyhow::Result<ExitCode> {
    let (a, b) = (read(&args.a)?, read(&args.b)?);
    for (path, report) in [(&args.a, &a), (&args.b, &b)] {
        for text in report.alarm() {
            print::warning(&format!("{}: {text}", path.display()));
        }
    }
    if a.scenario != b.scenario {
        print::warning(&format!("different scenarios: {} and {}", a.scenario, b.scenario));
    }
    let mut ratios = Map::new();
    let mut table = Table::new(&["figure", ">A", ">B", ">B / A"]);
    for (name, figure) in FIGURES {
        let Some((a, b)) = figure(&a, &a.figures).zip(figure(&b, &b.figures)) else { continue };
        let ratio = (a != 0.0).then_some(b / a);
        ratios.insert((*name).to_owned(), json!({ "a": a, "b": b, "ratio": ratio }));
        let shown = |value: f64| {
            if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
        };
        let ratio = ratio.map_or_else(String::new, |ratio| format!("{ratio:.3}"));
        table.row([(*name).to_owned(), shown(a), shown(b), ratio]);
    }
    if args.output.json {
        print::json(&json!({
            "scenarios": [a.scenario, b.scenario],
            "stores": [a.store, b.store],
            "errors": [a.errors(), b.errors()],
            "figures": Json::Object(ratios),
        }))?;
    } else {
        for (name, report) in [("A", &a), ("B", &b)] {
            report.heading().iter().for_each(|text| print::line(&format!("{name}: {text}")));
        }
        table.print();
    }
    let sound = a.errors() + b.errors() == 0;
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
