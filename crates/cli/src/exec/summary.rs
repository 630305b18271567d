//! What the command has done to the server, for the log of a CI run.

use std::io::Write as _;

use anyhow::Context as _;
use redress::api::Fen;
use redress_server::Summary;
use serde_json::{Value as Json, json};

use crate::args;
use crate::print::{BAD, GOOD};

/// Prints and writes a summary. Says whether every invariant holds.
pub(crate) fn show(summary: &Summary, status: u8, args: &args::Exec) -> anyhow::Result<bool> {
    let json = in_json(summary, status);
    if let Some(file) = &args.summary {
        let text = serde_json::to_string_pretty(&json)? + "\n";
        std::fs::write(file, text).with_context(|| format!("writing {}", file.display()))?;
    }
    let text = if args.output.json {
        serde_json::to_string_pretty(&json)? + "\n"
    } else if args.ci {
        in_words(summary, status)
    } else {
        String::new()
    };
    let _ = anstream::stderr().write_all(text.as_bytes());
    Ok(summary.report.is_clean())
}

/// Requests that were answered with an error.
fn errors(summary: &Summary) -> u64 {
    let refused = summary.requests.iter().filter(|(answered, _)| answered.status >= 400);
    refused.map(|(_, count)| count).sum()
}

fn in_json(summary: &Summary, status: u8) -> Json {
    let requests = summary.requests.iter().map(|(answered, count)| {
        let mut one = json!(answered);
        one["count"] = json!(count);
        one
    });
    let things = summary.things.iter().map(|things| (things.kind.to_owned(), json!(things.states)));
    json!({
        "exit_status": status,
        "requests": requests.collect::<Vec<_>>(),
        "errors": errors(summary),
        "callbacks": summary.callbacks,
        "things": things.collect::<serde_json::Map<_, _>>(),
        "ledger": summary.ledger,
        "verify": summary.report.shown(),
    })
}

fn in_words(summary: &Summary, status: u8) -> String {
    let mut lines = vec![format!("== redress: the command ended with {status}")];
    let total: u64 = summary.requests.values().sum();
    lines.push(format!("requests: {total}, of which {} errors", errors(summary)));
    for (answered, count) in &summary.requests {
        let code = if answered.code.is_empty() { "ok" } else { answered.code };
        let (method, path, status) = (answered.method, answered.path, answered.status);
        lines.push(format!("  {count:>6}  {status} {code}  {method} {path}"));
    }
    let attempts: u64 = summary.callbacks.values().sum();
    let kinds = summary.callbacks.iter().map(|(outcome, count)| format!("{count} {outcome}"));
    lines.push(format!("callbacks sent: {attempts}{}", listed(kinds)));
    for things in &summary.things {
        if things.states.is_empty() {
            continue;
        }
        let states = things.states.iter().map(|(state, count)| format!("{count} {state}"));
        lines.push(format!("{}s: {}", things.kind, states.collect::<Vec<_>>().join(", ")));
    }
    let ledger = &summary.ledger;
    lines.push(format!(
        "ledger: {} transfers over {} accounts; debits {}, credits {}, held {}",
        ledger.transfers,
        ledger.accounts,
        yuan(ledger.debits),
        yuan(ledger.credits),
        yuan(ledger.held),
    ));
    let broken: Vec<_> = summary.report.checks.iter().filter(|check| check.broken > 0).collect();
    if broken.is_empty() {
        let checks = summary.report.checks.len();
        lines.push(format!("verify: {GOOD}all {checks} invariants hold{GOOD:#}"));
    }
    for check in broken {
        lines.push(format!("verify: {BAD}broken{BAD:#} {}", check.invariant));
        lines.extend(check.violations.iter().map(|violation| format!("         {violation}")));
    }
    lines.join("\n") + "\n"
}

/// In brackets, if there is anything.
fn listed(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

fn yuan(amount: Fen) -> String {
    format!("{amount} yuan")
}
