//! 申请交易账单, apply for the trades of a day: <https://pay.weixin.qq.com/doc/v3/merchant/4012556654>.
//!
//! `cargo run -p redress --example statement_trade [merchant's folder] [day]`

mod common;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use redress::api::statement;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<statement::Statement, Box<dyn Error>> {
    let day = env::args().nth(2).unwrap_or_else(|| "2019-06-11".to_owned());
    let request = statement::Trade {
        bill_date: day.parse()?,
        bill_type: None,
        sub_mchid: None,
        tar_type: None,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
