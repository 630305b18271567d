//! 商户签名验签/加解密测试, try signing, checking, sealing and opening:
//! <https://pay.weixin.qq.com/doc/v3/partner/4015139289>.
//!
//! `cargo run -p redress --example security_echo [merchant's folder [notify_url]]`
//!
//! With a `notify_url`, say that of `redress notify listen`, there is a callback too.

mod common;

use std::error::Error;
use std::process::ExitCode;

use redress::Sensitive;
use redress::api::security;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<security::Echoed, Box<dyn Error>> {
    let client = common::client("1230000109")?;
    let secret = Sensitive::from("张三");
    let request = security::Echo {
        notify_url: std::env::args().nth(2).map(|url| url.parse()).transpose()?,
        echo_message: "hello".parse()?,
        encrypted_echo_message: Some(client.seal(&secret)?),
    };
    let echoed = client.send(&request).await?;
    let sealed = echoed.encrypted_echo_message.as_deref().unwrap_or_default();
    let opened = client.open_field(sealed)?;
    match opened.expose_text() == Some(secret.expose()) {
        true => Ok(echoed),
        false => Err("another secret".into()),
    }
}
