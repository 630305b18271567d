//! 合单下单-NATIVE, place several orders that whoever scans their code pays at once:
//! <https://pay.weixin.qq.com/docs/merchant/products/combine-payment/apilist-native.html>.
//!
//! `cargo run -p redress --example combine_native [merchant's folder] [combine_out_trade_no]`
//!
//! Against `redress serve`, the payer pays with `POST /_control/pay`.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::combine::{Native, SubAmount, SubOrder};
use redress::api::pay::CodeUrl;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<CodeUrl, Box<dyn Error>> {
    let number = std::env::args().nth(2).unwrap_or("combined20261122".to_owned());
    let order = |n: i64| -> Result<SubOrder, Box<dyn Error>> {
        Ok(SubOrder {
            mchid: "1230000109".parse()?,
            attach: "深圳分店".parse()?,
            amount: SubAmount { total_amount: Fen::new(100 * n), currency: "CNY".parse()? },
            out_trade_no: format!("{number}-{n}").parse()?,
            sub_mchid: None,
            description: "腾讯充值中心-QQ会员充值".parse()?,
            detail: None,
            goods_tag: None,
            sub_appid: None,
            settle_info: None,
        })
    };
    let request = Native {
        combine_appid: "wxd678efh567hg6787".parse()?,
        combine_out_trade_no: number.parse()?,
        combine_mchid: "1230000109".parse()?,
        scene_info: None,
        sub_orders: vec![order(1)?, order(2)?],
        time_start: None,
        time_expire: None,
        notify_url: "http://localhost:8080/notify".parse()?,
    };
    Ok(common::client("1230000109")?.send(&request).await?)
}
