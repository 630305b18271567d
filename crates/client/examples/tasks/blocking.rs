//! Without a runtime: each call returns when it is over.
//!
//! `cargo run -p redress --example blocking [merchant's folder]`

#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/print.rs"]
mod print;

use std::error::Error;
use std::process::ExitCode;

use http::Method;
use redress::Client;
use redress::api::pay::Query;
use serde_json::{Value, json};

fn main() -> ExitCode {
    print::finish(run())
}

fn run() -> Result<Value, Box<dyn Error>> {
    let client = Client::builder(folder::merchant("1230000109")?).build_blocking()?;
    let query = Query::draft().out_trade_no("1217752501201407033233368018").mchid("1230000109");
    let order = client.send(&query.build()?)?;
    // Any other endpoint, its answer read as whatever you name.
    let path = format!(
        "/v3/pay/transactions/id/{}?mchid=1230000109",
        order.transaction_id.ok_or("no id")?
    );
    let same = client.call::<Value>(Method::GET, &path, ())?.body;
    Ok(json!({ "trade_state": order.trade_state, "by_id": same["trade_state"] }))
}
