//! `redress message`: offline, with a merchant's folder.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use redress::crypto::{
    ApiV3Key, Authorization, Certificate, PrivateKey, Serial, request_message, sign_response,
    verify_request,
};

use crate::served::{redress, run, stderr, stdout};

const ID: &str = "PUB_KEY_ID_0119000072912024101100397200000006";
const TARGET: &str = "/v3/pay/transactions/id/1?mchid=1900007291";

/// A merchant and its platform.
struct World {
    folder: tempfile::TempDir,
    merchant: PrivateKey,
    platform: PrivateKey,
    apiv3_key: ApiV3Key,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let merchant = PrivateKey::generate().expect("a key");
        let platform = PrivateKey::generate().expect("a key");
        let apiv3_key = ApiV3Key::generate();
        let write = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file");
        };
        write("apiclient_key.pem", &merchant.to_pkcs8_pem().expect("PEM"));
        write("wxp_pub.pem", &platform.public_key().to_spki_pem());
        let certificate = Certificate::issue(&platform, "platform", [0x42; 20], 0, 2_000_000_000);
        write("wechatpay_42.pem", &certificate.expect("a certificate").to_pem());
        let known = serde_json::json!({
            "mchid": "1900007291",
            "serial_no": "5E6F",
            "public_key_id": ID,
            "apiv3_key": apiv3_key.expose(),
        });
        write("merchant.json", &known.to_string());
        redress_trail::plant_folder(folder.path());
        Self { folder, merchant, platform, apiv3_key }
    }

    fn run(&self, args: &[&str]) -> Output {
        let folder = self.folder.path().to_str().expect("UTF-8");
        run(&[&["message"], args, &["--merchant", folder]].concat())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.to_str().expect("UTF-8").to_owned()
    }

    /// What the platform signs, as a capture.
    fn signed(&self, start: &str, serial: &str, body: &str) -> String {
        let mut headers = http::HeaderMap::new();
        let serial = Serial::parse(serial).expect("a serial");
        sign_response(&self.platform, &serial, &mut headers, body.as_bytes(), 1_700_000_000, "n");
        let mut text = format!("{start}\r\n");
        for (name, value) in &headers {
            text += &format!("{name}: {}\r\n", value.to_str().expect("text"));
        }
        format!("{text}\r\n{body}")
    }

    fn callback(&self) -> String {
        let sealed =
            self.apiv3_key.seal(b"123456789012", b"transaction", "{\"a\":\"图文\"}".as_bytes());
        serde_json::json!({
            "id": "1",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": sealed,
                "nonce": "123456789012",
                "associated_data": "transaction",
            },
        })
        .to_string()
    }
}

#[test]
fn a_request_is_signed() {
    let world = World::new();
    let body = "{\"a\":\"图文\"}";
    let output = world.run(&["sign", "POST", TARGET, "--json", body]);
    let text = stdout(&output);
    let authorization = Authorization::parse(text.trim_end()).expect("an Authorization");
    let key = world.merchant.public_key();
    assert!(verify_request(&key, &authorization, "POST", TARGET, body.as_bytes()));
    assert!(!verify_request(&key, &authorization, "POST", TARGET, b"{}"));
    assert_eq!(authorization.serial_no, "5E6F");

    let path = world.file("body.json", body);
    let output = world.run(&["sign", "POST", TARGET, "--json", &format!("@{path}"), "--message"]);
    let text = stdout(&output);
    let lines: Vec<&str> = text.split('\n').collect();
    let expected = request_message("POST", TARGET, lines[2], lines[3], body.as_bytes());
    assert_eq!(text.as_bytes(), expected, "to the byte");
    let bad = world.run(&["sign", "GET", "/v3/中文"]);
    assert_eq!(bad.status.code(), Some(1), "it would be rewritten on its way");
}

#[test]
fn answers_and_callbacks_are_verified() {
    let world = World::new();
    let answer = world.signed("HTTP/1.1 200 OK", ID, "{}");
    let good = world.run(&["verify", &world.file("good.http", &answer)]);
    assert_eq!(good.status.code(), Some(0), "{}{}", stdout(&good), stderr(&good));
    let certified = world.signed("POST /notify HTTP/1.1", &"42".repeat(20), "{}");
    let good = world.run(&["verify", &world.file("callback.http", &certified), "--at=1700000100"]);
    assert_eq!(good.status.code(), Some(0), "{}{}", stdout(&good), stderr(&good));

    let key = world.folder.path().join("wxp_pub.pem");
    let key = key.to_str().expect("UTF-8");
    let good =
        run(&["message", "verify", &world.file("good.http", &answer), "--key", key, "--json"]);
    assert_eq!(good.status.code(), Some(0), "no folder is needed: {}", stderr(&good));
    assert!(stdout(&good).contains("\"good\": true"), "{}", stdout(&good));

    for (text, more, why) in [
        (answer.replace("\r\n\r\n{}", "\r\n\r\n{ }"), &[][..], "does not fit"),
        (answer.clone(), &["--at=1700000301"], "301 seconds old"),
        (answer.replace(ID, "PUB_KEY_ID_01"), &[], "no key for PUB_KEY_ID_01"),
        ("HTTP/1.1 200 OK\r\n\r\n{}".to_owned(), &[], "is missing"),
    ] {
        let wrong = world.run(&[&["verify", &world.file("wrong.http", &text)], more].concat());
        assert_eq!(wrong.status.code(), Some(1), "{}", stderr(&wrong));
        assert!(stdout(&wrong).contains(why), "{}", stdout(&wrong));
    }
    for args in [&["verify", "/nowhere.http"][..], &["verify", key]] {
        assert_eq!(world.run(args).status.code(), Some(2), "not 1, which is a wrong signature");
    }
}

#[test]
fn what_is_sealed_is_opened() {
    let world = World::new();
    let body = world.callback();
    let capture = world.signed("POST /notify HTTP/1.1", ID, &body);
    for text in [&body, &capture] {
        let opened = world.run(&["open", &world.file("sealed", text)]);
        assert_eq!(stdout(&opened), "{\"a\":\"图文\"}", "{}", stderr(&opened));
    }
    redress_trail::plant(redress_trail::Kind::Plaintext, "张三");
    let field = world.merchant.public_key().seal_oaep("张三".as_bytes()).expect("it is short");
    let folder = world.folder.path().to_str().expect("UTF-8");
    let mut child = redress()
        .args(["message", "open", "-", "--field", "--merchant", folder])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redress starts");
    let mut stdin = child.stdin.take().expect("stdin");
    stdin.write_all(format!("{field}\n").as_bytes()).expect("it reads");
    drop(stdin);
    assert_eq!(stdout(&child.wait_with_output().expect("it ends")), "张三");

    let stranger = World::new();
    let path = world.file("sealed", &body);
    let refused = stranger.run(&["open", &path]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(refused.stdout.is_empty());
    assert!(!stderr(&refused).contains(stranger.apiv3_key.expose()), "no key is shown");
    let nothing = world.run(&["open", &world.file("nothing", "{}")]);
    assert_eq!(nothing.status.code(), Some(2), "{}", stderr(&nothing));
}
