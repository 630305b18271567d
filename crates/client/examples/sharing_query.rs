//! 查询分账结果, query a share:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477734>.
//!
//! `cargo run -p redress --example sharing_query [merchant's folder] [transaction_id]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::sharing::{Query, Share};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Share, Box<dyn Error>> {
    let id = std::env::args().nth(2).unwrap_or("4208450740201411110007820472".to_owned());
    let request = Query {
        sub_mchid: "1900013401".parse()?,
        transaction_id: id.parse()?,
        out_order_no: "P20150806125346".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
