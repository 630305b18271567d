//! `redress notify listen`, with callbacks made as the platform makes them.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use redress::Merchant;
use redress::api::notification::{ALGORITHM, Envelope, RESOURCE_TYPE, Resource};
use redress::crypto::{PrivateKey, nonce, sign_response};
use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::served::{Served, redress, run, stderr};

/// A listener that is killed when the test is done with it.
pub(crate) struct Listener {
    child: Child,
    lines: BufReader<ChildStdout>,
    pub(crate) url: String,
}

impl Listener {
    pub(crate) fn start(data: &Path, args: &[&str]) -> Self {
        let mut child = redress()
            .args(["notify", "listen", "--port", "0", "--json", "--data"])
            .arg(data)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("redress starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let url = next(&mut lines)["listening"].as_str().expect("an address").to_owned();
        Self { child, lines, url }
    }

    /// What it prints next.
    pub(crate) fn heard(&mut self) -> Json {
        next(&mut self.lines)
    }

    fn interrupt(&self) {
        let asked = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(asked.expect("kill runs").success());
    }

    /// Waits for its end; what it said to stderr.
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().expect("it ends");
        let mut said = String::new();
        let stderr = self.child.stderr.take().expect("stderr is piped");
        BufReader::new(stderr).read_to_string(&mut said).expect("text");
        (status, said)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn next(lines: &mut BufReader<ChildStdout>) -> Json {
    let mut line = String::new();
    lines.read_line(&mut line).expect("a line");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// The platform of a data folder, telling one of its merchants.
struct Platform {
    key: PrivateKey,
    merchant: Merchant,
    http: reqwest::Client,
}

impl Platform {
    fn of(data: &Path, mchid: &str) -> Self {
        let pem = std::fs::read_to_string(data.join("platform/platform_key.pem")).expect("a key");
        Self {
            key: PrivateKey::from_pem(&pem).expect("a key"),
            merchant: Merchant::from_folder(data.join("merchants").join(mchid)).expect("a folder"),
            http: reqwest::Client::builder().no_proxy().build().expect("an HTTP client"),
        }
    }

    fn sealed(&self, resource: &Json) -> String {
        let key = self.merchant.apiv3_key().expect("a key");
        redress_trail::plant(redress_trail::Kind::Plaintext, &resource.to_string());
        let nonce = b"fdasflkja484";
        let envelope = Envelope {
            id: "EV-2018022511223320873".to_owned(),
            create_time: "2015-05-20T13:29:35+08:00".parse().expect("a time"),
            resource_type: RESOURCE_TYPE.to_owned(),
            event_type: "TRANSACTION.SUCCESS".to_owned(),
            summary: "支付成功".to_owned(),
            resource: Resource {
                original_type: "transaction".to_owned(),
                algorithm: ALGORITHM.to_owned(),
                ciphertext: key.seal(nonce, b"transaction", resource.to_string().as_bytes()),
                associated_data: "transaction".to_owned(),
                nonce: String::from_utf8_lossy(nonce).into_owned(),
            },
        };
        serde_json::to_string(&envelope).expect("JSON")
    }

    /// Posts a body that is signed, perhaps for another; status and body of the answer.
    async fn post(&self, url: &str, signed: &str, sent: &str) -> (u16, String) {
        let mut headers = http::HeaderMap::new();
        #[expect(clippy::disallowed_methods, reason = "signatures live on the wall clock")]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        let now = i64::try_from(now).expect("seconds");
        let serial = self.merchant.public_key_id();
        sign_response(&self.key, serial, &mut headers, signed.as_bytes(), now, &nonce());
        let request = self.http.post(url).headers(headers).body(sent.to_owned());
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a body"))
    }

    async fn tell(&self, url: &str, resource: &Json) -> (u16, String) {
        let body = self.sealed(resource);
        self.post(url, &body, &body).await
    }
}

const FAIL: &str = r#"{"code":"FAIL","message":"失败"}"#;

#[tokio::test]
async fn it_opens_what_is_the_platforms_and_refuses_what_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let mut listener = Listener::start(&served.data, &["--count", "2"]);
    let url = format!("{}paid", listener.url);
    let platform = Platform::of(&served.data, "1230000109");
    let resource = json!({ "out_trade_no": "order1", "amount": { "total": 100 } });

    assert_eq!(platform.tell(&url, &resource).await, (204, String::new()));
    let heard = listener.heard();
    assert_eq!((&heard["verified"], &heard["answered"]), (&json!(true), &json!(204)));
    assert_eq!(heard["mchid"], "1230000109", "found by its key among all merchants");
    assert_eq!(heard["event_type"], "TRANSACTION.SUCCESS");
    assert_eq!(heard["path"], "/paid");
    assert_eq!(heard["resource"], resource);
    assert!(heard["headers"]["Wechatpay-Serial"].as_str().expect("text").starts_with("PUB_KEY_ID"));

    let body = platform.sealed(&resource);
    let (status, answer) = platform.post(&url, "another", &body).await;
    assert_eq!((status, answer.as_str()), (401, FAIL));
    let heard = listener.heard();
    assert_eq!((&heard["verified"], &heard["answered"]), (&json!(false), &json!(401)));
    assert!(heard["why"].as_str().expect("text").contains("signature"), "{heard}");
    let bare = platform.http.post(&url).body(body).send().await.expect("an answer");
    assert_eq!(bare.status(), 401);
    assert!(listener.heard()["why"].as_str().expect("text").contains("Wechatpay-Timestamp"));
    assert_eq!(platform.http.get(&url).send().await.expect("an answer").status(), 405);
    assert!(listener.heard()["why"].as_str().expect("text").contains("GET"));
    let (status, _) = platform.post(&url, "{}", "{}").await;
    assert_eq!((status, &listener.heard()["answered"]), (400, &json!(400)));
    let long = " ".repeat(redress::NOTIFICATION_BYTES_MAX + 1);
    let (status, _) = platform.post(&url, &long, &long).await;
    assert_eq!((status, &listener.heard()["answered"]), (413, &json!(413)));

    let other = Platform::of(&served.data, "1900001108");
    assert_eq!(other.tell(&url, &json!({})).await.0, 204);
    assert_eq!(listener.heard()["mchid"], "1900001108");
    let (status, said) = listener.end();
    assert!(status.success() && said.is_empty(), "ends after two good ones: {said}");
}

#[tokio::test]
async fn it_hears_what_the_server_sends() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let mut listener = Listener::start(&served.data, &["--count", "1"]);
    let notice = json!({
        "mchid": "1230000109", "url": format!("{}paid", listener.url),
        "event_type": "TRANSACTION.SUCCESS", "original_type": "transaction", "summary": "支付成功",
        "resource": { "out_trade_no": "order1" }, "probe": true,
    });
    let http = reqwest::Client::builder().no_proxy().build().expect("an HTTP client");
    let post = async |path: &str, body: &Json| {
        let request = http.post(format!("{}/_control{path}", served.base_url));
        let request = request.header("Content-Type", "application/json").body(body.to_string());
        let answer = request.send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}", answer.status());
        serde_json::from_str::<Json>(&answer.text().await.expect("a body")).expect("JSON")
    };
    let told = post("/notices", &notice).await;
    // A probe comes first, and the callback again 15 seconds later.
    let heard = listener.heard();
    assert_eq!((&heard["verified"], &heard["answered"]), (&json!(false), &json!(401)), "{heard}");
    assert!(heard["why"].as_str().expect("text").contains("probe"), "{heard}");
    let path = format!("{}/_control/notices/{}", served.base_url, told["id"].as_str().expect("id"));
    loop {
        let shown = http.get(&path).send().await.expect("an answer").text().await.expect("text");
        let shown: Json = serde_json::from_str(&shown).expect("JSON");
        if shown["attempts"] != json!([]) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    post("/clock/step", &json!({ "seconds": 15 })).await;
    let heard = listener.heard();
    assert_eq!((&heard["verified"], &heard["mchid"]), (&json!(true), &json!("1230000109")));
    for field in ["id", "create_time", "event_type", "summary", "resource"] {
        assert_eq!(heard[field], told[field], "{field}");
    }
    assert!(listener.end().0.success());
}

#[tokio::test]
async fn it_answers_what_it_was_told_to_and_as_late() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let args = ["--mchid", "1230000109", "--status", "500", "--delay", "1"];
    let mut listener = Listener::start(&served.data, &args);
    let platform = Platform::of(&served.data, "1230000109");
    let started = Instant::now();
    let (status, answer) = platform.tell(&listener.url, &json!({})).await;
    assert_eq!((status, answer.as_str()), (500, FAIL));
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(listener.heard()["answered"], 500);

