//! Signature probing: the share of answers and callbacks that is signed wrongly on purpose.

use redress_crypto::{PROBE_PREFIX, VerifyError, verify_response};
use redress_server::{DIRECT, SignTest};
use serde_json::json;

use crate::caller::{Draft, now};
use crate::notify::receiver::{Manner, Receiver};
use crate::notify::{attempted, opened, told};
use crate::wire::{Answer, Connection, exchange};
use crate::world::{BILL, BILLS, World, bill, create};

async fn world(share: f64) -> World {
    World::configured(|config| config.sign_test = SignTest::new(share).unwrap()).await
}

/// The answer as it comes.
async fn send(world: &World, draft: &Draft) -> Answer {
    exchange(world.address(), &draft.bytes()).await.expect("an answer")
}

fn is_probe(world: &World, answer: &Answer) -> bool {
    match verify_response(&world.platform.ring, &answer.headers(), &answer.body, now()) {
        Ok(()) => false,
        Err(VerifyError::Probe) => true,
        Err(error) => panic!("{error}: {answer:?}"),
    }
}

/// Which of so many answers are probes. Each must be so by its own number.
async fn drawn(world: &World, share: f64, count: u32) -> usize {
    let query = world.platform.get(&bill("nosuchbill")).bytes();
    let mut connection = Connection::open(world.address()).await;
    let mut probes = 0;
    for _ in 0..count {
        connection.send(&query).await;
        let answer = connection.answer().await.unwrap();
        let (id, _) = answer.header("Request-Id").unwrap().split_once('-').unwrap();
        let last = u32::from_str_radix(&id[id.len() - 8..], 16).unwrap();
        let expected = f64::from(last) / 4_294_967_296.0 < share;
        assert_eq!(is_probe(world, &answer), expected, "{answer:?}");
        probes += usize::from(expected);
    }
    probes
}

#[tokio::test]
async fn every_answer_can_be_one_and_its_effect_stands() {
    let world = world(1.0).await;
    let answer = send(&world, &world.platform.post(BILLS, &create(BILL).to_string())).await;
    assert_eq!(answer.status, 200);
    let signature = answer.header("Wechatpay-Signature").unwrap();
    assert_eq!(signature.strip_prefix(PROBE_PREFIX).map(str::len), Some(344));
    // All else is as ever, and the bill is there.
    for name in ["Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial", "Request-Id"] {
        assert!(answer.header(name).is_some(), "{name}");
    }
    assert_eq!(world.show("/bills").await["items"][0]["out_bill_no"], BILL);
    // Refusals and unknown paths too.
    for draft in [world.platform.get(&bill("nosuchbill")), world.platform.get("/v3/nothing")] {
        let answer = send(&world, &draft).await;
        assert_eq!(answer.status, 404);
        assert!(is_probe(&world, &answer));
    }
    world.verify().await;
}

#[tokio::test]
async fn certificates_are_never_one() {
    let world = world(1.0).await;
    for _ in 0..20 {
        let answer = send(&world, &world.direct.get("/v3/certificates")).await;
        assert!(!is_probe(&world, &answer));
    }
}

#[tokio::test]
async fn a_share_of_answers_is_drawn_by_their_numbers() {
    let world = world(0.25).await;
    let probes = drawn(&world, 0.25, 400).await;
    // Five standard deviations around 100.
    assert!((57..=143).contains(&probes), "{probes}");
}

#[tokio::test]
async fn there_are_none_by_default() {
    let world = World::start().await;
    assert_eq!(drawn(&world, 0.0, 1_000).await, 0);
    let receiver = Receiver::start(Manner::answer(200, "")).await;
    for count in 1..=20 {
        told(&world, &receiver.url()).await;
        opened(&world, DIRECT, &receiver.until(count).await[count - 1]);
    }
}

#[tokio::test]
async fn callbacks_come_as_probes_first_and_then_right() {
    let world = world(1.0).await;
    for (status, outcome) in [
        (200, json!({ "is": "deceived", "status": 200 })),
        (401, json!({ "is": "answered", "status": 401 })),
    ] {
        let receiver = Receiver::start(Manner::answer(status, "")).await;
        let notice = told(&world, &receiver.url()).await;
        let probe = receiver.until(1).await.remove(0);
        let checked = verify_response(&world.direct.ring, &probe.headers(), &probe.body, now());
        assert_eq!(checked, Err(VerifyError::Probe));
        let kept = attempted(&world, &notice, 1).await;
        assert_eq!(kept["attempts"][0]["outcome"], outcome);
        assert_eq!(kept["state"], "waiting");
        world.step(15).await;
        // Every attempt after the first is well signed.
        assert_eq!(opened(&world, DIRECT, &receiver.until(2).await[1]), kept["resource"]);
        let kept = attempted(&world, &notice, 2).await;
        let expected = if status == 200 { "delivered" } else { "waiting" };
        assert_eq!(kept["state"], expected);
    }
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let metrics = exchange(world.address(), request).await.unwrap();
    for labels in [r#"what="callback",event="sent""#, r#"what="callback",event="taken""#] {
        let line = format!("redress_sign_tests_total{{{labels}}} ");
        assert!(metrics.text().contains(&line), "{labels}");
    }
}
