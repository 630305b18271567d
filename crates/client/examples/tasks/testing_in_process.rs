//! A test's own server: in the same process, on a free port, with the demo world.
//!
//! `cargo run -p redress --example testing_in_process`

#[path = "../common/print.rs"]
mod print;

use std::error::Error;
use std::process::ExitCode;

use redress::api::compensation::{Bill, Create, Query, Receiver, TransactionInfo};
use redress::api::error::NOT_FOUND;
use redress::{Client, Merchant};
use redress_server::PLATFORM;
use redress_server::testing::TestServer;

#[tokio::main]
async fn main() -> ExitCode {
    print::finish(run().await)
}

async fn run() -> Result<Bill, Box<dyn Error>> {
    let server = TestServer::start_with(|config| config.rate_limits = false).await?;
    let merchant = Merchant::from_folder(server.merchant(PLATFORM))?;
    let client = Client::builder(merchant).build()?;

    let query = Query::draft().out_bill_no("task6test").build()?;
    match client.send(&query).await {
        Err(error) if error.is(NOT_FOUND) => {}
        Err(error) => return Err(error.into()),
        Ok(_) => return Err("the world is new, and has no such bill".into()),
    }
    let order = TransactionInfo::draft().transaction_id("1217752501201407033233368018");
    let create = Create::draft()
        .receiver(Receiver::draft().r#type("TRANSACTION_USER").transaction_info(order))
        .out_bill_no("task6test")
        .amount(100)
        .transfer_remark("直播违规扣罚")
        .sponsor_mchid("1900001109")
        .build()?;
    client.send(&create).await?;
    let bill = client.send(&query).await?;
    server.stop().await;
    Ok(bill)
}
