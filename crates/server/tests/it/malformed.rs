//! Requests that break HTTP, or strain it: each is answered or refused, and the server lives on.

use std::time::{Duration, Instant};

use crate::auth::UNKNOWN;
use crate::wire::{Connection, exchange};
use crate::world::{BILL, BILLS, SUBSIDIES, World, bill, cancel, create, reverse};

const PATH: (u16, &str, &str) = (404, "NOT_FOUND", "请求的接口不存在，请检查请求的URL");
const METHOD: (u16, &str, &str) = (405, "INVALID_REQUEST", "请求的HTTP方法不正确，请检查请求方法");
const TOO_LARGE: (u16, &str, &str) = (400, "INVALID_REQUEST", "请求包体过大");
const SLOW: (u16, &str, &str) = (400, "INVALID_REQUEST", "读取请求包体超时");
const BROKEN: (u16, &str, &str) = (400, "INVALID_REQUEST", "读取请求包体失败");

/// What the server says of an endpoint that it does not have: where the ones are that it has.
fn not_implemented(world: &World) -> String {
    let list = format!("http://{}/_control/endpoints", world.address());
    let message =
        format!("Redress未实现该接口，已实现的接口列表见 {list} 或README“接口（Endpoints）”一节");
    assert!(message.chars().count() <= 256);
    message
}

#[tokio::test]
async fn paths_that_are_not_served() {
    let world = World::start().await;
    let targets = [
        "/",
        "/v3",
        "/v3/",
        "/v3/nothing",
        "//v3/ecommerce/subsidies/cancel",
        "/V3/ecommerce/subsidies/cancel",
        "/v3/ecommerce/subsidies/cancel/",
        "/v3/ecommerce/subsidies",
        "/v3/ecommerce/subsidies/../subsidies/cancel",
        "/v3/pay/transactions/out-trade-no/a/b/reverse",
        "/v3/pay/transactions/out-trade-no/number/close/",
        "/v3/pay/transactions/id/1/close",
        "/v3/pay/partner/transactions/number",
        "/v3/ecommerce/subsidies/cancel%00",
        "/%ff",
        "/v3/certificates/",
    ];
    let message = not_implemented(&world);
    let missing = (404, "NOT_FOUND", message.as_str());
    for target in targets {
        let expected = if target.starts_with("/v3/") { missing } else { PATH };
        world.refused(&world.platform.post(target, "{}"), expected).await;
    }
    world.refused(&world.platform.get(&format!("{}/", bill(BILL))), missing).await;
    world.refused(&world.platform.get(&bill("")), missing).await;
    // An empty number between two slashes is a number.
    let empty = "输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字节数 0，小于最小值 6";
    let draft = world.direct.post(&reverse(""), "{}");
    world.refused(&draft, (400, "PARAM_ERROR", empty)).await;
    // Who says so does not matter.
    world.refused(&world.platform.get("/v3/nothing").without("Authorization"), missing).await;
    world.refused_raw(b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", PATH).await;
}

#[tokio::test]
async fn methods_that_a_path_does_not_have() {
    let world = World::start().await;
    let paths = [
        (BILLS, "POST"),
        (SUBSIDIES, "POST"),
        (&bill(BILL), "GET"),
        (&cancel(BILL), "POST"),
        ("/v3/pay/transactions/id/1?mchid=1230000109", "GET"),
        ("/v3/pay/partner/transactions/out-trade-no/number/close", "POST"),
    ];
    for (path, allowed) in paths {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if method != allowed {
                world.refused(&world.platform.request(method, path, ""), METHOD).await;
            }
        }
        // The head of what another method would get: its length, and no body.
        let mut connection = Connection::open(world.address()).await;
        connection.send(&world.platform.request("HEAD", path, "").bytes()).await;
        let answer = connection.answer_to("HEAD").await.unwrap();
        assert_eq!(answer.status, 405);
        assert_ne!(answer.header("Content-Length"), Some("0"));
    }
    // A method is a word of its case.
    world.refused(&world.platform.request("post", BILLS, ""), METHOD).await;
    world.waiting(BILL).await;
}

#[tokio::test]
async fn bodies_that_are_too_large_are_heard_out() {
    let world = World::start().await;
    let platform = &world.platform;
    for bytes in [64 * 1024 + 1, 1024 * 1024, 10 * 1024 * 1024] {
        let body = " ".repeat(bytes);
        world.refused(&platform.post(BILLS, &body), TOO_LARGE).await;
    }
    let body = " ".repeat(10 * 1024 * 1024);
    let chunked = platform.post(BILLS, &body).chunked(64 * 1024);
    world.refused_raw(&chunked, TOO_LARGE).await;
    // Also by those who are refused by the head alone.
    world.refused(&platform.post(BILLS, &body).without("Authorization"), crate::auth::FORMAT).await;
    let message = not_implemented(&world);
    let missing = (404, "NOT_FOUND", message.as_str());
    world.refused(&platform.post("/v3/nothing", &body), missing).await;
    world.refused(&platform.request("PUT", BILLS, &body), METHOD).await;
    // To the last byte that is allowed.
    let body = create(BILL).to_string();
    let body = format!("{body}{}", " ".repeat(64 * 1024 - body.len()));
    assert_eq!(world.ok(&platform.post(BILLS, &body)).await["state"], "ACCEPTED");
}

