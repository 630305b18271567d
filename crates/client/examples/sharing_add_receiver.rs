//! 添加分账接收方, put a receiver of shares on the list:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012477758>.
//!
//! `cargo run -p redress --example sharing_add_receiver [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::sharing::{self, AddReceiver, ReceiverType, Relation};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<sharing::Receiver, Box<dyn Error>> {
    let request = AddReceiver {
        appid: Some("wx8888888888888888".parse()?),
        r#type: ReceiverType::Merchant.into(),
        account: "1900001109".parse()?,
        name: Some("示例商户全称".parse()?),
        relation_type: Relation::Supplier.into(),
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
