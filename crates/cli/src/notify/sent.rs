//! `redress notify send|list|show|resend|url`: the callbacks that a running server sends.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value as Json, json};

use crate::args::{List, OneNotice, Output, Send, SetUrl};
use crate::call;
use crate::control::Control;
use crate::print::{self, Table};

const PATH: &str = "/notices";

pub(super) async fn send(args: Send) -> anyhow::Result<ExitCode> {
    let resource = call::body(Some(&args.resource))?;
    let resource: Map<String, Json> =
        serde_json::from_slice(&resource).context("--resource is no JSON object")?;
    let mut body = json!({
        "mchid": args.mchid,
        "event_type": args.event_type,
        "original_type": args.original_type,
        "summary": args.summary,
        "resource": resource,
        "probe": args.probe,
    });
    if let Some(url) = args.url {
        body["url"] = Json::from(url);
    }
    one(&Control::of(&args.reach)?.post(PATH, &body).await?, args.reach.output)
}

pub(super) async fn list(args: List) -> anyhow::Result<ExitCode> {
    let control = Control::of(&args.reach)?;
    let only = args.mchid.map_or_else(String::new, |mchid| format!("&mchid={mchid}"));
    let (mut notices, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("{PATH}?most=1000&after={after}{only}");
        let mut page = control.get(&path).await?.context("the server keeps no callbacks")?;
        let Json::Array(items) = page["items"].take() else { bail!("the server sends no list") };
        notices.extend(items);
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    // The server lists them by number, which is random.
    notices.sort_by(|a, b| {
        (text(a, "create_time"), text(a, "id")).cmp(&(text(b, "create_time"), text(b, "id")))
    });
    let notices = notices.split_off(notices.len().saturating_sub(args.most));
    if args.reach.output.json {
        print::json(&notices)?;
        return Ok(ExitCode::SUCCESS);
    }
    let headings = ["created", "merchant", "event", "state", ">attempts", "last", "next", "number"];
    let mut table = Table::new(&headings);
    for notice in &notices {
        let attempts = notice["attempts"].as_array().map_or(&[][..], Vec::as_slice);
        table.row([
            text(notice, "create_time").to_owned(),
            text(notice, "mchid").to_owned(),
            text(notice, "event_type").to_owned(),
            text(notice, "state").to_owned(),
            attempts.len().to_string(),
            attempts.last().map_or_else(String::new, |last| ended(&last["outcome"])),
            text(notice, "next_attempt").to_owned(),
            text(notice, "id").to_owned(),
        ]);
    }
    table.print();
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn show(args: OneNotice) -> anyhow::Result<ExitCode> {
    let path = format!("{PATH}/{}", args.id.0);
    let notice = Control::of(&args.reach)?.get(&path).await?;
    one(&notice.with_context(|| format!("there is no callback {}", args.id.0))?, args.reach.output)
}

pub(super) async fn resend(args: OneNotice) -> anyhow::Result<ExitCode> {
    let path = format!("{PATH}/{}/resend", args.id.0);
    one(&Control::of(&args.reach)?.post(&path, &json!({})).await?, args.reach.output)
}

pub(super) async fn set_url(args: SetUrl) -> anyhow::Result<ExitCode> {
    let url = if args.url == "none" { Json::Null } else { Json::from(args.url) };
    let path = format!("/merchants/{}/notify-url", args.mchid);
    let merchant = Control::of(&args.reach)?.post(&path, &json!({ "url": url })).await?;
    if args.reach.output.json {
        print::json(&merchant)?;
    } else {
        match merchant["notify_url"].as_str() {
            Some(url) => print::line(&format!("{} is told at {url}", args.mchid)),
            None => print::line(&format!("{} is told what a request names", args.mchid)),
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints one callback: its fields, then its attempts.
fn one(notice: &Json, output: Output) -> anyhow::Result<ExitCode> {
    if output.json {
        print::json(notice)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut fields = notice.clone();
    let attempts = fields.as_object_mut().and_then(|fields| fields.shift_remove("attempts"));
    print::fields(&fields);
    if let Some(attempts) = attempts.as_ref().and_then(Json::as_array).filter(|a| !a.is_empty()) {
        print::line("");
        let mut table = Table::new(&["due", "ended", "how"]);
        for attempt in attempts {
            let outcome = ended(&attempt["outcome"]);
            table.row([text(attempt, "due").to_owned(), text(attempt, "at").to_owned(), outcome]);
        }
        table.print();
    }
    Ok(ExitCode::SUCCESS)
}

fn text<'a>(fields: &'a Json, name: &str) -> &'a str {
    fields[name].as_str().unwrap_or_default()
}

/// How an attempt ended, in a few words.
fn ended(outcome: &Json) -> String {
    let how = text(outcome, "is").replace('_', " ");
    match (outcome["status"].as_u64(), outcome["why"].as_str()) {
        (Some(status), _) => status.to_string(),
        (None, Some(why)) => format!("{how}: {why}"),
        (None, None) => how,
    }
}
