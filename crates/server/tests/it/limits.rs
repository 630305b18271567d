//! The documented rates, held: 429 for what is one too many, and for nothing else.
//!
//! Where a test counts, the second of the rates lasts a minute, so that a slow machine counts the
//! same.

use std::time::{Duration, Instant};

use redress_api::{Counts, Definition, endpoints};
use redress_server::testing::TestServer;
use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::json;

use crate::caller::{Caller, Draft};
use crate::contract::{numbered, pay_query};
use crate::refunds::{REFUNDS, TOO_MUCH, body as refund};
use crate::wire::{Answer, Connection, exchange};
use crate::world::{BILL, BILLS, ORDER, SUBSIDIES, SUBSIDISED, World, bill, create};

const LIMITED: (u16, &str, &str) = (429, "FREQUENCY_LIMITED", "请求频率超过限制");
const FINISH: &str = "/v3/ecommerce/profitsharing/finish-order";
const FUND_FLOW: &str = "/v3/bill/fundflowbill?bill_date=2019-06-11";

async fn world(second: Duration) -> World {
    World::configured(|config| {
        config.rate_limits = true;
        config.rate_second = second;
    })
    .await
}

/// A world whose second is a minute.
async fn slow() -> World {
    world(Duration::from_secs(60)).await
}

/// The statuses of so many repetitions, on one connection.
async fn statuses(world: &World, draft: &Draft, count: u32) -> Vec<u16> {
    let mut connection = Connection::open(world.address()).await;
    let mut statuses = Vec::new();
    for _ in 0..count {
        connection.send(&draft.bytes()).await;
        statuses.push(connection.answer().await.expect("an answer").status);
    }
    statuses
}

/// Something for this endpoint, well signed; no rate looks at more.
fn draft(caller: &Caller, endpoint: &Definition) -> Draft {
    let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
    let path = endpoint.path.split('/').map(part).collect::<Vec<_>>().join("/");
    let body = if endpoint.method == "GET" { "" } else { "{}" };
    caller.request(endpoint.method.as_str(), &path, body)
}

fn cancel_subsidy(caller: &Caller, sub_mchid: &str, transaction_id: &str) -> Draft {
    let body = json!({
        "sub_mchid": sub_mchid, "transaction_id": transaction_id, "description": "订单退款",
    });
    caller.post(SUBSIDIES, &body.to_string())
}

fn finish(caller: &Caller, sub_mchid: &str) -> Draft {
    let body = json!({
        "sub_mchid": sub_mchid, "transaction_id": "1", "out_order_no": "1", "description": "a",
    });
    caller.post(FINISH, &body.to_string())
}

async fn metrics(world: &World) -> String {
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    exchange(world.address(), request).await.expect("an answer").text().to_owned()
}

#[tokio::test]
async fn each_documented_number_passes_and_not_one_more() {
    let world = slow().await;
    for endpoint in endpoints() {
        // Faster ones are tested beside the code, where no signatures are made; refunds below.
        let of_caller = |rate: &&redress_api::Rate| rate.counts == Counts::Caller;
        let Some(rate) = endpoint.rates.iter().find(of_caller) else { continue };
        if rate.per_second > 200 || endpoint.path == REFUNDS {
            continue;
        }
        let draft = draft(&world.platform, &endpoint);
        let passed = statuses(&world, &draft, rate.per_second).await;
        assert!(!passed.contains(&429), "{}", endpoint.path);
        world.refused(&draft, LIMITED).await;
        numbered(&world, &draft, 268_447_840).await;
    }
}

#[tokio::test]
async fn merchants_and_endpoints_are_counted_apart() {
    let world = slow().await;
    let query = world.platform.get(&bill("nosuchbill"));
    assert_eq!(statuses(&world, &query, 101).await, [[404; 100].as_slice(), &[429]].concat());
    // Another merchant, another endpoint, and one without a rate.
    let no_auth = statuses(&world, &world.direct.get(&bill("nosuchbill")), 1).await;
    assert_eq!(no_auth, [403]);
    world.ok(&world.platform.post(BILLS, &create(BILL).to_string())).await;
    assert_eq!(statuses(&world, &world.direct.get(&pay_query(ORDER)), 150).await, [200; 150]);
    world.refused(&query, LIMITED).await;
}

