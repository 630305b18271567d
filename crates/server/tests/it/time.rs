//! The two clocks: business time can be stepped, the time of signatures cannot.

use redress_api::{Day, Timestamp};
use redress_server::{Config, DIRECT, PLATFORM};
use serde_json::json;

use crate::caller::now;
use crate::world::{APPID, BILL, BILLS, ORDER, World, bill, create, reverse};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn seconds(time: &serde_json::Value) -> i64 {
    let time: Timestamp = serde_json::from_value(time.clone()).unwrap();
    time.seconds_since(Timestamp::from_unix(0))
}

#[tokio::test]
async fn a_bill_waits_a_day_for_its_payer() {
    let world = World::start().await;
    let waiting = world.waiting(BILL).await;
    world.step(DAY - 60).await;
    world.waiting("later").await;
    let shown = world.ok(&world.platform.get(&bill(BILL))).await;
    assert_eq!(shown["state"], "WAIT_USER_CONFIRM");
    world.step(60).await;
    let closed = world.until(BILL, "CLOSED").await;
    assert_eq!(closed["close_info"]["close_reason"], "OVERDUE_CLOSE");
    let age = seconds(&closed["close_info"]["close_time"]) - seconds(&waiting["accept_time"]);
    assert!((DAY..DAY + 60).contains(&age), "{age}");
    let shown = world.ok(&world.platform.get(&bill("later"))).await;
    assert_eq!(shown["state"], "WAIT_USER_CONFIRM");
    // The money of the one is back, that of the other is held.
    let sponsor = world.account("merchant:1900001109:available").await;
    assert_eq!(sponsor["available"], 100_000_000 - 10_000);
    // Too late to answer.
    let path = format!("/bills/{PLATFORM}/{BILL}/payer");
    let (status, _) = world.control("POST", &path, r#"{"answer":"confirm"}"#).await;
    assert_eq!(status, 409);
    world.verify().await;
}

#[tokio::test]
async fn a_deadline_that_passes_while_the_server_is_down_is_kept() {
    let world = World::start().await;
    world.waiting(BILL).await;
    world.step(DAY - 2).await;
    let folder = world.server.stop().await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let world = World::over(folder, |_| {}).await;
    world.until(BILL, "CLOSED").await;
    world.verify().await;
}

#[tokio::test]
async fn an_order_can_be_reversed_for_seven_days() {
    let world = World::start().await;
    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    for number in ["intime", "toolate", "unpaid"] {
        let outcome = if number == "unpaid" { "unpaid" } else { "paid" };
        world.order(json!({ "out_trade_no": number, "outcome": outcome })).await;
    }
    world.step(7 * DAY - 60).await;
    world.ok(&world.direct.post(&reverse("intime"), &body)).await;
    world.step(61).await;
    let expired = (400, "INVALID_REQUEST", "订单有7天的撤销有效期，过期将不能撤销");
    world.refused(&world.direct.post(&reverse("toolate"), &body), expired).await;
    // What was reversed stays so, and what was never paid can be closed at any time.
    world.ok(&world.direct.post(&reverse("intime"), &body)).await;
    world.ok(&world.direct.post(&reverse("unpaid"), &body)).await;
    world.verify().await;
}

#[tokio::test]
async fn business_time_survives_a_restart_and_never_goes_back() {
    let world = World::start().await;
    let (start, begun) = (world.show("/clock").await, world.ahead().await);
    assert_eq!(seconds(&start["now"]) - seconds(&start["wall"]), begun);
    let year = begun + 365 * DAY;
    let stepped = world.act("/clock/step", json!({ "seconds": 365 * DAY })).await;
    assert_eq!(stepped["offset_seconds"], year);
    world.step(1).await;
    world.step(0).await;
    for seconds in ["-1", "34560001", "9223372036854775807", "1.5", "\"1\"", "null"] {
        let body = format!(r#"{{"seconds":{seconds}}}"#);
        let (status, shown) = world.control("POST", "/clock/step", &body).await;
        assert_eq!((status, shown["error"].is_string()), (400, true), "{body}: {shown}");
    }
    let before = world.show("/clock").await;

    let world = world.restart().await;
    let after = world.show("/clock").await;
    assert_eq!(after["offset_seconds"], year + 1);
    assert!(seconds(&after["now"]) >= seconds(&before["now"]));

    // Bills are dated by business time, signatures by the wall clock in both directions.
    let draft = world.platform.post(BILLS, &create(BILL).to_string());
    let answer = world.send(&draft).await;
    assert_eq!(answer.status, 200);
    let ahead = seconds(&answer.json()["accept_time"]) - now();
    assert!((ahead - year).abs() <= 5, "{ahead}");
    let signed: i64 = answer.header("Wechatpay-Timestamp").unwrap().parse().unwrap();
    assert!((signed - now()).abs() <= 5, "{signed}");
    let business = (now() + year).to_string();
    let authorization = world.platform.sign("GET", &bill(BILL), b"", &business);
    let draft = world.platform.get(&bill(BILL)).with("Authorization", &authorization.to_string());
    world.refused(&draft, crate::auth::STALE).await;
    world.verify().await;
}

/// The template is told to be noon when it begins, so what it is made of is of one day.
#[tokio::test]
async fn a_world_begins_when_it_is_told_to() {
    let world = World::start().await;
    let path = format!("/v3/pay/transactions/out-trade-no/{ORDER}?mchid={DIRECT}");
    let paid = world.ok(&world.direct.get(&path)).await["success_time"].take();
    let noon = Day::of(Timestamp::from_unix(seconds(&paid))).start().plus_seconds(12 * HOUR);
    let late = |time: &serde_json::Value| seconds(time) - seconds(&json!(noon));
    assert!((0..HOUR).contains(&late(&paid)), "{paid}");
    let start = world.show("/clock").await;
    assert!((0..HOUR).contains(&late(&start["now"])), "{start}");

    // Another start may have it later, never earlier.
    let next = Some(noon.plus_seconds(DAY));
    let from = |at| move |config: &mut Config| config.clock_until = at;
    let world = World::over(world.server.stop().await, from(next)).await;
    let start = world.show("/clock").await;
    assert!((DAY..DAY + HOUR).contains(&late(&start["now"])), "{start}");
    let ahead = world.ahead().await;
    let mut world = world;
    for at in [Some(noon), Some(Timestamp::from_unix(0)), next] {
        world = World::over(world.server.stop().await, from(at)).await;
        assert_eq!(world.ahead().await, ahead);
    }
}

#[tokio::test]
async fn a_hundred_years_are_enough() {
    let world = World::start().await;
    let step = 400 * DAY;
    for _ in 0..91 {
        world.step(step).await;
    }
    let (status, shown) =
        world.control("POST", "/clock/step", &json!({ "seconds": step }).to_string()).await;
    assert_eq!((status, shown["error"].is_string()), (400, true), "{shown}");
    world.waiting(BILL).await;
    world.step(DAY).await;
    let closed = world.until(BILL, "CLOSED").await;
    assert!(closed["accept_time"].as_str().unwrap().starts_with("21"), "{closed}");
    let world = world.restart().await;
    world.until(BILL, "CLOSED").await;
    world.verify().await;
}
