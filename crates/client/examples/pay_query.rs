//! 商户订单号查询订单, query an order by the merchant's number:
//! <https://pay.weixin.qq.com/doc/v3/merchant/4013070356>.
//!
//! `cargo run -p redress --example pay_query [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::pay;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Order, Box<dyn Error>> {
    let request = pay::Query {
        out_trade_no: "1217752501201407033233368018".parse()?,
        mchid: "1230000109".parse()?,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
