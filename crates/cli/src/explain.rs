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
    let explanation = match explain(args).await {
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

async fn explain(args: &Explain) -> anyhow::Result<Explanation> {
    match (log::is_request_id(&args.what), args.answer) {
        (true, true) => {
            let (answer, at) = log::answer(args).await?;
            captured(args, &answer, args.at.or(Some(at)))
        }
        (true, false) => {
            let explanation = log::explanation(args).await?;
            explanation.context(
                "this request was not refused for its signature; is it its answer that a program \
                 does not believe? Then add --answer",
            )
        }
        (false, _) => captured(args, &Capture::read(&args.what)?, args.at),
    }
}

fn captured(args: &Explain, capture: &Capture, at: Option<i64>) -> anyhow::Result<Explanation> {
    let Capture { start, headers, body } = capture;
    let templates: Vec<&str> = redress::api::endpoints().iter().map(|one| one.path).collect();
    match start {
        Start::Request { method, target } if !args.answer => {
            let (mchid, serial) = claimed(headers);
            let claimed = keys::Claimed { owner: mchid, serial, answer: false };
            let (known, _) = keys::read(&args.key, args.data.as_deref(), &claimed)?;
            let captured = CapturedRequest { method, target, headers, body };
            let known = Known { keys: &known, templates: &templates };
            Ok(explain_request(&captured, &known, at))
        }
        Start::Request { .. } | Start::Answer => {
            let serial = headers.get("Wechatpay-Serial").and_then(|value| value.to_str().ok());
            let serial = serial.map(str::to_owned);
            let claimed = keys::Claimed { owner: None, serial, answer: true };
            let (known, verifiers) = keys::read(&args.key, args.data.as_deref(), &claimed)?;
            let captured = CapturedAnswer { headers, body };
            let known = Known { keys: &known, templates: &templates };
            Ok(explain_answer(&captured, &known, &verifiers, at))
        }
    }
}
