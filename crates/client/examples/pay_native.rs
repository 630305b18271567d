//! Native下单, place an order that is paid by scanning a code:
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012791877>.
//!
//! `cargo run -p redress --example pay_native [merchant's folder [out_trade_no]]`
//!
//! Against `redress serve`, the payer pays with `POST /_control/pay` `{code_url, openid}`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::pay::{self, Total};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::CodeUrl, Box<dyn Error>> {
    let out_trade_no = std::env::args().nth(2).unwrap_or("native20261121".to_owned());
    let request = pay::Native {
        appid: "wxd678efh567hg6787".parse()?,
        mchid: "1230000109".parse()?,
        description: "Image形象店-深圳腾大-QQ公仔".parse()?,
        out_trade_no: out_trade_no.parse()?,
        time_expire: None,
        attach: None,
        notify_url: "https://www.weixin.qq.com/wxpay/pay.php".parse()?,
        goods_tag: None,
        support_fapiao: None,
        amount: Total { total: Fen::new(100), currency: None },
        detail: None,
        scene_info: None,
        settle_info: None,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
