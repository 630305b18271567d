//! 查询单笔退款, look a refund up: <https://pay.weixin.qq.com/doc/v3/partner/4012760128>.
//!
//! `cargo run -p redress --example refund_query [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::refund;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<refund::Refund, Box<dyn Error>> {
    let request = refund::Query {
        out_refund_no: "1217752501201407033233368018".parse()?,
        sub_mchid: Some("1900013401".parse()?),
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
