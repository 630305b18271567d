//! 请求分账, share an order's money out:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012691594>.
//!
//! `cargo run -p redress --example sharing_create [merchant's folder] [transaction_id]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::sharing::{Create, Created, ReceiverShare, ReceiverType};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Created, Box<dyn Error>> {
    let id = std::env::args().nth(2).unwrap_or("4208450740201411110007820472".to_owned());
    let request = Create {
        appid: Some("wx8888888888888888".parse()?),
        sub_mchid: "1900013401".parse()?,
        transaction_id: id.parse()?,
        out_order_no: "P20150806125346".parse()?,
        receivers: vec![ReceiverShare {
            r#type: ReceiverType::Merchant.into(),
            receiver_account: "1900001109".parse()?,
            amount: Fen::new(190),
            description: "分给商户1900001109".parse()?,
            receiver_name: None,
        }],
        finish: false,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
