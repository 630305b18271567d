//! `POST /v3/security/echo`: what each key opens and signs, what is refused, and the callback.

use redress_crypto::{KeyRing, PrivateKey, Serial, verify_response};
use redress_server::DIRECT;
use serde_json::{Value as Json, json};

use super::certificate_list::{ring, send, signed_by, trust};
use super::{NO_AUTH, UNDEFINED};
use crate::caller::{Caller, Draft, now};
use crate::notify::opened;
use crate::notify::receiver::{Manner, Receiver};
use crate::world::World;

const PATH: &str = "/v3/security/echo";
const MISSING: (u16, &str, &str) =
    (400, "PARAM_ERROR", "HTTP header缺少微信支付平台证书序列号(Wechatpay-Serial)");
const WRONG: (u16, &str, &str) = (400, "PARAM_ERROR", "平台证书序列号Wechatpay-Serial错误");
const SEALED_WRONG: (u16, &str, &str) =
    (400, "PARAM_ERROR", "敏感字段解密失败，请使用请求头Wechatpay-Serial对应的公钥加密");

/// A request that names a key.
fn echo(caller: &Caller, named: &str, body: &Json) -> Draft {
    caller.post(PATH, &body.to_string()).and("Wechatpay-Serial", named)
}

/// Seals a text for the platform's key of this name.
fn seal(ring: &KeyRing, named: &str, text: &str) -> String {
    let key = ring.get(&Serial::parse(named).unwrap()).unwrap();
    key.seal_oaep(text.as_bytes()).unwrap()
}

/// Opens a text as the merchant does that was answered.
fn open(key: &PrivateKey, sealed: &Json) -> String {
    let opened = key.open_oaep(sealed.as_str().unwrap()).unwrap();
    String::from_utf8(opened.to_vec()).unwrap()
}

/// The names of the platform's public key and certificate, and both keys.
async fn keys(world: &World) -> (String, String, KeyRing) {
    let shown = world.show("/platform").await;
    let certificate = shown["certificates"][0]["serial_no"].as_str().unwrap().to_owned();
    (world.direct.public_key_id.clone(), certificate, ring(world, &shown))
}

