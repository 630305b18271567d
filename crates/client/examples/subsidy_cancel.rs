//! 取消补差, cancel the subsidy of an order: the sample of <https://pay.weixin.qq.com/doc/v3/partner/4012477639>.
//!
//! `cargo run -p redress --example subsidy_cancel [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::subsidy;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<subsidy::Cancelled, Box<dyn Error>> {
    let request = subsidy::Cancel {
        sub_mchid: "1900013401".parse()?,
        transaction_id: "4208450740201411110007820472".parse()?,
        description: "订单退款".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
