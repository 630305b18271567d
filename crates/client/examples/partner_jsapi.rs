//! JSAPI下单, place a sub-merchant's order that announces a subsidy:
//! <https://pay.weixin.qq.com/docs/partner/apis/ecommerce-payment/jsapi-prepay.html>.
//!
//! `cargo run -p redress --example partner_jsapi [merchant's folder [out_trade_no]]`
//!
//! Against `redress serve`, the payer pays with `POST /_control/pay` `{prepay_id}`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::partner::{self, JsapiPayer, SubsidySettleInfo};
use redress::api::{Fen, pay};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Prepaid, Box<dyn Error>> {
    let out_trade_no = std::env::args().nth(2).unwrap_or("partnerjsapi20261121".to_owned());
    let sp_openid = Some("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse()?);
    let request = partner::Jsapi {
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
        settle_info: Some(SubsidySettleInfo {
            profit_sharing: Some(true),
            subsidy_amount: Some(Fen::new(10)),
        }),
        support_fapiao: None,
        amount: pay::Total { total: Fen::new(100), currency: None },
        payer: JsapiPayer { sp_openid, sub_openid: None },
        detail: None,
        scene_info: None,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
