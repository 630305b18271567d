//! At the till: a payer shows a code, and the payment is taken to a known end.
//!
//! `cargo run -p redress --example pay_by_code [merchant's folder] [out_trade_no] [auth_code]`
//!
//! Against `redress serve`, a payer shows a code with `redress pay code`.

#[path = "../common/folder.rs"]
mod folder;
#[path = "../common/print.rs"]
mod print;

use std::env;
use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use redress::api::pay::{CodePayer, Codepay, SceneInfo, StoreInfo, Total};
use redress::{Client, CodePaid};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> ExitCode {
    print::finish(run().await)
}

async fn run() -> Result<Value, Box<dyn Error>> {
    let client = Client::builder(folder::merchant("1230000109")?).build()?;
    let argument = |number, usual: &str| env::args().nth(number).unwrap_or(usual.to_owned());
    let payment = Codepay::draft()
        .appid("wxd678efh567hg6787")
        .mchid("1230000109")
        .description("Image形象店-深圳腾大-QQ公仔")
        .out_trade_no(argument(2, "task3code"))
        .payer(CodePayer::draft().auth_code(argument(3, "130061098828009406")))
        .amount(Total::draft().total(100))
        .scene_info(SceneInfo::draft().store_info(StoreInfo::draft().out_id("0001")))
        .build()?;
    let show = |step: &redress::CodeStep<'_>| {
        // What cannot be shown does not stop a payment.
        let _ = writeln!(io::stderr(), "{step:?}");
    };
    Ok(match client.pay_by_code(&payment).watch(show).run().await? {
        CodePaid::Paid(answer) => json!({ "paid": answer }),
        CodePaid::FoundPaid(order) => json!({ "paid": order }),
        CodePaid::Reversed(answer) => json!({ "not_paid": answer }),
        CodePaid::FoundUnpaid(order) => json!({ "not_paid": order }),
        CodePaid::Refused(refusal) => json!({ "not_paid": refusal.to_string() }),
    })
}
