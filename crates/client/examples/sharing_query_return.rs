//! 查询分账回退结果, query a return of shared money:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477740>.
//!
//! `cargo run -p redress --example sharing_query_return [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::sharing::{QueryReturn, Returned};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Returned, Box<dyn Error>> {
    let request = QueryReturn {
        sub_mchid: "1900013401".parse()?,
        out_return_no: "R20190516001".parse()?,
        order_id: None,
        out_order_no: Some("P20150806125346".parse()?),
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
