//! `redress ca`: before the first start, and as `openssl`, `curl` and `keytool` read it.

use std::path::Path;
use std::process::Command;

use serde_json::Value as Json;

use crate::served::{Served, run, stderr, stdout};

fn ca(args: &[&str], data: &Path) -> String {
    let data = ["--data", data.to_str().expect("a path in UTF-8")];
    let output = run(&[&["ca"], args, &data].concat());
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    stdout(&output)
}

#[test]
fn it_is_made_before_the_first_start_and_served_after() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let shown: Json = serde_json::from_str(&ca(&["show", "--json"], &data)).expect("JSON");
    let pem = ca(&["show", "--pem"], &data);
    assert_eq!(shown["pem"], pem);
    assert_eq!(shown["path"], data.join("ca/ca.pem").to_str().expect("a path in UTF-8"));
    assert!(shown["subject"].as_str().expect("text").contains("Redress local CA"));
    let names: Vec<&str> =
        shown["names"].as_array().expect("names").iter().filter_map(Json::as_str).collect();
    assert_eq!(names.len(), 8, "{names:?}");
    // A folder with nothing but a CA is a data folder, and can be deleted as one.
    let other = folder.path().join("other");
    let other_pem = ca(&["show", "--pem"], &other);
    assert_ne!(other_pem, pem);
    let reset = run(&["reset", "--yes", "--data", other.to_str().expect("a path in UTF-8")]);
    assert!(reset.status.success() && !other.exists(), "{}", stderr(&reset));

    let text = ca(&["show"], &data);
    for field in ["path", "subject", "sha256"] {
        let value = shown[field].as_str().expect("text");
        assert!(text.contains(value), "{value} is missing in\n{text}");
    }
    assert!(text.contains("apihk.mch.weixin.qq.com") && !text.contains("PRIVATE"), "{text}");

    // As others read it.
    let file = data.join("ca/ca.pem");
    let args = ["x509", "-noout", "-fingerprint", "-sha256", "-in"];
    if let Ok(output) = Command::new("openssl").args(args).arg(&file).output() {
        let fingerprint = shown["sha256"].as_str().expect("text");
        assert!(stdout(&output).trim_end().ends_with(fingerprint), "{}", stdout(&output));
    }
    // The server serves with it: curl trusts it, by the proxy, under the provider's name.
    let served = Served::start(&data);
    let curl = Command::new("curl")
        .args(["-sS", "--noproxy", "", "--proxy", &served.base_url, "--cacert"])
        .arg(&file)
        .arg("https://api.mch.weixin.qq.com/livez")
        .output();
    if let Ok(output) = curl {
        assert_eq!(stdout(&output), "ok\n", "{}", stderr(&output));
    }
    assert_eq!(ca(&["show", "--pem"], &data), pem);
}

#[test]
fn serve_says_where_everything_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let served = Served::start_with(&data, &["--standby", "127.0.0.1:0"]);
    let ready = &served.ready;
    assert_eq!(ready["proxy_url"], served.base_url);
    assert_eq!(ready["https_url"], served.base_url.replacen("http", "https", 1));
    assert_ne!(ready["standby_url"], served.base_url);
    assert!(ready["standby_url"].as_str().expect("a URL").starts_with("http://127.0.0.1:"));
    assert_eq!(ready["ca"], data.join("ca/ca.pem").to_str().expect("a path in UTF-8"));
}

#[test]
fn the_help_has_the_real_paths_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("with space");
    let path = data.join("ca/ca.pem");
    let path = path.to_str().expect("a path in UTF-8");
    let quoted = format!("'{path}'");
    let cases: &[(&str, &str, &[&str])] = &[
        ("linux", "curl", &["export CURL_CA_BUNDLE=", "update-ca-certificates"]),
        ("linux", "python", &["export REQUESTS_CA_BUNDLE=", "export SSL_CERT_FILE="]),
        ("linux", "node", &["export NODE_EXTRA_CA_CERTS=", "NODE_USE_ENV_PROXY=1"]),
        ("linux", "java", &["keytool -importcert", "-Dhttps.proxyPort=8790"]),
        ("linux", "go", &["export SSL_CERT_FILE="]),
        ("linux", "php", &["curl.cainfo=", "openssl.cafile="]),
        ("linux", "dotnet", &["export SSL_CERT_FILE="]),
        ("linux", "rust", &["export SSL_CERT_FILE="]),
        ("macos", "go", &["the keychain only", "security add-trusted-cert"]),
        ("macos", "curl", &["security delete-certificate -c 'Redress local CA ", "lo0 alias"]),
        ("windows", "curl", &["--ssl-no-revoke", r"drivers\etc\hosts"]),
        ("windows", "dotnet", &["the system's store only", "certutil -user -addstore Root"]),
    ];
    for (os, language, words) in cases {
        let text = ca(&["install-help", "--os", os, "--language", language], &data);
        let hosts = [
            "127.0.0.1 api.mch.weixin.qq.com api.wechatpay.cn apihk.mch.weixin.qq.com",
            "127.0.0.2 api2.mch.weixin.qq.com api2.wechatpay.cn",
            "--listen 127.0.0.1:443 --standby 127.0.0.2:443",
        ];
        for word in words.iter().chain(&hosts) {
            assert!(text.contains(word), "{os} {language}: {word} is missing in\n{text}");
        }
        let written = if *os == "windows" { format!("\"{path}\"") } else { quoted.clone() };
        assert!(text.contains(&written), "{os} {language}: {written} is missing in\n{text}");
        assert_eq!(text.matches("Trust the CA:").count(), 1, "{text}");
    }
    let all: Json = serde_json::from_str(&ca(&["install-help", "--json"], &data)).expect("JSON");
    assert_eq!(all["sections"].as_array().expect("sections").len(), 11);
}

/// The lines for Java are run as they are printed.
#[test]
fn java_can_read_the_store() {
    let is_there = Command::new("keytool").arg("-help").output();
    if !is_there.is_ok_and(|output| output.status.success()) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("with space");
    let help = ca(&["install-help", "--os", "linux", "--language", "java"], &data);
    let line = help.lines().find(|line| line.contains("keytool")).expect("a line for keytool");
    let output = Command::new("sh").args(["-c", line]).output().expect("a shell");
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert!(data.join("ca/java-trust.p12").exists());
}
