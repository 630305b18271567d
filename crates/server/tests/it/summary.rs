//! What a server says it has done.

use redress_server::Answered;

use crate::world::{BILLS, World, cancel, create};

#[tokio::test]
async fn a_summary_counts_what_was_answered_and_adds_up() {
    let world = World::start().await;
    let created = world.platform.post(BILLS, &create("summed1").to_string());
    world.ok(&created).await;
    world.ok(&world.platform.post(&cancel("summed1"), "")).await;
    world.until("summed1", "CANCELLED").await;
    let summary = world.server.server().summary().await.expect("a summary");

    let answered = |path, method| Answered { path, method, status: 200, code: "" };
    assert_eq!(summary.requests.get(&answered(BILLS, "POST")), Some(&1));
    assert!(summary.requests.keys().all(|answered| answered.status == 200));
    let states = |kind: &str| {
        let things = summary.things.iter().find(|things| things.kind == kind);
        things.map(|things| things.states.clone()).expect("a kind")
    };
    assert_eq!(states("bill").get("CANCELLED"), Some(&1));
    assert_eq!(states("order").get("SUCCESS"), Some(&2));
    assert_eq!(summary.ledger.debits, summary.ledger.credits);
    assert!(summary.ledger.transfers >= 6, "{:?}", summary.ledger);
    assert!(summary.report.is_clean());
}
