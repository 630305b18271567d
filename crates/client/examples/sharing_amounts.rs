//! 查询订单剩余待分金额, what of an order can still be shared:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477751>.
//!
//! `cargo run -p redress --example sharing_amounts [merchant's folder] [transaction_id]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::sharing::{Amounts, Unsplit};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Unsplit, Box<dyn Error>> {
    let id = std::env::args().nth(2).unwrap_or("4208450740201411110007820472".to_owned());
    let request = Amounts { transaction_id: id.parse()? };
    Ok(common::client("1900001108")?.send(&request).await?)
}
