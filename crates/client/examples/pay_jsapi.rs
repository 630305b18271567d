//! JSAPI/小程序下单, place an order that is paid in a page or mini program:
//! <https://pay.weixin.qq.com/doc/v3/merchant/4012791897>.
//!
//! `cargo run -p redress --example pay_jsapi [merchant's folder [out_trade_no]]`
//!
//! Against `redress serve`, the payer pays with `POST /_control/pay` `{prepay_id}`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::pay::{self, OrderPayer, Total};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Prepaid, Box<dyn Error>> {
    let out_trade_no = std::env::args().nth(2).unwrap_or("jsapi20261121".to_owned());
    let request = pay::Jsapi {
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
        payer: OrderPayer { openid: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse()? },
        detail: None,
        scene_info: None,
        settle_info: None,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
