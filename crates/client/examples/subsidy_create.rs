//! 请求补差, pay the subsidy that an order was announced with:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477631>.
//!
//! The payment has to be a minute old.
//!
//! `cargo run -p redress --example subsidy_create [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::{Fen, subsidy};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<subsidy::Created, Box<dyn Error>> {
    let request = subsidy::Create {
        sub_mchid: "1900013401".parse()?,
        transaction_id: "4208450740201411110007820472".parse()?,
        amount: Fen::new(1_000),
        description: "测试备注".parse()?,
        refund_id: None,
        out_subsidy_no: Some("subsidy20261121".parse()?),
    };
    // If this fails, repeat it with the same parameters: other ones may be charged again.
    Ok(common::client("1900001108")?.send(&request).await?)
}
