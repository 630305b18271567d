//! 撤销订单, reverse a sub-merchant's code payment:
//! <https://pay.weixin.qq.com/docs/partner/apis/partner-code-payment-v3/partner/partner-reverse.html>.
//!
//! Reversing is for good: name the order. Without a number, one is named that does not exist.
//!
//! `cargo run -p redress --example partner_reverse [merchant's folder [the order's number]]`

mod common;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use redress::api::partner;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<partner::Reversed, Box<dyn Error>> {
    let out_trade_no = env::args().nth(2).unwrap_or_else(|| "nosuchorder".to_owned());
    let request = partner::Reverse {
        out_trade_no: out_trade_no.parse()?,
        sp_appid: Some("wx8888888888888888".parse()?),
        sp_mchid: "1900001108".parse()?,
        sub_appid: None,
        sub_mchid: "1900013401".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
