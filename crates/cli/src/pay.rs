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
        Pay::Prepay(args) => {
            let (field, value) = told(&args.prepay);
            // A payment that fails leaves such an order as it was: there is nothing to do.
            let mut body = deed(false, args.openid);
            body[field] = Json::from(value);
            act(&args.reach, "/pay", &body).await
        }
        Pay::Payer(args) => {
            let mut body = json!({});
            if let Some(openid) = args.openid {
                body["openid"] = Json::from(openid);
            }
            if let Some(appid) = args.appid {
                body["appid"] = Json::from(appid.as_str());
            }
            if args.abnormal || args.sound {
                body["abnormal"] = Json::from(args.abnormal);
            }
            act(&args.reach, "/payers", &body).await
        }
        Pay::Bill(args) => {
            let path = format!("/bills/{}/{}/payer", args.sp_mchid, args.out_bill_no);
            act(&args.reach, &path, &json!({ "answer": args.answer.word() })).await
        }
        Pay::Package(args) => {
            let said = json!({ "package_info": args.package_info, "answer": args.answer.word() });
            act(&args.reach, "/compensations/confirm", &said).await
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

/// What a merchant's program got, by its form. A page's own program is handed a prepay id with its
/// name in front.
fn told(prepay: &str) -> (&'static str, &str) {
    if prepay.starts_with("weixin:") {
        ("code_url", prepay)
    } else if prepay.starts_with("https:") || prepay.starts_with("http:") {
        ("h5_url", prepay)
    } else {
        ("prepay_id", prepay.strip_prefix("prepay_id=").unwrap_or(prepay))
    }
}

/// Makes a control call and prints what came of it.
async fn act(reach: &Reach, path: &str, body: &Json) -> anyhow::Result<ExitCode> {
    let answer = Control::of(reach)?.post(path, body).await?;
    if reach.output.json {
        print::json(&answer)?;
    } else {
        // A prepay id may pay several orders at once.
        match answer["orders"].as_array() {
            Some(orders) => orders.iter().for_each(print::fields),
            None => print::fields(&answer),
        }
    }
    Ok(ExitCode::SUCCESS)
}
