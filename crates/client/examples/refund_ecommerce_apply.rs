//! 申请退款 of an e-commerce platform, which pays in advance here:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012476892>.
//!
//! `cargo run -p redress --example refund_ecommerce_apply [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::refund::ecommerce::{self, AmountAsked, RefundAccount};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<ecommerce::Applied, Box<dyn Error>> {
    let request = ecommerce::Apply {
        sub_mchid: "1900013401".parse()?,
        sp_appid: "wx8888888888888888".parse()?,
        sub_appid: None,
        transaction_id: Some("4208450740201411110007820472".parse()?),
        out_trade_no: None,
        out_refund_no: "1217752501201407033233368019".parse()?,
        reason: Some("商品已售完".parse()?),
        amount: AmountAsked {
            refund: Fen::new(888),
            from: None,
            total: Fen::new(10_000),
            currency: Some("CNY".parse()?),
        },
        notify_url: None,
        refund_account: Some(RefundAccount::PartnerAdvance.into()),
        funds_account: None,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
