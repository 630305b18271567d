//! `redress clock`: business time of a running server.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use redress::api::Timestamp;
use serde_json::{Value as Json, json};

use crate::args::{Clock, Output, Reach};
use crate::control::Control;
use crate::print::{self, Table};
use crate::span::Span;

const PATH: &str = "/clock";

pub(crate) async fn run(command: Clock) -> anyhow::Result<ExitCode> {
    match command {
        Clock::Show(reach) => {
            let clock = read(&Control::of(&reach)?).await?;
            show(&clock, reach.output)
        }
        Clock::Step { by, reach } => step(&Control::of(&reach)?, by, &reach).await,
        Clock::Until { time, reach } => {
            let control = Control::of(&reach)?;
            let now = business(&read(&control).await?)?;
            let seconds = time.seconds_from(now);
            if seconds < 0 {
                let past = Span::new(seconds.saturating_neg());
                bail!("that was {past} ago: business time is {now}, and never runs backwards");
            }
            step(&control, Span::new(seconds), &reach).await
        }
    }
}

async fn read(control: &Control) -> anyhow::Result<Json> {
    control.get(PATH).await?.context("the server has no clock")
}

async fn step(control: &Control, by: Span, reach: &Reach) -> anyhow::Result<ExitCode> {
    let body = json!({ "seconds": by.seconds() });
    let mut clock = control.post("/clock/step", &body).await?;
    clock["stepped_seconds"] = Json::from(by.seconds());
    show(&clock, reach.output)
}

fn business(clock: &Json) -> anyhow::Result<Timestamp> {
    let now = clock["now"].as_str().context("the server says no time")?;
    Ok(now.parse()?)
}

fn show(clock: &Json, output: Output) -> anyhow::Result<ExitCode> {
    if output.json {
        print::json(clock)?;
        return Ok(ExitCode::SUCCESS);
    }
    let span = |name: &str| clock[name].as_i64().map(|seconds| Span::new(seconds).to_string());
    let text = |name: &str| clock[name].as_str().unwrap_or_default().to_owned();
    let mut table = Table::new(&["clock", "time"]);
    table.row(["business".to_owned(), text("now")]);
    table.row(["wall".to_owned(), text("wall")]);
    table.row(["ahead by".to_owned(), span("offset_seconds").unwrap_or_default()]);
    if let Some(stepped) = span("stepped_seconds") {
        table.row(["stepped by".to_owned(), stepped]);
    }
    table.print();
    Ok(ExitCode::SUCCESS)
}
