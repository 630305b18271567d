//! `redress requests list|show|follow`: what a running server was asked, and what it answered.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde_json::Value as Json;

use crate::args::{ListRequests, OneRequest, Requests, Search};
use crate::control::Control;
use crate::print::{self, BAD, GOOD, Table};
use crate::serve;

/// How often the server is asked for more.
const PAUSE: Duration = Duration::from_millis(500);
/// The most that a server lists at once.
const PAGE_ITEMS_MAX: usize = 1000;

pub(crate) async fn run(command: Requests) -> anyhow::Result<ExitCode> {
    match command {
        Requests::List(args) => list(&args).await,
        Requests::Show(args) => show(&args).await,
        Requests::Follow(args) => follow(&args).await,
    }
}

async fn list(args: &ListRequests) -> anyhow::Result<ExitCode> {
    let control = Control::of(&args.reach)?;
    let found = newest(&control, &args.search, "", args.most).await?;
    if args.reach.output.json {
        print::json(&found)?;
        return Ok(ExitCode::SUCCESS);
    }
    // A server that is the only one does not say which it is.
    let has_nodes = found.iter().any(|one| one["node"].is_string());
    let mut headings = vec!["at", "merchant", "request", "status", "why", ">times", ">us"];
    headings.extend(has_nodes.then_some("node"));
    headings.push("Request-ID");
    let mut table = Table::new(&headings);
    for one in &found {
        let why = if one["cause"].is_null() { text(one, "code") } else { text(one, "cause") };
        let mut row = vec![
            text(one, "at").to_owned(),
            text(one, "mchid").to_owned(),
            format!("{} {}", text(one, "method"), text(one, "target")),
            one["status"].to_string(),
            why.to_owned(),
            one["repeats"].to_string(),
            one["us"].to_string(),
        ];
        row.extend(has_nodes.then(|| text(one, "node").to_owned()));
        row.push(text(one, "request_id").to_owned());
        table.cells(row);
    }
    table.print();
    Ok(ExitCode::SUCCESS)
}

async fn show(args: &OneRequest) -> anyhow::Result<ExitCode> {
    let path = format!("/requests/{}", args.id.0);
    let shown = Control::of(&args.reach)?.get(&path).await?;
    let shown = shown.with_context(|| {
        format!("the server has no request {}: it keeps the last ones only", args.id.0)
    })?;
    if args.reach.output.json {
        print::json(&shown)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut fields = shown.clone();
    let mut parts = ["request", "answer", "explanation"].map(|name| {
        let part = fields.as_object_mut().and_then(|fields| fields.shift_remove(name));
        part.unwrap_or_default()
    });
    print::fields(&fields);
    for (name, part) in ["request", "answer"].iter().zip(&parts) {
        print::line(&format!("\n{name}"));
        message(part);
    }
    let explanation = parts[2].take();
    if !explanation.is_null() {
        print::line("\nexplanation");
        for name in ["zh", "en", "fix_zh", "fix_en"] {
            print::line(&format!("  {}", text(&explanation, name)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints headers and body as they stand on the wire.
fn message(message: &Json) {
    for header in message["headers"].as_array().into_iter().flatten() {
        print::line(&format!("  {}: {}", text(header, "name"), text(header, "value")));
    }
    let body = message["body"].as_str().or(message["body_base64"].as_str()).unwrap_or_default();
    if !body.is_empty() {
        print::line(&format!("\n  {}", body.replace('\n', "\n  ")));
    }
}

async fn follow(args: &ListRequests) -> anyhow::Result<ExitCode> {
    let control = Control::of(&args.reach)?;
    let stop = serve::stopped()?;
    let following = async {
        let mut found = newest(&control, &args.search, "", args.most).await?;
        let mut since = None;
        loop {
            for one in &found {
                since = one["seq"].as_u64().max(since);
                if args.reach.output.json {
                    print::line(&one.to_string());
                } else {
                    print::line(&line(one));
                }
            }
            tokio::time::sleep(PAUSE).await;
            let more = since.map_or_else(String::new, |since| format!("&since={since}"));
            found = newest(&control, &args.search, &more, usize::MAX).await?;
        }
    };
    tokio::select! {
        () = stop => Ok(ExitCode::SUCCESS),
        failed = following => failed,
    }
}

/// One request in one line.
fn line(one: &Json) -> String {
    let good = one["status"].as_u64().is_some_and(|status| status < 400);
    let style = if good { GOOD } else { BAD };
    format!(
        "{} {style}{}{style:#} {} {} {} {} {}",
        text(one, "at"),
        one["status"],
        text(one, "mchid"),
        text(one, "method"),
        text(one, "target"),
        text(one, "code"),
        text(one, "request_id"),
    )
}

/// The latest ones of a search, the latest last.
async fn newest(
    control: &Control,
    search: &Search,
    more: &str,
    most: usize,
) -> anyhow::Result<Vec<Json>> {
    let (mut found, mut after) = (Vec::new(), String::new());
    while found.len() < most {
        let limit = PAGE_ITEMS_MAX.min(most - found.len());
        let path = format!("/requests?limit={limit}{}{more}{after}", query(search));
        let page = control.get(&path).await?;
        let mut page = page.context("the server keeps no requests: is it an older one?")?;
        let Json::Array(items) = page["items"].take() else { bail!("the server sends no list") };
        found.extend(items);
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    found.reverse();
    Ok(found)
}

/// A search in the control API's words.
fn query(search: &Search) -> String {
    let Search { mchid, number, status, code, path, method, group } = search;
    let mut query = String::new();
    for (name, value) in [
        ("mchid", mchid),
        ("number", number),
        ("status", status),
        ("code", code),
        ("path", path),
        ("method", method),
    ] {
        let Some(value) = value else { continue };
        // Every byte escaped: whatever it is, it stays one value.
        let value: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        query += &format!("&{name}={value}");
    }
    if *group {
        query += "&group=true";
    }
    query
}

fn text<'a>(fields: &'a Json, name: &str) -> &'a str {
    fields[name].as_str().unwrap_or_default()
}
