//! 赔付商家, compensate a sub-merchant: the sample of <https://pay.weixin.qq.com/doc/v3/partner/4016777363>.
//!
//! The page's sample pays the platform itself; here its sub-merchant is paid, by the platform.
//!
//! `cargo run -p redress --example compensation_merchant_create [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::compensation::merchant;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<merchant::Created, Box<dyn Error>> {
    let request = merchant::Create {
        receiver: merchant::Receiver::merchant("1900013401".parse()?),
        out_bill_no: "plfk2020042013".parse()?,
        amount: Fen::new(10000),
        transfer_remark: "赔付金发放".parse()?,
        sponsor_mchid: None,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
