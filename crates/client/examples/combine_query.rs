//! 合单查询订单, query a combined order: <https://pay.weixin.qq.com/doc/v3/partner/4015973142>.
//!
//! `cargo run -p redress --example combine_query [merchant's folder] [combine_out_trade_no]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::combine;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<combine::Order, Box<dyn Error>> {
    let number = std::env::args().nth(2).unwrap_or("combined20261121".to_owned());
    let request = combine::Query { combine_out_trade_no: number.parse()? };
    Ok(common::client("1900001108")?.send(&request).await?)
}
