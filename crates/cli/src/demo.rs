//! `redress demo`: the five operations, for real, against a server of its own.

mod story;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use redress_server::{Config, Server};
use serde_json::json;

use self::story::{Balance, Story};
use crate::args::Output;
use crate::print::{self, GOOD, Table};
use crate::verify;

pub(crate) async fn run(output: &Output) -> anyhow::Result<ExitCode> {
    let folder = tempfile::tempdir().context("making a temporary folder")?;
    let config = Config {
        data: folder.path().join("redress-data"),
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        ..Config::default()
    };
    if !output.json {
        print::line("Making keys, merchants and orders in a temporary folder …");
    }
    let server = Server::start(config).await.context("the server does not start")?;
    let told = Story::tell(&server).await;
    server.stop().await;
    let story = told?;
    if output.json {
        print::json(&json!({
            "steps": story.steps,
            "ledger": { "before": story.before, "after": story.after },
            "verify": story.report.shown(),
        }))?;
    } else {
        show(&story);
    }
    if !story.report.is_clean() {
        bail!("an invariant does not hold");
    }
    Ok(ExitCode::SUCCESS)
}

fn show(story: &Story) {
    print::line("");
    let mut table = Table::new(&[
        "operation",
        "number",
        ">HTTP",
        "state before → after",
        "money (yuan)",
        ">ms",
    ]);
    for step in &story.steps {
        table.row([
            step.operation.clone(),
            step.number.clone(),
            step.status.to_string(),
            format!("{} → {}", step.before, step.after),
            step.moved.clone(),
            format!("{:.1}", step.milliseconds),
        ]);
    }
    table.print();
    print::line("");
    let mut table = Table::new(&["account", ">before (yuan)", ">after", ">change", ">held"]);
    for after in &story.after {
        let zero = Balance::default();
        let before = story.before.iter().find(|b| b.account == after.account).unwrap_or(&zero);
        let change = after.balance.minus(before.balance).unwrap_or_default();
        table.row([
            after.account.clone(),
            before.balance.to_string(),
            after.balance.to_string(),
            change.to_string(),
            after.held.to_string(),
        ]);
    }
    let sum = |balances: &[Balance]| {
        let sum = balances.iter().try_fold(redress::api::Fen::ZERO, |sum, b| sum.plus(b.balance));
        sum.unwrap_or_default().to_string()
    };
    let empty = String::new;
    table.row(["sum".to_owned(), sum(&story.before), sum(&story.after), empty(), empty()]);
    table.print();
    print::line("");
    verify::show(&story.report);
    print::line("");
    print::line(&format!(
        "{GOOD}Five operations, signed and verified both ways.{GOOD:#} Next: redress serve"
    ));
}
