//! The callbacks about compensations that were laid ready, from the payer to the platform's door.

use redress_server::PLATFORM;
use serde_json::{Value as Json, json};

use super::opened;
use super::receiver::{Manner, Receiver};
use crate::world::{BILLS, World, bill, cancel, create};

/// Lays a compensation ready; gives its package.
async fn laid(world: &World, number: &str, url: Option<&str>) -> Json {
    let mut body = create(number);
    if let Some(url) = url {
        body["notify_url"] = url.into();
    }
    let draft = world.platform.post(&format!("{BILLS}/pre-transfer"), &body.to_string());
    world.ok(&draft).await["package_info"].take()
}

async fn answer(world: &World, package_info: &Json, answer: &str) {
    let body = json!({ "package_info": package_info, "answer": answer });
    world.act("/compensations/confirm", body).await;
}

/// On success and on close with what a query says, not of a cancel, each once.
#[tokio::test]
async fn the_platform_is_told_of_the_end() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(204, "")).await;
    let url = receiver.url();

    let package = laid(&world, "taken", Some(&url)).await;
    answer(&world, &package, "confirm").await;
    let package = laid(&world, "refused", Some(&url)).await;
    receiver.until(1).await;
    answer(&world, &package, "refuse").await;
    receiver.until(2).await;
    // Where the request names no address, that of the console.
    let path = format!("/merchants/{PLATFORM}/notify-url");
    world.act(&path, json!({ "url": url })).await;
    laid(&world, "late", None).await;
    laid(&world, "away", None).await;
    world.ok(&world.platform.post(&cancel("away"), "")).await;
    world.until("away", "CANCELLED").await;
    // A bill that a create has made tells nobody.
    world.waiting("created").await;
    world.act(&format!("/bills/{PLATFORM}/created/payer"), json!({ "answer": "confirm" })).await;
    world.step(24 * 3600).await;
    world.until("late", "CLOSED").await;

    let got = receiver.until(3).await;
    for (got, (number, state)) in
        got.iter().zip([("taken", "SUCCESS"), ("refused", "CLOSED"), ("late", "CLOSED")])
    {
        let envelope: Json = serde_json::from_slice(&got.body).unwrap();
        assert_eq!(envelope["event_type"], "MCHTRANSFER.COMPENSATE.FINISHED");
        assert_eq!(envelope["resource"]["original_type"], "compensate_bill");
        let shown = world.ok(&world.platform.get(&bill(number))).await;
        assert_eq!(shown["state"], state);
        assert_eq!(opened(&world, PLATFORM, got), shown);
    }
    let kept = world.show("/notices").await;
    assert_eq!(kept["items"].as_array().unwrap().len(), 3, "{kept}");
    world.verify().await;
}
