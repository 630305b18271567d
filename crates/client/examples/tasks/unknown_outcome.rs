//! An answer is lost: was it done? `settle` finds out, with the same number.
//!
//! `cargo run -p redress --example unknown_outcome [merchant's folder]`
//!
//! The answer to the first request is dropped here on its way back, after the service has done
//! what it was asked.

#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/print.rs"]
mod print;

use std::error::Error;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use redress::api::compensation::{Bill, Create, Receiver, TransactionInfo};
use redress::{Client, Fate, Reqwest, Retry, Sent, Settled, Transport, TransportError};

/// A network that loses the first answer.
struct Lossy {
    network: Reqwest,
    lost: AtomicBool,
}

impl Transport for Lossy {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let answer = self.network.call(request).await?;
        if self.lost.swap(true, Ordering::SeqCst) {
            return Ok(answer);
        }
        Err(TransportError::new(Sent::Maybe, "the connection broke"))
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    print::finish(run().await)
}

async fn run() -> Result<Bill, Box<dyn Error>> {
    let network = Reqwest::new(Duration::from_secs(10), Duration::from_secs(5))?;
    let lossy = Lossy { network, lost: AtomicBool::new(false) };
    // Usually `send` would send it again, which is safe with the same number.
    let client = Client::builder(folder::merchant("1900001108")?).retry(Retry::none());
    let client = client.build_with(lossy)?;
    let order = TransactionInfo::draft().transaction_id("1217752501201407033233368018");
    let request = Create::draft()
        .receiver(Receiver::draft().r#type("TRANSACTION_USER").transaction_info(order))
        .out_bill_no("task2unknown")
        .amount(100)
        .transfer_remark("直播违规扣罚")
        .sponsor_mchid("1900001109")
        .build()?;
    match client.settle(&request).await {
        Ok(Settled::Found(bill)) => Ok(bill),
        Ok(Settled::Answered(bill)) => Err(format!("{} was answered", bill.bill_id).into()),
        Ok(Settled::Overtaken(bill)) => {
            Err(format!("not done any more: {}", bill.state.word()).into())
        }
        // Keep the request, and settle it again later.
        Err(error) if error.fate() == Fate::Unknown => Err(error.into()),
        Err(error) => Err(format!("nothing was done: {error}").into()),
    }
}
