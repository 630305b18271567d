//! Main and standby: one ledger behind both, and what a closed one does.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{PLAIN, https, tunnel};
use crate::wire::{Connection, exchange};
use crate::world::{BILLS, World, bill, create};

/// A world with a standby listener, and where that is.
async fn both() -> (World, SocketAddr) {
    let world = World::configured(|config| config.standby = Some(config.listen)).await;
    let url = world.server.server().standby_url().unwrap();
    let standby = url.strip_prefix("http://").unwrap().parse().unwrap();
    assert_ne!(standby, world.address());
    (world, standby)
}

async fn set(address: SocketAddr, site: &str, open: bool) {
    let body = json!({ "open": open }).to_string();
    let request = format!(
        "POST /_control/sites/{site} HTTP/1.1\r\nHost: localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer = exchange(address, request.as_bytes()).await.unwrap();
    assert_eq!((answer.status, &answer.json()["open"]), (200, &json!(open)), "{}", answer.text());
}

#[tokio::test]
async fn both_see_one_ledger() {
    let (world, standby) = both().await;
    let made = world.platform.post(BILLS, &create("onmain").to_string());
    assert_eq!(world.send(&made).await.status, 200);
    let ask = world.platform.get(&bill("onmain")).bytes();
    let mut connections = [
        Connection::open(standby).await,
        https(&world, standby, "127.0.0.1").await.unwrap(),
        https(&world, world.address(), "api2.mch.weixin.qq.com").await.unwrap(),
        tunnel(&world, "api2.wechatpay.cn").await.unwrap(),
    ];
    for connection in &mut connections {
        connection.send(&ask).await;
        let answer = connection.answer().await.unwrap();
        world.platform.verify(&answer);
        assert_eq!(answer.json()["out_bill_no"], "onmain");
    }
    // What both were asked at once is done once.
    let again = world.platform.post(BILLS, &create("onboth").to_string()).bytes();
    let (one, two) = tokio::join!(exchange(world.address(), &again), exchange(standby, &again));
    assert_eq!(one.unwrap().json()["bill_id"], two.unwrap().json()["bill_id"]);
    world.verify().await;
}

#[tokio::test]
async fn a_closed_site_answers_nothing_but_the_control_api() {
    let (world, standby) = both().await;
    let main = world.address();
    let mut idle = Connection::open(main).await;
    let mut used = https(&world, main, "api.mch.weixin.qq.com").await.unwrap();
    let mut inside = tunnel(&world, "api.mch.weixin.qq.com").await.unwrap();
    let mut other = tunnel(&world, "api2.mch.weixin.qq.com").await.unwrap();
    for connection in [&mut used, &mut inside, &mut other] {
        connection.send(PLAIN).await;
        assert_eq!(connection.answer().await.unwrap().text(), "ok\n");
    }
    set(main, "main", false).await;
    // Those that are idle end.
    for connection in [&mut idle, &mut used, &mut inside] {
        assert!(connection.is_ended().await);
    }
    // New ones get no answer, under no name, by no way.
    assert!(exchange(main, PLAIN).await.is_none());
    assert!(exchange(main, &super::connect("api.mch.weixin.qq.com:443")).await.is_none());
    let full = b"GET https://api.wechatpay.cn/v3/certificates HTTP/1.1\r\nHost: a\r\n\r\n";
    assert!(exchange(main, full).await.is_none());
    assert!(https(&world, main, "api.mch.weixin.qq.com").await.is_err());
    assert!(https(&world, main, "127.0.0.1").await.is_err());
    assert!(https(&world, standby, "api.mch.weixin.qq.com").await.is_err());
    // The standby site serves, even through the port of the main one, which is the proxy.
    other.send(PLAIN).await;
    assert_eq!(other.answer().await.unwrap().text(), "ok\n");
    assert_eq!(exchange(standby, PLAIN).await.unwrap().text(), "ok\n");
    tunnel(&world, "api2.mch.weixin.qq.com").await.unwrap();
    // Both can be closed, and opened again.
    set(main, "standby", false).await;
    assert!(other.is_ended().await);
    assert!(exchange(standby, PLAIN).await.is_none());
    set(standby, "main", true).await;
    assert_eq!(exchange(main, PLAIN).await.unwrap().text(), "ok\n");
    assert!(exchange(standby, PLAIN).await.is_none());
    set(main, "standby", true).await;
    assert_eq!(exchange(standby, PLAIN).await.unwrap().text(), "ok\n");
}

#[tokio::test]
async fn the_control_api_shows_and_sets_them() {
    let world = World::start().await;
    let shown = world.show("/sites").await;
    assert_eq!(
        shown["items"],
        json!([
            {
                "site": "main",
                "open": true,
                "base_url": world.server.base_url(),
                "names": ["api.mch.weixin.qq.com", "api.wechatpay.cn", "apihk.mch.weixin.qq.com"],
            },
            {
                "site": "standby",
                "open": true,
                "base_url": null,
                "names": ["api2.mch.weixin.qq.com", "api2.wechatpay.cn"],
            },
        ])
    );
    for (path, body, status) in [
        ("/sites/third", r#"{"open":true}"#, 404),
        ("/sites/main", r#"{"open":"no"}"#, 400),
        ("/sites/main", r#"{"open":true,"more":1}"#, 400),
        ("/sites/main", "", 400),
    ] {
        let request = format!(
            "POST /_control{path} HTTP/1.1\r\nHost: localhost\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let answer = exchange(world.address(), request.as_bytes()).await.unwrap();
        assert_eq!(answer.status, status, "{path} {body}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_stop_answers_what_is_under_way_and_ends_what_is_idle() {
    let (world, standby) = both().await;
    let mut idle = vec![
        tunnel(&world, "api.mch.weixin.qq.com").await.unwrap(),
        https(&world, world.address(), "localhost").await.unwrap(),
        Connection::open(standby).await,
    ];
    // A tunnel whose client says nothing, and half a handshake.
    let mut silent = Connection::open(world.address()).await;
    silent.send(&super::connect("api.mch.weixin.qq.com:443")).await;
    assert_eq!(silent.answer_to("HEAD").await.unwrap().status, 200);
    idle.push(silent);
    let mut half = Connection::open(world.address()).await;
    half.send(&[0x16, 3, 1, 2, 0, 1]).await;
    idle.push(half);

    let bytes = world.platform.post(BILLS, &create("understop").to_string()).bytes();
    let (start, end) = bytes.split_at(bytes.len() - 1);
    let mut busy = [
        tunnel(&world, "api2.mch.weixin.qq.com").await.unwrap(),
        https(&world, standby, "api.mch.weixin.qq.com").await.unwrap(),
    ];
    for connection in &mut busy {
        connection.send(PLAIN).await;
        assert_eq!(connection.answer().await.unwrap().text(), "ok\n");
        connection.send(start).await;
    }
    let (address, platform) = (world.address(), world.platform.clone());
    tokio::time::sleep(Duration::from_millis(500)).await;
    let started = Instant::now();
    let stop = tokio::spawn(world.server.stop());
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for connection in &mut idle {
        assert!(connection.is_ended().await);
    }
    for connection in &mut busy {
        connection.send(end).await;
        let answer = connection.answer().await.expect("an answer");
        platform.verify(&answer);
        assert_eq!((answer.status, answer.header("Connection")), (200, Some("close")));
        assert!(connection.is_ended().await);
    }
    drop((idle, busy));
    stop.await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}
