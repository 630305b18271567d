//! 撤销, reverse a code payment: the sample of <https://pay.weixin.qq.com/doc/v3/merchant/4012382161>.
//!
//! `cargo run -p redress --example reverse [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::pay;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Reversed, Box<dyn Error>> {
    let request = pay::Reverse {
        out_trade_no: "1217752501201407033233368018".parse()?,
        appid: "wxd678efh567hg6787".parse()?,
        mchid: "1230000109".parse()?,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
