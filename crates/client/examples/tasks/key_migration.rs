//! From certificates to a public key: both are trusted, and what each has signed is counted.
//!
//! `cargo run -p redress --example key_migration [merchant's folder [folder for certificates]]`

#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/print.rs"]
mod print;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use redress::api::pay::Query;
use redress::{Client, KeyUse};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> ExitCode {
    print::finish(run().await)
}

async fn run() -> Result<Value, Box<dyn Error>> {
    let mut client = Client::builder(folder::merchant("1230000109")?);
    if let Some(folder) = env::args_os().nth(2) {
        // What is fetched once is there after the next start.
        client = client.certificate_folder(folder);
    }
    let client = client.build()?;
    let query = Query::draft().out_trade_no("1217752501201407033233368018").mchid("1230000109");
    let query = query.build()?;
    for _ in 0..3 {
        client.send(&query).await?;
    }
    let report = client.trust().report();
    let shown = |key: &KeyUse| {
        let kind = if key.is_certificate() { "certificate" } else { "public key" };
        json!({ "serial": key.serial.as_str(), "kind": kind, "messages": key.messages })
    };
    Ok(json!({
        "keys": report.keys.iter().map(shown).collect::<Vec<_>>(),
        // A program that has run for a week may get a yes; a moment proves nothing.
        "certificates_may_go": report.certificates_are_unused(Duration::from_secs(7 * 24 * 3600)),
    }))
}
