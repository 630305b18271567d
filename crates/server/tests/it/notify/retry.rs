//! When a callback is sent again.

use redress_api::Timestamp;
use redress_core::notice::RETRY_SECONDS;
use redress_server::DIRECT;
use serde_json::{Value as Json, json};

use super::receiver::{Manner, Receiver};
use super::{attempted, opened, told};
use crate::world::World;

fn time(time: &Json) -> Timestamp {
    serde_json::from_value(time.clone()).unwrap()
}

/// Steps the business clock to the moment of the next attempt. Gives that moment.
async fn step_to_next(world: &World, kept: &Json) -> Timestamp {
    let next = time(&kept["next_attempt"]);
    let now = time(&world.show("/clock").await["now"]);
    world.step(next.seconds_since(now).max(0)).await;
    next
}

#[tokio::test]
async fn three_days_with_a_receiver_that_always_fails() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(500, "")).await;
    let notice = told(&world, &receiver.url()).await;
    let start = time(&notice["create_time"]);
    let mut kept = attempted(&world, &notice, 1).await;
    let mut expected = 0;
    for (turn, seconds) in RETRY_SECONDS.into_iter().enumerate() {
        expected += seconds;
        let next = step_to_next(&world, &kept).await;
        assert_eq!(next.seconds_since(start), expected, "attempt {}", turn + 2);
        kept = attempted(&world, &notice, turn + 2).await;
    }
    // 24 h 4 min in all.
    assert_eq!(expected, 24 * 3600 + 4 * 60);
    assert_eq!((&kept["state"], &kept["next_attempt"]), (&json!("given_up"), &Json::Null));
    let attempts = kept["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 16);
    let mut due = start;
    let gaps = std::iter::once(&0).chain(&RETRY_SECONDS);
    for (attempt, gap) in attempts.iter().zip(gaps) {
        due = due.plus_seconds(*gap);
        assert_eq!(time(&attempt["due"]), due);
        let late = time(&attempt["at"]).seconds_since(due);
        assert!((0..=3).contains(&late), "{late} s after it was due");
        assert_eq!(attempt["outcome"], json!({ "is": "answered", "status": 500 }));
    }
    // The rest of the three days is quiet.
    world.step(2 * 24 * 3600).await;
    let jobs = world.show("/jobs").await;
    assert!(jobs["items"].as_array().unwrap().iter().all(|job| job["job"]["do"] != "notify"));
    assert_eq!(receiver.got().len(), 16);

    // Every attempt told the same, sealed anew.
    let got = receiver.got();
    let envelopes: Vec<Json> =
        got.iter().map(|got| serde_json::from_slice(&got.body).unwrap()).collect();
    for (one, got) in envelopes.iter().zip(&got) {
        assert_eq!(one["id"], notice["id"]);
        assert_eq!(one["create_time"], notice["create_time"]);
        assert_eq!(opened(&world, DIRECT, got), kept["resource"]);
    }
    let mut nonces: Vec<String> =
        envelopes.iter().map(|one| one["resource"]["nonce"].to_string()).collect();
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 16);

    // A resend starts over.
    let path = format!("/notices/{}/resend", notice["id"].as_str().unwrap());
    world.act(&path, json!({})).await;
    let kept = attempted(&world, &notice, 17).await;
    assert_eq!(kept["state"], "waiting");
    let again = time(&kept["attempts"][16]["due"]);
    assert_eq!(time(&kept["next_attempt"]).seconds_since(again), RETRY_SECONDS[0]);
    let (status, shown) = world.control("POST", &path, "{}").await;
    assert_eq!((status, shown["error"].is_string()), (409, true), "it waits already: {shown}");
    world.verify().await;
}

#[tokio::test]
async fn a_late_attempt_delays_no_other() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(503, "")).await;
    let notice = told(&world, &receiver.url()).await;
    attempted(&world, &notice, 1).await;
    // Five minutes at once: the attempts after 15 s, 30 s, 60 s and 240 s are late, and made.
    world.step(300).await;
    let kept = attempted(&world, &notice, 5).await;
    let start = time(&notice["create_time"]);
    assert_eq!(time(&kept["next_attempt"]).seconds_since(start), 15 + 15 + 30 + 180 + 600);
    assert_eq!(receiver.got().len(), 5);
}

#[tokio::test]
async fn what_was_delivered_can_be_sent_again() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(200, "")).await;
    let notice = told(&world, &receiver.url()).await;
    attempted(&world, &notice, 1).await;
    let path = format!("/notices/{}/resend", notice["id"].as_str().unwrap());
    world.act(&path, json!({})).await;
    let kept = attempted(&world, &notice, 2).await;
    assert_eq!(kept["state"], "delivered");
    let got = receiver.until(2).await;
    assert_eq!(opened(&world, DIRECT, &got[0]), opened(&world, DIRECT, &got[1]));
    world.verify().await;
}
