//! `redress doctor`, with faults that are planted one by one.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use redress::crypto::PrivateKey;
use serde_json::Value as Json;

use crate::served::{Served, redress, run, stderr, stdout};

const MCHID: &str = "1900001108";

struct World {
    folder: tempfile::TempDir,
    served: Served,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let served = Served::start(&folder.path().join("data"));
        let world = Self { folder, served };
        // With certificates there is something that the APIv3 key opens.
        let address = format!("{}/_control/merchants/{MCHID}/platform-keys", world.served.base_url);
        let json =
            ["-sSf", "-H", "Content-Type: application/json", "-d", r#"{"platform_keys":"both"}"#];
        let curl = Command::new("curl").args(json).arg(address).output().expect("curl runs");
        assert!(curl.status.success(), "{}", stderr(&curl));
        world
    }

    /// A copy of a merchant's folder, with one file changed.
    fn patient(&self, name: &str, change: impl FnOnce(&str) -> String) -> PathBuf {
        let folder = self.folder.path().join("patient");
        fs::create_dir_all(&folder).expect("a folder");
        for entry in fs::read_dir(self.served.merchant(MCHID)).expect("a folder") {
            let path = entry.expect("an entry").path();
            fs::copy(&path, folder.join(path.file_name().expect("a name"))).expect("a copy");
        }
        let text = fs::read_to_string(folder.join(name)).expect("a file");
        fs::write(folder.join(name), change(&text)).expect("a file");
        folder
    }
}

fn field(folder: &Path, name: &str) -> String {
    let text = fs::read_to_string(folder.join("merchant.json")).expect("a file");
    let known: Json = serde_json::from_str(&text).expect("JSON");
    known[name].as_str().expect("a text").to_owned()
}

fn doctor(folder: &Path, more: &[&str]) -> Output {
    let folder = folder.to_str().expect("UTF-8");
    run(&[&["doctor", "--json", "--merchant", folder], more].concat())
}

/// What it says, as `verdict about`.
fn said(output: &Output) -> Vec<String> {
    let told: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {} {}", stdout(output), stderr(output)));
    let findings = told["findings"].as_array().expect("findings");
    let word = |one: &Json, name: &str| one[name].as_str().expect("a text").to_owned();
    findings.iter().map(|one| format!("{} {}", word(one, "verdict"), word(one, "about"))).collect()
}

fn problems(output: &Output) -> Vec<String> {
    let said = said(output);
    said.iter().filter_map(|line| line.strip_prefix("problem ")).map(str::to_owned).collect()
}

