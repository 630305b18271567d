//! What is sent, what counts as received, and receivers that misbehave.

use std::time::{Duration, Instant};

use redress_crypto::{Certificate, KeyRing, verify_response};
use redress_server::DIRECT;
use serde_json::{Value as Json, json};

use super::receiver::{Manner, Receiver};
use super::{LIMIT, attempted, made_up, opened, told};
use crate::caller::now;
use crate::world::World;

#[tokio::test]
async fn a_callback_is_sealed_and_signed() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(200, "")).await;
    let notice = told(&world, &receiver.url()).await;
    let got = receiver.until(1).await.remove(0);

    let mut lines = got.head.lines();
    assert_eq!(lines.next(), Some("POST /notify HTTP/1.1"));
    let names: Vec<&str> = lines.map(|line| line.split_once(": ").unwrap().0).collect();
    for name in [
        "Host",
        "Content-Type",
        "Content-Length",
        "User-Agent",
        "Wechatpay-Timestamp",
        "Wechatpay-Nonce",
        "Wechatpay-Signature",
        "Wechatpay-Serial",
        "Wechatpay-Signature-Type",
    ] {
        assert!(names.contains(&name), "{name}: {}", got.head);
    }
    let headers = got.headers();
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["user-agent"], "Mozilla/4.0");
    assert_eq!(headers["host"], receiver.address.to_string().as_str());

    let envelope: serde_json::Map<String, Json> = serde_json::from_slice(&got.body).unwrap();
    let fields: Vec<&str> = envelope.keys().map(String::as_str).collect();
    let documented = ["id", "create_time", "resource_type", "event_type", "summary", "resource"];
    assert_eq!(fields, documented);
    for name in ["id", "create_time", "event_type", "summary"] {
        assert_eq!(envelope[name], notice[name], "{name}");
    }
    assert_eq!(envelope["id"].as_str().unwrap().len(), 36);
    assert_eq!(envelope["resource_type"], "encrypt-resource");
    let resource = envelope["resource"].as_object().unwrap();
    let fields: Vec<&str> = resource.keys().map(String::as_str).collect();
    let documented = ["original_type", "algorithm", "ciphertext", "associated_data", "nonce"];
    assert_eq!(fields, documented);
    assert_eq!(resource["original_type"], "transaction");
    assert_eq!(resource["algorithm"], "AEAD_AES_256_GCM");
    assert_eq!(resource["associated_data"], "transaction");
    assert_eq!(resource["nonce"].as_str().unwrap().len(), 12);
    assert_eq!(opened(&world, DIRECT, &got), made_up("")["resource"]);

    let kept = attempted(&world, &notice, 1).await;
    assert_eq!(kept["state"], "delivered");
    assert_eq!(kept["next_attempt"], Json::Null);
    assert_eq!(kept["attempts"][0]["outcome"], json!({ "is": "answered", "status": 200 }));
    assert_eq!(kept["resource"], made_up("")["resource"]);
    let listed = world.show(&format!("/notices?mchid={DIRECT}")).await;
    assert_eq!(listed["items"][0]["id"], notice["id"]);
    assert_eq!(listed["items"][0].get("resource"), None);
    assert_eq!(world.show("/notices?mchid=1900001108").await["items"], json!([]));
    world.verify().await;
}

#[tokio::test]
async fn a_probe_finds_receivers_that_check_no_signature() {
    let world = World::start().await;
    for (status, outcome) in [
        (200, json!({ "is": "deceived", "status": 200 })),
        (204, json!({ "is": "deceived", "status": 204 })),
        (401, json!({ "is": "answered", "status": 401 })),
    ] {
        let receiver = Receiver::start(Manner::answer(status, "")).await;
        let mut probe = made_up(&receiver.url());
        probe["probe"] = true.into();
        let notice = world.act("/notices", probe).await;
        let got = receiver.until(1).await.remove(0);
        let headers = got.headers();
        let signature = headers["wechatpay-signature"].to_str().unwrap();
        assert!(signature.starts_with("WECHATPAY/SIGNTEST/"), "{signature}");
        assert!(verify_response(&world.direct.ring, &headers, &got.body, now()).is_err());
        let kept = attempted(&world, &notice, 1).await;
        assert_eq!(
            (&kept["state"], &kept["attempts"][0]["outcome"]),
            (&json!("waiting"), &outcome)
        );
        // The second one is well signed.
        world.step(15).await;
        assert_eq!(opened(&world, DIRECT, &receiver.until(2).await[1]), kept["resource"]);
    }
}

#[tokio::test]
async fn a_merchant_with_certificates_alone_is_told_with_their_key() {
    let world = World::start().await;
    let path = format!("/merchants/{DIRECT}/platform-keys");
    world.act(&path, json!({ "platform_keys": "certificate" })).await;
    let receiver = Receiver::start(Manner::answer(200, "")).await;
    told(&world, &receiver.url()).await;
    let got = receiver.until(1).await.remove(0);
    let headers = got.headers();
    let serial = headers["wechatpay-serial"].to_str().unwrap();
    let pem = world.server.merchant(DIRECT).join(format!("wechatpay_{serial}.pem"));
    let certificate = Certificate::from_pem(&std::fs::read_to_string(pem).unwrap()).unwrap();
    let ring = KeyRing::one(certificate.serial().clone(), certificate.public_key().clone());
    verify_response(&ring, &headers, &got.body, now()).unwrap();
}

