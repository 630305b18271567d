//! 请求赔付, request a compensation: the sample of <https://pay.weixin.qq.com/doc/v3/partner/4013504175>.
//!
//! The receiver is the one of the page's sample answer: the kind that its Java sample uses is not
//! listed any more.
//!
//! `cargo run -p redress --example compensation_create [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::{Fen, compensation};

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<compensation::Created, Box<dyn Error>> {
    let request = compensation::Create {
        receiver: compensation::Receiver::transaction_user("1217752501201407033233368018".parse()?),
        out_bill_no: "plfk2020042013".parse()?,
        amount: Fen::new(10000),
        transfer_remark: "直播违规扣罚".parse()?,
        sponsor_mchid: "1900001109".parse()?,
        transfer_scene_id: Some("1001".parse()?),
        user_recv_perception: Some("退货运费补偿".parse()?),
    };
    Ok(common::client("1900001108")?.send(&request).await?)
}
