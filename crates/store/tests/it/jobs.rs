//! Jobs: claimed under a lease, done once.

use redress_api::compensation::BillState;
use redress_api::{Fen, Timestamp};
use redress_core::command::Stop;
use redress_core::compensation::{Bill, Step};
use redress_core::context::Movement;
use redress_core::ledger::Reason;
use redress_core::number;
use redress_core::{Command, Context, Frame, chart};
use redress_store::{Claim, Claims, Failure, Store};
use serde_json::json;

use crate::place::{Engine, Place};
use crate::world::{Orphan, START, at, frame, mchid, step, top_up};

/// Takes on a bill of 5 fen, and schedules its first step.
struct TakeOn(&'static str, Timestamp);

impl Command for TakeOn {
    type Outcome = ();

    fn decide(&self, cx: &mut Context<'_>) -> Result<(), Stop> {
        let movement = Movement {
            debit: &chart::available(&mchid(1)),
            credit: &chart::payer("someone"),
            amount: Fen::new(5),
            reason: Reason::Compensation,
            reference: &format!("1330{}", self.0),
        };
        let hold = cx.hold(&movement)?.unwrap();
        let bill: Bill = serde_json::from_value(json!({
            "sp_mchid": mchid(1), "out_bill_no": self.0, "bill_id": movement.reference,
            "content": {
                "receiver": {
                    "type": "TRANSACTION_USER",
                    "transaction_info": { "transaction_id": "4200001", "type": "WXPAY" },
                },
                "amount": 5, "transfer_remark": "late", "sponsor_mchid": mchid(1),
            },
            "state": "ACCEPTED", "confirmation": "required", "payer": "someone", "hold": hold,
            "accept_time": cx.now(),
        }))
        .unwrap();
        cx.put(&bill)?;
        number::lead(cx, &bill)?;
        cx.schedule(self.1, step(self.0, Step::Process));
        Ok(())
    }
}

/// A store with one bill after the other, each due so many seconds after the start.
async fn with_bills(place: &Place, bills: &[(&'static str, i64)]) -> Store {
    let store = place.open();
    store.execute(top_up(1, 1000), frame(1)).await.unwrap();
    for (seed, (bill, due)) in (2..).zip(bills) {
        store.execute(TakeOn(bill, at(*due)), frame(seed)).await.unwrap();
    }
    store
}

/// Claims what is due so many seconds after the start, for ten seconds. Both clocks show the same.
async fn claim(store: &Store, seconds: i64) -> Claims {
    store.claim(at(seconds), START + seconds, 10, 2).await.unwrap()
}

async fn claim_one(store: &Store, seconds: i64) -> Claim {
    let mut claims = claim(store, seconds).await.claims;
    assert_eq!(claims.len(), 1);
    claims.remove(0)
}

fn later(seconds: i64) -> Frame {
    Frame { now: at(seconds), seed: 1_000_000 + u128::try_from(seconds).unwrap() }
}

async fn state(store: &Store) -> BillState {
    let rows = store.rows("bill", None, "", 1).await.unwrap();
    serde_json::from_str::<Bill>(&rows[0].1.body).unwrap().state
}

#[tokio::test]
async fn jobs_are_claimed_when_due_in_order() {
    let place = place!();
    let store = with_bills(&place, &[("c", 30), ("a", 10), ("b", 20), ("d", 40)]).await;
    let none = claim(&store, 9).await;
    assert!(none.claims.is_empty());
    assert_eq!(none.next_at, Some(at(10)));

    let two = claim(&store, 35).await;
    let due: Vec<_> = two.claims.iter().map(|claim| (claim.run_at, claim.attempt)).collect();
    assert_eq!(due, [(at(10), 1), (at(20), 1)]);
    assert_eq!(two.claims[0].job, step("a", Step::Process));
    assert_eq!(two.next_at, Some(at(30)), "more is due than was asked for");

    let third = claim(&store, 36).await;
    assert_eq!(third.claims.len(), 1);
    assert_eq!(third.next_at, Some(at(40)));
    let again = claim(&store, 45).await;
    assert_eq!(again.claims.len(), 2, "the first two leases have ended");
    assert_eq!(again.claims[0].attempt, 2);
    assert_eq!(again.next_at, Some(at(40)));
}

#[tokio::test]
async fn a_job_is_done_once() {
    let place = place!();
    let store = with_bills(&place, &[("a", 1)]).await;
    let claim = claim_one(&store, 5).await;
    assert_eq!(state(&store).await, BillState::Accepted);
    store.complete(&claim, later(5)).await.unwrap();
    assert_eq!(state(&store).await, BillState::WaitUserConfirm);
    let jobs = store.jobs(0, 10).await.unwrap();
    assert_eq!(jobs.len(), 1);
    assert_eq!(jobs[0].job, step("a", Step::Expire), "the job's own job took its place");
    assert!(jobs[0].id > claim.id);

    store.complete(&claim, later(6)).await.unwrap();
    store.postpone(&claim, at(7)).await.unwrap();
    assert_eq!(store.rows("bill", None, "", 1).await.unwrap()[0].1.version, 2);
    assert_eq!(store.jobs(0, 10).await.unwrap().len(), 1);
    assert!(store.audit().await.unwrap().is_clean());
}

#[tokio::test]
async fn whoever_lost_the_lease_does_nothing() {
    let place = place!();
    let store = with_bills(&place, &[("a", 1)]).await;
    let slow = claim_one(&store, 5).await;
    let quick = claim_one(&store, 15).await;
    assert_eq!((quick.id, quick.attempt), (slow.id, 2));
    store.complete(&slow, later(16)).await.unwrap();
    store.postpone(&slow, at(1000)).await.unwrap();
    assert_eq!(state(&store).await, BillState::Accepted);
    let jobs = store.jobs(0, 10).await.unwrap();
    assert_eq!((jobs[0].run_at, jobs[0].leased_until), (at(1), START + 25));
    store.complete(&quick, later(17)).await.unwrap();
    assert_eq!(state(&store).await, BillState::WaitUserConfirm);
}

/// A lease that has ended still holds while no one else has claimed the job.
#[tokio::test]
async fn a_late_completion_counts_if_no_one_else_came() {
    let place = place!();
    let store = with_bills(&place, &[("a", 1)]).await;
    let claim = claim_one(&store, 5).await;
    store.complete(&claim, later(500)).await.unwrap();
    assert_eq!(state(&store).await, BillState::WaitUserConfirm);
}

/// Numbers of jobs are not used again: an old claim must not fit a new job.
#[tokio::test]
async fn an_old_claim_fits_no_new_job() {
    let place = place!();
    let store = place.open();
    store.execute(Orphan(at(0)), frame(1)).await.unwrap();
    let old = claim_one(&store, 1).await;
    place.run("DELETE FROM job").unwrap();
    store.execute(Orphan(at(0)), frame(2)).await.unwrap();
    let new = claim_one(&store, 1).await;
    assert_eq!(new.attempt, old.attempt);
    assert_ne!(new.id, old.id);
}

#[tokio::test]
async fn a_postponed_job_is_due_again_later() {
    let place = place!();
    let store = with_bills(&place, &[("a", 1)]).await;
    let claim = claim_one(&store, 5).await;
    store.postpone(&claim, at(60)).await.unwrap();
    let none = self::claim(&store, 59).await;
    assert!(none.claims.is_empty());
    assert_eq!(none.next_at, Some(at(60)));
    assert_eq!(claim_one(&store, 60).await.attempt, 2);
}

#[tokio::test]
async fn a_job_that_cannot_be_done_stays() {
    let place = place!();
    let store = place.open();
    store.execute(Orphan(at(0)), frame(1)).await.unwrap();
    let claim = claim_one(&store, 1).await;
    let broken = store.complete(&claim, later(1)).await;
    assert!(matches!(broken, Err(Failure::Broken(_))), "{broken:?}");
    assert_eq!(store.jobs(0, 10).await.unwrap().len(), 1);
    store.postpone(&claim, at(5)).await.unwrap();
    assert_eq!(claim_one(&store, 5).await.attempt, 2);
}

#[tokio::test]
async fn a_job_that_cannot_be_read_keeps_no_other_from_its_turn() {
    let place = place!();
    let store = place.open();
    store.execute(Orphan(at(0)), frame(1)).await.unwrap();
    place.run("UPDATE job SET body = '{\"do\":\"unknown\"}'").unwrap();
    store.execute(Orphan(at(0)), frame(2)).await.unwrap();
    assert_eq!(claim_one(&store, 1).await.id, 2);
}

/// A file has one server, so what an earlier one had claimed is free. Elsewhere another server may
/// be at it.
#[tokio::test]
async fn leases_end_with_the_server_of_a_file() {
    let place = place!();
    let store = with_bills(&place, &[("a", 1)]).await;
    claim_one(&store, 5).await;
    assert!(claim(&store, 6).await.claims.is_empty());
    store.close().await;
    let store = place.open();
    if place.engine == Engine::Sqlite {
        assert_eq!(claim_one(&store, 6).await.attempt, 2);
    } else {
        assert!(claim(&store, 6).await.claims.is_empty());
        assert_eq!(claim_one(&store, 15).await.attempt, 2);
    }
}

/// A clock that is set back an hour leaves leases behind that end in an hour.
#[tokio::test]
async fn a_lease_of_a_clock_that_was_set_back_does_not_hold() {
    let place = place!();
    let store = with_bills(&place, &[("a", 1)]).await;
    let ahead = store.claim(at(5), START + 3600, 10, 2).await.unwrap();
    assert_eq!(ahead.claims.len(), 1);
    let next = claim(&store, 6).await;
    assert_eq!(next.claims.len(), 1, "the lease ends later than any that is given now");
    store.complete(&ahead.claims[0], later(7)).await.unwrap();
    assert_eq!(state(&store).await, BillState::Accepted, "it was claimed since");
    store.complete(&next.claims[0], later(7)).await.unwrap();
    assert_eq!(state(&store).await, BillState::WaitUserConfirm);
}

#[tokio::test]
async fn whoever_waits_for_jobs_is_woken() {
    let place = place!();
    let store = with_bills(&place, &[]).await;
    let notified = tokio::spawn({
        let store = store.clone();
        async move { store.jobs_scheduled().notified().await }
    });
    tokio::task::yield_now().await;
    assert!(!notified.is_finished());
    store.execute(Orphan(at(0)), frame(9)).await.unwrap();
    notified.await.unwrap();
    // A permit is kept for one who comes late.
    store.execute(Orphan(at(0)), frame(10)).await.unwrap();
    store.jobs_scheduled().notified().await;
}
