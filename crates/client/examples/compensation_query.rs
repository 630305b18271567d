//! 查询赔付结果, query a compensation: the sample of <https://pay.weixin.qq.com/doc/v3/partner/4013504178>.
//!
//! `cargo run -p redress --example compensation_query [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::compensation;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<compensation::Bill, Box<dyn Error>> {
    let request = compensation::Query { out_bill_no: "plfk2020042013".parse()? };
    Ok(common::client("1900001108")?.send(&request).await?)
}
