//! The documented flow of a code payment: pay, query, reverse.

use std::time::Duration;

use redress::api::Fen;
use redress::api::pay::{CodePayer, Codepay, SceneInfo, StoreInfo, Total};
use redress::{CodePaid, CodePaidOf, Error, Fate, Pace, Sent};
use redress_trail::Seen as _;

use crate::fake::{Step, answer, bare, client, lost, of};

const PAID: &str = r#"{"mchid":"1230000109","out_trade_no":"till-1","trade_state":"STATE"}"#;
const ORDER: &str = r#"{"mchid":"1230000109","appid":"wx1","out_trade_no":"till-1",
  "trade_state":"STATE","trade_state_desc":"-"}"#;
const REVERSED: &str = r#"{"mchid":"1230000109","out_trade_no":"till-1"}"#;
const NO_ORDER: &str = r#"{"code":"ORDER_NOT_EXIST","message":"订单不存在"}"#;
/// As it was captured, after the payer had been charged.
const BANK: &str = r#"{"code":"PARAM_ERROR","detail":{"location":null,"value":22},
  "message":"输入源“(null)”映射到值字段“银行类型”字符串规则校验失败，字节数 22，大于最大值 16"}"#;
const SYSTEM: &str = r#"{"code":"SYSTEM_ERROR","message":"系统繁忙，请稍后重试"}"#;
const SIGN: &str = r#"{"code":"SIGN_ERROR","message":"错误的签名，验签失败"}"#;

/// The documented pace, a thousand times as fast.
const FAST: Pace = Pace {
    first_query: Duration::from_millis(5),
    query_every: Duration::from_millis(10),
    pay_limit: Duration::from_millis(45),
    first_reversal: Duration::from_millis(15),
    reverse_every: Duration::from_millis(5),
    limit: Duration::from_millis(300),
};

pub(crate) fn payment() -> Codepay {
    let store = StoreInfo { id: Some(of("0001")), out_id: None };
    Codepay {
        appid: of("wx1"),
        mchid: of("1230000109"),
        description: of("一杯咖啡"),
        out_trade_no: of("till-1"),
        attach: None,
        goods_tag: None,
        support_fapiao: None,
        payer: CodePayer { auth_code: of("130061098828009406") },
        amount: Total { total: Fen::new(1), currency: None },
        scene_info: SceneInfo { device_id: None, device_ip: None, store_info: store },
        detail: None,
        settle_info: None,
    }
}

fn state(body: &str, state: &str) -> Step {
    answer(200, body.replace("STATE", state).leak())
}