#[tokio::test]
async fn the_key_that_is_named_opens_and_signs() {
    let world = World::start().await;
    let (public, certificate, ring) = keys(&world).await;
    for (mode, names) in [
        ("public_key", &[&public][..]),
        ("certificate", &[&certificate]),
        ("both", &[&public, &certificate]),
    ] {
        trust(&world, DIRECT, mode).await;
        for named in names {
            for text in ["", "张三", &"z".repeat(214)] {
                let sealed = seal(&ring, named, text);
                let body = json!({ "echo_message": "hello", "encrypted_echo_message": sealed });
                let answer = send(&world, &echo(&world.direct, named, &body)).await;
                assert_eq!(answer.status, 200, "{mode}: {}", answer.text());
                assert_eq!(signed_by(&answer), **named, "{mode}");
                verify_response(&ring, &answer.headers(), &answer.body, now()).unwrap();
                let shown = answer.json();
                let anew = &shown["encrypted_echo_message"];
                assert_eq!(open(&world.direct.key, anew), text);
                let exact =
                    format!(r#"{{"echo_message":"hello","encrypted_echo_message":{anew}}}"#);
                assert_eq!(answer.text(), exact);
            }
        }
    }
    assert_eq!(world.show("/notices").await["items"], json!([]), "nobody asked to be told");
}

#[tokio::test]
async fn whoever_signs_for_itself_may_try_and_a_text_alone_comes_back() {
    let world = World::start().await;
    let body = json!({ "echo_message": "a\"b\\c 你好" });
    for caller in [&world.direct, &world.platform, &world.sponsor] {
        let answer = world.ok(&echo(caller, &caller.public_key_id, &body)).await;
        assert_eq!(answer, body);
    }
    let draft = echo(&world.sub_merchant, &world.sub_merchant.public_key_id, &body);
    world.refused(&draft, NO_AUTH).await;
}

#[tokio::test]
async fn a_key_that_is_not_named_or_not_the_merchants_is_refused() {
    let world = World::start().await;
    let (public, certificate, _) = keys(&world).await;
    let body = json!({ "echo_message": "hello", "notify_url": "http://127.0.0.1:9/" });
    let unnamed = world.direct.post(PATH, &body.to_string());
    let shown = world.refused(&unnamed, MISSING).await;
    assert_eq!(shown["detail"], json!({ "location": "header", "value": "" }));
    let api_certificate = world.direct.serial.clone();
    for named in [&certificate, &api_certificate, "7F", "no serial", "PUB_KEY_ID_1", ""] {
        let shown = world.refused(&echo(&world.direct, named, &body), WRONG).await;
        assert_eq!(shown["detail"], json!({ "location": "header", "value": named }));
    }
    trust(&world, DIRECT, "certificate").await;
    let answer = send(&world, &echo(&world.direct, &public, &body)).await;
    assert_eq!((answer.status, answer.json()["message"].as_str()), (400, Some(WRONG.2)));
    assert_eq!(world.show("/notices").await["items"], json!([]));
}

#[tokio::test]
async fn what_does_not_open_is_refused_with_one_answer() {
    let world = World::start().await;
    let (public, certificate, ring) = keys(&world).await;
    trust(&world, DIRECT, "both").await;
    let good = seal(&ring, &public, "secret");
    let other = if good.as_bytes()[100] == b'A' { "B" } else { "A" };
    let changed = format!("{}{other}{}", &good[..100], &good[101..]);
    let own = world.direct.key.public_key().seal_oaep(b"secret").unwrap();
    let garbage = [
        "secret".to_owned(),
        "张三".to_owned(),
        format!("{good}!"),
        good[..340].to_owned(),
        changed,
        // 256 bytes of zeros and of ones, and one byte less and more.
        "A".repeat(342) + "==",
        "/".repeat(341) + "w==",
        "A".repeat(340),
        "A".repeat(343) + "=",
        own,
        // The two keys are not mixed in one call.
        seal(&ring, &certificate, "secret"),
    ];
    let expected = json!({ "code": SEALED_WRONG.1, "detail": { "location": "body", "value": "" }, "message": SEALED_WRONG.2 });
    for sealed in garbage {
        let body = json!({
            "echo_message": "hello", "encrypted_echo_message": sealed,
            "notify_url": "http://127.0.0.1:9/",
        });
        let shown = world.refused(&echo(&world.direct, &public, &body), SEALED_WRONG).await;
        assert_eq!(shown, expected, "{sealed}");
    }
    assert_eq!(world.show("/notices").await["items"], json!([]));
}

#[tokio::test]
async fn parameter_errors_are_the_providers() {
    let world = World::start().await;
    let missing =
        "输入源“/body/echo_message”映射到字段“回显信息”必填性规则校验失败，此字段为必填项";
    let url = r"输入源“/body/notify_url”映射到值字段“商户回调地址”字符串规则校验失败，字符串必须匹配正则表达式“^https?://([^\s/?#\[\]\@]+\@)?([^\s/?#\@:]+)(?::\d{2,5})?([^\s?#\[\]]*)$”";
    for (body, message) in [
        (json!({}), missing),
        (json!({ "echo_message": "hello", "notify_url": "ftp://a" }), url),
        (json!({ "echo_message": "hello", "encrypt_echo_message": "x" }), UNDEFINED),
    ] {
        let draft = echo(&world.direct, &world.direct.public_key_id, &body);
        world.refused(&draft, (400, "PARAM_ERROR", message)).await;
    }
}

#[tokio::test]
async fn the_callback_tells_what_the_answer_did() {
    let world = World::start().await;
    let (public, _, ring) = keys(&world).await;
    let receiver = Receiver::start(Manner::answer(204, "")).await;
    let body = json!({
        "notify_url": receiver.url(), "echo_message": "hello",
        "encrypted_echo_message": seal(&ring, &public, "secret"),
    });
    let answer = world.ok(&echo(&world.direct, &public, &body)).await;
    let got = receiver.until(1).await.remove(0);
    let envelope: Json = serde_json::from_slice(&got.body).unwrap();
    assert_eq!(envelope["event_type"], "SECURITY_ECHO.SUCCESS");
    assert_eq!(envelope["summary"], "回调通知成功");
    assert_eq!(envelope["resource"]["original_type"], "security");
    let told = opened(&world, DIRECT, &got);
    let anew = answer["encrypted_echo_message"].clone();
    assert_eq!(told, json!({ "echo_message": "hello", "encrypt_echo_message": anew }));
    assert_eq!(open(&world.direct.key, &told["encrypt_echo_message"]), "secret");

    // Nothing that is kept or shown holds what was sealed.
    let listed = world.show("/notices").await["items"].take();
    let notice = world.show(&format!("/notices/{}", listed[0]["id"].as_str().unwrap())).await;
    assert_eq!(notice["resource"], told);
    assert!(!format!("{notice}{}", answer).contains("secret"));

    let plain = json!({ "notify_url": receiver.url(), "echo_message": "again" });
    world.ok(&echo(&world.direct, &public, &plain)).await;
    let told = opened(&world, DIRECT, &receiver.until(2).await[1]);
    assert_eq!(told, json!({ "echo_message": "again" }));
    world.verify().await;
}
