//! The main site is away, and the standby site answers.
//!
//! `cargo run -p redress --example failover [merchant's folder]`
//!
//! Against the real service only `standby(redress::STANDBY, …)` is to be set. Here the folder's own
//! service stands for the standby site, and the main one is a port where nobody listens.

#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/print.rs"]
mod print;

use std::error::Error;
use std::net::TcpListener;
use std::process::ExitCode;

use redress::api::pay::{Order, Query};
use redress::{Client, Failover};

#[tokio::main]
async fn main() -> ExitCode {
    print::finish(run().await)
}

async fn run() -> Result<Order, Box<dyn Error>> {
    let nobody = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let merchant = folder::merchant("1230000109")?;
    let standby = merchant.base_url().to_owned();
    let client = Client::builder(merchant)
        .base_url(format!("http://{nobody}"))
        // Only what certainly did not reach the main site goes to the other one at once.
        .standby(standby, Failover::OnConnectFailure)
        .build()?;
    let query = Query::draft().out_trade_no("1217752501201407033233368018").mchid("1230000109");
    Ok(client.send(&query.build()?).await?)
}
