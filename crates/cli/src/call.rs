//! `redress call`: any request, signed.

use std::io::Read as _;
use std::process::ExitCode;

use anyhow::Context as _;
use bytes::Bytes;
use serde_json::{Map, Value as Json, json};

use crate::args::Call;
use crate::caller::{builder, client, merchant};
use crate::curl;
use crate::print;

pub(crate) async fn run(args: Call) -> anyhow::Result<ExitCode> {
    let body = body(args.json.as_deref())?;
    let merchant = merchant(&args.caller.who, None)?;
    if args.caller.curl {
        let client = builder(&args.caller, merchant).build()?;
        return curl::show(&client.sign_call(args.method, &args.path, body).await?);
    }
    let client = client(&args.caller, merchant)?;
    let answer = client.call_raw(args.method, &args.path, body).await?;
    let parsed = serde_json::from_slice::<Json>(&answer.body).ok();
    let text = || String::from_utf8_lossy(&answer.body).into_owned();
    if args.full {
        let headers: Map<String, Json> = answer
            .headers
            .iter()
            .map(|(name, value)| {
                (name.to_string(), Json::from(String::from_utf8_lossy(value.as_bytes())))
            })
            .collect();
        let full = json!({
            "status": answer.status.as_u16(),
            "verified": answer.verified,
            "headers": headers,
            "body": parsed.unwrap_or_else(|| Json::from(text())),
        });
        print::line(&full.to_string());
    } else {
        match parsed {
            Some(body) => print::json(&body)?,
            None if answer.body.is_empty() => {}
            None => print::line(&text()),
        }
    }
    if answer.status.is_success() {
        return Ok(ExitCode::SUCCESS);
    }
    let id = answer.request_id.as_deref().unwrap_or("none");
    anyhow::bail!("the answer is {} (Request-ID {id})", answer.status)
}

/// A body as it was given, or what is in the file that it names.
pub(crate) fn body(given: Option<&str>) -> anyhow::Result<Bytes> {
    match given {
        None => Ok(Bytes::new()),
        Some("@-") => {
            let mut body = Vec::new();
            std::io::stdin().read_to_end(&mut body).context("reading the body from stdin")?;
            Ok(body.into())
        }
        Some(text) => match text.strip_prefix('@') {
            Some(path) => {
                let body = std::fs::read(path).with_context(|| format!("reading {path}"))?;
                Ok(body.into())
            }
            None => Ok(Bytes::copy_from_slice(text.as_bytes())),
        },
    }
}
