//! A command for each operation.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use redress::api::compensation::{BillState, Cancel, Create, PreTransfer, Query, Receiver};
use redress::api::subsidy::CancelResult;
use redress::api::{Change, Endpoint, Fen, pay, subsidy};
use redress::{Client, Ended, Error, Fate, Merchant, Patience, Settled, SettledOf};
use redress_server::{DIRECT, PLATFORM};

use crate::args::{
    Caller, Compensate, CompensateCreate, CompensatePreTransfer, Output, Reverse, Subsidy, Wait,
};
use crate::caller::{builder, client, merchant};
use crate::curl;
use crate::print;
use crate::wait::{Until, shown};

pub(crate) async fn compensate(command: Compensate) -> anyhow::Result<ExitCode> {
    match command {
        Compensate::Create(args) => create(args).await,
        Compensate::PreTransfer(args) => pre_transfer(args).await,
        Compensate::Query(args) => {
            let merchant = merchant(&args.caller.who, Some(PLATFORM))?;
            let request = Query { out_bill_no: args.out_bill_no };
            let client = match ready(&args.caller, merchant, &request).await? {
                Ready::Send(client) => client,
                Ready::Done(code) => return Ok(code),
            };
            match args.wait.wait {
                Some(seconds) => {
                    until_final(&client, &request, Until::within(seconds), None, args.output).await
                }
                None => finish(client.send(&request).await, args.output),
            }
        }
        Compensate::Cancel(args) => {
            let query = Query { out_bill_no: args.out_bill_no.clone() };
            let request = Cancel { out_bill_no: args.out_bill_no };
            let end = (&query, BillState::Cancelled);
            change_bill(&args.caller, &request, args.wait, end, args.output).await
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
    let query = Query { out_bill_no: request.out_bill_no.clone() };
    let end = (&query, BillState::Success);
    change_bill(&args.caller, &request, args.wait, end, args.output).await
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
    let merchant = merchant(&args.caller.who, Some(PLATFORM))?;
    change(&args.caller, merchant, &request, args.wait, args.output).await
}

pub(crate) async fn reverse(args: Reverse) -> anyhow::Result<ExitCode> {
    let merchant = merchant(&args.caller.who, Some(DIRECT))?;
    let appid = match args.appid {
        Some(appid) => appid,
        None => merchant.appid().context("merchant.json names no appid: give --appid")?.clone(),
    };
    let mchid = merchant.mchid().clone();
    let request = pay::Reverse { out_trade_no: args.out_trade_no, appid, mchid };
    change(&args.caller, merchant, &request, args.wait, args.output).await
}

pub(crate) async fn subsidy(command: Subsidy) -> anyhow::Result<ExitCode> {
    let Subsidy::Cancel(args) = command;
    let request = subsidy::Cancel {
        sub_mchid: args.sub_mchid,
        transaction_id: args.transaction_id,
        description: args.description,
    };
    let merchant = merchant(&args.caller.who, Some(PLATFORM))?;
    let client = match ready(&args.caller, merchant, &request).await? {
        Ready::Send(client) => client,
        Ready::Done(code) => return Ok(code),
    };
    // There is no query of a subsidy: what is found out is an answer.
    let answer = settle(&client, &request, args.wait.wait.map(Until::within)).await;
    let answer = answer.map(|settled| match settled {
        Settled::Answered(answer) => answer,
        Settled::Found(request) | Settled::Overtaken(request) => request,
    });
    let failed = answer.as_ref().is_ok_and(|cancelled| cancelled.result != CancelResult::Success);
    let code = finish(answer, args.output)?;
    Ok(if failed { ExitCode::FAILURE } else { code })
}

/// What is left to do with a request.
enum Ready {
    Send(Client),
    Done(ExitCode),
}

/// A client to send a request with, unless it is only to be shown.
async fn ready<E: Endpoint>(
    caller: &Caller,
    merchant: Merchant,
    request: &E,
) -> anyhow::Result<Ready> {
    if caller.curl {
        let client = builder(caller, merchant).build()?;
        return curl::show(&client.sign(request).await?).map(Ready::Done);
    }
    client(caller, merchant).map(Ready::Send)
}

/// Sends a change; with --wait until it is known what came of it.
async fn change<E: Change>(
    caller: &Caller,
    merchant: Merchant,
    request: &E,
    wait: Wait,
    output: Output,
) -> anyhow::Result<ExitCode> {
    let client = match ready(caller, merchant, request).await? {
        Ready::Send(client) => client,
        Ready::Done(code) => return Ok(code),
    };
    match settle(&client, request, wait.wait.map(Until::within)).await {
        Ok(Settled::Answered(answer)) => finish(Ok(answer), output),
        Ok(Settled::Found(found)) => finish(Ok(found), output),
        Ok(Settled::Overtaken(found)) => {
            finish(Ok(found), output)?;
            bail!("it was not done, and cannot be any more")
        }
        Err(error) => finish::<E::Response>(Err(error), output),
    }
}

/// The same for a compensation; with --wait until the bill has come to an end, which is good if it
/// is this one.
async fn change_bill<E: Change>(
    caller: &Caller,
    request: &E,
    wait: Wait,
    (query, wanted): (&Query, BillState),
    output: Output,
) -> anyhow::Result<ExitCode> {
    let merchant = merchant(&caller.who, Some(PLATFORM))?;
    let Some(seconds) = wait.wait.filter(|_| !caller.curl) else {
        return change(caller, merchant, request, wait, output).await;
    };
    let client = client(caller, merchant)?;
    let until = Until::within(seconds);
    if let Err(error) = settle(&client, request, Some(until)).await {
        return finish::<E::Response>(Err(error), output);
    }
    until_final(&client, query, until, Some(wanted), output).await
}

async fn settle<E: Change>(
    client: &Client,
    request: &E,
    until: Option<Until>,
) -> Result<SettledOf<E>, Error> {
    match until {
        Some(until) => {
            let settled = client.settle_within(request, until.patience(Patience::ANSWER));
            shown("waiting for an answer", settled).await
        }
        None => client.send(request).await.map(Settled::Answered),
    }
}

async fn until_final(
    client: &Client,
    query: &Query,
    until: Until,
    wanted: Option<BillState>,
    output: Output,
) -> anyhow::Result<ExitCode> {
    let ended = client.until_final_within(query, until.patience(Patience::BACKGROUND));
    match shown("waiting until it is final", ended).await {
        Ok(Ended::Final(bill)) => {
            let state = bill.state.clone();
            let code = finish(Ok(bill), output)?;
            if wanted.is_some_and(|wanted| state != wanted) {
                bail!("it has ended as {}", state.word());
            }
            Ok(code)
        }
        Ok(Ended::Open(bill)) => {
            finish(Ok(bill), output)?;
            bail!("the time is over, and it is not final: query it later")
        }
        Err(error) => finish::<redress::api::compensation::Bill>(Err(error), output),
    }
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