#[tokio::test]
async fn what_is_refused_changes_nothing_and_is_signed() {
    let world = slow().await;
    let of =
        |number: u32| world.platform.post(BILLS, &create(&format!("bill{number}")).to_string());
    let mut connection = Connection::open(world.address()).await;
    for number in 0..100 {
        connection.send(&of(number).bytes()).await;
        assert_eq!(connection.answer().await.unwrap().status, 200);
    }
    // `refused` looks at everything that the store holds.
    let answer = world.refused(&of(100), LIMITED).await;
    assert_eq!(answer.to_string(), r#"{"code":"FREQUENCY_LIMITED","message":"请求频率超过限制"}"#);
    let answer: Answer = world.send(&of(101)).await;
    world.platform.verify(&answer);
    assert_eq!(answer.header("Retry-After"), None);
    assert_eq!(answer.header("Connection"), Some("keep-alive"));
    world.verify().await;
}

#[tokio::test]
async fn wrong_signatures_use_nothing_up() {
    let world = slow().await;
    let (query, other) = (world.platform.get(&bill(BILL)), world.platform.get(&bill("other")));
    let forged = query.clone().with("Authorization", other.value("Authorization"));
    assert_eq!(statuses(&world, &forged, 150).await, [401; 150]);
    let none = query.clone().without("Authorization");
    assert_eq!(statuses(&world, &none, 20).await, [401; 20]);
    assert_eq!(statuses(&world, &query, 101).await, [[404; 100].as_slice(), &[429]].concat());
    // Nor does one too many get to hear what else is wrong; the signature comes first.
    assert_eq!(statuses(&world, &forged, 1).await, [401]);
    assert_eq!(statuses(&world, &world.platform.get(&bill("a-b")), 1).await, [429]);
}

#[tokio::test]
async fn one_order_takes_one_cancelled_subsidy() {
    let world = slow().await;
    let cancel = cancel_subsidy(&world.platform, SUB_MERCHANT, SUBSIDISED);
    world.ok(&cancel).await;
    world.refused(&cancel, LIMITED).await;
    let other = cancel_subsidy(&world.platform, SUB_MERCHANT, "4200000000000000000000000000");
    assert_eq!(world.send(&other).await.status, 400, "another order is counted apart");
    // Business time frees nobody.
    world.step(3_600).await;
    world.refused(&cancel, LIMITED).await;
    let counted = r#"redress_rate_limited_total{path="/v3/ecommerce/subsidies/cancel",limit="transaction_id"} "#;
    let metrics = metrics(&world).await;
    let (_, count) = metrics.split_once(counted).expect("a counter");
    let count: u32 = count.lines().next().unwrap().parse().unwrap();
    assert!(count >= 2, "{count}");
}

#[tokio::test]
async fn a_second_later_it_passes_again() {
    let second = Duration::from_secs(2);
    let world = world(second).await;
    let cancel = cancel_subsidy(&world.platform, SUB_MERCHANT, SUBSIDISED);
    let started = Instant::now();
    world.ok(&cancel).await;
    // Asking all the while does not put it off. So often that the rate of the caller is kept.
    loop {
        let answer = world.send(&cancel).await;
        if answer.status == 200 {
            break;
        }
        assert_eq!(answer.status, 429);
        assert!(started.elapsed() < 10 * second);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(started.elapsed() >= second, "{:?}", started.elapsed());
    world.verify().await;
}

#[tokio::test]
async fn a_sub_merchant_is_counted_whoever_calls() {
    let world = slow().await;
    let other = world.merchant("1900005555", &["platform", "ecommerce"]).await;
    assert!(!statuses(&world, &finish(&world.platform, SUB_MERCHANT), 40).await.contains(&429));
    assert!(!statuses(&world, &finish(&other, SUB_MERCHANT), 20).await.contains(&429));
    for caller in [&world.platform, &other] {
        world.refused(&finish(caller, SUB_MERCHANT), LIMITED).await;
        assert_ne!(world.send(&finish(caller, "1900013402")).await.status, 429);
    }
}

#[tokio::test]
async fn refunds_are_counted_and_failed_ones_apart() {
    let world = slow().await;
    let post = |body| world.direct.post(REFUNDS, &serde_json::Value::to_string(&body));
    let (good, bad) = (refund(ORDER, "refund-1", 800, 8_800), refund(ORDER, "r", 8_801, 8_800));
    for _ in 0..6 {
        world.refused(&post(bad.clone()), TOO_MUCH).await;
    }
    world.refused(&post(bad.clone()), LIMITED).await;
    world.refused(&post(json!({})), LIMITED).await;
    // What is in order passes, up to the rate of them all.
    assert_eq!(statuses(&world, &post(good.clone()), 142).await, [200; 142]);
    world.refused(&post(good), LIMITED).await;
    // Another merchant may fail for itself.
    let theirs = world.platform.post(REFUNDS, "{}");
    assert_eq!(statuses(&world, &theirs, 7).await, [400, 400, 400, 400, 400, 400, 429]);
    world.verify().await;
}

#[tokio::test]
async fn many_connections_share_one_limit() {
    let world = slow().await;
    let query = world.platform.get(&bill("nosuchbill")).bytes();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (address, query) = (world.address(), query.clone());
        running.spawn(async move {
            let mut connection = Connection::open(address).await;
            let mut statuses = Vec::new();
            for _ in 0..10 {
                connection.send(&query).await;
                statuses.push(connection.answer().await.unwrap().status);
            }
            statuses
        });
    }
    let statuses = running.join_all().await.concat();
    let count = |status| statuses.iter().filter(|found| **found == status).count();
    assert_eq!((count(404), count(429)), (100, 220));
}

#[tokio::test]
async fn they_can_be_switched_off() {
    let world = World::configured(|config| config.rate_second = Duration::from_secs(60)).await;
    let query = world.direct.get(FUND_FLOW);
    assert!(!statuses(&world, &query, 20).await.contains(&429));
}

/// What users' tests meet: three statements of funds a second.
#[tokio::test]
async fn a_server_for_tests_holds_them_by_the_real_second() {
    let server = TestServer::start().await.unwrap();
    let direct = Caller::open(&server.merchant(DIRECT));
    let send = async || {
        let answer = exchange(server.server().address(), &direct.get(FUND_FLOW).bytes()).await;
        (answer.expect("an answer").status, Instant::now())
    };
    let started = Instant::now();
    let mut passed = Vec::new();
    while passed.len() < 9 {
        let (status, at) = send().await;
        if status != 429 {
            passed.push(at);
        }
        assert!(started.elapsed() < Duration::from_secs(20));
    }
    // Seen from here an answer may be late, but not early: the first three may come as late as
    // they like, the last three come two seconds after them.
    assert!(started.elapsed() >= Duration::from_secs(2), "{:?}", started.elapsed());
    let shown = server.base_url().to_owned();
    drop(server.stop().await);
    let unlimited = TestServer::start_with(|config| config.rate_limits = false).await.unwrap();
    assert_ne!(unlimited.base_url(), shown);
    let platform = Caller::open(&unlimited.merchant(PLATFORM));
    for _ in 0..10 {
        let sent = exchange(unlimited.server().address(), &platform.get(FUND_FLOW).bytes()).await;
        assert_ne!(sent.unwrap().status, 429);
    }
}

#[tokio::test]
async fn the_control_api_lists_them() {
    let world = World::start().await;
    let shown = world.show("/endpoints").await;
    let items = shown["items"].as_array().unwrap();
    let cancel = items.iter().find(|item| item["path"] == SUBSIDIES).unwrap();
    let expected = json!([
        { "per_second": 200, "counts": "caller", "origin": "older_page" },
        { "per_second": 200, "counts": "sub_mchid", "origin": "older_page" },
        { "per_second": 1, "counts": "transaction_id", "origin": "older_page" },
    ]);
    assert_eq!(cancel["rates"], expected);
}
