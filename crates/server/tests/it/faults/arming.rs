//! Arming, seeing and clearing.

use serde_json::{Value as Json, json};

use super::{arm, creating, last_logged, raw};
use crate::wire::exchange;
use crate::world::World;

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let world = World::start().await;
    for senseless in [
        json!({}),
        json!({ "kind": "earthquake" }),
        json!({ "kind": "refuse", "colour": "red" }),
        json!({ "kind": "refuse", "number": "1" }),
        json!({ "kind": "hang_up" }),
        json!({ "kind": "hang_up", "times": 1, "mchid": "1900001108" }),
        json!({ "kind": "hang_up", "times": 1, "method": "POST" }),
        json!({ "kind": "hang_up", "times": 1, "path": "/v3/pay/transactions/jsapi" }),
        json!({ "kind": "hang_up", "times": 1, "number": "1" }),
        json!({ "kind": "reset_after", "stage": "before" }),
        json!({ "kind": "slow" }),
        json!({ "kind": "slow", "delay_ms": 60_001 }),
        json!({ "kind": "probe", "delay_ms": 1 }),
        json!({ "kind": "status" }),
        json!({ "kind": "status", "status": 200 }),
        json!({ "kind": "status", "status": 404 }),
        json!({ "kind": "status", "status": 429, "stage": "after" }),
        json!({ "kind": "stale", "status": 500 }),
        json!({ "kind": "stale", "times": 0 }),
        json!({ "kind": "stale", "every": 0 }),
        json!({ "kind": "stale", "every": 2, "probability": 0.5, "seed": 1 }),
        json!({ "kind": "stale", "probability": 1.5, "seed": 1 }),
        json!({ "kind": "stale", "probability": 0.5 }),
        json!({ "kind": "stale", "seed": 1 }),
        json!({ "kind": "stale", "path": "/v3/nothing" }),
        json!({ "kind": "stale", "method": "DELETE" }),
        json!({ "kind": "stale", "mchid": "x" }),
        json!({ "kind": "stale", "site": "moon" }),
    ] {
        let (status, shown) = world.control("POST", "/faults", &senseless.to_string()).await;
        assert_eq!((status, shown["error"].is_string()), (400, true), "{senseless}: {shown}");
    }
    assert_eq!(world.show("/faults").await, json!({ "items": [], "held": 0 }));
}

#[tokio::test]
async fn what_is_armed_is_shown_and_cleared() {
    let world = World::start().await;
    let said =
        json!({ "kind": "status", "stage": "after", "status": 502, "method": "POST", "times": 3 });
    let first = arm(&world, said.clone()).await;
    let mut expected = said;
    for (name, value) in [("id", 1), ("seen", 0), ("struck", 0)] {
        expected[name] = value.into();
    }
    assert_eq!(first, expected);
    let second = arm(&world, json!({ "kind": "refuse" })).await;
    assert_eq!(world.show("/faults/2").await, second);
    assert_eq!(world.show("/faults").await, json!({ "items": [first, second], "held": 0 }));
    let delete = async |path: &str| world.control("DELETE", path, "").await;
    assert_eq!(delete("/faults/2").await, (200, json!({ "cleared": 1 })));
    assert_eq!(delete("/faults/2").await.0, 404);
    assert_eq!(world.control("GET", "/faults/2", "").await.0, 404);
    assert_eq!(world.control("GET", "/faults/two", "").await.0, 400);
    assert_eq!(delete("/faults").await, (200, json!({ "cleared": 1 })));
    world.ok(&creating(&world, "cleared")).await;
}

#[tokio::test]
async fn there_is_an_end_to_how_many_are_kept() {
    let world = World::start().await;
    for _ in 0..1_024 {
        arm(&world, json!({ "kind": "refuse" })).await;
    }
    let (status, _) = world.control("POST", "/faults", r#"{"kind":"refuse"}"#).await;
    assert_eq!(status, 409);
    assert_eq!(world.control("DELETE", "/faults", "").await.1, json!({ "cleared": 1_024 }));
}

#[tokio::test]
async fn the_control_api_itself_never_fails_on_purpose() {
    let world = World::start().await;
    for kind in ["refuse", "reset_before"] {
        world.act("/faults", json!({ "kind": kind })).await;
    }
    assert_eq!(world.show("/faults").await["items"].as_array().map(Vec::len), Some(2));
    assert!(raw(&world, &creating(&world, "refused")).await.is_reset);
    world.control("DELETE", "/faults", "").await;
    world.ok(&creating(&world, "refused")).await;
    assert_eq!(last_logged(&world).await, Json::Null);
}

#[tokio::test]
async fn only_this_machine_arms() {
    let world = World::configured(|config| config.control_token = Some("secret".to_owned())).await;
    for method in ["GET", "POST", "DELETE"] {
        let request = format!(
            "{method} /_control/faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n"
        );
        let answer = exchange(world.address(), request.as_bytes()).await.unwrap();
        assert_eq!(answer.status, 401, "{method}");
    }
    let world = World::start().await;
    let page = "DELETE /_control/faults HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n";
    assert_eq!(exchange(world.address(), page.as_bytes()).await.unwrap().status, 403);
}