    // Only this merchant's: the other's key is another.
    let other = Platform::of(&served.data, "1900001108");
    assert_eq!(other.tell(&listener.url, &json!({})).await.0, 400);
    assert!(listener.heard()["why"].as_str().expect("text").contains("not sealed with this key"));

    listener.interrupt();
    let (status, said) = listener.end();
    assert!(status.success() && said.is_empty(), "Ctrl-C is an orderly end: {said}");
}

#[tokio::test]
async fn it_waits_for_nobody_for_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let mut listener = Listener::start(&served.data, &[]);
    let platform = Platform::of(&served.data, "1230000109");
    let address = listener.url.trim_start_matches("http://").trim_end_matches('/').to_owned();
    let stall = async |sent: &[u8]| {
        let mut stream = tokio::net::TcpStream::connect(&address).await.expect("it listens");
        stream.write_all(sent).await.expect("it reads");
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let read = tokio::time::timeout(Duration::from_secs(20), read).await;
        read.expect("it ends in time").expect("it ends in order");
        String::from_utf8(answer).expect("text")
    };
    let good = async {
        assert_eq!(platform.tell(&listener.url, &json!({})).await.0, 204, "the others are served");
    };
    let (silent, body, ()) = tokio::join!(
        stall(b"POST / HTTP/1.1\r\nHost: a\r\n"),
        stall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"),
        good
    );
    assert_eq!(silent, "");
    assert!(body.starts_with("HTTP/1.1 408") && body.ends_with(FAIL), "{body}");
    assert_eq!(listener.heard()["answered"], 204);
    assert_eq!(listener.heard()["answered"], 408);
}

