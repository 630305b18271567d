//! Waiting for what the service does in the background.

use std::time::Duration;

use redress::api::compensation::Query;
use redress::{Ended, Fate, Patience, Sent};
use tokio::time::Instant;

use crate::fake::{Step, answer, bare, client, lost, of};

const BILL: &str = r#"{"sp_mchid":"1900001108","receiver_detail":{},"out_bill_no":"b1","amount":1,
  "bill_id":"1330000071100999991182020050700019480001","state":"STATE",
  "accept_time":"2015-05-20T13:29:35+08:00"}"#;
const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"记录不存在"}"#;

fn bill(state: &str) -> Step {
    answer(200, BILL.replace("STATE", state).leak())
}

fn query() -> Query {
    Query { out_bill_no: of("b1") }
}

#[tokio::test(start_paused = true)]
async fn it_looks_again_until_the_state_is_final_and_waits_longer_each_time() {
    let (client, fake) = client(vec![bill("ACCEPTED"), bill("PROCESSING"), bill("SUCCESS")]);
    let began = Instant::now();
    let ended = client.until_final(&query()).await.unwrap();
    assert!(matches!(ended, Ended::Final(bill) if bill.state.word() == "SUCCESS"));
    assert_eq!(fake.requests().len(), 3);
    assert_eq!(began.elapsed().as_secs(), 2 + 3);
}

#[tokio::test(start_paused = true)]
async fn what_is_final_already_is_not_waited_for() {
    for state in ["SUCCESS", "CLOSED", "CANCELLED"] {
        let (client, _) = client(vec![bill(state)]);
        let began = Instant::now();
        assert!(matches!(client.until_final(&query()).await, Ok(Ended::Final(_))), "{state}");
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn failures_in_between_are_waited_out() {
    let lost = [lost(Sent::Maybe), lost(Sent::Maybe), lost(Sent::No)];
    let failing = [bare(502, ""), bare(429, ""), bare(503, "")];
    let steps = lost.into_iter().chain([bill("ACCEPTED")]).chain(failing);
    let (client, _) = client(steps.chain([bill("CLOSED")]).collect());
    let ended = client.until_final(&query()).await.unwrap();
    assert!(matches!(ended, Ended::Final(bill) if bill.state.word() == "CLOSED"));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_ends_it() {
    let (client, fake) = client(vec![bill("ACCEPTED"), answer(404, NOT_FOUND)]);
    let error = client.until_final(&query()).await.unwrap_err();
    assert_eq!((error.fate(), error.code()), (Fate::Rejected, Some("NOT_FOUND")));
    assert_eq!(fake.requests().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn when_the_time_is_over_it_says_how_far_it_has_come() {
    // A state of tomorrow is not taken for an end.
    for state in ["ACCEPTED", "SOMETHING_NEW"] {
        let (client, fake) = client((0..100).map(|_| bill(state)).collect());
        let second = Duration::from_secs(1);
        let patience = Patience { limit: 10 * second, first_wait: second, longest_wait: second };
        let began = Instant::now();
        let ended = client.until_final_within(&query(), patience).await.unwrap();
        assert!(matches!(ended, Ended::Open(bill) if bill.state.word() == state));
        assert_eq!((fake.requests().len(), began.elapsed().as_secs()), (11, 10));
    }
}

#[tokio::test(start_paused = true)]
async fn without_any_answer_the_last_failure_is_reported() {
    let second = Duration::from_secs(1);
    let patience = Patience { limit: 3 * second, first_wait: second, longest_wait: second };
    let (client, _) = client((0..100).map(|_| lost(Sent::No)).collect());
    let error = client.until_final_within(&query(), patience).await.unwrap_err();
    assert_eq!(error.fate(), Fate::NotSent);
}