pub(crate) fn pending() -> Step {
    answer(202, r#"{"mchid":"1230000109","out_trade_no":"till-1","trade_state":"USERPAYING"}"#)
}

/// What it comes to, and the last part of each path that was asked for.
async fn pay(steps: Vec<Step>) -> (Result<CodePaidOf<Codepay>, Error>, Vec<String>) {
    let (client, fake) = client(steps);
    let outcome = client.pay_by_code(&payment()).pace(FAST).run().await.seen();
    let last = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    (outcome, fake.requests().iter().map(|request| last(request.uri().path())).collect())
}

#[tokio::test]
async fn paid_at_once() {
    let (outcome, sent) = pay(vec![state(PAID, "SUCCESS")]).await;
    assert!(matches!(outcome, Ok(CodePaid::Paid(_))), "{outcome:?}");
    assert_eq!(sent, ["codepay"]);
}

#[tokio::test]
async fn a_password_is_waited_for() {
    let steps = vec![pending(), state(ORDER, "USERPAYING"), state(ORDER, "SUCCESS")];
    let (outcome, sent) = pay(steps).await;
    assert!(matches!(outcome, Ok(CodePaid::FoundPaid(_))), "{outcome:?}");
    assert_eq!(sent, ["codepay", "till-1", "till-1"]);
}

#[tokio::test]
async fn a_payer_who_takes_too_long_is_not_charged() {
    let asked = (0..5).map(|_| state(ORDER, "USERPAYING"));
    let steps = [pending()].into_iter().chain(asked).chain([answer(200, REVERSED)]).collect();
    let (outcome, sent) = pay(steps).await;
    assert!(matches!(outcome, Ok(CodePaid::Reversed(_))), "{outcome:?}");
    assert_eq!(sent.len(), 7);
}

#[tokio::test]
async fn a_payment_that_failed_is_reversed_all_the_same() {
    for steps in [
        vec![state(PAID, "PAYERROR"), answer(200, REVERSED)],
        vec![pending(), state(ORDER, "PAYERROR"), answer(200, REVERSED)],
    ] {
        let (outcome, sent) = pay(steps).await;
        assert!(matches!(outcome, Ok(CodePaid::Reversed(_))), "{outcome:?}");
        assert_eq!(sent.last().map(String::as_str), Some("reverse"));
    }
}

#[tokio::test]
async fn a_lost_answer_is_queried_never_paid_again() {
    for loss in [lost(Sent::Maybe), answer(500, SYSTEM), bare(200, PAID), bare(400, BANK)] {
        let (outcome, sent) = pay(vec![loss, state(ORDER, "SUCCESS")]).await;
        assert!(matches!(outcome, Ok(CodePaid::FoundPaid(_))), "{outcome:?}");
        assert_eq!(sent, ["codepay", "till-1"]);
    }
}

#[tokio::test]
async fn a_refusal_is_no_proof_that_nobody_was_charged() {
    // Asked at once, and once more in time.
    let found = || state(ORDER, "SUCCESS");
    let (outcome, _) = pay(vec![answer(400, BANK), found(), found()]).await;
    assert!(matches!(outcome, Ok(CodePaid::FoundPaid(_))), "{outcome:?}");

    let (outcome, sent) = pay(vec![answer(400, BANK), answer(404, NO_ORDER)]).await;
    let refused = matches!(&outcome, Ok(CodePaid::Refused(why)) if why.code == "PARAM_ERROR");
    assert!(refused, "{outcome:?}");
    assert_eq!(sent, ["codepay", "till-1"]);
}

#[tokio::test]
async fn what_never_reached_the_service_is_certain() {
    for (step, fate) in [(lost(Sent::No), Fate::NotSent), (answer(401, SIGN), Fate::Rejected)] {
        let (outcome, sent) = pay(vec![step]).await;
        assert_eq!(outcome.unwrap_err().fate(), fate);
        assert_eq!(sent, ["codepay"]);
    }
}

#[tokio::test]
async fn a_reversal_is_repeated_until_it_is_answered() {
    let failures = [lost(Sent::Maybe), answer(500, SYSTEM), lost(Sent::No)];
    let steps = [state(PAID, "PAYERROR")].into_iter().chain(failures);
    let (outcome, sent) = pay(steps.chain([answer(200, REVERSED)]).collect()).await;
    assert!(matches!(outcome, Ok(CodePaid::Reversed(_))), "{outcome:?}");
    assert_eq!(sent.iter().filter(|path| *path == "reverse").count(), 4);
}

#[tokio::test]
async fn without_an_answer_nothing_is_certain() {
    let steps = [state(PAID, "PAYERROR")].into_iter();
    let never = (0..100).map(|_| answer(404, NO_ORDER));
    let (outcome, _) = pay(steps.chain(never).collect()).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::NotReversed { .. }), "{error:?}");
    assert_eq!(error.fate(), Fate::Unknown);
}

#[tokio::test]
async fn the_till_can_stop_it() {
    let (client, fake) = client(vec![pending(), answer(200, REVERSED)]);
    let mut steps = Vec::new();
    let outcome = client
        .pay_by_code(&payment())
        .pace(FAST)
        .watch(|step| steps.push(format!("{step:?}")))
        .stop_when(std::future::ready(()))
        .run()
        .await;
    assert!(matches!(outcome, Ok(CodePaid::Reversed(_))), "{outcome:?}");
    assert_eq!(steps, ["Pay", "Answered(\"USERPAYING\")", "Reverse"]);
    assert_eq!(fake.requests().len(), 2);
}
