//! What the log says at its most talkative, and what it never says.

use redress_server::DIRECT;
use redress_trail::{Kind, Log};
use serde_json::{Value as Json, json};

use crate::world::{APPID, BILL, BILLS, ORDER, TRANSACTION, World, create, reverse};

#[tokio::test]
async fn secrets_are_never_logged() {
    // Of the whole process, because the server works on several threads. What the tests beside this
    // one do is logged too; it has the same secrets or none.
    let log = Log::of_process();
    let world = World::configured(|config| {
        config.control_token = Some("c0ntroltoken-of-the-log".to_owned())
    })
    .await;
    redress_trail::plant(Kind::Authorization, "c0ntroltoken-of-the-log");
    redress_trail::plant(Kind::Plaintext, "openedtext\nsealedname");
    let mut secrets = vec!["PRIVATE KEY".to_owned(), "c0ntroltoken-of-the-log".to_owned()];
    for mchid in ["1900001108", DIRECT] {
        let folder = world.server.merchant(mchid);
        let file = std::fs::read(folder.join("merchant.json")).unwrap();
        let file: Json = serde_json::from_slice(&file).unwrap();
        secrets.push(file["apiv3_key"].as_str().unwrap().to_owned());
        let key = std::fs::read_to_string(folder.join("apiclient_key.pem")).unwrap();
        secrets.push(key.lines().nth(3).unwrap().to_owned());
    }
    let body = json!({ "appid": APPID, "mchid": DIRECT }).to_string();
    let mut sealed = crate::sharing::share(TRANSACTION, "P1", &[(DIRECT, 1)]);
    sealed["receivers"][0]["receiver_name"] = "sealedname".into();
    let id = redress_crypto::Serial::parse(&world.direct.public_key_id).unwrap();
    let public_key = world.direct.ring.get(&id).unwrap();
    let echo = json!({
        "echo_message": "hello",
        "encrypted_echo_message": public_key.seal_oaep(b"openedtext").unwrap(),
    });
    let drafts = [
        world.platform.post(BILLS, &create(BILL).to_string()),
        world.platform.post(BILLS, "{\"secretfield\":\"secretvalue\"}"),
        world.platform.post(BILLS, "").sending(b"{\"secretfield\":1}"),
        world.platform.get("/v3/nothing?query=secretquery"),
        world.direct.post(&reverse(ORDER), &body),
        world
            .direct
            .post("/v3/security/echo", &echo.to_string())
            .and("Wechatpay-Serial", id.as_str()),
        world.platform.post(crate::sharing::ORDERS, &sealed.to_string()),
        world.platform.post(crate::sharing::ADD, &crate::sharing::added(DIRECT).to_string()),
    ];
    for draft in &drafts {
        let answer = world.send(draft).await;
        secrets.push(draft.value("Authorization").to_owned());
        let items = redress_crypto::Authorization::parse(draft.value("Authorization")).unwrap();
        secrets.extend([items.signature, items.nonce_str]);
        secrets.push(answer.header("Wechatpay-Signature").unwrap().to_owned());
    }
    secrets.extend(
        [
            "secretfield",
            "secretvalue",
            "secretquery",
            "直播违规扣罚",
            "sealedname",
            "示例商户全称",
            "openedtext",
        ]
        .map(str::to_owned),
    );
    let told = json!({
        "mchid": DIRECT, "url": "http://127.0.0.1:9/secretpath", "event_type": "TRANSACTION.SUCCESS",
        "original_type": "transaction", "resource": { "secretfield": "secretvalue" },
    })
    .to_string();
    let length = told.len();
    let lines = format!(
        "POST /_control/notices HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer c0ntroltoken-of-the-log\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{told}"
    );
    let answer = crate::wire::exchange(world.address(), lines.as_bytes()).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    secrets.push("secretpath".to_owned());
    // Its attempt has ended when the log says so.
    for said in ["called back", "a request was not believed"] {
        while !log.text().contains(said) {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }
    let lines = b"GET /_control HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer c0ntroltoken-of-the-log\r\n\r\n";
    assert_eq!(crate::wire::exchange(world.address(), lines).await.unwrap().status, 200);
    world.server.stop().await;

    let log = log.text();
    assert!(log.contains("answered") && log.contains("mchid=\"1900001108\""), "{log}");
    assert!(log.contains("code=\"SIGN_ERROR\""), "{log}");
    assert!(log.contains("cause=\"body-left-out\""), "{log}");
    assert!(log.contains("receiver=\"127.0.0.1:9\" outcome=\"unreachable\""), "{log}");
    for secret in secrets {
        assert!(!log.contains(&secret), "{secret} is in the log");
    }
}
