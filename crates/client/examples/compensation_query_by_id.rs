//! 查询赔付结果(按微信支付赔付单号), query a compensation by the provider's number:
//! <https://pay.weixin.qq.com/doc/v3/partner/4013504179>.
//!
//! The number is the one that the create has answered: here it is asked for first.
//!
//! `cargo run -p redress --example compensation_query_by_id [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::compensation;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<compensation::Bill, Box<dyn Error>> {
    let client = common::client("1900001108")?;
    let by_number = compensation::Query { out_bill_no: "plfk2020042013".parse()? };
    let bill_id = client.send(&by_number).await?.bill_id;
    Ok(client.send(&compensation::QueryById { bill_id }).await?)
}
