//! 付款码支付, take a payment for a sub-merchant by the payer's code:
//! <https://pay.weixin.qq.com/docs/partner/apis/partner-code-payment-v3/partner/partner-code-pay.html>.
//!
//! `cargo run -p redress --example partner_codepay [merchant's folder] [out_trade_no] [auth_code]`
//!
//! Against `redress serve`, a payer shows a code with `POST /_control/auth-codes`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::pay::{CodePayer, SceneInfo, StoreInfo, Total};
use redress::api::{Fen, partner};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<partner::Paid, Box<dyn Error>> {
    let argument = |number, usual: &str| std::env::args().nth(number).unwrap_or(usual.to_owned());
    let request = partner::Codepay {
        sp_appid: "wx8888888888888888".parse()?,
        sp_mchid: "1900001108".parse()?,
        sub_appid: None,
        sub_mchid: "1900013401".parse()?,
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
    Ok(common::client("1900001108")?.send(&request).await?)
}
