//! `redress explain`, offline, on captured files.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use redress::crypto::{Authorization, Certificate, PrivateKey};
use redress_trail::Kind;
use serde_json::Value as Json;

use crate::served::{redress, run, stderr, stdout};

const TARGET: &str = "/v3/pay/transactions/out-trade-no/1217752501201407?mchid=1900007291";
const BODY: &str = "{\"a\":\"图 文\"}";

struct Files {
    folder: tempfile::TempDir,
    key: PrivateKey,
    serial: String,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = PrivateKey::generate().expect("a key");
        redress_trail::plant(Kind::PrivateKey, &key.to_pkcs8_pem().expect("a PEM"));
        let certificate = Certificate::issue(&key, "1900007291", [0x41; 20], 0, 2_000_000_000)
            .expect("a certificate");
        fs::write(folder.path().join("cert.pem"), certificate.to_pem()).expect("a file");
        fs::write(folder.path().join("pub.pem"), key.public_key().to_spki_pem()).expect("a file");
        Self { folder, key, serial: certificate.serial().to_string() }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().expect("a path in UTF-8").to_owned()
    }

    fn request(&self, method: &str, body: &str, signed: &str) -> String {
        let authorization = Authorization {
            mchid: "1900007291".to_owned(),
            nonce_str: "nonce".to_owned(),
            timestamp: "1554208460".to_owned(),
            serial_no: self.serial.clone(),
            signature: self.key.sign(signed.as_bytes()),
        };
        redress_trail::plant(Kind::Authorization, &authorization.signature);
        format!(
            "{method} {TARGET} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: x\r\n\
             Content-Length: {}\r\nAuthorization: {authorization}\r\n\r\n{body}",
            body.len()
        )
    }

    fn explain(&self, file: &str, more: &[&str]) -> Output {
        let path = self.path("message.http");
        fs::write(&path, file).expect("a file");
        run(&[&["explain", &path], more].concat())
    }
}

#[test]
fn a_captured_request_is_explained() {
    let files = Files::new();
    let key = files.path("cert.pem");
    let right = format!("POST\n{TARGET}\n1554208460\nnonce\n{BODY}\n");
    let path = TARGET.split('?').next().expect("a path");
    let wrong = right.replace(TARGET, path);

    let good = files.explain(&files.request("POST", BODY, &right), &["--key", &key]);
    assert_eq!(good.status.code(), Some(0), "{}{}", stdout(&good), stderr(&good));

    let request = files.request("POST", BODY, &wrong);
    let output = files.explain(&request, &["--key", &key]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    for line in [
        "cause  The URL was signed without its query.",
        "they part at line 2, byte 51",
        &format!("   2 - {TARGET}⏎"),
        &format!("   2 + {path}⏎"),
        "   5   {\"a\":\"图␠文\"}⏎",
    ] {
        assert!(text.contains(line), "{line} is missing in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours into a pipe");

    // With a bare public key, line feeds, and what an editor adds at the end.
    let edited = request.replace("\r\n", "\n") + "\n";
    let output = files.explain(&edited, &["--key", &files.path("pub.pem"), "--lang", "zh"]);
    assert!(stdout(&output).contains("签名串里的 URL 没有查询串。"), "{}", stdout(&output));

    let output = files.explain(&request, &["--key", &key, "--json", "--at", "1554208900"]);
    let told: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["verdict"], "causes");
    assert_eq!(told["proof"], "digest");
    assert_eq!(told["causes"][0]["id"], "timestamp-stale");
    assert_eq!(told["causes"][1]["id"], "query-left-out");
    assert_eq!(told["parted"]["line"], 2);
    assert!(!stdout(&output).contains("signature=\""), "{}", stdout(&output));
}

#[test]
fn stdin_and_a_data_folder_do_as_well() {
    let files = Files::new();
    let folder = files.folder.path().join("data/merchants/1900007291");
    fs::create_dir_all(&folder).expect("a folder");
    fs::copy(files.path("cert.pem"), folder.join("apiclient_cert.pem")).expect("a file");
    let text = format!("GET\n{TARGET}\n1554208460\nnonce\n");
    let mut child = redress()
        .args(["explain", "-", "--data", &files.path("data")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redress starts");
    let request = files.request("GET", "", &text);
    child.stdin.take().expect("stdin").write_all(request.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("without the line feed at its end"), "{}", stdout(&output));
}

#[test]
fn answers_and_callbacks_are_explained() {
    let files = Files::new();
    let signature = files.key.sign(format!("1554208460\nnonce\n{BODY}\n").as_bytes());
    let headers = format!(
        "Wechatpay-Timestamp: 1554208460\nWechatpay-Nonce: nonce\n\
         Wechatpay-Signature: {signature}\nWechatpay-Serial: PUB_KEY_ID_01\n"
    );
    let key = files.path("pub.pem");
    let had = "{\"a\": \"图 文\"}";
    for (start, more) in [("HTTP/1.1 200 OK", vec![]), ("POST /notify HTTP/1.1", vec!["--answer"])]
    {
        let message = format!("{start}\n{headers}\n{had}");
        let output = files.explain(&message, &[&["--key", &key][..], &more].concat());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        let text = stdout(&output);
        assert!(text.contains("was parsed and printed again"), "{text}");
        assert!(text.contains("   3 + {\"a\":\"图␠文\"}⏎"), "{text}");
    }
}

#[test]
fn what_cannot_be_read_is_a_usage_error() {
    let files = Files::new();
    let key = files.path("cert.pem");
    for (output, word) in [
        (run(&["explain", "/nowhere.http", "--key", &key]), "cannot be read"),
        (files.explain("hello", &["--key", &key]), "no HTTP message"),
        (files.explain("GET / HTTP/1.1\nContent-Length: 5\n\nabc", &["--key", &key]), "3 bytes"),
        (files.explain("GET / HTTP/1.1\n\n", &["--key", "/nowhere.pem"]), "/nowhere.pem"),
        (files.explain("GET / HTTP/1.1\n\n", &["--data", "/nowhere"]), "--data DIR"),
    ] {
        assert_eq!(output.status.code(), Some(2), "{}", stdout(&output));
        assert!(stderr(&output).contains(word), "{}", stderr(&output));
    }
    assert!(Path::new(&key).exists());
}
