//! `redress fault`: what goes wrong on purpose on a running server.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value as Json, json};

use crate::args::{Arm, Fault, Output};
use crate::control::Control;
use crate::print::{self, Table};

const PATH: &str = "/faults";
/// What is said of a fault beside its kind, its number and its counts.
const SAID: [&str; 12] = [
    "stage",
    "delay_ms",
    "status",
    "mchid",
    "method",
    "path",
    "number",
    "site",
    "times",
    "every",
    "probability",
    "seed",
];

pub(crate) async fn run(command: Fault) -> anyhow::Result<ExitCode> {
    match command {
        Fault::Arm(arm) => {
            let fault = Control::of(&arm.reach)?.post(PATH, &Json::Object(body(&arm))).await?;
            show(&fault, std::slice::from_ref(&fault), arm.reach.output)
        }
        Fault::List(reach) => {
            let list = Control::of(&reach)?.get(PATH).await?;
            let list = list.context("the server makes no faults on demand")?;
            let Some(items) = list["items"].as_array() else { bail!("the server sends no list") };
            show(&list["items"], items, reach.output)
        }
        Fault::Clear { id, reach } => {
            let path = id.map_or_else(|| PATH.to_owned(), |id| format!("{PATH}/{id}"));
            let cleared = Control::of(&reach)?.delete(&path).await?;
            if reach.output.json {
                print::json(&cleared)?;
            } else {
                print::line(&format!("cleared: {}", cleared["cleared"]));
            }
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// What the control API is told: only what was said.
fn body(arm: &Arm) -> Map<String, Json> {
    let all = [
        ("kind", json!(arm.kind)),
        ("stage", json!(arm.stage)),
        ("delay_ms", json!(arm.delay_ms)),
        ("status", json!(arm.status)),
        ("mchid", json!(arm.mchid)),
        ("method", json!(arm.method)),
        ("path", json!(arm.path)),
        ("number", json!(arm.number)),
        ("site", json!(arm.site)),
        ("times", json!(arm.times)),
        ("every", json!(arm.every)),
        ("probability", json!(arm.probability)),
        ("seed", json!(arm.seed)),
    ];
    let said = all.into_iter().filter(|(_, value)| !value.is_null());
    said.map(|(name, value)| (name.to_owned(), value)).collect()
}

fn show(whole: &Json, faults: &[Json], output: Output) -> anyhow::Result<ExitCode> {
    if output.json {
        print::json(whole)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&[">number", "kind", ">struck", ">seen", "with"]);
    for fault in faults {
        let plain = |value: &Json| value.as_str().map_or(value.to_string(), str::to_owned);
        let said = SAID.iter().filter(|name| !fault[**name].is_null());
        let said: Vec<String> =
            said.map(|name| format!("{name} {}", plain(&fault[*name]))).collect();
        table.row([
            plain(&fault["id"]),
            plain(&fault["kind"]),
            plain(&fault["struck"]),
            plain(&fault["seen"]),
            said.join(", "),
        ]);
    }
    table.print();
    Ok(ExitCode::SUCCESS)
}
