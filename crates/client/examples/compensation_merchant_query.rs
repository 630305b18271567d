//! 查询赔付商家的结果, query a sub-merchant's compensation: the sample of
//! <https://pay.weixin.qq.com/doc/v3/partner/4016777372>.
//!
//! `cargo run -p redress --example compensation_merchant_query [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::compensation::merchant;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<merchant::Bill, Box<dyn Error>> {
    let request = merchant::Query { out_bill_no: "plfk2020042013".parse()?, sponsor_mchid: None };
    Ok(common::client("1900001108")?.send(&request).await?)
}
