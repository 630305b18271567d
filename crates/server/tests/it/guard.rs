//! Who may use the control API, and what it keeps to itself.

use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::Value as Json;

use crate::wire::{Answer, exchange};
use crate::world::{BILL, BILLS, World, create};

/// A request of just these lines.
async fn lines(world: &World, first: &str, headers: &[&str]) -> Answer {
    let request = format!("{first} HTTP/1.1\r\n{}\r\n\r\n", headers.join("\r\n"));
    exchange(world.address(), request.as_bytes()).await.unwrap()
}

fn error(answer: &Answer) -> (u16, String) {
    (answer.status, answer.json()["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn web_pages_are_kept_out() {
    let world = World::start().await;
    let get = "GET /_control/merchants";
    let port = world.address().port();
    for host in ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8790", "[::1]:8790", "[::1]"] {
        assert_eq!(lines(&world, get, &[&format!("Host: {host}")]).await.status, 200, "{host}");
    }
    let hosts = [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8790",
        "10.0.0.1",
        "[::2]",
        "",
        "localhost@evil.example",
        "2130706433",
        "[::1",
        "localhost\r\nHost: evil.example",
    ];
    for host in hosts {
        let answer = lines(&world, get, &[&format!("Host: {host}")]).await;
        assert_eq!(error(&answer).0, 403, "{host}");
    }
    let answer = exchange(world.address(), b"GET /_control HTTP/1.0\r\n\r\n").await.unwrap();
    assert_eq!(error(&answer).0, 403);

    let local = format!("Host: localhost:{port}");
    let own = format!("Origin: http://localhost:{port}");
    assert_eq!(lines(&world, get, &[&local, &own]).await.status, 200);
    for origin in [
        "http://evil.example",
        "null",
        "https://localhost:1",
        "http://localhost:1",
        "http://localhost",
        "",
    ] {
        let answer = lines(&world, get, &[&local, &format!("Origin: {origin}")]).await;
        assert_eq!(error(&answer), (403, "requests of other web pages are refused".to_owned()));
    }
    // What a form of a web page can send is no JSON.
    let (before, ahead) = (world.state().await, world.ahead().await);
    for kind in [
        "",
        "Content-Type: text/plain",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: multipart/form-data; boundary=application/json",
    ] {
        let body = r#"{"seconds":60}"#;
        let head = format!(
            "POST /_control/clock/step HTTP/1.1\r\nHost: localhost\r\nX: y\r\n{kind}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let head = head.replace("\r\n\r\nContent-Length", "\r\nContent-Length");
        let answer = exchange(world.address(), head.as_bytes()).await.unwrap();
        assert_eq!(error(&answer).0, 415, "{kind}");
    }
    world.unchanged_since(&before).await;
    assert_eq!(world.ahead().await, ahead);
    // The paths of the service itself are for everyone.
    let answer =
        lines(&world, "GET /v3/nothing", &["Host: evil.example", "Origin: http://evil.example"])
            .await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_token_is_asked_for_once_it_is_set() {
    let world = World::configured(|config| config.control_token = Some("s3cret".to_owned())).await;
    let get = "GET /_control/clock";
    let allowed = ["Host: anything.example", "Authorization: Bearer s3cret"];
    assert_eq!(lines(&world, get, &allowed).await.status, 200);
    for wrong in
        ["Bearer wrong", "Bearer s3cret2", "Bearer", "bearer s3cret", "Basic s3cret", "s3cret", ""]
    {
        let answer =
            lines(&world, get, &["Host: localhost", &format!("Authorization: {wrong}")]).await;
        assert_eq!(error(&answer).0, 401, "{wrong}");
        assert!(!answer.text().contains("s3cret"));
    }
    for first in [get, "GET /_control", "GET /_control/nothing", "DELETE /_control/clock"] {
        assert_eq!(error(&lines(&world, first, &["Host: localhost"]).await).0, 401, "{first}");
    }
    let foreign = [allowed[0], allowed[1], "Origin: http://evil.example"];
    assert_eq!(error(&lines(&world, get, &foreign).await).0, 403);
}

#[tokio::test]
async fn no_answer_has_a_secret() {
    let world = World::start().await;
    world.waiting(BILL).await;
    world.merchant("1900007001", &["platform"]).await;
    let mut secrets = vec!["PRIVATE KEY".to_owned()];
    for mchid in [PLATFORM, SPONSOR, SUB_MERCHANT, DIRECT, "1900007001"] {
        let folder = world.server.merchant(mchid);
        let file: Json =
            serde_json::from_slice(&std::fs::read(folder.join("merchant.json")).unwrap()).unwrap();
        secrets.push(file["apiv3_key"].as_str().unwrap().to_owned());
        let key = std::fs::read_to_string(folder.join("apiclient_key.pem")).unwrap();
        secrets.push(key.lines().nth(5).unwrap().to_owned());
    }
    let paths = [
        "/_control",
        "/_control/merchants",
        "/_control/merchants/1900007001",
        "/_control/orders",
        "/_control/bills",
        "/_control/accounts",
        "/_control/ledger",
        "/_control/transfers",
        "/_control/jobs",
        "/_control/clock",
        "/_control/verify",
        "/_control/requests",
        "/_control/endpoints",
        "/_control/assumptions",
        "/metrics",
        "/livez",
        "/readyz",
    ];
    for path in paths {
        let answer = lines(&world, &format!("GET {path}"), &["Host: localhost"]).await;
        assert_eq!(answer.status, 200, "{path}");
        for secret in &secrets {
            assert!(!answer.text().contains(secret.as_str()), "{path}");
        }
    }
    let body = create("another").to_string();
    let answer = world.send(&world.platform.post(BILLS, &body)).await;
    assert!(secrets.iter().all(|secret| !answer.text().contains(secret.as_str())));
}
