//! 微信支付订单号查询订单, query a sub-merchant's paid order by the provider's number:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012738973>.
//!
//! `cargo run -p redress --example partner_query_by_id [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::partner;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<partner::Order, Box<dyn Error>> {
    let request = partner::QueryById {
        transaction_id: "1217752501201407033233368018".parse()?,
        sp_mchid: "1900001108".parse()?,
        sub_mchid: "1900013401".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
