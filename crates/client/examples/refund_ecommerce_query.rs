//! 查询单笔退款（按商户退款单号）, look a refund of a sub-merchant up:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012476911>.
//!
//! `cargo run -p redress --example refund_ecommerce_query [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::refund::ecommerce;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<ecommerce::Refund, Box<dyn Error>> {
    let request = ecommerce::Query {
        out_refund_no: "1217752501201407033233368019".parse()?,
        sub_mchid: "1900013401".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
