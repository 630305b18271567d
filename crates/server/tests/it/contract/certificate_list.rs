//! `GET /v3/certificates`: the platform's certificates, and which of its keys signs what.

use std::time::{Duration, Instant};

use redress_api::{Endpoint, certificate, wire};
use redress_crypto::{ApiV3Key, Certificate, KeyRing, Serial, verify_response};
use redress_server::{DIRECT, PLATFORM, SPONSOR};
use serde_json::{Value as Json, json};

use super::{NO_AUTH, UNDEFINED, pay_query};
use crate::caller::{Caller, Draft, now};
use crate::wire::{Answer, exchange};
use crate::world::{ORDER, World};

const PATH: &str = "/v3/certificates";
const NONE: (u16, &str, &str) = (
    404,
    "RESOURCE_NOT_EXISTS",
    "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。可查看指引https://pay.weixin.qq.com/docs/merchant/products/platform-certificate/wxp-pub-key-guide.html",
);

pub(crate) async fn trust(world: &World, mchid: &str, keys: &str) {
    let path = format!("/merchants/{mchid}/platform-keys");
    world.act(&path, json!({ "platform_keys": keys })).await;
}

/// Sends a request whose answer any key may have signed.
pub(crate) async fn send(world: &World, draft: &Draft) -> Answer {
    exchange(world.address(), &draft.bytes()).await.expect("an answer")
}

/// The key that signed an answer.
pub(crate) fn signed_by(answer: &Answer) -> String {
    answer.header("Wechatpay-Serial").unwrap().to_owned()
}

/// The merchant's APIv3 key, from its folder.
pub(crate) fn sealing_key(world: &World, mchid: &str) -> ApiV3Key {
    let file = world.server.merchant(mchid).join("merchant.json");
    let file: Json = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    ApiV3Key::new(file["apiv3_key"].as_str().unwrap()).unwrap()
}

/// Opens the certificates of an answer and checks the answer with them, as a merchant does that
/// knows no key yet.
pub(crate) fn opened(answer: &Answer, key: &ApiV3Key) -> Vec<Certificate> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let list = wire::decode_response::<certificate::List>(&answer.body).unwrap();
    assert_eq!(wire::encode_response::<certificate::List>(&list), answer.body);
    let mut ring = KeyRing::default();
    let mut certificates = Vec::new();
    for one in list.data {
        let sealed = one.encrypt_certificate;
        assert_eq!(sealed.algorithm, "AEAD_AES_256_GCM");
        assert_eq!(sealed.associated_data, "certificate");
        let nonce = sealed.nonce.as_bytes();
        assert!(nonce.len() == 12 && nonce.iter().all(u8::is_ascii_alphanumeric));
        let pem = key.open(nonce, b"certificate", &sealed.ciphertext).unwrap();
        let certificate = Certificate::from_pem(std::str::from_utf8(&pem).unwrap()).unwrap();
        assert_eq!(certificate.serial().as_str(), one.serial_no);
        assert_eq!(one.serial_no.len(), 40);
        assert!(certificate.not_before() <= now() && now() < certificate.not_after());
        assert!(one.effective_time.unix() >= certificate.not_before());
        assert!(one.expire_time.unix() <= certificate.not_after());
        ring.insert(certificate.serial().clone(), certificate.public_key().clone());
        certificates.push(certificate);
    }
    verify_response(&ring, &answer.headers(), &answer.body, now()).unwrap();
    certificates
}

fn serials(certificates: &[Certificate]) -> Vec<String> {
    certificates.iter().map(|certificate| certificate.serial().to_string()).collect()
}

#[tokio::test]
async fn certificates_are_sealed_for_the_caller_and_sign_their_list() {
    let world = World::start().await;
    for (mchid, caller) in [(DIRECT, &world.direct), (PLATFORM, &world.platform)] {
        trust(&world, mchid, "both").await;
        let answer = send(&world, &caller.get(PATH)).await;
        let certificates = opened(&answer, &sealing_key(&world, mchid));
        assert_eq!(serials(&certificates), [signed_by(&answer)]);
        let pem = format!("wechatpay_{}.pem", signed_by(&answer));
        let pem = std::fs::read_to_string(world.server.merchant(mchid).join(pem)).unwrap();
        assert_eq!(Certificate::from_pem(&pem).unwrap(), certificates[0]);
        for kind in ["RSA", "ALL"] {
            let target = format!("{PATH}?algorithm_type={kind}");
            let again = send(&world, &caller.get(&target)).await;
            assert_ne!(again.body, answer.body, "each is sealed anew");
            let again = opened(&again, &sealing_key(&world, mchid));
            assert_eq!(again, certificates);
        }
    }
    // One merchant's list is of no use to another.
    let answer = send(&world, &world.direct.get(PATH)).await;
    let sealed = &answer.json()["data"][0]["encrypt_certificate"];
    let text = |name: &str| sealed[name].as_str().unwrap();
    let other = sealing_key(&world, PLATFORM);
    assert!(other.open(text("nonce").as_bytes(), b"certificate", text("ciphertext")).is_err());
}