#[tokio::test]
async fn the_status_decides() {
    let world = World::start().await;
    let elsewhere = Receiver::start(Manner::answer(200, "")).await;
    let fail = r#"{"code":"FAIL","message":"失败"}"#;
    let redirect = |status| {
        let to = elsewhere.url();
        Manner::Send(format!("HTTP/1.1 {status} X\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
    };
    let cases = [
        (200, Manner::answer(200, fail)),
        (200, Manner::answer(200, "")),
        (200, Manner::Send("HTTP/1.0 200 OK\r\n\r\nhello".to_owned())),
        (204, Manner::Send("HTTP/1.1 204 X\r\n\r\n".to_owned())),
        (201, Manner::answer(201, "")),
        (202, Manner::answer(202, "")),
        (301, redirect(301)),
        (302, redirect(302)),
        (307, redirect(307)),
        (308, redirect(308)),
        (400, Manner::answer(400, fail)),
        (401, Manner::answer(401, "")),
        (404, Manner::answer(404, "")),
        (500, Manner::answer(500, r#"{"code":"SUCCESS","message":"成功"}"#)),
        (503, Manner::answer(503, "")),
        (999, Manner::answer(999, "")),
    ];
    for (status, manner) in cases {
        let receiver = Receiver::start(manner.clone()).await;
        let notice = told(&world, &receiver.url()).await;
        let kept = attempted(&world, &notice, 1).await;
        let state = if status == 200 || status == 204 { "delivered" } else { "waiting" };
        let outcome = json!({ "is": "answered", "status": status });
        assert_eq!((&kept["state"], &kept["attempts"][0]["outcome"]), (&json!(state), &outcome));
        assert_eq!(receiver.got().len(), 1);
    }
    assert_eq!(elsewhere.got().len(), 0, "a redirect was followed");
    world.verify().await;
}

#[tokio::test]
async fn bad_receivers_are_given_up_in_time() {
    let world = World::configured(|config| config.callback_limit = LIMIT).await;
    let ok = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let send = |text: &str| Manner::Send(text.to_owned());
    let cases = [
        ("timed_out", Manner::Hang),
        ("timed_out", Manner::Stream("HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 100 X\r\n\r\n")),
        ("unreachable", Manner::Stream("HTTP/1.1 200 OK\r\n", "X-Filler: and so on and on\r\n")),
        ("unreachable", Manner::Stream("HTTP/1.1 200 ", "OK")),
        ("unreachable", Manner::Close),
        ("unreachable", send("")),
        ("unreachable", send("HTTP/1.1 200 OK\r\nContent-Le")),
        ("unreachable", send("SSH-2.0-OpenSSH_9.2\r\n\r\n")),
        ("unreachable", send("HTTP/2 200\r\n\r\n")),
        // The status has arrived; the rest does not matter.
        ("answered", Manner::Stream(ok, "more")),
        ("answered", Manner::Stream(chunked, "4\r\nmore\r\n")),
        ("answered", Manner::Stream(chunked, "no chunk")),
        ("answered", send(ok)),
    ];
    for (is, manner) in cases {
        let receiver = Receiver::start(manner.clone()).await;
        let started = Instant::now();
        let notice = told(&world, &receiver.url()).await;
        let kept = attempted(&world, &notice, 1).await;
        assert!(started.elapsed() < LIMIT + Duration::from_secs(2), "{manner:?}");
        assert_eq!(kept["attempts"][0]["outcome"]["is"], is, "{manner:?}: {kept}");
        let state = if is == "answered" { "delivered" } else { "waiting" };
        assert_eq!(kept["state"], state, "{manner:?}");
    }
    // Nobody listens.
    let gone = Receiver::start(Manner::Hang).await.url();
    let kept = attempted(&world, &told(&world, &gone).await, 1).await;
    assert_eq!(kept["attempts"][0]["outcome"]["is"], "unreachable");
    // The other end speaks no TLS; and a name that there is not.
    let plain = Receiver::start(send("HTTP/1.1 200 OK\r\n\r\n")).await;
    for url in [plain.url().replace("http:", "https:"), "http://there.is.not.invalid/".to_owned()] {
        let kept = attempted(&world, &told(&world, &url).await, 1).await;
        assert_ne!(kept["attempts"][0]["outcome"]["is"], "answered", "{url}: {kept}");
    }
    world.verify().await;
}

#[tokio::test]
async fn a_merchant_without_a_key_is_not_told_until_it_has_one() {
    let world = World::start().await;
    let receiver = Receiver::start(Manner::answer(204, "")).await;
    let path = world.server.merchant(DIRECT).join("merchant.json");
    let whole = std::fs::read(&path).unwrap();
    let mut file: Json = serde_json::from_slice(&whole).unwrap();
    file.as_object_mut().unwrap().remove("apiv3_key");
    std::fs::write(&path, file.to_string()).unwrap();
    let notice = told(&world, &receiver.url()).await;
    let kept = attempted(&world, &notice, 1).await;
    assert_eq!(kept["attempts"][0]["outcome"]["is"], "unsent", "{kept}");
    assert_eq!(receiver.got().len(), 0);
    std::fs::write(&path, whole).unwrap();
    world.step(15).await;
    receiver.until(1).await;
    assert_eq!(attempted(&world, &notice, 2).await["state"], "delivered");
}
