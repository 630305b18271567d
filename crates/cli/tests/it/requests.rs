//! `redress requests`: what a server was asked, listed, shown and followed.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::served::{Served, redress, run, stderr, stdout};

/// Asks without a signature; the Request-ID of the refusal, and its whole head.
fn unsigned(served: &Served) -> (String, String) {
    let address = served.base_url.strip_prefix("http://").expect("http");
    let mut stream = TcpStream::connect(address).expect("it listens");
    let request = "GET /v3/certificates HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nUser-Agent: it\r\n\
                   Connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let id = answer.lines().find_map(|line| line.strip_prefix("Request-Id: "));
    (id.expect("a Request-ID").to_owned(), answer)
}

#[test]
fn requests_are_listed_shown_and_followed() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start_with(folder.path(), &["--explain"]);
    let data = served.data.to_str().expect("a path");
    let queried = run(&["compensate", "query", "nothing", "--mchid", "1900001108", "--data", data]);
    assert!(!queried.status.success(), "{}", stdout(&queried));
    let (id, head) = unsigned(&served);
    let (bare, _) = id.split_once('-').expect("a number behind it");
    let url = format!("Redress-Explain: {}/_control/requests/{bare}\r\n", served.base_url);
    assert!(head.contains(&url), "{head}");

    let of = |args: &[&str]| {
        let output = run(&[&["requests"], args, &["--data", data]].concat());
        (output.status.code(), stdout(&output), stderr(&output))
    };
    let (code, listed, _) = of(&["list"]);
    assert_eq!(code, Some(0));
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 3, "{listed}");
    assert!(lines[1].contains("1900001108") && lines[1].contains("NOT_FOUND"), "{listed}");
    assert!(lines[2].contains("GET /v3/certificates") && lines[2].ends_with(&id), "{listed}");
    for (search, found) in [
        (&["--status", "401"][..], 1),
        (&["--code", "NOT_FOUND"], 1),
        (&["--number", "nothing"], 1),
        (&["--mchid", "1900001108", "--method", "get"], 1),
        (&["--path", "&status=401"], 0),
        (&["--most", "1"], 1),
        (&[], 2),
    ] {
        let (_, listed, _) = of(&[&["list", "--json"], search].concat());
        let listed: Json = serde_json::from_str(&listed).expect("JSON");
        assert_eq!(listed.as_array().map(Vec::len), Some(found), "{search:?}: {listed}");
    }

    let (code, shown, _) = of(&["show", &id]);
    assert_eq!(code, Some(0));
    for said in ["User-Agent: it", "SIGN_ERROR", "The request has no Authorization header."] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    let (_, shown, _) = of(&["show", "--json", bare]);
    let shown: Json = serde_json::from_str(&shown).expect("JSON");
    assert_eq!(shown["explanation"]["causes"][0]["id"], "authorization-missing");
    // The same as of a file.
    for what in [&*id, bare] {
        let explained = run(&["explain", what, "--data", data]);
        assert_eq!(explained.status.code(), Some(1), "{}", stderr(&explained));
        assert!(stdout(&explained).contains("no Authorization header."), "{}", stdout(&explained));
    }
    let explained = run(&["explain", &id.replace('0', "1"), "--data", data]);
    assert_eq!(explained.status.code(), Some(2), "{}", stdout(&explained));
    let (code, _, error) = of(&["show", "0800"]);
    assert_eq!(code, Some(1));
    assert!(error.contains("no request 0800"), "{error}");

    let mut following = redress()
        .args(["requests", "follow", "--json", "--most", "1", "--data", data])
        .stdout(Stdio::piped())
        .spawn()
        .expect("redress follows");
    let mut lines = BufReader::new(following.stdout.take().expect("piped")).lines();
    let mut next = || -> Json {
        serde_json::from_str(&lines.next().expect("a line").expect("text")).expect("JSON")
    };
    assert_eq!(next()["request_id"], *id);
    for _ in 0..2 {
        let (id, _) = unsigned(&served);
        assert_eq!(next()["request_id"], *id);
    }
    let asked = Command::new("kill").args(["-INT", &following.id().to_string()]).status();
    assert!(asked.expect("kill runs").success());
    assert_eq!(following.wait().expect("it ends").code(), Some(0));
}

/// What a server has sent, and a program does not believe.
#[test]
fn an_answer_that_was_sent_is_explained_by_its_request_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("a path");
    let call =
        || run(&["call", "GET", "/v3/certificates", "--mchid", "1900001108", "--data", data]);
    let latest = || -> String {
        let listed = run(&["requests", "list", "--json", "--most", "1", "--data", data]);
        let listed: Json = serde_json::from_slice(&listed.stdout).expect("JSON");
        listed[0]["request_id"].as_str().expect("a Request-ID").to_owned()
    };
    let explain = |id: &str, more: &[&str]| {
        let output = run(&[&["explain", "--answer", id, "--data", data], more].concat());
        (output.status.code(), stdout(&output), stderr(&output))
    };
    call();
    let good = latest();
    let (code, shown, error) = explain(&good, &[]);
    assert_eq!(code, Some(0), "{shown}{error}");
    let why = run(&["explain", &good, "--data", data]);
    assert!(stderr(&why).contains("add --answer"), "{}", stderr(&why));

    let arm = |kind: &str| {
        let armed = run(&["fault", "arm", kind, "--times", "1", "--data", data]);
        assert!(armed.status.success(), "{}", stderr(&armed));
    };
    for (kind, cause) in
        [("stale", "answer-stale"), ("probe", "answer-probe"), ("wrong_signature", "")]
    {
        arm(kind);
        assert!(!call().status.success(), "{kind}");
        let (code, shown, error) = explain(&latest(), &["--json"]);
        assert_eq!(code, Some(1), "{kind} {error}");
        let told: Json = serde_json::from_str(&shown).expect("JSON");
        assert_eq!(told["causes"][0]["id"].as_str().unwrap_or_default(), cause, "{told}");
    }
    arm("reset_after");
    call();
    let (code, _, error) = explain(&latest(), &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("reset_after"), "{error}");
    let (code, _, error) = explain(&good.replace('0', "1"), &[]);
    assert_eq!(code, Some(2));
    assert!(error.contains("no request"), "{error}");
}