#[tokio::test]
async fn merchants_without_certificates_are_told_so() {
    let world = World::start().await;
    world.refused(&world.direct.get(PATH), NONE).await;
    trust(&world, DIRECT, "both").await;
    let by_public_key = |draft: Draft| draft.with("Wechatpay-Serial", &world.direct.public_key_id);
    let sm2 = format!("{PATH}?algorithm_type=SM2");
    world.refused(&by_public_key(world.direct.get(&sm2)), NONE).await;
    trust(&world, DIRECT, "public_key").await;
    world.refused(&world.direct.get(PATH), NONE).await;
    let left = std::fs::read_dir(world.server.merchant(DIRECT)).unwrap();
    let names = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|name| name.starts_with("wechatpay_")));

    world.refused(&world.sub_merchant.get(PATH), NO_AUTH).await;
    let message = "输入源“/query/algorithm_type”映射到值字段“平台证书算法类型”枚举规则校验失败，此字段的可选取值为“RSA、SM2、ALL”";
    let target = format!("{PATH}?algorithm_type=rsa");
    world.refused(&world.direct.get(&target), (400, "PARAM_ERROR", message)).await;
    let target = format!("{PATH}?algorithm=RSA");
    world.refused(&world.direct.get(&target), (400, "PARAM_ERROR", UNDEFINED)).await;
    let (status, _) =
        world.control("POST", "/merchants/7/platform-keys", r#"{"platform_keys":"both"}"#).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn each_answer_is_signed_with_the_key_that_the_request_names_or_the_merchants_own() {
    let world = World::start().await;
    let shown = world.show("/platform").await;
    let public = world.direct.public_key_id.clone();
    assert_eq!(shown["public_key_id"], public);
    let certificate = shown["certificates"][0]["serial_no"].as_str().unwrap().to_owned();
    let stranger = "7F".repeat(20);
    let ring = ring(&world, &shown);
    for (keys, unnamed, public_named, certificate_named) in [
        ("public_key", &public, &public, &public),
        ("certificate", &certificate, &certificate, &certificate),
        ("both", &certificate, &public, &certificate),
    ] {
        trust(&world, DIRECT, keys).await;
        let good = world.direct.get(&pay_query(ORDER));
        let stale = Caller::sign(&world.direct, "GET", PATH, b"", "1000000000").to_string();
        let drafts = [
            (good.clone(), 200),
            (world.direct.get("/v3/nothing"), 404),
            (good.clone().sending(b"{"), 401),
            (good.with("Authorization", &stale), 401),
        ];
        for (draft, status) in drafts {
            // A path that is not served is answered before anybody is identified.
            let unknown = status == 404;
            for (named, signer) in [
                (None, unnamed),
                (Some(&public), public_named),
                (Some(&certificate), certificate_named),
                (Some(&stranger), unnamed),
            ] {
                let draft = match named {
                    Some(named) => draft.clone().with("Wechatpay-Serial", named),
                    None => draft.clone(),
                };
                let answer = send(&world, &draft).await;
                assert_eq!(answer.status, status);
                let expected = if unknown { &public } else { signer };
                assert_eq!(signed_by(&answer), *expected, "{keys} {named:?} {status}");
                verify_response(&ring, &answer.headers(), &answer.body, now()).unwrap();
            }
        }
    }
}

/// Every key that the platform shows.
pub(super) fn ring(world: &World, shown: &Json) -> KeyRing {
    let mut ring = world.direct.ring.clone();
    for one in shown["certificates"].as_array().unwrap() {
        let certificate = Certificate::from_pem(one["certificate"].as_str().unwrap()).unwrap();
        let serial = Serial::parse(one["serial_no"].as_str().unwrap()).unwrap();
        ring.insert(serial, certificate.public_key().clone());
    }
    ring
}

#[tokio::test]
async fn a_new_certificate_takes_over_and_both_live_until_it_has() {
    let world = World::start().await;
    trust(&world, DIRECT, "certificate").await;
    trust(&world, SPONSOR, "both").await;
    let key = sealing_key(&world, DIRECT);
    let list = world.direct.get(PATH);
    let [first] = serials(&opened(&send(&world, &list).await, &key)).try_into().unwrap();

    world.act("/platform/rotate", json!({ "overlap_seconds": 3600 })).await;
    let answer = send(&world, &list).await;
    let [old, second] = serials(&opened(&answer, &key)).try_into().unwrap();
    assert_eq!((&old, &signed_by(&answer)), (&first, &first));
    let data = answer.json()["data"].take();
    assert_eq!(data[0]["expire_time"], data[1]["effective_time"], "one ends where the next begins");
    for named in [&first, &second] {
        let answer = send(&world, &list.clone().with("Wechatpay-Serial", named)).await;
        opened(&answer, &key);
        assert_eq!(signed_by(&answer), *named);
        let pem = world.server.merchant(SPONSOR).join(format!("wechatpay_{named}.pem"));
        assert!(pem.exists(), "each merchant that has certificates is handed them");
    }

    // Over a restart, too; then the overlap ends, which the first outlives in nothing.
    let world = world.restart().await;
    let both = serials(&opened(&send(&world, &list).await, &key));
    assert_eq!(both, [first.clone(), second]);
    world.act("/platform/rotate", json!({ "overlap_seconds": 1 })).await;
    let started = Instant::now();
    let third = loop {
        let answer = send(&world, &list.clone().with("Wechatpay-Serial", &first)).await;
        if signed_by(&answer) != first {
            let [third] = serials(&opened(&answer, &key)).try_into().unwrap();
            break third;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the first still signs");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let shown = world.act("/platform/rotate", json!({ "overlap_seconds": 0 })).await;
    let answer = send(&world, &list).await;
    let [fourth] = serials(&opened(&answer, &key)).try_into().unwrap();
    assert_ne!(fourth, third);
    let certificate = &shown["certificates"][0];
    assert_eq!((&certificate["serial_no"], &certificate["signs"]), (&json!(fourth), &json!(true)));
    assert_eq!(shown["certificates"].as_array().unwrap().len(), 1);

    for wrong in [r#"{"overlap_seconds":-1}"#, r#"{"overlap_seconds":2592001}"#, "7"] {
        let (status, _) = world.control("POST", "/platform/rotate", wrong).await;
        assert_eq!(status, 400, "{wrong}");
    }
    assert_eq!(certificate::List::PATH, PATH);
}
