//! A change whose answer was lost is driven to a known end, and nothing is concluded from silence.

use std::time::Duration;

use redress::api::{compensation, pay, subsidy};
use redress::{Error, Fate, Patience, Sent, Settled};
use redress_trail::Seen as _;

use crate::fake::{Step, answer, bare, client, lost, of};

const BILL: &str = r#"{"sp_mchid":"1900001108","receiver_detail":{},"out_bill_no":"b1","amount":1,
  "bill_id":"1330000071100999991182020050700019480001","state":"STATE",
  "accept_time":"2015-05-20T13:29:35+08:00"}"#;
const CANCELLED: &str = r#"{"out_bill_no":"b1","bill_id":"1330000071100999991182020050700019480001",
  "state":"CANCELING","cancel_accept_time":"2015-05-20T13:29:35+08:00"}"#;
const ORDER: &str = r#"{"mchid":"1230000109","appid":"wx1","out_trade_no":"coffee-1",
  "trade_state":"STATE","trade_state_desc":"-"}"#;
const SUBSIDY: &str = r#"{"sub_mchid":"1900013401","transaction_id":"42","result":"SUCCESS",
  "description":"订单退款"}"#;
const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"记录不存在"}"#;
const REFUSED: &str = r#"{"code":"INVALID_REQUEST","message":"单据状态不正确"}"#;

/// Looks at once, ten times or so.
pub(crate) const AT_ONCE: Patience = Patience {
    limit: Duration::from_millis(300),
    first_wait: Duration::from_millis(1),
    longest_wait: Duration::from_millis(40),
};

fn in_state(body: &str, state: &str) -> &'static str {
    body.replace("STATE", state).leak()
}

pub(crate) fn bill(state: &str) -> Step {
    answer(200, in_state(BILL, state))
}

pub(crate) fn cancel() -> compensation::Cancel {
    compensation::Cancel { out_bill_no: of("b1") }
}

/// An answer lost for good: as often as one call tries.
fn lost_thrice() -> [Step; 3] {
    [lost(Sent::Maybe), lost(Sent::Maybe), lost(Sent::Maybe)]
}

type Outcome = Result<Settled<compensation::Cancelled, compensation::Bill>, Error>;

/// Settles a cancel that was lost and then met with these answers; says how often it was sent.
async fn after_a_loss(steps: impl IntoIterator<Item = Step>) -> (Outcome, usize) {
    let (client, fake) = client(lost_thrice().into_iter().chain(steps).collect());
    let outcome = client.settle_within(&cancel(), AT_ONCE).await.seen();
    let posts = fake.requests().iter().filter(|request| request.method() == "POST").count();
    (outcome, posts)
}

#[tokio::test]
async fn what_is_answered_is_settled() {
    let (client, fake) = client(vec![answer(200, CANCELLED)]);
    let settled = client.settle(&cancel()).await.unwrap();
    assert!(matches!(settled, Settled::Answered(_)));
    assert_eq!(fake.requests().len(), 1);
}

#[tokio::test]
async fn what_is_certain_is_not_asked_about() {
    let never = (0..3).map(|_| lost(Sent::No)).collect();
    for (steps, fate) in [(never, Fate::NotSent), (vec![answer(400, REFUSED)], Fate::Rejected)] {
        let sent = steps.len();
        let (client, fake) = client(steps);
        assert_eq!(client.settle(&cancel()).await.unwrap_err().fate(), fate);
        assert_eq!(fake.requests().len(), sent);
    }
}

#[tokio::test]
async fn a_query_finds_what_was_done() {
    for state in ["CANCELING", "CANCELLED"] {
        let (outcome, sent) = after_a_loss([bill(state)]).await;
        assert!(matches!(outcome, Ok(Settled::Found(_))), "{outcome:?}");
        assert_eq!(sent, 3, "it is not sent again");
    }
}

#[tokio::test]
async fn a_query_finds_what_can_never_be_done() {
    for state in ["SUCCESS", "CLOSED"] {
        let (outcome, _) = after_a_loss([bill(state)]).await;
        assert!(matches!(outcome, Ok(Settled::Overtaken(_))), "{outcome:?}");
    }
}

#[tokio::test]
async fn what_was_not_done_is_sent_again_with_the_same_number() {
    for first in [bill("WAIT_USER_CONFIRM"), answer(404, NOT_FOUND), bill("SOMETHING_NEW")] {
        let (outcome, sent) = after_a_loss([first, answer(200, CANCELLED)]).await;
        assert!(matches!(outcome, Ok(Settled::Answered(_))), "{outcome:?}");
        assert_eq!(sent, 4);
    }
}

#[tokio::test]
async fn a_query_that_fails_says_nothing() {
    for failure in [bare(404, NOT_FOUND), bare(502, ""), answer(200, "{}"), lost(Sent::No)] {
        // 502 and a dead line are tried thrice by the query itself.
        let tries = [failure, bill("CANCELLED"), bill("CANCELLED"), bill("CANCELLED")];
        let (outcome, sent) = after_a_loss(tries).await;
        assert!(matches!(outcome, Ok(Settled::Found(_))), "{outcome:?}");
        assert_eq!(sent, 3, "nothing is sent again on no evidence");
    }
}

#[tokio::test]
async fn a_refused_repetition_does_not_prove_that_the_first_was_not_done() {
    let rounds = (0..40).flat_map(|_| [answer(404, NOT_FOUND), answer(400, REFUSED)]);
    let (outcome, _) = after_a_loss(rounds).await;
    let error = outcome.unwrap_err();
    assert_eq!(error.fate(), Fate::Unknown, "{error}");
    assert_eq!(error.code(), Some("INVALID_REQUEST"), "what was said last is there to be read");
}

#[tokio::test]
async fn without_a_query_it_is_sent_again() {
    let request = subsidy::Cancel {
        sub_mchid: of("1900013401"),
        transaction_id: of("42"),
        description: of("订单退款"),
    };
    let steps = lost_thrice().into_iter().chain([answer(200, SUBSIDY)]).collect();
    let (client, fake) = client(steps);
    let settled = client.settle_within(&request, AT_ONCE).await.unwrap();
    assert!(matches!(settled, Settled::Answered(_)));
    let requests = fake.requests();
    assert_eq!(requests.len(), 4);
    assert!(requests.iter().all(|sent| sent.body() == requests[0].body()));
}

#[tokio::test]
async fn a_reversal_is_repeated_while_the_order_stands() {
    let request =
        pay::Reverse { out_trade_no: of("coffee-1"), appid: of("wx1"), mchid: of("1230000109") };
    let order = |state| answer(200, in_state(ORDER, state));
    let rounds = [order("SUCCESS"), answer(500, "{}"), answer(500, "{}"), answer(500, "{}")];
    let steps = lost_thrice().into_iter().chain(rounds).chain([order("REVOKED")]).collect();
    let (client, _) = client(steps);
    let settled = client.settle_within(&request, AT_ONCE).await.unwrap();
    assert!(matches!(settled, Settled::Found(order) if order.trade_state.word() == "REVOKED"));
}
