//! `redress explain`: which mistake a wrong signature was made with.

mod capture;
mod keys;
mod log;
mod show;

use std::process::ExitCode;

use anyhow::Context as _;
use redress_explain::{
    CapturedAnswer, CapturedRequest, Explanation, Known, Verdict, claimed, explain_answer,
    explain_request,
};

pub(crate) use self::capture::Capture;
use self::capture::Start;
use crate::USAGE;
use crate::args::Explain;
use crate::print;

pub(crate) async fn run(args: &Explain) -> anyhow::Result<ExitCode> {
    let explanation = if log::is_request_id(&args.what) {
        let explanation = log::explanation(args).await;
        explanation.and_then(|told| told.context("this request was not refused for its signature"))
    } else {
        explanation(args)
    };
    let explanation = match explanation {
        Ok(explanation) => explanation,
        Err(error) => {
            print::error(&error);
            return Ok(ExitCode::from(USAGE));
        }
    };
    if args.output.json {
        print::json(&explanation)?;
    } else {
        show::show(&explanation, args.lang);
    }
    Ok(match explanation.verdict {
        Verdict::Good => ExitCode::SUCCESS,
        Verdict::Causes | Verdict::Unknown => ExitCode::FAILURE,
    })
}

fn explanation(args: &Explain) -> anyhow::Result<Explanation> {
    let Capture { start, headers, body } = Capture::read(&args.what)?;
    let templates: Vec<&str> = redress::api::endpoints().iter().map(|one| one.path).collect();
    match &start {
        Start::Request { method, target } if !args.answer => {
            let (mchid, serial) = claimed(&headers);
            let claimed = keys::Claimed { owner: mchid, serial, answer: false };
            let (known, _) = keys::read(&args.key, args.data.as_deref(), &claimed)?;
            let captured = CapturedRequest { method, target, headers: &headers, body: &body };
            let known = Known { keys: &known, templates: &templates };
            Ok(explain_request(&captured, &known, args.at))
        }
        Start::Request { .. } | Start::Answer => {
            let serial = headers.get("Wechatpay-Serial").and_then(|value| value.to_str().ok());
            let serial = serial.map(str::to_owned);
            let claimed = keys::Claimed { owner: None, serial, answer: true };
            let (known, verifiers) = keys::read(&args.key, args.data.as_deref(), &claimed)?;
            let captured = CapturedAnswer { headers: &headers, body: &body };
            let known = Known { keys: &known, templates: &templates };
            Ok(explain_answer(&captured, &known, &verifiers, args.at))
        }
    }
}
