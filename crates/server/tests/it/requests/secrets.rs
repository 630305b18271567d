//! What the log never shows: everything that somebody could use, or should not have sent.

use redress_crypto::{Authorization, SCHEME, Serial};
use redress_server::{DIRECT, PLATFORM};
use serde_json::{Value as Json, json};

use super::explain::mistaken;
use crate::caller::Draft;
use crate::contract::pay_codepay::{CODEPAY, codepay};
use crate::contract::pay_query;
use crate::sharing;
use crate::wire::exchange;
use crate::world::{BILLS, ORDER, TRANSACTION, World};

const TOKEN: &str = "c0ntroltoken";

/// All that the log has, as text; through the guard.
async fn shown(world: &World) -> (String, Vec<Json>) {
    let get = async |path: &str| {
        let lines = format!(
            "GET /_control{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
        );
        let answer = exchange(world.address(), lines.as_bytes()).await.unwrap();
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer
    };
    let list = get("/requests?limit=1000").await;
    let mut text = list.text().to_owned();
    let mut each = Vec::new();
    for item in list.json()["items"].as_array().unwrap() {
        let one = get(&format!("/requests/{}", item["request_id"].as_str().unwrap())).await;
        text += one.text();
        each.push(one.json());
    }
    (text, each)
}

/// A request whose signature is another request's.
fn wrongly_signed(draft: &Draft, world: &World) -> Draft {
    let other = world.direct.get(&pay_query("other"));
    draft.clone().with("Authorization", other.value("Authorization"))
}

#[tokio::test]
async fn secrets_are_in_none_of_it() {
    let world = World::configured(|config| config.control_token = Some(TOKEN.to_owned())).await;
    let mut secrets = vec!["PRIVATE KEY".to_owned(), TOKEN.to_owned()];
    for mchid in [PLATFORM, DIRECT] {
        let folder = world.server.merchant(mchid);
        let file = std::fs::read(folder.join("merchant.json")).unwrap();
        let file: Json = serde_json::from_slice(&file).unwrap();
        secrets.push(file["apiv3_key"].as_str().unwrap().to_owned());
        let key = std::fs::read_to_string(folder.join("apiclient_key.pem")).unwrap();
        secrets.push(key.lines().nth(3).unwrap().to_owned());
    }
    let (direct, platform) = (&world.direct, &world.platform);
    let id = Serial::parse(&direct.public_key_id).unwrap();
    let sealed = direct.ring.get(&id).unwrap().seal_oaep(b"openedtext").unwrap();
    let echo = |sealed: &str| {
        let body = json!({ "echo_message": "hello", "encrypted_echo_message": sealed });
        direct.post("/v3/security/echo", &body.to_string()).and("Wechatpay-Serial", id.as_str())
    };
    let mut share = sharing::share(TRANSACTION, "P1", &[(DIRECT, 1)]);
    share["receivers"][0]["receiver_name"] = "明文姓名".into();
    let escaped = share.to_string().replace("明文姓名", "\\u660e\\u6587\\u59d3\\u540d");
    let code = |n: u8| format!("13467000766248{n:04}");
    let paying = |n: u8| codepay("c1", &code(n), 1).to_string();
    let pay = |body: &str| direct.post(CODEPAY, body);
    let query = pay_query(ORDER);
    let short = |n: u8, more: &str| format!("{{\"auth_code\":\"{}\",\"n\":{more}}}", code(n));
    let filled =
        |x: usize| format!("{{\"n\":\"{}\",\"auth_code\":\"{}\"}}", "x".repeat(x), code(14));
    let long = filled(1024 - 150);
    let drafts = [
        echo(&sealed),
        echo("openedtext"),
        wrongly_signed(&echo("openedtext"), &world),
        platform.post(sharing::ORDERS, &share.to_string()),
        platform.post(sharing::ORDERS, &escaped),
        platform.post(sharing::ADD, &sharing::added(DIRECT).to_string()),
        pay(&paying(1)),
        wrongly_signed(&pay(&paying(2)), &world),
        pay(&paying(3)).without("Accept"),
        pay(&paying(4).replace("auth_code", "auth\\u005fcode")),
        pay(&paying(5).replace(&format!("\"{}\"", code(5)), &code(5))),
        pay(&paying(6)[..paying(6).find(&code(6)).unwrap() + 18]),
        pay(&paying(7).replace("134670007", "994670007")),
        pay(&format!("auth_code={}&total=1", code(8))),
        pay(&format!("<xml><auth_code><![CDATA[{}]]></auth_code></xml>", code(9))),
        pay(&format!("{{\"auth_code\" :\n \"{}\"}}", code(10))),
        direct.get(&format!("{query}&auth_code={}", code(11))),
        direct.get(&format!("{query}&token={TOKEN}")).and("X-Token", TOKEN).and("Cookie", "crumbs"),
        direct.post(BILLS, &format!("{{\"{TOKEN}\":1}}")),
        direct.get(&query).with("Authorization", &format!("Bearer {TOKEN}")),
        direct.get(&query).with("Authorization", "Basic cGFzc3dvcmQ="),
        wrongly_signed(&direct.get(&query), &world),
        // What the explanation shows ends or begins in the middle of a code.
        mistaken(pay(&short(12, "123456")), direct, |right| right.trim_end().to_owned()),
        mistaken(pay(&short(13, "1")), direct, |right| right.replace("codepay", "Codepay")),
        mistaken(pay(&long), direct, |right| right.replace("POST", "post")),
    ];
    let garbled = [("\"", "'"), (",", ";"), ("signature", "sign"), (SCHEME, "WECHATPAY2-SM2")];
    let garbled = garbled.map(|(from, to)| {
        let draft = direct.get(&query);
        let value = draft.value("Authorization").replace(from, to);
        draft.with("Authorization", &value)
    });
    for draft in drafts.iter().chain(&garbled) {
        exchange(world.address(), &draft.bytes()).await.unwrap();
        if let Ok(items) = Authorization::parse(draft.value("Authorization")) {
            secrets.push(items.signature);
        } else {
            let value = draft.value("Authorization");
            secrets
                .extend(value.split([' ', '"', '\'']).filter(|p| p.len() > 60).map(str::to_owned));
        }
    }
    // All of a code but its ends, so that half of one is found too.
    secrets.push("0766248".to_owned());
    let plain = ["openedtext", "明文姓名", "660e", "示例商户全称", "crumbs", "cGFzc3dvcmQ="];
    secrets.extend(plain.map(str::to_owned));

    let (text, each) = shown(&world).await;
    assert_eq!(each.len(), drafts.len() + garbled.len());
    for secret in secrets {
        let at = text.find(&secret);
        assert!(at.is_none(), "{secret}: {}", &text[at.unwrap().saturating_sub(300)..][..400]);
    }
    // What is no secret is there: what was sealed, the ends of a code, who claims to call.
    assert!(text.contains(&sealed) && text.contains("134670********0001"), "{text}");
    assert!(text.contains("994670********0007"), "{text}");
    assert!(text.contains("nonce_str=\\\""), "{text}");
}
