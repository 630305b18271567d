//! 申请资金账单, apply for the movements of a day: <https://pay.weixin.qq.com/docs/partner/apis/partner-native-payment/get-fund-bill.html>.
//!
//! `cargo run -p redress --example statement_fund_flow [merchant's folder] [day]`

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
    let request =
        statement::FundFlow { bill_date: day.parse()?, account_type: None, tar_type: None };
    Ok(common::client("1230000109")?.send(&request).await?)
}
