//! Which requests a fault happens to, and how often.

use redress_server::{DIRECT, PLATFORM};
use serde_json::{Value as Json, json};

use super::{arm, bills, creating, raw};
use crate::caller::Draft;
use crate::wire::exchange;
use crate::world::{BILLS, World, bill};

/// Whether a request fails now.
async fn fails(world: &World, draft: &Draft) -> bool {
    raw_status(world, draft).await == Some(503)
}

async fn raw_status(world: &World, draft: &Draft) -> Option<u16> {
    exchange(world.address(), &draft.bytes()).await.map(|answer| answer.status)
}

/// 503 for the requests in this scope.
fn scoped(mut scope: Json) -> Json {
    scope["kind"] = "status".into();
    scope["status"] = 503.into();
    scope["times"] = 1_000.into();
    scope
}

#[tokio::test]
async fn each_part_of_a_scope_lets_others_pass() {
    let world = World::start().await;
    let query = || world.platform.get(&bill("scoped1"));
    let direct = world.direct.get("/v3/pay/transactions/out-trade-no/scoped1?mchid=1230000109");
    for (scope, creates, queries, directs) in [
        (json!({}), true, true, true),
        (json!({ "mchid": PLATFORM }), true, true, false),
        (json!({ "mchid": DIRECT }), false, false, true),
        (json!({ "method": "POST" }), true, false, false),
        (json!({ "method": "GET" }), false, true, true),
        (json!({ "path": BILLS }), true, false, false),
        (json!({ "path": format!("{BILLS}/out-bill-no/{{out_bill_no}}") }), false, true, false),
        (json!({ "number": "scoped1" }), true, true, true),
        (json!({ "number": "scoped" }), false, false, false),
        (json!({ "site": "main" }), true, true, true),
        (json!({ "site": "standby" }), false, false, false),
        (json!({ "mchid": PLATFORM, "method": "GET", "number": "scoped1" }), false, true, false),
    ] {
        arm(&world, scoped(scope.clone())).await;
        let found = (
            fails(&world, &creating(&world, "scoped1")).await,
            fails(&world, &query()).await,
            fails(&world, &direct).await,
        );
        assert_eq!(found, (creates, queries, directs), "{scope}");
        world.control("DELETE", "/faults", "").await;
    }
    assert_eq!(bills(&world, "scoped1").await, 1, "it was made when nobody stood in its way");
}

#[tokio::test]
async fn the_standby_can_fail_alone() {
    let listen = "127.0.0.1:0".parse().unwrap();
    let world = World::configured(|config| config.standby = Some(listen)).await;
    arm(&world, scoped(json!({ "site": "standby" }))).await;
    let sites = world.show("/sites").await;
    let address = sites["items"][1]["base_url"].as_str().unwrap().trim_start_matches("http://");
    let bytes = world.platform.get(&bill("nosuchbill")).bytes();
    let answer = exchange(address.parse().unwrap(), &bytes).await.unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(exchange(world.address(), &bytes).await.unwrap().status, 404);
}

#[tokio::test]
async fn counts_are_kept() {
    let world = World::start().await;
    let query = || world.platform.get(&bill("nosuchbill"));
    let pattern = async |count: usize| {
        let mut pattern = String::new();
        for _ in 0..count {
            pattern += if fails(&world, &query()).await { "x" } else { "." };
        }
        pattern
    };
    let fault = json!({ "kind": "status", "status": 503 });
    let with = |name: &str, value: Json| {
        let mut fault = fault.clone();
        fault[name] = value;
        fault
    };
    world.act("/faults", with("times", 2.into())).await;
    assert_eq!(pattern(5).await, "xx...");
    world.act("/faults", with("every", 3.into())).await;
    assert_eq!(pattern(7).await, "..x..x.");
    let shown = world.show("/faults").await;
    let counts: Vec<_> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| (fault["seen"].as_u64().unwrap(), fault["struck"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [(2, 2), (7, 2)], "what is over sees no more");
    world.control("DELETE", "/faults", "").await;

    let drawn =
        |seed: u64| json!({ "kind": "status", "status": 503, "probability": 0.5, "seed": seed });
    let mut patterns = Vec::new();
    for seed in [7, 7, 8] {
        world.act("/faults", drawn(seed)).await;
        patterns.push(pattern(64).await);
        world.control("DELETE", "/faults", "").await;
    }
    assert_eq!(patterns[0], patterns[1], "a seed draws the same again");
    assert_ne!(patterns[0], patterns[2]);
    let hits = patterns[0].matches('x').count();
    assert!((16..=48).contains(&hits), "{hits}");

    // The first that is due happens, and those behind it wait for their turn.
    for status in [500, 502] {
        arm(&world, json!({ "kind": "status", "status": status })).await;
    }
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(raw_status(&world, &query()).await.unwrap());
    }
    assert_eq!(statuses, [500, 502, 404]);
}

#[tokio::test]
async fn nobody_who_is_not_believed_is_struck() {
    let world = World::start().await;
    arm(&world, json!({ "kind": "reset_after", "times": 1 })).await;
    let forged = creating(&world, "forged").sending(b"{}");
    assert_eq!(raw_status(&world, &forged).await, Some(401));
    assert_eq!(world.show("/faults").await["items"][0]["seen"], 0);
    assert!(raw(&world, &creating(&world, "forged")).await.is_reset);
}
