//! Native下单, place a sub-merchant's order that is paid by scanning a code:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012738659>.
//!
//! `cargo run -p redress --example partner_native [merchant's folder [out_trade_no]]`
//!
//! Against `redress serve`, the payer pays with `POST /_control/pay` `{code_url, openid}`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::partner;
use redress::api::pay::{CodeUrl, Total};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<CodeUrl, Box<dyn Error>> {
    let out_trade_no = std::env::args().nth(2).unwrap_or("partnernative20261121".to_owned());
    let request = partner::Native {
        sp_appid: "wx8888888888888888".parse()?,
        sp_mchid: "1900001108".parse()?,
        sub_appid: None,
        sub_mchid: "1900013401".parse()?,
        description: "Image形象店-深圳腾大-QQ公仔".parse()?,
        out_trade_no: out_trade_no.parse()?,
        time_expire: None,
        attach: None,
        notify_url: "https://www.weixin.qq.com/wxpay/pay.php".parse()?,
        goods_tag: None,
        settle_info: None,
        support_fapiao: None,
        amount: Total { total: Fen::new(100), currency: None },
        detail: None,
        scene_info: None,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
