//! `--curl`: what is printed sends the same, and nothing is sent before.

use std::process::{Command, Output};

use crate::served::{COMPENSATION, Served, json, run, stderr, stdout};

/// Runs a line in a shell, with a proxy that leads nowhere.
fn shell(line: &str) -> Output {
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).env("http_proxy", "http://127.0.0.1:1").output().expect("sh runs")
}

#[test]
fn a_printed_line_sends_what_was_signed() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("UTF-8");
    let answered = || {
        let list = run(&["requests", "list", "--json", "--server", &served.base_url]);
        json(&list).as_array().expect("a list").len()
    };

    // Quotes, a dollar, line ends, Chinese, and what curl would take for the name of a file.
    let said = "it's $HOME `x` \"图文\" \\ @no";
    let body = format!("\n{}\n", serde_json::json!({ "echo_message": said }));
    let echo = ["call", "POST", "/v3/security/echo", "--data", data, "--mchid", "1900001108"];
    let printed = run(&[&echo[..], &["--json", &body, "--curl"]].concat());
    assert!(printed.status.success(), "{}", stderr(&printed));
    assert_eq!(answered(), 0, "nothing was sent");
    let sent = shell(&stdout(&printed));
    assert_eq!(json(&sent)["echo_message"], said, "{}", stdout(&printed));

    // A target that curl would rewrite, and a body that is none.
    let odd = ["call", "GET", "/v3/certificates?a=[1-3]&b=%7B%7D", "--data", data, "--mchid"];
    let printed = run(&[&odd[..], &["1900001108", "--curl"]].concat());
    assert!(printed.status.success(), "{}", stderr(&printed));
    let sent = shell(&stdout(&printed));
    assert_eq!(json(&sent)["code"], "PARAM_ERROR", "{}", stdout(&sent));

    let create = ["compensate", "create", "curl1", "--data", data, "--curl", "--wait"];
    let printed = run(&[&create[..], &COMPENSATION].concat());
    let line = stdout(&printed);
    assert!(line.contains("Authorization: ") || line.contains("authorization: "), "{line}");
    assert_eq!(json(&shell(&line))["state"], "ACCEPTED");
    let cancel = ["compensate", "cancel", "curl1", "--data", data, "--curl"];
    assert_eq!(json(&shell(&stdout(&run(&cancel))))["state"], "CANCELING");
    // A private key stays where it is.
    assert!(!line.contains("PRIVATE"), "{line}");

    // Nothing is sent, so that it may be meant for anyone.
    let live = "https://api.mch.weixin.qq.com";
    let printed = run(&[&echo[..], &["--json", "{}", "--curl", "--base-url", live]].concat());
    assert!(stdout(&printed).contains(live), "{}", stderr(&printed));
    assert!(!stdout(&printed).contains("--noproxy"), "{}", stdout(&printed));
}
