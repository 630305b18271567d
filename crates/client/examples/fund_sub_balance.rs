//! 查询二级商户账户实时余额, the balance of one of a sub-merchant's accounts: the sample of
//! <https://pay.weixin.qq.com/doc/v3/partner/4012476690>.
//!
//! `cargo run -p redress --example fund_sub_balance [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::fund;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<fund::SubFunds, Box<dyn Error>> {
    let request = fund::SubBalance {
        sub_mchid: "1900013401".parse()?,
        account_type: Some(fund::SubAccountType::Basic.into()),
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
