//! 付款码支付, take a payment by the payer's code:
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012382150>.
//!
//! `cargo run -p redress --example pay_codepay [merchant's folder] [out_trade_no] [auth_code]`
//!
//! Against `redress serve`, a payer shows a code with `POST /_control/auth-codes`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::pay::{self, CodePayer, SceneInfo, StoreInfo, Total};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Paid, Box<dyn Error>> {
    let argument = |number, usual: &str| std::env::args().nth(number).unwrap_or(usual.to_owned());
    let request = pay::Codepay {
        appid: "wxd678efh567hg6787".parse()?,
        mchid: "1230000109".parse()?,
        description: "Image形象店-深圳腾大-QQ公仔".parse()?,
        out_trade_no: argument(2, "codepay20261121").parse()?,
        attach: None,
        goods_tag: None,
        support_fapiao: None,
        payer: CodePayer { auth_code: argument(3, "130061098828009406").parse()? },
        amount: Total { total: Fen::new(100), currency: None },
        scene_info: SceneInfo {
            device_id: None,
            device_ip: None,
            store_info: StoreInfo { id: None, out_id: Some("0001".parse()?) },
        },
        detail: None,
        settle_info: None,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
