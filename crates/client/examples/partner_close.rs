//! 关闭订单, close a sub-merchant's unpaid order: a sibling of
//! <https://pay.weixin.qq.com/doc/v3/partner/4012760115>.
//!
//! Closing is for good: name the order. Without a number, one is named that does not exist.
//!
//! `cargo run -p redress --example partner_close [merchant's folder [the order's number]]`

mod common;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use redress::api::{partner, pay};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Closed, Box<dyn Error>> {
    let out_trade_no = env::args().nth(2).unwrap_or_else(|| "nosuchorder".to_owned());
    let request = partner::Close {
        out_trade_no: out_trade_no.parse()?,
        sp_mchid: "1900001108".parse()?,
        sub_mchid: "1900013401".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
