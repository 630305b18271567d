//! 删除分账接收方, take a receiver of shares off the list:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477759>.
//!
//! `cargo run -p redress --example sharing_delete_receiver [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::sharing::{self, DeleteReceiver, ReceiverType};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<sharing::Receiver, Box<dyn Error>> {
    let request = DeleteReceiver {
        appid: Some("wx8888888888888888".parse()?),
        r#type: ReceiverType::Merchant.into(),
        account: "1900001109".parse()?,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
