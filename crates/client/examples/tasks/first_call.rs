//! The first call: a request made field by field, sent, and its answer read.
//!
//! `cargo run -p redress --example first_call [merchant's folder]`

#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/print.rs"]
mod print;

use std::error::Error;
use std::process::ExitCode;

use redress::Client;
use redress::api::compensation::{Create, Created, Receiver, TransactionInfo};

#[tokio::main]
async fn main() -> ExitCode {
    print::finish(run().await)
}

async fn run() -> Result<Created, Box<dyn Error>> {
    let client = Client::builder(folder::merchant("1900001108")?).build()?;
    let order = TransactionInfo::draft().transaction_id("1217752501201407033233368018");
    // The fields have the page's names. One that is not set is left out; what the service would
    // refuse is refused here, in its words.
    let request = Create::draft()
        .receiver(Receiver::draft().r#type("TRANSACTION_USER").transaction_info(order))
        .out_bill_no("task1first")
        .amount(100)
        .transfer_remark("直播违规扣罚")
        .sponsor_mchid("1900001109")
        .build()?;
    Ok(client.send(&request).await?)
}
