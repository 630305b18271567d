//! `--wait`: lost answers are found out about, and compensations waited for.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;

use crate::served::{COMPENSATION, Served, json, redress, run, stderr};

/// A compensation that is created and waited for.
fn create<'a>(number: &'a str, data: &'a str, wait: &'a str) -> Vec<&'a str> {
    let words = ["compensate", "create", number, "--mchid=1900001108", "--data", data];
    [&words[..], &COMPENSATION, &["--json", "--timeout=5", wait]].concat()
}

/// Stands before a server, and loses the answer to every request that changes something.
struct Lossy {
    base_url: String,
    lost: Arc<AtomicUsize>,
}

impl Lossy {
    fn before(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base_url = format!("http://{}", listener.local_addr().expect("an address"));
        let server = server.trim_start_matches("http://").to_owned();
        let lost = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&lost);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (server, counted) = (server.clone(), Arc::clone(&counted));
                std::thread::spawn(move || relay(client.ok()?, &server, &counted));
            }
        });
        Self { base_url, lost }
    }
}

/// One request for each connection.
fn relay(mut client: TcpStream, server: &str, lost: &AtomicUsize) -> Option<()> {
    let request = message(&mut client)?;
    let mut upstream = TcpStream::connect(server).ok()?;
    upstream.write_all(&request).ok()?;
    let answer = message(&mut upstream)?;
    if request.starts_with(b"POST ") {
        lost.fetch_add(1, Ordering::SeqCst);
    } else {
        client.write_all(&answer).ok()?;
    }
    Some(())
}

/// Reads a message of HTTP, whose body has a length or none.
fn message(from: &mut TcpStream) -> Option<Vec<u8>> {
    let (mut read, mut part) = (Vec::new(), [0; 4096]);
    loop {
        let head = read.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 4);
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&read[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().expect("digits"));
            if read.len() >= head + length {
                return Some(read);
            }
        }
        match from.read(&mut part).ok()? {
            0 => return None,
            count => read.extend_from_slice(&part[..count]),
        }
    }
}

#[test]
fn a_lost_answer_is_found_out_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("UTF-8");
    let lossy = Lossy::before(&served.base_url);
    let reverse = ["reverse", "1217752501201407033233368018", "--json", "--data", data];
    let reverse = [&reverse[..], &["--base-url", &lossy.base_url, "--timeout=5"]].concat();

    let unknown = run(&reverse);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("it may have been done"), "{}", stderr(&unknown));

    let lost = lossy.lost.load(Ordering::SeqCst);
    assert!(lost > 0);
    let settled = run(&[&reverse[..], &["--wait"]].concat());
    assert!(settled.status.success(), "{}", stderr(&settled));
    assert_eq!(json(&settled)["trade_state"], "REVOKED", "the query shows it");
    assert!(settled.stderr.is_empty(), "no progress into a pipe: {}", stderr(&settled));
    assert!(lossy.lost.load(Ordering::SeqCst) > lost, "every answer was lost");
}

#[test]
fn a_compensation_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("UTF-8");
    for (number, answer, code, state) in
        [("wait1", "--confirm", 0, "SUCCESS"), ("wait2", "--refuse", 1, "CLOSED")]
    {
        let mut waiting = redress();
        waiting.args(create(number, data, "--wait=60"));
        let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let waiting = waiting.expect("redress starts");
        // The payer can answer once the bill has reached it.
        let query = ["compensate", "query", number, "--json", "--data", data];
        loop {
            let seen = run(&query);
            if seen.status.success() && json(&seen)["state"] == "WAIT_USER_CONFIRM" {
                break;
            }
        }
        assert!(
            run(&["pay", "bill", "1900001108", number, answer, "--data", data]).status.success()
        );
        let output = waiting.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert_eq!(json(&output)["state"], state);
        if code == 1 {
            assert!(stderr(&output).contains("it has ended as CLOSED"), "{}", stderr(&output));
        }
    }

    let output = run(&create("wait3", data, "--wait=3"));
    assert_eq!(output.status.code(), Some(1), "nobody answers");
    assert_eq!(json(&output)["state"], "WAIT_USER_CONFIRM");
    assert!(stderr(&output).contains("not final"), "{}", stderr(&output));
    let cancel = ["compensate", "cancel", "wait3", "--data", data, "--json", "--wait"];
    assert_eq!(json(&run(&cancel))["state"], "CANCELLED");
}

/// On a terminal a line says what is waited for and for how long, and is gone at the end.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_shows_what_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("UTF-8");
    let create = create("wait4", data, "--wait=60");
    let words = [&[env!("CARGO_BIN_EXE_redress")], &create[..]].concat();
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    // Every Debian has `script`, which runs a command on a terminal of its own.
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command", &quoted.join(" "), "/dev/null"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REDRESS_")) {
        terminal.env_remove(name);
    }
    terminal.env("REDRESS_CONFIG", "/nowhere/profiles.json").env_remove("RUST_LOG");
    let terminal = terminal.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut terminal = terminal.spawn().expect("script starts");
    let mut shown = terminal.stdout.take().expect("piped");
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    while !text(&bytes).contains("\rwaiting until it is final … 2 s") {
        let count = shown.read(&mut part).expect("it reads");
        assert!(count > 0, "it ended: {}", text(&bytes));
        bytes.extend_from_slice(&part[..count]);
    }
    let confirm = ["pay", "bill", "1900001108", "wait4", "--confirm", "--data", data];
    assert!(run(&confirm).status.success());
    shown.read_to_end(&mut bytes).expect("it ends");
    let text = text(&bytes);
    assert_eq!(terminal.wait().expect("it ends").code(), Some(0), "{text}");
    let (waited, answer) = text.rsplit_once("\r\u{1b}[K").expect("the line is wiped");
    assert!(!waited.contains("SUCCESS"), "{text}");
    assert_eq!(serde_json::from_str::<Json>(answer).expect("JSON")["state"], "SUCCESS", "{text}");
}
