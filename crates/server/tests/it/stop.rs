//! Starting and stopping: nothing that was answered is lost, and two servers never share a folder.

use std::time::{Duration, Instant};

use redress_server::testing::TestServer;
use redress_server::{Config, DIRECT, PLATFORM, Server};
use serde_json::{Value as Json, json};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::wire::{Answer, Connection, exchange};
use crate::world::{BILL, BILLS, World, bill, create};

async fn get(world: &World, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: anything.example\r\n\r\n");
    exchange(world.address(), request.as_bytes()).await.unwrap()
}

#[tokio::test]
async fn requests_under_way_are_answered() {
    let world = World::start().await;
    let (told, stopping) = watch::channel(false);
    let mut running = JoinSet::new();
    for turn in 0..40 {
        let draft = world.platform.post(BILLS, &create(&format!("bill{turn}")).to_string());
        let (address, platform) = (world.address(), world.platform.clone());
        let mut stopping = stopping.clone();
        running.spawn(async move {
            let mut connection = Connection::open(address).await;
            connection.send(&platform.get(&bill(BILL)).bytes()).await;
            assert_eq!(connection.answer().await.unwrap().status, 404);
            // The last byte comes when the server is stopping.
            let bytes = draft.bytes();
            connection.send(&bytes[..bytes.len() - 1]).await;
            stopping.wait_for(|stopping| *stopping).await.unwrap();
            connection.send(&bytes[bytes.len() - 1..]).await;
            let answer = connection.answer().await.expect("an answer");
            platform.verify(&answer);
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert!(connection.is_ended().await);
            (turn, answer)
        });
    }
    let address = world.address();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let stop = tokio::spawn(world.server.stop());
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    told.send_replace(true);
    let answered = running.join_all().await;
    assert!(answered.iter().all(|(_, answer)| answer.header("Connection") == Some("close")));
    let folder = stop.await.unwrap();

    let world = World::over(folder, |_| {}).await;
    for (turn, answer) in answered {
        let number = format!("bill{turn}");
        let shown = world.until(&number, "WAIT_USER_CONFIRM").await;
        assert_eq!(shown["bill_id"], answer.json()["bill_id"]);
    }
    world.verify().await;
}

#[tokio::test]
async fn idle_connections_do_not_hold_a_stop_up() {
    let world = World::start().await;
    let mut silent = Connection::open(world.address()).await;
    let mut used = Connection::open(world.address()).await;
    used.send(&world.platform.get(&bill(BILL)).bytes()).await;
    assert_eq!(used.answer().await.unwrap().status, 404);
    let started = Instant::now();
    world.server.stop().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(silent.is_ended().await && used.is_ended().await);
}

#[tokio::test]
async fn a_restart_finds_everything() {
    let world = World::start().await;
    world.waiting(BILL).await;
    world.waiting("second").await;
    world.act(&format!("/bills/{PLATFORM}/second/payer"), json!({ "answer": "confirm" })).await;
    world.merchant("1900007001", &["direct"]).await;
    let (state, merchants) = (world.state().await, world.show("/merchants").await);
    let (old, id) = (world.server.base_url().to_owned(), world.platform.public_key_id.clone());

    let world = world.restart().await;
    world.unchanged_since(&state).await;
    assert_eq!(world.show("/merchants").await, merchants);
    assert_ne!(world.server.base_url(), old);
    assert_eq!(world.platform.public_key_id, id);
    // Every merchant learns where the server is.
    for mchid in ["1900001108", "1230000109", "1900007001"] {
        let file = world.server.merchant(mchid).join("merchant.json");
        let file: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        assert_eq!(file["base_url"], world.server.base_url());
    }
    assert_eq!(world.until(BILL, "WAIT_USER_CONFIRM").await["out_bill_no"], BILL);
    world.verify().await;
}

#[tokio::test]
async fn a_folder_has_one_server() {
    let world = World::start().await;
    let data = world.server.server().data().to_owned();
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { data: data.clone(), listen, ..Config::default() };
    let error = Server::start(config.clone()).await.unwrap_err().to_string();
    assert_eq!(error, format!("{} is in use by another server", data.join("redress.db").display()));
    // The first one did not notice.
    world.waiting(BILL).await;
    assert_eq!(world.platform.public_key_id.len(), "PUB_KEY_ID_".len() + 34);

    // An address has one, too.
    let elsewhere = tempfile::tempdir().unwrap();
    let taken =
        Config { data: elsewhere.path().join("data"), listen: world.address(), ..config.clone() };
    let error = Server::start(taken).await.unwrap_err().to_string();
    let expected = format!("cannot listen at {}: ", world.address());
    assert!(error.starts_with(&expected) && error.ends_with("--listen"), "{error}");

    let folder = world.server.stop().await;
    let again = Server::start(config).await.unwrap();
    again.stop().await;
    drop(folder);
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let folder = TestServer::start().await.unwrap().stop().await;
    let data = folder.path().join("data");
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { data: data.clone(), listen, ..Config::default() };
    for (file, broken) in [
        ("platform/platform.json", "{"),
        ("platform/platform_key.pem", "no key"),
        ("merchants/1900001108/merchant.json", "no json"),
        ("redress.db", "not a database at all"),
    ] {
        let path = data.join(file);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, broken).unwrap();
        let error = Server::start(config.clone()).await.unwrap_err();
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            text = format!("{text}: {inner}");
            cause = inner.source();
        }
        assert!(text.contains(file) || file == "redress.db", "{file}: {text}");
        assert!(text.len() > 20, "{file}: {text}");
        std::fs::write(&path, whole).unwrap();
    }
    Server::start(config).await.unwrap().stop().await;
}