#[tokio::test]
async fn a_body_that_stalls_is_not_waited_for_for_ever() {
    let world = World::start().await;
    let draft = world.platform.post(BILLS, &create(BILL).to_string());
    let bytes = draft.bytes();
    let (first, unsigned) = (&bytes[..bytes.len() - 1], draft.without("Authorization").bytes());
    let started = Instant::now();
    let refused = world.refused_raw(first, SLOW);
    let unsigned = world.refused_raw(&unsigned[..unsigned.len() - 1], crate::auth::FORMAT);
    tokio::join!(refused, unsigned);
    let waited = started.elapsed();
    assert!(waited > Duration::from_secs(9) && waited < Duration::from_secs(20), "{waited:?}");
    world.waiting(BILL).await;
}

#[tokio::test]
async fn lengths_that_are_not_the_bodys() {
    let world = World::start().await;
    let draft = world.platform.post(BILLS, &create(BILL).to_string());
    let before = world.state().await;
    // More is promised than comes.
    let mut connection = Connection::open(world.address()).await;
    let bytes = draft.bytes();
    connection.send(&bytes[..bytes.len() - 1]).await;
    connection.finish().await;
    if let Some(answer) = connection.answer().await {
        world.platform.verify(&answer);
        assert_eq!(answer.json()["message"], BROKEN.2);
    }
    // Less: the signature does not fit, and the rest is no request.
    let length = format!("{}Content-Length: {}\r\n\r\n", draft.head(), draft.body.len() - 1);
    let mut connection = Connection::open(world.address()).await;
    connection.send(&[length.as_bytes(), &draft.body].concat()).await;
    assert_eq!(connection.answer().await.unwrap().status, 401);
    assert_eq!(connection.answer().await.map(|answer| answer.status), Some(400));
    assert!(connection.is_ended().await);
    for lines in [
        "Content-Length: -1",
        "Content-Length: x",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 99999999999999999999",
    ] {
        let bytes = format!("{}{lines}\r\n\r\n", draft.head());
        let answer = exchange(world.address(), bytes.as_bytes()).await;
        assert_eq!(answer.map(|answer| answer.status), Some(400), "{lines}");
    }
    // A length and chunks together are a way to smuggle a request past a proxy.
    let both =
        format!("{}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", draft.head());
    let mut connection = Connection::open(world.address()).await;
    connection.send(both.as_bytes()).await;
    assert!(connection.answer().await.is_none_or(|answer| answer.status >= 400));
    world.unchanged_since(&before).await;
}

#[tokio::test]
async fn bodies_may_come_in_pieces() {
    let world = World::start().await;
    for (turn, size) in [1, 7, 4096].into_iter().enumerate() {
        let draft = world.platform.post(BILLS, &create(&format!("chunked{turn}")).to_string());
        let answer = world.raw(&draft.chunked(size)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let mut connection = Connection::open(world.address()).await;
    for byte in world.platform.post(BILLS, &create("bytewise").to_string()).bytes().chunks(16) {
        connection.send(byte).await;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(connection.answer().await.unwrap().status, 200);
    // Who waits to be asked is asked.
    let draft = world.platform.post(BILLS, &create("asked").to_string());
    let answer = world.send(&draft.and("Expect", "100-continue")).await;
    assert_eq!(answer.status, 200);
    // Chunks that are none.
    let draft = world.platform.post(BILLS, "");
    let bytes = format!("{}Transfer-Encoding: chunked\r\n\r\nzz\r\n", draft.head());
    let answer = exchange(world.address(), bytes.as_bytes()).await.unwrap();
    world.platform.verify(&answer);
    assert_eq!(answer.json()["message"], BROKEN.2);
    // A query with a body is one whose body is not the one of the page.
    let draft = world.platform.request("GET", &bill("asked"), r#"{"a":1}"#);
    world.refused(&draft, (400, "PARAM_ERROR", "请求中含有未在API文档中定义的参数")).await;
    let draft = world.platform.request("GET", &bill("nosuchbill"), "{}");
    world.refused(&draft, UNKNOWN).await;
    world.verify().await;
}

#[tokio::test]
async fn bytes_that_are_no_http() {
    let world = World::start().await;
    let huge = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(1024 * 1024));
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(1000));
    let garbage: [&[u8]; 8] = [
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        huge.as_bytes(),
        many.as_bytes(),
    ];
    for bytes in garbage {
        if let Some(answer) = exchange(world.address(), bytes).await {
            assert!((400..500).contains(&answer.status), "{answer:?}");
        }
        world.refused(&world.platform.get(&bill(BILL)), UNKNOWN).await;
    }
    // Long, but not too long.
    let draft = world.platform.get(&bill(BILL)).and("X-Long", &"x".repeat(16 * 1024));
    world.refused(&draft, UNKNOWN).await;
    let target = format!("{}?a={}", bill(BILL), "x".repeat(8 * 1024));
    world
        .refused(
            &world.platform.get(&target),
            (400, "PARAM_ERROR", "请求中含有未在API文档中定义的参数"),
        )
        .await;
    world.refused(&world.platform.get(&format!("{}{}", bill(""), "x".repeat(8 * 1024))), (400, "PARAM_ERROR", "输入源“/uri_template/out_bill_no”映射到值字段“商户单号”字符串规则校验失败，字节数 8192，大于最大值 32")).await;
}

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address()).await;
    let good = world.platform.get(&bill(BILL));
    // Errors do not end it either, and requests may be sent ahead of the answers.
    let drafts = [
        good.clone(),
        good.clone().without("Accept"),
        good.clone().without("Authorization"),
        world.platform.post(BILLS, "{").without("Authorization"),
        world.platform.get("/v3/nothing"),
        world.platform.post(&bill(BILL), "{}"),
        world.platform.post(BILLS, "{"),
        good,
    ];
    for draft in &drafts {
        connection.send(&draft.bytes()).await;
    }
    for status in [404, 400, 401, 401, 404, 405, 400, 404] {
        let answer = connection.answer().await.unwrap();
        world.platform.verify(&answer);
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
