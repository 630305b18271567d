//! 查询平台账户实时余额, the balance of one of the platform's accounts: the sample of
//! <https://pay.weixin.qq.com/doc/v3/partner/4012476700>.
//!
//! `cargo run -p redress --example fund_balance [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::fund;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<fund::Funds, Box<dyn Error>> {
    let request = fund::Balance { account_type: fund::AccountType::Basic.into() };
    Ok(common::client("1900001108")?.send(&request).await?)
}
