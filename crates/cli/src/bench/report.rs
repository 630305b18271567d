//! What a run says: as JSON for programs, as a table for people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rsa::Speed;
use super::side;
use super::sum::Figures;
use crate::print::{self, BAD, Table};

/// The least share of the cores that must be had for a run that is worth something.
const HAD_MIN: f64 = 0.97;

/// A run. Its own figures are those of its scenario; where two are measured in turns, those of the
/// last side.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) scenario: String,
    pub(super) store: String,
    pub(super) version: String,
    /// Seconds since 1970, when it ended.
    pub(super) at: i64,
    pub(super) machine: Option<String>,
    pub(super) cores: usize,
    pub(super) server_cpus: Option<Vec<usize>>,
    pub(super) load_cpus: Option<Vec<usize>>,
    pub(super) server_cores: usize,
    pub(super) connections: usize,
    /// Requests a second that were asked for; none in a closed loop.
    pub(super) rate: Option<f64>,
    /// Signatures a second of one core: the mean of before and after.
    pub(super) r_per_core: f64,
    pub(super) r_before: f64,
    pub(super) r_after: f64,
    /// How much of the time the cores were had while R was measured: with much less than 1,
    /// something else was using them, and the run is worth little.
    pub(super) had: f64,
    /// The time that one takes, in microseconds.
    pub(super) s_us: f64,
    /// The time that one check takes, in microseconds.
    pub(super) verify_us: f64,
    #[serde(flatten)]
    pub(super) figures: Figures,
    /// Where several were measured in turns: all of them.
    pub(super) sides: Vec<Side>,
}

/// One of several that were measured in turns.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Side {
    pub(super) name: String,
    /// Requests a second, as a share of the first side's.
    pub(super) requests_ratio: f64,
    /// Processor time of a request, as a share of the first side's.
    pub(super) cpu_ratio: Option<f64>,
    #[serde(flatten)]
    pub(super) figures: Figures,
}

