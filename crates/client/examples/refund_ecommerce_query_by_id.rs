//! 查询单笔退款（按微信支付退款单号）, look a refund of a sub-merchant up by the provider's number:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012476908>.
//!
//! `cargo run -p redress --example refund_ecommerce_query_by_id [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::refund::ecommerce;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<ecommerce::Refund, Box<dyn Error>> {
    let client = common::client("1900001108")?;
    let by_number = ecommerce::Query {
        out_refund_no: "1217752501201407033233368019".parse()?,
        sub_mchid: "1900013401".parse()?,
    };
    let refund = client.send(&by_number).await?;
    let sub_mchid = by_number.sub_mchid;
    Ok(client.send(&ecommerce::QueryById { refund_id: refund.refund_id, sub_mchid }).await?)
}
