//! The proxy: what it leads to, and that it leads nowhere else.

use redress_server::DIRECT;

use super::{PLAIN, client, connect, handshake, tunnel};
use crate::wire::{Connection, exchange};
use crate::world::{BILLS, ORDER, World, bill, create};

#[tokio::test]
async fn a_signed_request_goes_through_a_tunnel() {
    let world = World::start().await;
    let mut connection = tunnel(&world, "api.mch.weixin.qq.com").await.unwrap();
    for turn in 0..3 {
        let body = create(&format!("tunnelled{turn}")).to_string();
        connection.send(&world.platform.post(BILLS, &body).bytes()).await;
        let answer = connection.answer().await.unwrap();
        world.platform.verify(&answer);
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(answer.header("Wechatpay-Serial").is_some(), "{}", answer.head);
    }
    let plain = world.send(&world.platform.get(&bill("tunnelled2"))).await;
    assert_eq!(plain.json()["out_bill_no"], "tunnelled2");
}

/// Some HTTP clients ask a proxy for the whole URL in plain text, even for HTTPS.
#[tokio::test]
async fn a_full_url_is_answered_as_its_path() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address()).await;
    for prefix in ["https://api.mch.weixin.qq.com", "http://api2.wechatpay.cn:80"] {
        let path = format!("/v3/pay/transactions/out-trade-no/{ORDER}?mchid={DIRECT}");
        let mut draft = world.direct.get(&path);
        draft.target = format!("{prefix}{}", draft.target);
        connection.send(&draft.bytes()).await;
        let answer = connection.answer().await.unwrap();
        world.direct.verify(&answer);
        assert_eq!(answer.json()["out_trade_no"], ORDER, "{}", answer.text());
    }
}

#[tokio::test]
async fn nothing_else_can_be_reached() {
    let world = World::start().await;
    // A server that must not hear anything.
    let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let other_port = other.local_addr().unwrap().port();
    for request in [
        "CONNECT example.com:443".to_owned(),
        "CONNECT api.mch.weixin.qq.com:8443".to_owned(),
        "CONNECT pay.weixin.qq.com:443".to_owned(),
        format!("CONNECT 127.0.0.1:{other_port}"),
        format!("CONNECT localhost:{other_port}"),
        "GET http://example.com/".to_owned(),
        "GET https://example.com/v3/certificates".to_owned(),
        format!("GET http://localhost:{other_port}/"),
    ] {
        let head = format!("{request} HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\n\r\n");
        let mut connection = Connection::open(world.address()).await;
        connection.send(head.as_bytes()).await;
        let answer = connection.answer().await.unwrap();
        assert_eq!(answer.status, 403, "{request}");
        assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
        let text = answer.text();
        assert!(text.contains("leads only to Redress itself"), "{text}");
        assert!(text.contains("  apihk.mch.weixin.qq.com:443\n"), "{text}");
        assert!(connection.is_ended().await);
    }
    let heard = std::future::poll_fn(|cx| std::task::Poll::Ready(other.poll_accept(cx).is_ready()));
    assert!(!heard.await);
}

