//! 退款申请, pay back part of a sub-merchant's order:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012760121>.
//!
//! A direct merchant leaves `sub_mchid` out.
//!
//! `cargo run -p redress --example refund_create [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::Fen;
use redress::api::refund::{self, AmountAsked};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<refund::Refund, Box<dyn Error>> {
    let request = refund::Create {
        sub_mchid: Some("1900013401".parse()?),
        transaction_id: Some("1217752501201407033233368018".parse()?),
        out_trade_no: None,
        out_refund_no: "1217752501201407033233368018".parse()?,
        reason: Some("商品已售完".parse()?),
        notify_url: None,
        funds_account: None,
        amount: AmountAsked {
            refund: Fen::new(888),
            from: None,
            total: Fen::new(25_800),
            currency: "CNY".parse()?,
        },
        goods_detail: None,
    };
    // The money is on its way: a callback or a query says when it has arrived. If this fails,
    // repeat it with the same number.
    Ok(common::client("1900001108")?.send(&request).await?)
}
