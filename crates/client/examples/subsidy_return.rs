//! 请求补差回退, give part of a subsidy back:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477636>.
//!
//! `cargo run -p redress --example subsidy_return [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::{Fen, subsidy};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<subsidy::Returned, Box<dyn Error>> {
    let request = subsidy::Return {
        sub_mchid: "1900013401".parse()?,
        out_order_no: "return20261121".parse()?,
        transaction_id: "4208450740201411110007820472".parse()?,
        refund_id: None,
        amount: Fen::new(200),
        description: "退还补差".parse()?,
        subsidy_id: None,
        from: None,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