#[tokio::test]
async fn its_own_ports_can_be_reached() {
    let world = World::configured(|config| config.standby = Some(config.listen)).await;
    let standby = world.server.server().standby_url().unwrap().rsplit(':').next().unwrap();
    let main = world.address().port().to_string();
    for authority in
        [format!("127.0.0.1:{main}"), format!("localhost:{standby}"), "localhost:443".to_owned()]
    {
        let mut outer = Connection::open(world.address()).await;
        outer.send(&connect(&authority)).await;
        assert_eq!(outer.answer_to("HEAD").await.unwrap().status, 200, "{authority}");
        let stream = outer.into_stream();
        let name = authority.split(':').next().unwrap();
        let stream = handshake(client(&world), name, stream).await.unwrap();
        let mut inner = Connection::over(stream);
        // Under a name of this machine even the control API can be.
        inner.send(b"GET /_control/sites HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
        assert_eq!(inner.answer().await.unwrap().status, 200, "{authority}");
        // But there is no tunnel inside a tunnel.
        inner.send(&connect("api.mch.weixin.qq.com:443")).await;
        assert_eq!(inner.answer().await.unwrap().status, 403, "{authority}");
    }
    // Without TLS, too, where HTTP is spoken.
    let mut outer = Connection::open(world.address()).await;
    outer.send(&connect(&format!("127.0.0.1:{main}"))).await;
    assert_eq!(outer.answer_to("HEAD").await.unwrap().status, 200);
    outer.send(PLAIN).await;
    assert_eq!(outer.answer().await.unwrap().text(), "ok\n");
}

#[tokio::test]
async fn the_control_api_is_not_reached_under_a_foreign_name() {
    let world = World::start().await;
    let ask = b"GET /_control/merchants HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let mut inner = tunnel(&world, "api.mch.weixin.qq.com").await.unwrap();
    inner.send(ask).await;
    assert_eq!(inner.answer().await.unwrap().status, 403);
    // Nor by the name of the handshake, inside a tunnel whose name is ours.
    let mut outer = Connection::open(world.address()).await;
    outer.send(&connect("localhost:443")).await;
    assert_eq!(outer.answer_to("HEAD").await.unwrap().status, 200);
    let stream = handshake(client(&world), "api2.wechatpay.cn", outer.into_stream()).await;
    let mut inner = Connection::over(stream.unwrap());
    inner.send(ask).await;
    assert_eq!(inner.answer().await.unwrap().status, 403);
    // Nor by the name of a full URL.
    let full = b"GET http://api.mch.weixin.qq.com/_control/merchants HTTP/1.1\r\n\
        Host: localhost\r\n\r\n";
    assert_eq!(exchange(world.address(), full).await.unwrap().status, 403);
    // Nor by what the header says, when the URL is ours.
    let url = world.server.base_url();
    let full = format!("GET {url}/_control HTTP/1.1\r\nHost: api.mch.weixin.qq.com\r\n\r\n");
    assert_eq!(exchange(world.address(), full.as_bytes()).await.unwrap().status, 403);
}

#[tokio::test]
async fn older_clients_tunnel_too() {
    let world = World::start().await;
    let mut outer = Connection::open(world.address()).await;
    outer.send(b"CONNECT api.mch.weixin.qq.com:443 HTTP/1.0\r\n\r\n").await;
    assert_eq!(outer.answer_to("HEAD").await.unwrap().status, 200);
    let stream = handshake(client(&world), "api.mch.weixin.qq.com", outer.into_stream()).await;
    let mut inner = Connection::over(stream.unwrap());
    inner.send(PLAIN).await;
    assert_eq!(inner.answer().await.unwrap().text(), "ok\n");
}

#[tokio::test]
async fn odd_tunnels_are_refused() {
    let world = World::start().await;
    let name = "api.mch.weixin.qq.com:443";
    let huge = "a".repeat(70_000);
    for (request, status) in [
        (format!("CONNECT {name} HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody"), 400),
        (format!("CONNECT {name} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400),
        (format!("CONNECT {huge}:443 HTTP/1.1\r\n\r\n"), 414),
        (format!("CONNECT {name} HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(500_000)), 431),
        ("CONNECT /v3/certificates HTTP/1.1\r\n\r\n".to_owned(), 403),
        ("CONNECT :443 HTTP/1.1\r\n\r\n".to_owned(), 403),
        ("CONNECT api.mch.weixin.qq.com:99999 HTTP/1.1\r\n\r\n".to_owned(), 403),
    ] {
        let mut connection = Connection::open(world.address()).await;
        connection.send(request.as_bytes()).await;
        let start: String = request.chars().take(60).collect();
        if let Some(answer) = connection.answer().await {
            assert_eq!(answer.status, status, "{start}");
        } else {
            // What is still being sent when the refusal comes may drown it.
            assert!(request.len() > 60_000, "{start}");
        }
    }
    // A tunnel in which no TLS is spoken.
    let mut outer = Connection::open(world.address()).await;
    outer.send(&connect(name)).await;
    assert_eq!(outer.answer_to("HEAD").await.unwrap().status, 200);
    outer.send(PLAIN).await;
    assert!(outer.is_ended().await);
}
