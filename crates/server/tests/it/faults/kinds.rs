//! Each kind, at each stage.

use std::time::{Duration, Instant};

use redress_crypto::{VerifyError, verify_response};
use redress_server::DIRECT;
use serde_json::json;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use super::{arm, bills, creating, kind, last_logged, raw};
use crate::caller::now;
use crate::wire::{Connection, exchange};
use crate::world::{APPID, World};

#[tokio::test]
async fn a_reset_is_one_and_the_ledger_knows_at_which_stage() {
    let world = World::start().await;
    for (word, made) in [("refuse", 0), ("reset_before", 0), ("reset_after", 1)] {
        let number = word.replace('_', "");
        let id = arm(&world, kind(word)).await["id"].take();
        let came = raw(&world, &creating(&world, &number)).await;
        assert!(came.is_reset && came.bytes.is_empty(), "{word}: {}", came.text());
        assert_eq!(bills(&world, &number).await, made, "{word}");
        assert_eq!(last_logged(&world).await, json!({ "id": id, "kind": word }));
        // It is over, and the same request gets its bill.
        world.ok(&creating(&world, &number)).await;
        assert_eq!(bills(&world, &number).await, 1, "{word}");
        assert!(last_logged(&world).await.is_null());
    }
    world.verify().await;
}

#[tokio::test]
async fn who_is_hung_up_on_has_not_said_a_word() {
    let world = World::start().await;
    // Connections that are there already are let alone; one of them asks the control API.
    arm(&world, json!({ "kind": "hang_up", "times": 2, "site": "main" })).await;
    for _ in 0..2 {
        let mut stream = TcpStream::connect(world.address()).await.unwrap();
        let ended = stream.read(&mut [0; 1]).await;
        assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }
    let shown = world.show("/faults").await["items"][0].take();
    assert_eq!((&shown["seen"], &shown["struck"]), (&json!(2), &json!(2)), "{shown}");
    // It is over. The other site's connections do not count.
    arm(&world, json!({ "kind": "hang_up", "site": "standby" })).await;
    world.ok(&creating(&world, "heard")).await;
    assert!(last_logged(&world).await.is_null());
    assert_eq!(world.show("/faults").await["items"][1]["seen"], 0);
    assert_eq!(bills(&world, "heard").await, 1);
}

#[tokio::test]
async fn what_was_sent_before_a_reset_arrives() {
    let world = World::start().await;
    arm(&world, json!({ "kind": "reset_before", "number": "second" })).await;
    let mut connection = Connection::open(world.address()).await;
    connection.send(&creating(&world, "first").bytes()).await;
    world.platform.verify(&connection.answer().await.unwrap());
    connection.send(&creating(&world, "second").bytes()).await;
    assert!(connection.is_ended().await);
}

#[tokio::test]
async fn a_cut_body_is_half_of_what_was_promised() {
    let world = World::start().await;
    arm(&world, kind("cut_body")).await;
    let came = raw(&world, &creating(&world, "cut")).await;
    assert!(came.is_reset);
    let (head, body) = came.text().split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let length = head.split("\r\n").find_map(|line| line.strip_prefix("Content-Length: "));
    assert_eq!(body.len(), length.unwrap().parse::<usize>().unwrap() / 2);
    assert_eq!(bills(&world, "cut").await, 1);
    // Behind it stands nothing of a next answer, and an answer without a body has no half.
    arm(&world, kind("cut_body")).await;
    let order = json!({
        "mchid": DIRECT, "appid": APPID, "out_trade_no": "emptyanswer", "trade_type": "NATIVE",
        "outcome": "unpaid", "amount": 1, "payer": "openid",
    });
    world.act("/orders", order).await;
    let target = "/v3/pay/transactions/out-trade-no/emptyanswer/close";
    let close = world.direct.post(target, &json!({ "mchid": DIRECT }).to_string());
    let came = raw(&world, &close).await;
    assert!(came.is_reset && came.bytes.is_empty());
    let order = world.show(&format!("/orders/{DIRECT}/emptyanswer")).await;
    assert_eq!(order["state"], "CLOSED", "{order}");
}

