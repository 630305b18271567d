//! 商户订单号查询订单, query a sub-merchant's order:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012760115>.
//!
//! `cargo run -p redress --example partner_query [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::partner;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<partner::Order, Box<dyn Error>> {
    let request = partner::Query {
        out_trade_no: "demo20261121compensated".parse()?,
        sp_mchid: "1900001108".parse()?,
        sub_mchid: "1900013401".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
