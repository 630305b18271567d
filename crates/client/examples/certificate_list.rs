//! 下载平台证书, list the platform's certificates: <https://pay.weixin.qq.com/doc/v3/merchant/4012551764>.
//!
//! A merchant has them once `/_control/merchants/{mchid}/platform-keys` says so. To open them, see
//! `Client::certificates`.
//!
//! `cargo run -p redress --example certificate_list [merchant's folder]`

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::api::certificate;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<certificate::Certificates, Box<dyn Error>> {
    let request = certificate::List { algorithm_type: None };
    Ok(common::client("1230000109")?.send(&request).await?)
}
