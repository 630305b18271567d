//! A command for each operation.

use std::process::ExitCode;

use anyhow::Context as _;
use redress::api::compensation::{Cancel, Create, PreTransfer, Query, Receiver};
use redress::api::subsidy::CancelResult;
use redress::api::{Endpoint, Fen, pay, subsidy};
use redress::{Error, Fate};
use redress_server::{DIRECT, PLATFORM};

use crate::args::{
    Caller, Compensate, CompensateCreate, CompensatePreTransfer, Output, Reverse, Subsidy,
};
use crate::caller::{client, merchant};
use crate::print;

pub(crate) async fn compensate(command: Compensate) -> anyhow::Result<ExitCode> {
    match command {
        Compensate::Create(args) => create(args).await,
        Compensate::PreTransfer(args) => pre_transfer(args).await,
        Compensate::Query(args) => {
            let request = Query { out_bill_no: args.out_bill_no };
            send(&args.caller, PLATFORM, &request, args.output).await
        }
        Compensate::Cancel(args) => {
            let request = Cancel { out_bill_no: args.out_bill_no };
            send(&args.caller, PLATFORM, &request, args.output).await
        }
    }
}

async fn create(args: CompensateCreate) -> anyhow::Result<ExitCode> {
    let compensation = args.compensation;
    let request = Create {
        receiver: Receiver::transaction_user(compensation.transaction_id),
        out_bill_no: compensation.out_bill_no,
        amount: Fen::new(compensation.amount),
        transfer_remark: compensation.remark,
        sponsor_mchid: compensation.sponsor,
        transfer_scene_id: compensation.scene,
        user_recv_perception: compensation.perception,
    };
    send(&args.caller, PLATFORM, &request, args.output).await
}

async fn pre_transfer(args: CompensatePreTransfer) -> anyhow::Result<ExitCode> {
    let compensation = args.compensation;
    let request = PreTransfer {
        sp_appid: args.appid,
        receiver: Receiver::transaction_user(compensation.transaction_id),
        out_bill_no: compensation.out_bill_no,
        amount: Fen::new(compensation.amount),
        transfer_remark: compensation.remark,
        sponsor_mchid: compensation.sponsor,
        transfer_scene_id: compensation.scene,
        user_recv_perception: compensation.perception,
        notify_url: args.notify_url,
    };
    send(&args.caller, PLATFORM, &request, args.output).await
}

pub(crate) async fn reverse(args: Reverse) -> anyhow::Result<ExitCode> {
    let merchant = merchant(&args.caller.who, Some(DIRECT))?;
    let appid = match args.appid {
        Some(appid) => appid,
        None => merchant.appid().context("merchant.json names no appid: give --appid")?.clone(),
    };
    let mchid = merchant.mchid().clone();
    let request = pay::Reverse { out_trade_no: args.out_trade_no, appid, mchid };
    finish(client(&args.caller, merchant)?.send(&request).await, args.output)
}

pub(crate) async fn subsidy(command: Subsidy) -> anyhow::Result<ExitCode> {
    let Subsidy::Cancel(args) = command;
    let request = subsidy::Cancel {
        sub_mchid: args.sub_mchid,
        transaction_id: args.transaction_id,
        description: args.description,
    };
    let client = client(&args.caller, merchant(&args.caller.who, Some(PLATFORM))?)?;
    let answer = client.send(&request).await;
    let failed = answer.as_ref().is_ok_and(|cancelled| cancelled.result != CancelResult::Success);
    let code = finish(answer, args.output)?;
    Ok(if failed { ExitCode::FAILURE } else { code })
}

async fn send<E: Endpoint>(
    caller: &Caller,
    usual: &str,
    request: &E,
    output: Output,
) -> anyhow::Result<ExitCode> {
    let client = client(caller, merchant(&caller.who, Some(usual))?)?;
    finish(client.send(request).await, output)
}

/// Prints an answer, or says what an error means for the money.
fn finish<R: serde::Serialize>(
    answer: Result<R, Error>,
    output: Output,
) -> anyhow::Result<ExitCode> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) => {
            let meaning = match error.fate() {
                Fate::NotSent | Fate::Rejected => "nothing was done",
                Fate::Unknown => {
                    "it may have been done: query, or repeat with the same number and content"
                }
            };
            return Err(anyhow::Error::new(error).context(meaning));
        }
    };
    if output.json {
        print::json(&answer)?;
        return Ok(ExitCode::SUCCESS);
    }
    print::fields(&serde_json::to_value(&answer)?);
    Ok(ExitCode::SUCCESS)
}
