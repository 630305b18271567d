//! 关闭订单, close an unpaid order: a sibling of
//! <https://pay.weixin.qq.com/doc/v3/merchant/4013070356>.
//!
//! Closing is for good: name the order. Without a number, one is named that does not exist.
//!
//! `cargo run -p redress --example pay_close [merchant's folder [the order's number]]`

mod common;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use redress::api::pay;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Closed, Box<dyn Error>> {
    let out_trade_no = env::args().nth(2).unwrap_or_else(|| "nosuchorder".to_owned());
    let request = pay::Close { out_trade_no: out_trade_no.parse()?, mchid: "1230000109".parse()? };
    Ok(common::client("1230000109")?.send(&request).await?)
}
