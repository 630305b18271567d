//! 合单关闭订单, close a combined order that nobody has paid:
//! <https://pay.weixin.qq.com/doc/v3/partner/4012761093>.
//!
//! `cargo run -p redress --example combine_close [merchant's folder] [combine_out_trade_no]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::combine::{Close, ClosedSubOrder};
use redress::api::pay::Closed;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Closed, Box<dyn Error>> {
    let number = std::env::args().nth(2).unwrap_or("combined20261121".to_owned());
    // All orders that were placed, and no others.
    let order = |n: u8| -> Result<ClosedSubOrder, Box<dyn Error>> {
        Ok(ClosedSubOrder {
            mchid: "1900001108".parse()?,
            out_trade_no: format!("{number}-{n}").parse()?,
            sub_mchid: Some("1900013401".parse()?),
            sub_appid: None,
        })
    };
    let request = Close {
        combine_appid: "wx8888888888888888".parse()?,
        combine_out_trade_no: number.parse()?,
        sub_orders: vec![order(1)?, order(2)?],
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
