//! 合单下单-JSAPI, place several orders that one payer pays at once:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012760633>.
//!
//! `cargo run -p redress --example combine_jsapi [merchant's folder] [combine_out_trade_no]`
//!
//! Against `redress serve`, the payer pays with `POST /_control/pay`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::combine::{
    Jsapi, PayerInfo, SceneInfo, SubAmount, SubOrder, SubSettle, SubsidyAmount,
};
use redress::api::{Fen, pay::Prepaid};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Prepaid, Box<dyn Error>> {
    let number = std::env::args().nth(2).unwrap_or("combined20261121".to_owned());
    let order = |n: i64| -> Result<SubOrder, Box<dyn Error>> {
        Ok(SubOrder {
            mchid: "1900001108".parse()?,
            attach: "深圳分店".parse()?,
            amount: SubAmount { total_amount: Fen::new(100 * n), currency: "CNY".parse()? },
            out_trade_no: format!("{number}-{n}").parse()?,
            sub_mchid: Some("1900013401".parse()?),
            description: "腾讯充值中心-QQ会员充值".parse()?,
            detail: None,
            goods_tag: None,
            sub_appid: None,
            settle_info: Some(SubSettle {
                profit_sharing: Some(true),
                subsidy_amount: Some(SubsidyAmount(10)),
            }),
        })
    };
    let request = Jsapi {
        combine_appid: "wx8888888888888888".parse()?,
        combine_mchid: "1900001108".parse()?,
        combine_out_trade_no: number.parse()?,
        combine_payer_info: PayerInfo {
            openid: Some("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o".parse()?),
            sub_openid: None,
        },
        scene_info: Some(SceneInfo { device_id: None, payer_client_ip: "14.17.22.32".parse()? }),
        sub_orders: vec![order(1)?, order(2)?],
        time_start: None,
        time_expire: None,
        notify_url: Some("http://localhost:8080/notify".parse()?),
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
