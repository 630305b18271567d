//! The headers of answers, as they stand on the wire.

use std::collections::BTreeSet;

use redress_crypto::{PublicKey, SCHEME, response_message};

use crate::caller::now;
use crate::wire::{Answer, Connection};
use crate::world::{BILL, BILLS, SUBSIDIES, World, bill, create};

/// The headers of every answer that keeps its connection, in their case, in any order.
const NAMES: [&str; 15] = [
    "Cache-Control",
    "Connection",
    "Content-Language",
    "Content-Length",
    "Content-Type",
    "Date",
    "Keep-Alive",
    "Request-Id",
    "Server",
    "Wechatpay-Nonce",
    "Wechatpay-Serial",
    "Wechatpay-Signature",
    "Wechatpay-Signature-Type",
    "Wechatpay-Timestamp",
    "X-Content-Type-Options",
];

/// Checks all headers but the signature's; the answer ends its `Request-ID` with this number.
fn check(world: &World, answer: &Answer, number: u32) {
    let mut names: Vec<&str> = answer.lines().into_iter().map(|(name, _)| name).collect();
    names.sort_unstable();
    if answer.status == 405 {
        assert_eq!((names.remove(0), answer.header("Allow")), ("Allow", Some("POST")));
    }
    assert_eq!(names, NAMES, "{answer:?}");
    let length = answer.body.len().to_string();
    let fixed = [
        ("Server", "nginx"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("Cache-Control", "no-cache, must-revalidate"),
        ("Content-Language", "zh-CN"),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "keep-alive"),
        ("Keep-Alive", "timeout=8"),
        ("Content-Length", length.as_str()),
        ("Wechatpay-Signature-Type", SCHEME),
        ("Wechatpay-Serial", world.platform.public_key_id.as_str()),
    ];
    for (name, value) in fixed {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    let sent: i64 = answer.header("Wechatpay-Timestamp").unwrap().parse().unwrap();
    assert!((now() - sent).abs() <= 5, "{sent}");
    let nonce = answer.header("Wechatpay-Nonce").unwrap();
    assert!(nonce.len() == 32 && nonce.bytes().all(|b| b.is_ascii_alphanumeric()), "{nonce}");
    let (id, ends) = answer.header("Request-Id").unwrap().split_once('-').unwrap();
    assert_eq!(ends, number.to_string());
    assert!(id.len() == 34 && id.starts_with("08"), "{id}");
    assert!(id.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b)), "{id}");
}

#[tokio::test]
async fn every_answer_has_them_all() {
    let world = World::start().await;
    let platform = &world.platform;
    let ok = world.send(&platform.post(BILLS, &create(BILL).to_string())).await;
    assert_eq!(ok.status, 200);
    assert!(ok.head.starts_with("HTTP/1.1 200 OK\r\n"), "{}", ok.head);
    check(&world, &ok, 0);
    let mut different = create(BILL);
    different["amount"] = 1.into();
    let mut unsponsored = create("other");
    unsponsored["sponsor_mchid"] = "1".into();
    let mut unknown = create("other");
    unknown["receiver"]["transaction_info"]["transaction_id"] = "1".into();
    let cases = [
        (platform.get(&bill(BILL)), 200, 0),
        (platform.get("/v3/nothing"), 404, 268_435_461),
        (platform.get(BILLS), 405, 268_435_461),
        (platform.get(&bill(BILL)).without("User-Agent"), 400, 268_435_461),
        (platform.get(&bill(BILL)).without("Authorization"), 401, 268_443_699),
        (platform.post(SUBSIDIES, "{}").sending(b"{ }"), 401, 268_443_699),
        (platform.post(SUBSIDIES, "{"), 400, 268_435_461),
        (platform.post(SUBSIDIES, r#"{"x":1}"#), 400, 270_924_358),
        (world.direct.get(&bill(BILL)), 403, 268_443_715),
        (platform.get(&bill("nosuchbill")), 404, 268_512_771),
        (platform.post(BILLS, &different.to_string()), 400, 268_498_688),
        (platform.post(BILLS, &unsponsored.to_string()), 403, 268_443_701),
        (platform.post(BILLS, &unknown.to_string()), 404, 268_512_771),
    ];
    let mut ids = BTreeSet::new();
    for (draft, status, number) in cases {
        let answer = world.send(&draft).await;
        assert_eq!(answer.status, status, "{}", answer.text());
        check(&world, &answer, number);
        let id = answer.header("Request-Id").unwrap();
        assert!(ids.insert(id.to_owned()), "{id} comes twice");
    }
}

/// By the messages of the documentation, without the code that verifies in production.
#[tokio::test]
async fn the_signature_is_over_three_lines() {
    let world = World::start().await;
    let pem = std::fs::read_to_string(world.server.merchant("1230000109").join("wxp_pub.pem"));
    let key = PublicKey::from_pem(&pem.unwrap()).unwrap();
    let drafts = [
        world.platform.post(BILLS, &create(BILL).to_string()),
        world.platform.get(&bill("nosuchbill")),
    ];
    for draft in drafts {
        let answer = world.send(&draft).await;
        let part = |name| answer.header(name).unwrap();
        let lines = format!(
            "{}\n{}\n{}\n",
            part("Wechatpay-Timestamp"),
            part("Wechatpay-Nonce"),
            answer.text()
        );
        let message =
            response_message(part("Wechatpay-Timestamp"), part("Wechatpay-Nonce"), &answer.body);
        assert_eq!(message, lines.as_bytes());
        assert!(key.verify(lines.as_bytes(), part("Wechatpay-Signature")));
        assert!(!key.verify(format!("{lines}\n").as_bytes(), part("Wechatpay-Signature")));
    }
}

#[tokio::test]
async fn the_errors_body_has_its_fields_in_order() {
    let world = World::start().await;
    let answer = world.send(&world.platform.get(&bill("nosuchbill"))).await;
    assert_eq!(answer.text(), r#"{"code":"NOT_FOUND","message":"查询单据不存在"}"#);
    let answer = world.send(&world.platform.get(&bill("a-b"))).await;
    let expected = r#"{"code":"PARAM_ERROR","detail":{"location":"uri_template","value":"a-b"},"message":"输入源“/uri_template/out_bill_no”映射到值字段“商户单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9A-Za-z]+$”"}"#;
    assert_eq!(answer.text(), expected);
}

#[tokio::test]
async fn a_connection_ends_when_its_caller_says_so() {
    let world = World::start().await;
    let mut connection = Connection::open(world.address()).await;
    let draft = world.platform.get(&bill("nosuchbill")).and("Connection", "close");
    connection.send(&draft.bytes()).await;
    let answer = connection.answer().await.unwrap();
    world.platform.verify(&answer);
    assert_eq!((answer.status, answer.header("Connection")), (404, Some("close")));
    assert_eq!(answer.header("Keep-Alive"), None);
    assert!(connection.is_ended().await);

    let mut connection = Connection::open(world.address()).await;
    let old = String::from_utf8(world.platform.get(&bill("nosuchbill")).bytes()).unwrap();
    connection.send(old.replace("HTTP/1.1", "HTTP/1.0").as_bytes()).await;
    world.platform.verify(&connection.answer().await.unwrap());
    assert!(connection.is_ended().await);
}