/// One line of the table: what it is called, and how it is read.
type Row = (&'static str, fn(&Figures) -> Option<String>);

const ROWS: &[Row] = &[
    ("requests", |f| Some(f.requests.to_string())),
    ("errors", |f| Some(f.errors.to_string())),
    ("requests/s", |f| Some(format!("{:.0}", f.requests_per_s))),
    ("share of R", |f| Some(format!("{:.3}", f.share_of_r))),
    ("server CPU µs/request", |f| f.cpu_us_per_request.map(|us| format!("{us:.0}"))),
    ("  in its own code", |f| f.cpu_user_us.map(|us| format!("{us:.0}"))),
    ("  in the kernel", |f| f.cpu_system_us.map(|us| format!("{us:.0}"))),
    ("  outside RSA, in S", |f| f.cpu_outside_rsa_s.map(|s| format!("{s:.2}"))),
    ("p50 µs", |f| Some(format!("{:.0}", f.p50_us))),
    ("p99 µs", |f| Some(format!("{:.0}", f.p99_us))),
    ("p999 µs", |f| Some(format!("{:.0}", f.p999_us))),
    ("p50 in S", |f| Some(format!("{:.2}", f.p50_s))),
    ("p99 in S", |f| Some(format!("{:.2}", f.p99_s))),
    ("p999 in S", |f| Some(format!("{:.2}", f.p999_s))),
    ("commands per commit", |f| f.commands_per_commit.map(|n| format!("{n:.1}"))),
    ("jobs done per request", |f| Some(format!("{:.2}", f.jobs_per_request))),
    ("bytes per order", |f| f.bytes_per_order.map(|n| format!("{n:.0}"))),
    ("signatures checked", |f| Some(f.verified.to_string())),
];

impl Report {
    /// Errors of all sides.
    pub(super) fn errors(&self) -> u64 {
        let sides: u64 = self.sides.iter().map(|side| side.figures.errors).sum();
        if self.sides.is_empty() { self.figures.errors } else { sides }
    }

    /// What was wrong, and how often.
    fn trouble(&self) -> BTreeMap<&str, u64> {
        let mut all = BTreeMap::new();
        let sides = self.sides.iter().map(|side| &side.figures);
        let own = self.sides.is_empty().then_some(&self.figures);
        for (why, times) in sides.chain(own).flat_map(|figures| &figures.trouble) {
            *all.entry(why.as_str()).or_default() += times;
        }
        all
    }

    /// What is true of the whole run.
    pub(super) fn heading(&self) -> Vec<String> {
        let pace = match self.rate {
            Some(rate) => format!("{rate:.0} requests/s were due"),
            None => "the next follows the answer".to_owned(),
        };
        let on = |cpus: &Option<Vec<usize>>| match cpus {
            Some(cpus) => format!("{cpus:?}"),
            None => "any".to_owned(),
        };
        let mut lines = vec![
            format!(
                "{} on {}: {:.1} s, {} connections, {pace}; server on {}, load on {} of {} cores",
                self.scenario,
                self.store,
                self.figures.seconds,
                self.connections,
                on(&self.server_cpus),
                on(&self.load_cpus),
                self.cores,
            ),
            format!(
                "R = {:.0} signatures/s of one core ({:.0} before, {:.0} after), S = {:.0} µs",
                self.r_per_core, self.r_before, self.r_after, self.s_us
            ),
        ];
        if self.had < HAD_MIN {
            let others = (1.0 - self.had) * 100.0;
            lines.push(format!(
                "Something else had {others:.0} % of the processors: the run is worth little"
            ));
        }
        lines
    }

    /// What went wrong, first, if something has.
    pub(super) fn alarm(&self) -> Vec<String> {
        let errors = self.errors();
        if errors == 0 {
            return Vec::new();
        }
        let mut lines = vec![format!("{errors} requests failed: the figures mean little")];
        for (why, times) in self.trouble() {
            lines.push(format!("  {times} × {}", why.trim()));
        }
        lines
    }

    /// The columns of the table: a name and its figures.
    pub(super) fn columns(&self) -> Vec<(&str, &Figures)> {
        if self.sides.is_empty() {
            vec![(self.scenario.as_str(), &self.figures)]
        } else {
            self.sides.iter().map(|side| (side.name.as_str(), &side.figures)).collect()
        }
    }

    /// The lines of the table: a name and a cell for each column.
    pub(super) fn rows(&self) -> Vec<(&'static str, Vec<String>)> {
        let columns = self.columns();
        let mut rows = Vec::new();
        for (name, read) in ROWS {
            let cells: Vec<Option<String>> = columns.iter().map(|(_, f)| read(f)).collect();
            if cells.iter().any(Option::is_some) {
                rows.push((*name, cells.into_iter().map(Option::unwrap_or_default).collect()));
            }
        }
        if !self.sides.is_empty() {
            let ratio = |side: &Side| format!("{:.3}", side.requests_ratio);
            rows.push(("requests/s, ratio", self.sides.iter().map(ratio).collect()));
            if self.sides.iter().any(|side| side.cpu_ratio.is_some()) {
                let ratio = |side: &Side| side.cpu_ratio.map(|r| format!("{r:.3}"));
                let cells = self.sides.iter().map(|side| ratio(side).unwrap_or_default());
                rows.push(("CPU per request, ratio", cells.collect()));
            }
        }
        rows
    }

    pub(super) fn print(&self) {
        for (number, text) in self.alarm().iter().enumerate() {
            let text = if number == 0 { format!("{BAD}{text}{BAD:#}") } else { text.clone() };
            print::line(&text);
        }
        self.heading().iter().for_each(|text| print::line(text));
        let mut headings = vec!["figure".to_owned()];
        headings.extend(self.columns().iter().map(|(name, _)| format!(">{name}")));
        let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
        let mut table = Table::new(&headings);
        for (name, cells) in self.rows() {
            table.cells(std::iter::once(name.to_owned()).chain(cells).collect());
        }
        table.print();
    }
}

/// The figures of each side, and how they compare with the first.
pub(super) fn sides(sides: Vec<side::Side>, speed: Speed, cores: usize) -> Vec<Side> {
    let mut all: Vec<Side> = Vec::with_capacity(sides.len());
    for side in sides {
        let mut figures = side.sum.figures(speed, cores, side.load.rsa());
        figures.bytes_per_order = side.bytes_per_order;
        let first = all.first().map_or(&figures, |first| &first.figures);
        let requests_ratio = figures.requests_per_s / first.requests_per_s;
        let cpu = figures.cpu_us_per_request.zip(first.cpu_us_per_request);
        let cpu_ratio = cpu.map(|(this, first)| this / first);
        all.push(Side { name: side.name, requests_ratio, cpu_ratio, figures });
    }
    all
}
