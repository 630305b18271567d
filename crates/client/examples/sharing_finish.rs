//! 完结分账, set free what is left of an order:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477745>.
//!
//! `cargo run -p redress --example sharing_finish [merchant's folder] [transaction_id]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::sharing::{Finish, Finished};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Finished, Box<dyn Error>> {
    let id = std::env::args().nth(2).unwrap_or("4208450740201411110007820472".to_owned());
    let request = Finish {
        sub_mchid: "1900013401".parse()?,
        transaction_id: id.parse()?,
        out_order_no: "F20150806125346".parse()?,
        description: "分账完结".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
