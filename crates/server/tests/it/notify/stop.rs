//! Stops, restarts and crashes while callbacks are on their way.

use std::time::{Duration, Instant};

use super::receiver::{Manner, Receiver};
use super::{LIMIT, attempted, told};
use crate::world::World;

#[tokio::test]
async fn a_restart_between_two_attempts_changes_nothing() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(500, "")).await;
    let address = receiver.address;
    let notice = told(&world, &receiver.url()).await;
    let before = attempted(&world, &notice, 1).await;
    drop(receiver);
    let world = world.restart().await;
    let kept = attempted(&world, &notice, 1).await;
    assert_eq!(kept, before);
    let receiver = Receiver::at(address, Manner::answer(200, "")).await;
    world.step(15).await;
    receiver.until(1).await;
    assert_eq!(attempted(&world, &notice, 2).await["state"], "delivered");
    world.verify().await;
}

#[tokio::test]
async fn a_stop_waits_for_the_attempt_under_way() {
    let world = World::configured(|config| config.callback_limit = LIMIT).await;
    let receiver = Receiver::start(Manner::Hang).await;
    let notices = [told(&world, &receiver.url()).await, told(&world, &receiver.url()).await];
    receiver.until(2).await;
    let started = Instant::now();
    let folder = world.server.stop().await;
    assert!(started.elapsed() < LIMIT + Duration::from_secs(2));
    let world = World::over(folder, |_| {}).await;
    for notice in notices {
        let kept = attempted(&world, &notice, 1).await;
        assert_eq!(kept["attempts"][0]["outcome"]["is"], "timed_out", "{kept}");
    }
    world.verify().await;
}

#[tokio::test]
async fn what_a_crash_leaves_unrecorded_is_sent_again() {
    let world = World::start().await;
    let hanging = Receiver::start(Manner::Hang).await;
    let address = hanging.address;
    let notice = told(&world, &hanging.url()).await;
    let first = hanging.until(1).await.remove(0);
    // A folder as it is in the moment of a crash: the callback was sent, and nothing is kept of it.
    let copy = tempfile::TempDir::new().unwrap();
    crate::world::copy(world.server.server().data(), &copy.path().join("data"));
    drop((world, hanging));
    let receiver = Receiver::at(address, Manner::answer(200, "")).await;
    let world = World::over(copy, |_| {}).await;
    let second = receiver.until(1).await.remove(0);
    let kept = attempted(&world, &notice, 1).await;
    assert_eq!(kept["state"], "delivered");
    assert_eq!(kept["attempts"].as_array().unwrap().len(), 1);
    let id = |body: &[u8]| serde_json::from_slice::<serde_json::Value>(body).unwrap()["id"].take();
    assert_eq!(id(&first.body), id(&second.body));
    world.verify().await;
}
