//! 微信支付订单号查询订单, query a paid order by the provider's number: a sibling of
//! <https://pay.weixin.qq.com/doc/v3/merchant/4013070356>.
//!
//! The number is the one that the payment has given the order: here it is asked for first.
//!
//! `cargo run -p redress --example pay_query_by_id [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::{Mchid, pay};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<pay::Order, Box<dyn Error>> {
    let client = common::client("1230000109")?;
    let mchid: Mchid = "1230000109".parse()?;
    let out_trade_no = "1217752501201407033233368018".parse()?;
    let order = client.send(&pay::Query { out_trade_no, mchid: mchid.clone() }).await?;
    let transaction_id = order.transaction_id.ok_or("the order is not paid")?;
    Ok(client.send(&pay::QueryById { transaction_id, mchid }).await?)
}