#[tokio::test]
async fn a_status_says_nothing_of_the_ledger_unless_it_is_429() {
    let world = World::start().await;
    for (stage, status, code, made) in [
        ("before", 429, "FREQUENCY_LIMITED", 0),
        ("before", 500, "SYSTEM_ERROR", 0),
        ("before", 502, "SERVICE_UNAVAILABLE", 0),
        ("before", 503, "SERVICE_UNAVAILABLE", 0),
        ("after", 500, "SYSTEM_ERROR", 1),
        ("after", 502, "SERVICE_UNAVAILABLE", 1),
        ("after", 503, "SERVICE_UNAVAILABLE", 1),
    ] {
        let number = format!("{stage}{status}");
        arm(&world, json!({ "kind": "status", "stage": stage, "status": status })).await;
        let answer = world.send(&creating(&world, &number)).await;
        assert_eq!((answer.status, &answer.json()["code"]), (status, &json!(code)));
        assert_eq!(bills(&world, &number).await, made, "{number}");
    }
}

#[tokio::test]
async fn signatures_fail_in_the_way_that_was_asked_for() {
    let world = World::start().await;
    let is_an_hour_old = |error| matches!(error, VerifyError::Stale { seconds } if (3_595..=3_605).contains(&seconds));
    type Check = fn(VerifyError) -> bool;
    let checks: [(&str, Check); 5] = [
        ("wrong_signature", |error| error == VerifyError::BadSignature),
        ("unknown_serial", |error| matches!(error, VerifyError::UnknownSerial(s) if s.len() == 40)),
        ("stale", is_an_hour_old),
        ("unsigned", |error| matches!(error, VerifyError::Missing(_))),
        ("probe", |error| error == VerifyError::Probe),
    ];
    for (word, is_as_asked) in checks {
        let number = word.replace('_', "");
        arm(&world, kind(word)).await;
        let bytes = creating(&world, &number).bytes();
        let answer = exchange(world.address(), &bytes).await.unwrap();
        assert_eq!(answer.status, 200);
        let ring = &world.platform.ring;
        let error = verify_response(ring, &answer.headers(), &answer.body, now()).unwrap_err();
        assert!(is_as_asked(error.clone()), "{word}: {error}");
        let signed = answer.lines().iter().any(|(name, _)| name.starts_with("Wechatpay-"));
        assert_eq!(signed, word != "unsigned");
        assert_eq!(bills(&world, &number).await, 1, "{word}");
        if word == "stale" {
            // Nothing else is wrong with it.
            let then = now() - 3_600;
            verify_response(ring, &answer.headers(), &answer.body, then).unwrap();
        }
    }
}

#[tokio::test]
async fn an_answer_is_accepted_in_the_place_of_done() {
    let world = World::start().await;
    arm(&world, kind("accepted")).await;
    let answer = world.send(&creating(&world, "accepted")).await;
    assert_eq!((answer.status, &answer.json()["out_bill_no"]), (202, &json!("accepted")));
    // A refusal stays one.
    arm(&world, kind("accepted")).await;
    let other = world.platform.get("/v3/ecommerce/fund/balance/1?account_type=BASIC");
    assert!(world.send(&other).await.status >= 400);
}

#[tokio::test]
async fn slow_is_before_the_commit_or_after_it() {
    let world = World::start().await;
    for (stage, made_meanwhile) in [("before", 0), ("after", 1)] {
        let number = format!("slow{stage}");
        arm(&world, json!({ "kind": "slow", "stage": stage, "delay_ms": 400 })).await;
        let started = Instant::now();
        let mut connection = Connection::open(world.address()).await;
        connection.send(&creating(&world, &number).bytes()).await;
        // Once the fault has struck, the request is where it waits, or will be after its commit.
        while world.show("/faults").await["items"].as_array().unwrap().last().unwrap()["struck"]
            == 0
        {
            tokio::task::yield_now().await;
        }
        if made_meanwhile == 1 {
            while bills(&world, &number).await == 0 {}
        }
        let meanwhile = bills(&world, &number).await;
        if started.elapsed() < Duration::from_millis(350) {
            assert_eq!(meanwhile, made_meanwhile, "{stage}");
        }
        world.platform.verify(&connection.answer().await.unwrap());
        assert!(started.elapsed() >= Duration::from_millis(400));
        assert_eq!(bills(&world, &number).await, 1);
    }
}

#[tokio::test]
async fn what_is_slow_is_done_when_its_caller_has_gone() {
    let world = World::start().await;
    arm(&world, json!({ "kind": "slow", "delay_ms": 100 })).await;
    let mut connection = Connection::open(world.address()).await;
    connection.send(&creating(&world, "late").bytes()).await;
    while world.show("/faults").await["held"] == 0 {}
    drop(connection);
    while world.show("/faults").await["held"] == 1 {}
    assert_eq!(bills(&world, "late").await, 1);
    world.verify().await;
}
