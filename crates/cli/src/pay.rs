//! `redress pay`: what a payer does with the phone, done through the control API.

use std::process::ExitCode;

use serde_json::{Value as Json, json};

use crate::args::{Pay, Reach};
use crate::control::Control;
use crate::print;

pub(crate) async fn run(command: Pay) -> anyhow::Result<ExitCode> {
    match command {
        Pay::Code(args) => {
            let shown = json!({ "openid": args.openid, "password": args.password });
            act(&args.reach, "/auth-codes", &shown).await
        }
        Pay::Order(args) => {
            let path = format!("/orders/{}/{}/payer", args.mchid, args.out_trade_no);
            act(&args.reach, &path, &deed(args.fail, args.openid)).await
        }
        Pay::Bill(args) => {
            let path = format!("/bills/{}/{}/payer", args.sp_mchid, args.out_bill_no);
            act(&args.reach, &path, &json!({ "answer": args.answer.word() })).await
        }
    }
}

/// What is done to an order, and by whom if that is said.
fn deed(fail: bool, openid: Option<String>) -> Json {
    let mut body = json!({ "act": if fail { "fail" } else { "pay" } });
    if let Some(openid) = openid {
        body["openid"] = Json::from(openid);
    }
    body
}

/// Makes a control call and prints what came of it.
async fn act(reach: &Reach, path: &str, body: &Json) -> anyhow::Result<ExitCode> {
    let answer = Control::of(reach)?.post(path, body).await?;
    if reach.output.json {
        print::json(&answer)?;
    } else {
        print::fields(&answer);
    }
    Ok(ExitCode::SUCCESS)
}