#[test]
fn a_sound_merchant_is_sound() {
    let world = World::new();
    let output = doctor(&world.served.merchant(MCHID), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let expected = [
        "ok merchant.json",
        "ok private key",
        "ok certificate",
        "ok serial",
        "ok validity",
        "ok platform's key",
        "ok APIv3 key",
        "ok DNS of 127.0.0.1",
        "ok connection to 127.0.0.1",
        "ok clock of 127.0.0.1",
        "ok request signature",
        "ok answer signature",
        "ok APIv3 key in use",
    ];
    assert_eq!(said(&output), expected);
    let text =
        run(&["doctor", "--merchant", world.served.merchant(MCHID).to_str().expect("UTF-8")]);
    assert!(stdout(&text).contains("ok       serial: "), "{}", stdout(&text));
    let key = field(&world.served.merchant(MCHID), "apiv3_key");
    assert!(!stdout(&text).contains(&key) && !stdout(&output).contains(&key), "no key is shown");

    let offline =
        doctor(&world.served.merchant(MCHID), &["--offline", "--base-url", "http://127.0.0.1:1"]);
    assert_eq!(said(&offline), expected[..7]);
    // Without certificates there is nothing to try the APIv3 key with, and that is said.
    let output = doctor(&world.served.merchant("1230000109"), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_eq!(said(&output).last().expect("a line"), "warning APIv3 key in use");
}

#[test]
fn planted_faults_are_found() {
    let world = World::new();
    let merchant = world.served.merchant(MCHID);
    let serial = field(&merchant, "serial_no");
    let wrong: String = serial.chars().map(|c| if c == '0' { '1' } else { '0' }).collect();
    let folder = world.patient("merchant.json", |text| text.replace(&serial, &wrong));
    let output = doctor(&folder, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(problems(&output), ["serial", "request signature"], "{}", stdout(&output));

    let other = PrivateKey::generate().expect("a key");
    let pem = other.to_pkcs8_pem().expect("PEM");
    let folder = world.patient("apiclient_key.pem", |_| pem.as_str().to_owned());
    let output = doctor(&folder, &[]);
    assert_eq!(problems(&output), ["certificate", "request signature"], "{}", stdout(&output));
    assert_eq!(problems(&doctor(&folder, &["--offline"])), ["certificate"]);

    let key = field(&merchant, "apiv3_key");
    let folder = world.patient("merchant.json", |text| text.replace(&key, &"x".repeat(32)));
    let output = doctor(&folder, &[]);
    assert_eq!(problems(&output), ["APIv3 key in use"], "{}", stdout(&output));
    let folder = world.patient("merchant.json", |text| text.replace(&key, "short"));
    let output = doctor(&folder, &[]);
    assert_eq!(problems(&output), ["APIv3 key"], "{}", stdout(&output));

    let public = other.public_key().to_spki_pem();
    let folder = world.patient("wxp_pub.pem", |_| public.clone());
    let output = doctor(&folder, &[]);
    assert_eq!(problems(&output)[0], "answer signature", "{}", stdout(&output));

    let output = doctor(&merchant, &["--base-url", "http://127.0.0.1:1"]);
    assert_eq!(problems(&output), ["connection to 127.0.0.1"], "{}", stdout(&output));
    let output = doctor(&merchant, &["--base-url", "https://api.mch.weixin.qq.com"]);
    assert_eq!(output.status.code(), Some(2), "not without a live profile");
    assert_eq!(said(&output).len(), 7, "the folder was looked at");
    assert!(stderr(&output).contains("nothing was sent"), "{}", stderr(&output));
    let output = doctor(&world.folder.path().join("nobody"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(problems(&output).contains(&"merchant.json".to_owned()), "{}", stdout(&output));
}

#[test]
fn a_clock_that_is_off_is_found() {
    let world = World::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut lines = BufReader::new(&stream).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let answer = "HTTP/1.1 401 Unauthorized\r\nDate: Wed, 01 Jan 2020 00:00:00 GMT\r\n\
                          Content-Length: 2\r\nConnection: close\r\n\r\n{}";
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    let output = doctor(&world.served.merchant(MCHID), &["--base-url", &address]);
    assert_eq!(output.status.code(), Some(1));
    let problems = problems(&output);
    assert_eq!(problems[0], "clock of 127.0.0.1", "{}", stdout(&output));
    assert!(problems.contains(&"answer signature".to_owned()), "nothing is signed there");
    assert!(stdout(&output).contains("s ahead of it"), "{}", stdout(&output));
}

#[test]
fn it_goes_as_calls_go_through_a_proxy_with_authorities() {
    let world = World::new();
    let config = world.folder.path().join("profiles.json");
    let command = |args: &[&str]| {
        let mut command = redress();
        command
            .args(args)
            .env("REDRESS_CONFIG", &config)
            .env("HTTPS_PROXY", &world.served.base_url);
        command.env_remove("NO_PROXY").env_remove("no_proxy");
        command
    };
    let merchant = world.served.merchant(MCHID);
    let merchant = merchant.to_str().expect("UTF-8");
    let add = ["profile", "add", "real", "--live", "--merchant", merchant, "--base-url"];
    let live = "https://api.mch.weixin.qq.com";
    assert!(command(&[&add[..], &[live]].concat()).output().expect("runs").status.success());

    let ca = world.served.data.join("ca/ca.pem");
    let look = ["doctor", "--json", "--profile", "real"];
    let trusting = command(&look).env("SSL_CERT_FILE", &ca).output().expect("runs");
    assert_eq!(trusting.status.code(), Some(0), "{}", stdout(&trusting));
    let lines = said(&trusting);
    for host in ["api", "api2"] {
        let line = format!("ok connection to {host}.mch.weixin.qq.com");
        assert!(lines.contains(&line), "{lines:?}");
    }
    let mut wary = command(&look);
    // An authority that has not signed the server's certificate.
    wary.env("SSL_CERT_FILE", world.served.merchant(MCHID).join("apiclient_cert.pem"));
    let wary = wary.env_remove("SSL_CERT_DIR").output().expect("runs");
    let problems = problems(&wary);
    assert_eq!(problems[0], "connection to api.mch.weixin.qq.com", "{}", stdout(&wary));
}
