//! 请求分账回退, take shared money back:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477737>.
//!
//! `cargo run -p redress --example sharing_create_return [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::sharing::{CreateReturn, Returned};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Returned, Box<dyn Error>> {
    let request = CreateReturn {
        sub_mchid: "1900013401".parse()?,
        order_id: None,
        out_order_no: Some("P20150806125346".parse()?),
        out_return_no: "R20190516001".parse()?,
        return_mchid: "1900001109".parse()?,
        amount: Fen::new(10),
        description: "分账回退".parse()?,
        transaction_id: None,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
