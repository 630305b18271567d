//! What nine clients that are in use need of the wire: one rule, one test.

use redress_api::field::Field;
use redress_crypto::{Authorization, SCHEME, Serial};
use redress_server::DIRECT;
use serde_json::json;

use crate::auth::{SIGNATURE, UNKNOWN, items, query};
use crate::caller::Draft;
use crate::contract::certificate_list::{self, opened, sealing_key, signed_by, trust};
use crate::wire::{Answer, Connection};
use crate::world::{BILL, BILLS, SUBSIDIES, World, bill, cancel, create, reverse};

const GENERIC: (u16, &str, &str) = (400, "PARAM_ERROR", "参数错误");

/// One answer of each kind: 200, 204, 400, 401, 403, 404 of an endpoint and of none, 405.
async fn one_of_each(world: &World) -> Vec<Answer> {
    let order = json!({ "trade_type": "NATIVE", "outcome": "unpaid", "out_trade_no": "unpaid01" });
    world.order(order).await;
    let close = format!(r#"{{"mchid":"{DIRECT}"}}"#);
    let (platform, direct) = (&world.platform, &world.direct);
    let drafts = [
        (200, platform.post(BILLS, &create("oneofeach").to_string())),
        (204, direct.post("/v3/pay/transactions/out-trade-no/unpaid01/close", &close)),
        (400, platform.post(SUBSIDIES, "{}")),
        (401, platform.get(&bill(BILL)).without("Authorization")),
        (403, direct.get(&bill(BILL))),
        (404, platform.get(&bill("nosuchbill"))),
        (404, platform.get("/v3/nothing")),
        (405, platform.get(BILLS)),
    ];
    let mut answers = Vec::new();
    for (status, draft) in drafts {
        let answer = certificate_list::send(world, &draft).await;
        assert_eq!(answer.status, status, "{answer:?}");
        answers.push(answer);
    }
    answers
}

/// Sends a query that is signed well; it must come through to the bill that is not there.
async fn comes_through(world: &World, change: impl FnOnce(Draft) -> Draft) {
    world.refused(&change(query(&world.platform)), UNKNOWN).await;
}

#[tokio::test]
async fn rule_01_header_names_are_in_title_case_over_http_1_1() {
    let world = World::start().await;
    for answer in one_of_each(&world).await {
        assert!(answer.head.starts_with("HTTP/1.1 "), "{}", answer.head);
        for (name, _) in answer.lines() {
            for word in name.split('-') {
                let (first, rest) = word.split_at(1);
                assert_eq!(first, first.to_ascii_uppercase(), "{name}");
                assert_eq!(rest, rest.to_ascii_lowercase(), "{name}");
            }
        }
    }
    let mut connection = Connection::open(world.address()).await;
    connection.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00").await;
    if let Some(answer) = connection.answer().await {
        assert!(answer.head.starts_with("HTTP/1.1 4"), "{}", answer.head);
        assert!(connection.is_ended().await);
    }
    // An upgrade is passed over.
    let upgrade = |draft: Draft| {
        draft
            .and("Connection", "Upgrade, HTTP2-Settings")
            .and("Upgrade", "h2c")
            .and("HTTP2-Settings", "AAMAAABkAAQAAP__")
    };
    comes_through(&world, upgrade).await;
}

#[tokio::test]
async fn rule_02_every_answer_names_the_type_of_its_signature() {
    let world = World::start().await;
    for answer in one_of_each(&world).await {
        assert_eq!(answer.header("Wechatpay-Signature-Type"), Some(SCHEME), "{answer:?}");
    }
}

#[tokio::test]
async fn rule_03_every_answer_has_a_content_type_also_204() {
    let world = World::start().await;
    for answer in one_of_each(&world).await {
        let kind = answer.header("Content-Type");
        assert_eq!(kind, Some("application/json; charset=utf-8"), "{answer:?}");
    }
}

#[tokio::test]
async fn rule_04_refusals_and_empty_answers_are_signed() {
    let world = World::start().await;
    for answer in one_of_each(&world).await {
        world.platform.verify(&answer);
        assert_eq!(answer.body.is_empty(), answer.status == 204);
    }
}

#[tokio::test]
async fn rule_05_any_accept_will_do() {
    let world = World::start().await;
    for accept in [
        "application/json",
        "*/*",
        "application/json, text/plain, */*",
        "application/json, text/plain, application/x-gzip, application/pdf, image/png, image/*;q=0.5",
        "application/json;q=0.9",
        "text/html",
    ] {
        comes_through(&world, |draft| draft.with("Accept", accept)).await;
    }
}

#[tokio::test]
async fn rule_06_any_content_type_will_do() {
    let world = World::start().await;
    comes_through(&world, |draft| draft.without("Content-Type")).await;
    for kind in ["", "application/json", "application/json; charset=utf-8", "text/plain"] {
        comes_through(&world, |draft| draft.with("Content-Type", kind)).await;
    }
    let posted = |number: &str| world.platform.post(BILLS, &create(number).to_string());
    world.ok(&posted("untyped").without("Content-Type")).await;
    world.ok(&posted("empty").with("Content-Type", "")).await;
    world.ok(&posted("set").with("Content-Type", "application/json;charset=UTF-8")).await;
}

#[tokio::test]
async fn rule_07_the_signature_is_over_the_raw_body() {
    let world = World::start().await;
    let plain = |number: &str| create(number).to_string();
    let bodies = [
        plain("line") + "\n",
        plain("html").replace("直播", r"\u003cb\u003e\u0026"),
        plain("slash").replace("直播", r"\/"),
        plain("ascii").replace("直播", r"\u76f4\u64ad"),
        plain("spaced").replace("\":", "\": ").replace(",\"", ", \""),
        plain("pretty").replace('{', "{\r\n\t").replace('}', "\r\n}"),
    ];
    for body in bodies {
        let draft = world.platform.post(BILLS, &body);
        assert_eq!(world.ok(&draft).await["state"], "ACCEPTED", "{body}");
        // What means the same is not the same.
        let value: serde_json::Value = serde_json::from_str(&body).unwrap();
        world.refused(&draft.sending(value.to_string().as_bytes()), SIGNATURE).await;
    }
}

#[tokio::test]
async fn rule_08_the_items_of_the_authorization_come_in_any_order() {
    let world = World::start().await;
    let Authorization { mchid, nonce_str, timestamp, serial_no, signature } =
        items(&world.platform);
    let item = |name: &str| {
        let value = match name {
            "mchid" => &mchid,
            "nonce_str" => &nonce_str,
            "timestamp" => &timestamp,
            "serial_no" => &serial_no,
            _ => &signature,
        };
        format!("{name}=\"{value}\"")
    };
    let orders = [
        ["mchid", "nonce_str", "timestamp", "serial_no", "signature"],
        ["mchid", "serial_no", "timestamp", "nonce_str", "signature"],
        ["mchid", "nonce_str", "signature", "timestamp", "serial_no"],
    ];
    for order in orders {
        let mut items = order.map(item);
        // The same nonce each time: a nonce may come again.
        for separator in [",", ", ", " , "] {
            let value = format!("{SCHEME} {}", items.join(separator));
            comes_through(&world, |draft| draft.with("Authorization", &value)).await;
        }
        items.reverse();
        let value = format!("{SCHEME}  {} ", items.join(","));
        comes_through(&world, |draft| draft.with("Authorization", &value)).await;
    }
}

#[tokio::test]
async fn rule_09_serials_are_compared_as_numbers() {
    let world = World::start().await;
    let good = items(&world.platform);
    let serial = good.serial_no.clone();
    assert_eq!(Serial::parse("00ABCDEF").unwrap(), Serial::parse("abcdef").unwrap());
    let spellings = [
        serial.to_lowercase(),
        format!("00{serial}"),
        format!("0{}", serial.to_lowercase()),
        serial.trim_start_matches('0').to_owned(),
    ];
    for serial_no in spellings {
        let value = Authorization { serial_no, ..good.clone() }.to_string();
        comes_through(&world, |draft| draft.with("Authorization", &value)).await;
    }
    // The platform's too, which name the key that signs the answer.
    trust(&world, DIRECT, "both").await;
    let list = world.direct.get("/v3/certificates");
    let serial = signed_by(&certificate_list::send(&world, &list).await);
    for spelling in [serial.to_lowercase(), format!("00{serial}")] {
        let answer =
            certificate_list::send(&world, &list.clone().with("Wechatpay-Serial", &spelling)).await;
        assert_eq!(signed_by(&answer), serial);
    }
}

#[tokio::test]
async fn rule_10_the_wechatpay_serial_of_a_request_is_no_condition() {
    let world = World::start().await;
    let platform = &world.platform;
    let named = ["", &platform.serial, &platform.public_key_id, "PUB_KEY_ID_0000", "7F7F", "?"];
    for serial in named {
        comes_through(&world, |draft| draft.and("Wechatpay-Serial", serial)).await;
    }
}

#[tokio::test]
async fn rule_11_the_query_of_the_certificates_is_signed() {
    let world = World::start().await;
    trust(&world, DIRECT, "both").await;
    let draft = world.direct.get("/v3/certificates?algorithm_type=RSA");
    assert_eq!(certificate_list::send(&world, &draft).await.status, 200);
    let mut draft = world.direct.get("/v3/certificates");
    draft.target.push_str("?algorithm_type=RSA");
    assert_eq!(certificate_list::send(&world, &draft).await.status, 401);
}

#[tokio::test]
async fn rule_12_the_certificates_are_signed_by_one_of_them() {
    let world = World::start().await;
    trust(&world, DIRECT, "both").await;
    let key = sealing_key(&world, DIRECT);
    let draft = world.direct.get("/v3/certificates");
    for draft in [draft.clone(), draft.with("Wechatpay-Serial", "")] {
        let answer = certificate_list::send(&world, &draft).await;
        let certificates = opened(&answer, &key);
        let mut serials = certificates.iter().map(|certificate| certificate.serial().as_str());
        assert!(serials.any(|serial| serial == signed_by(&answer)));
    }
}

#[tokio::test]
async fn rule_13_merchants_with_a_public_key_have_no_certificates() {
    let world = World::start().await;
    let none = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html";
    for target in ["/v3/certificates", "/v3/certificates?algorithm_type=RSA"] {
        world.refused(&world.direct.get(target), (404, "RESOURCE_NOT_EXISTS", none)).await;
    }
}

#[tokio::test]
async fn rule_14_no_user_agent_is_filtered() {
    let world = World::start().await;
    for agent in ["x", "curl/8", "Mozilla/5.0 (Linux; Android 14)", "WechatPay-Go/0.2.21 (é)"] {
        comes_through(&world, |draft| draft.with("User-Agent", agent)).await;
    }
}

/// Several clients print "no body" as one of these, and sign what they print.
const NO_BODIES: [&str; 6] = ["", "null", "null\n", "{}", "[]", "\"\""];

#[tokio::test]
async fn no_body_is_spelled_in_six_ways() {
    let world = World::start().await;
    for (turn, body) in NO_BODIES.into_iter().enumerate() {
        let number = format!("spelled{turn}");
        world.waiting(&number).await;
        let unsigned = world.platform.post(&cancel(&number), "").sending(body.as_bytes());
        if !body.is_empty() {
            world.refused(&unsigned, SIGNATURE).await;
        }
        let cancelled = world.ok(&world.platform.post(&cancel(&number), body)).await;
        assert_eq!(cancelled["state"], "CANCELING", "{body:?}");
        world.until(&number, "CANCELLED").await;
    }
}

/// Where a page has fields, an empty object lacks the first, and nothing else is an object.
#[tokio::test]
async fn no_body_is_none_where_the_page_has_fields() {
    let world = World::start().await;
    for definition in redress_server::operations() {
        let in_path = |field: &Field| definition.path.contains(&format!("{{{}}}", field.name));
        let first = definition.request.iter().find(|field| field.required && !in_path(field));
        let (true, Some(first)) = (definition.method == "POST", first) else { continue };
        let target = definition.path.replace('{', "1").replace('}', "x");
        for body in NO_BODIES {
            let missing = format!(
                "输入源“/body/{}”映射到字段“{}”必填性规则校验失败，此字段为必填项",
                first.name, first.label
            );
            let expected = match body {
                "{}" => (400, "PARAM_ERROR", missing.as_str()),
                _ => GENERIC,
            };
            let answer = world.send(&world.platform.post(&target, body)).await;
            let shown = answer.json();
            let text = |name: &str| shown[name].as_str().unwrap();
            assert_eq!((answer.status, text("code"), text("message")), expected, "{target}");
            let unsigned = world.platform.post(&target, "").sending(body.as_bytes());
            let status = if body.is_empty() { 400 } else { 401 };
            assert_eq!(world.send(&unsigned).await.status, status, "{target} {body}");
        }
    }
}

/// Some clients escape what is escaped: it is signed as it is sent, and decoded once.
#[tokio::test]
async fn a_path_that_is_escaped_twice_is_decoded_once() {
    let world = World::start().await;
    let body = r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109"}"#;
    let once = world.direct.post(&reverse("a%2Ab_c1"), body);
    world.refused(&once, (404, "ORDER_NOT_EXIST", "订单不存在")).await;
    let twice = world.direct.post(&reverse("a%252Ab_c1"), body);
    let pattern = r"输入源“/uri_template/out_trade_no”映射到值字段“商户订单号”字符串规则校验失败，字符串必须匹配正则表达式“^[0-9a-zA-Z_\-\|\*]+$”";
    let refused = world.refused(&twice, (400, "PARAM_ERROR", pattern)).await;
    assert_eq!(refused["detail"], json!({ "location": "uri_template", "value": "a%2Ab_c1" }));
    let mut decoded = once.clone();
    decoded.target = reverse("a*b_c1");
    world.refused(&decoded, SIGNATURE).await;
    decoded.target = reverse("a%2ab_c1");
    world.refused(&decoded, SIGNATURE).await;
}
