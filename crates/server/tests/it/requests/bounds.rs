//! How much is kept: so many exchanges, so many bytes, and the newest whatever happens.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{list, of};
use crate::wire::Connection;
use crate::world::{BILLS, World, bill};

#[tokio::test]
async fn the_oldest_make_room() {
    let world = World::configured(|config| config.requests_max = 5).await;
    let mut first = None;
    for number in 0..12 {
        let answer = world.send(&world.platform.get(&bill(&format!("n{number}")))).await;
        first.get_or_insert(answer);
    }
    let found = list(&world, "").await;
    let numbers: Vec<&Json> = found.iter().map(|shown| &shown["numbers"][0]["value"]).collect();
    assert_eq!(numbers, ["n11", "n10", "n9", "n8", "n7"]);
    let id = first.unwrap().header("Request-Id").unwrap().to_owned();
    assert_eq!(world.control("GET", &format!("/requests/{id}"), "").await.0, 404);
    assert_eq!(list(&world, "number=n0").await, [] as [Json; 0]);
}

#[tokio::test]
async fn bytes_are_bounded_too() {
    const KEPT: usize = 100_000;
    let world = World::configured(|config| config.requests_bytes_max = KEPT).await;
    let body = |size: usize| format!("{{\"note\":\"{}\"}}", "x".repeat(size));
    for _ in 0..20 {
        world.send(&world.platform.post(BILLS, &body(20_000))).await;
    }
    let found = list(&world, "").await;
    assert!((2..=4).contains(&found.len()), "{}", found.len());
    // One that is larger than all that is allowed is kept alone.
    let world = World::configured(|config| config.requests_bytes_max = 1000).await;
    for _ in 0..3 {
        let answer = world.send(&world.platform.post(BILLS, &body(60_000))).await;
        assert_eq!(of(&world, &answer).await["request"]["body_bytes"], 60_011);
    }
    assert_eq!(list(&world, "").await.len(), 1);
    // A body that is refused for its size is not kept at all.
    let answer = world.send(&world.platform.post(BILLS, &body(70_000))).await;
    let shown = of(&world, &answer).await;
    assert_eq!(
        (&shown["request"]["body"], &shown["request"]["body_bytes"]),
        (&"".into(), &Json::Null)
    );
}

#[tokio::test]
async fn what_is_no_text_is_shown_in_base64() {
    let world = World::start().await;
    let answer = world.send(&world.platform.post(BILLS, "").sending(b"\xff\x00\xfe")).await;
    let shown = of(&world, &answer).await;
    assert_eq!(shown["request"]["body_base64"], "/wD+");
    assert_eq!(shown["request"]["body"], Json::Null);
}

#[tokio::test]
async fn two_thousand_at_once_lose_neither_place_nor_order() {
    const CONNECTIONS: usize = 20;
    const EACH: usize = 100;
    const KEPT: usize = 1500;
    let world = World::configured(|config| config.requests_max = KEPT).await;
    let mut running = tokio::task::JoinSet::new();
    for connection in 0..CONNECTIONS {
        let (caller, address) = (world.platform.clone(), world.address());
        running.spawn(async move {
            let mut open = Connection::open(address).await;
            for number in 0..EACH {
                // Unsigned ones too, because they are answered by another way.
                let draft = caller.get(&bill(&format!("c{connection}n{number}")));
                let draft = if number % 2 == 0 { draft } else { draft.without("Authorization") };
                open.send(&draft.bytes()).await;
                open.answer().await.expect("an answer");
            }
        });
    }
    running.join_all().await;
    let mut all = list(&world, "limit=1000").await;
    let next = all.last().unwrap()["seq"].clone();
    all.extend(list(&world, &format!("limit=1000&after={next}")).await);
    let seqs: Vec<u64> = all.iter().map(|shown| shown["seq"].as_u64().unwrap()).collect();
    let (end, start) = (CONNECTIONS * EACH, CONNECTIONS * EACH - KEPT);
    assert_eq!(seqs, (start as u64..end as u64).rev().collect::<Vec<_>>());
    // Each connection's are in the order in which it sent them.
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for shown in all.iter().rev() {
        let number = shown["numbers"][0]["value"].as_str().unwrap();
        let (connection, number) = number.split_once('n').unwrap();
        let number: usize = number.parse().unwrap();
        if let Some(before) = last.insert(connection.to_owned(), number) {
            assert_eq!(number, before + 1, "{connection}");
        }
    }
    assert_eq!(last.len(), CONNECTIONS);
    assert!(last.values().all(|number| *number == EACH - 1), "{last:?}");
}
