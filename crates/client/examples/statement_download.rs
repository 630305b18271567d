//! 下载账单, download the trades of a day: <https://pay.weixin.qq.com/docs/merchant/apis/jsapi-payment/download-bill.html>.
//!
//! `cargo run -p redress --example statement_download [merchant's folder] [day]`

mod common;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use redress::api::statement;

#[tokio::main]
async fn main() -> ExitCode {
    common::finish(run().await)
}

async fn run() -> Result<Vec<String>, Box<dyn Error>> {
    let day = env::args().nth(2).unwrap_or_else(|| "2019-06-11".to_owned());
    let request = statement::Trade {
        bill_date: day.parse()?,
        bill_type: None,
        sub_mchid: None,
        tar_type: None,
    };
    let client = common::client("1230000109")?;
    // The answer says what the file must be; the file itself is not signed.
    let file = client.download(&client.send(&request).await?).await?;
    Ok(String::from_utf8(file)?.lines().map(str::to_owned).collect())
}