#[tokio::test]
async fn it_prints_a_paragraph_for_people() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let mut child = redress();
    child.args(["notify", "listen", "--count", "1", "--wait", "30", "--data"]).arg(&served.data);
    child.args(["--port", &port.to_string()]).stdout(Stdio::piped());
    let child = child.spawn().expect("redress starts");
    let platform = Platform::of(&served.data, "1230000109");
    let url = format!("http://127.0.0.1:{port}/");
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    platform.tell(&url, &json!({ "out_trade_no": "order1" })).await;
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    for word in ["TRANSACTION.SUCCESS  支付成功", "good, of PUB_KEY_ID", "204", "order1", &url]
    {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    let key = platform.merchant.apiv3_key().expect("a key").expose();
    assert!(!text.contains(key) && !text.contains('\u{1b}'));
}

#[test]
fn it_says_why_it_does_not_listen_or_gives_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let nobody = run(&["notify", "listen", "--port", "0", "--data", "/nowhere"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(stderr(&nobody).contains("redress serve"), "{}", stderr(&nobody));

    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("a path in UTF-8");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let refused = run(&["notify", "listen", "--port", &port, "--data", data]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("--port"), "{}", stderr(&refused));

    let args = ["notify", "listen", "--port", "0", "--count", "2", "--wait", "0", "--data", data];
    let gave_up = run(&args);
    assert_eq!(gave_up.status.code(), Some(1));
    assert!(stderr(&gave_up).contains("0 of 2 callbacks"), "{}", stderr(&gave_up));

    for wrong in
        [&["--status", "99"][..], &["--status", "600"], &["--count", "0"], &["--wait", "1"]]
    {
        let output = run(&[&["notify", "listen", "--data", data][..], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
    }
}