#[tokio::test]
async fn its_health_and_numbers_are_shown() {
    let world = World::start().await;
    world.waiting(BILL).await;
    world.send(&world.platform.get("/v3/invented/by/a/caller")).await;
    world.send(&world.platform.request("BREW", BILLS, "")).await;
    for path in ["/livez", "/readyz"] {
        let answer = get(&world, path).await;
        assert_eq!((answer.status, answer.text()), (200, "ok\n"));
    }
    let unheard = json!({
        "mchid": DIRECT, "url": "http://127.0.0.1:9/", "event_type": "TRANSACTION.SUCCESS",
        "original_type": "transaction", "resource": {},
    });
    world.act("/notices", unheard).await;
    // The numbers are the process's: other tests count other callbacks.
    let counted = [r#"callbacks_total{outcome="unreachable"}"#, r#"jobs_total{outcome="done"}"#];
    let answer = loop {
        let answer = get(&world, "/metrics").await;
        if counted.iter().all(|counted| answer.text().contains(counted)) {
            break answer;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert_eq!(answer.status, 200);
    assert!(answer.header("Content-Type").unwrap().starts_with("text/plain"), "{}", answer.head);
    let text = answer.text();
    let path = r#"path="/v3/platsolution/ecommerce/mch-transfer/compensate-bills""#;
    for start in [
        "# TYPE redress_requests_total counter".to_owned(),
        "# TYPE redress_request_seconds histogram".to_owned(),
        "# TYPE redress_jobs_total counter".to_owned(),
        format!(r#"redress_requests_total{{{path},method="POST",status="200",code=""}} "#),
        format!("redress_request_seconds_count{{{path}}} "),
        r#"redress_jobs_total{outcome="done"} "#.to_owned(),
        r#"redress_callbacks_total{outcome="unreachable"} "#.to_owned(),
        r#"redress_requests_total{path="(unknown)",method="GET",status="404",code="NOT_FOUND"} "#.to_owned(),
        r#"redress_requests_total{path="(method)",method="other",status="405",code="INVALID_REQUEST"} "#.to_owned(),
    ] {
        assert!(text.lines().any(|line| line.starts_with(&start)), "{start}\n{text}");
    }
    // Nothing that a caller chooses becomes a label.
    for word in ["invented", "BREW", BILL, PLATFORM] {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn a_server_that_is_dropped_lets_go_of_its_folder() {
    let world = World::start().await;
    let folder = world.server.stop().await;
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = Config { data: folder.path().join("data"), listen, ..Config::default() };
    let server = Server::start(config.clone()).await.unwrap();
    let address = server.address();
    drop(server);
    let started = Instant::now();
    let again = loop {
        match Server::start(config.clone()).await {
            Ok(server) => break server,
            Err(error) => assert!(started.elapsed() < Duration::from_secs(10), "{error}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(tokio::net::TcpStream::connect(address).await.is_err(), "it still listens");
    again.stop().await;
}

#[tokio::test]
async fn a_store_that_fails_is_a_fault_of_ours() {
    let world = World::start().await;
    let draft = world.platform.get(&bill(BILL));
    assert_eq!(world.send(&draft).await.status, 404);
    world.server.server().store().close().await;
    for draft in [draft, world.platform.post(BILLS, &create(BILL).to_string())] {
        let answer = world.send(&draft).await;
        let expected = r#"{"code":"SYSTEM_ERROR","message":"系统繁忙，请稍后重试"}"#;
        assert_eq!((answer.status, answer.text()), (500, expected));
        assert!(answer.header("Request-Id").unwrap().ends_with("-268435464"));
    }
    assert_eq!(world.control("GET", "/clock", "").await.0, 200);
    let (status, shown) = world.control("GET", "/verify", "").await;
    assert_eq!((status, shown["error"].is_string()), (500, true), "{shown}");
    assert_eq!(get(&world, "/readyz").await.status, 503);
    assert_eq!(get(&world, "/livez").await.status, 200);
}
