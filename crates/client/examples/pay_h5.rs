//! H5下单, place an order that is paid in a browser:
//! <https://pay.weixin.qq.com/docs/merchant/products/h5-payment/apilist.html>.
//!
//! `cargo run -p redress --example pay_h5 [merchant's folder [out_trade_no]]`
//!
//! Against `redress serve`, the payer pays with `POST /_control/pay` `{h5_url, openid}`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::pay::{self, H5Info, H5Scene, Total};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::H5Url, Box<dyn Error>> {
    let out_trade_no = std::env::args().nth(2).unwrap_or("h520261121".to_owned());
    let h5_info = H5Info {
        r#type: "Wap".parse()?,
        app_name: None,
        app_url: None,
        bundle_id: None,
        package_name: None,
    };
    let payer_client_ip = "14.23.150.211".parse()?;
    let request = pay::H5 {
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
        scene_info: H5Scene { payer_client_ip, device_id: None, store_info: None, h5_info },
        settle_info: None,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
