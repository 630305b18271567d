//! 请求赔付预下单, lay a compensation ready: the sample of <https://pay.weixin.qq.com/doc/v3/partner/4013504176>.
//!
//! The number is one behind the page's, which is the create's too. The answer's `package_info`
//! leads the payer to the question.
//!
//! `cargo run -p redress --example compensation_pre_transfer [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::{Fen, compensation};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<compensation::PreTransferred, Box<dyn Error>> {
    let request = compensation::PreTransfer {
        sp_appid: Some("wx8888888888888888".parse()?),
        receiver: compensation::Receiver::transaction_user("1217752501201407033233368018".parse()?),
        out_bill_no: "plfk2020042014".parse()?,
        amount: Fen::new(10000),
        transfer_remark: "直播违规扣罚".parse()?,
        sponsor_mchid: "1900001109".parse()?,
        transfer_scene_id: Some("1001".parse()?),
        user_recv_perception: Some("退货运费补偿".parse()?),
        notify_url: None,
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
