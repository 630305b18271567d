//! `redress exec`: what the command finds, how its end is passed on, what is said of it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

use crate::served::{redress, stderr, stdout};

/// Runs a script of the shell through `redress exec`.
fn exec(args: &[&str], script: &str) -> Output {
    let mut command = redress();
    command.arg("exec").args(args).args(["--", "sh", "-c", script]);
    command.env("REDRESS", redress().get_program());
    command.output().expect("redress exec runs")
}

#[test]
fn the_exit_status_is_the_commands() {
    for (script, status) in [("true", 0), ("exit 3", 3), ("exit 255", 255), ("kill -9 $$", 137)] {
        let output = exec(&["--quiet"], script);
        assert_eq!(output.status.code(), Some(status), "{script}: {}", stderr(&output));
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", stderr(&output));
    }
}

#[test]
fn a_command_that_does_not_start_has_the_shells_status() {
    for (program, status) in [("no-such-program", 127), ("/dev/null", 126)] {
        let output = redress().args(["exec", "--", program, "-x"]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(status), "{}", stderr(&output));
        assert!(stderr(&output).contains(&format!("does not start: {program}")));
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn the_command_finds_everything_by_its_environment() {
    let script = "env; test -f \"$SSL_CERT_FILE\" && test -f \"$REDRESS_MERCHANTS/1900001108/merchant.json\"";
    let mut command = redress();
    command.args(["exec", "--", "sh", "-c", script]);
    // What was set for other runs gives way, or is kept beside.
    command.envs([
        ("REDRESS_MERCHANT", "/elsewhere"),
        ("REDRESS_SERVER", "http://127.0.0.1:1"),
        ("NO_PROXY", "weixin.qq.com"),
        ("JAVA_TOOL_OPTIONS", "-Xmx99m"),
        ("REDRESS_MCHID", "1900001108"),
    ]);
    let output = command.output().expect("redress exec runs");
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    let value = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("{name}=")));
        line.and_then(|line| line.split_once('=')).map(|(_, value)| value.to_owned())
    };
    let (base_url, data) = (value("REDRESS_BASE_URL").unwrap(), value("REDRESS_DATA").unwrap());
    assert!(base_url.starts_with("http://127.0.0.1:"), "{base_url}");
    assert_eq!(value("REDRESS_SERVER"), Some(base_url.clone()));
    assert_ne!(value("REDRESS_STANDBY_URL"), Some(base_url.clone()));
    let proxy = value("REDRESS_PROXY");
    for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
    {
        assert_eq!(value(name), proxy, "{name}");
    }
    for name in ["NO_PROXY", "no_proxy"] {
        assert_eq!(value(name).as_deref(), Some("localhost,127.0.0.1,::1"), "{name}");
    }
    let ca = value("REDRESS_CA");
    for name in [
        "SSL_CERT_FILE",
        "REQUESTS_CA_BUNDLE",
        "CURL_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
        "DENO_CERT",
    ] {
        assert_eq!(value(name), ca, "{name}");
    }
    let java = value("JAVA_TOOL_OPTIONS").unwrap();
    assert!(java.starts_with("-Xmx99m -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort="), "{java}");
    assert_eq!(value("REDRESS_MERCHANT"), None);
    assert_eq!(value("REDRESS_MCHID").as_deref(), Some("1900001108"));
    let said = stderr(&output);
    assert!(said.contains(&base_url) && said.contains(&data), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!Path::new(&data).exists(), "the temporary folder stays behind");
}

#[test]
fn redress_itself_finds_the_server() {
    let script =
        "\"$REDRESS\" reverse 1217752501201407033233368018 --json && \"$REDRESS\" clock show";
    let output = exec(&["--quiet"], script);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("1230000109") && stdout(&output).contains("business"));
}

/// The real host is answered by this server, with a certificate that is checked; no other host is
/// reached, and none is asked for.
#[test]
fn curl_reaches_the_service_and_no_other_host() {
    let script = "
        curl --silent --show-error --include https://api.mch.weixin.qq.com/v3/certificates &&
        curl --silent --show-error https://api2.mch.weixin.qq.com/livez &&
        ! curl --silent --show-error https://www.example.com/ &&
        ! curl --silent --show-error --fail http://www.example.com/";
    let output = exec(&["--quiet"], script);
    let (text, said) = (stdout(&output), stderr(&output));
    assert!(output.status.success(), "{text}\n{said}");
    assert!(text.contains("Wechatpay-Signature: ") && text.contains("SIGN_ERROR"), "{text}");
    assert!(said.contains("403"), "{said}");
}

#[test]
fn a_signal_reaches_the_command() {
    let script =
        "trap 'echo asked; exit 7' TERM; echo \"$REDRESS_DATA\"; while :; do sleep 0.05; done";
    let mut command = redress();
    command.args(["exec", "--quiet", "--", "sh", "-c", script]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("redress exec starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let data = lines.next().expect("a line").expect("text");
    assert!(Path::new(&data).exists());
    let asked = Command::new("kill").arg(child.id().to_string()).status();
    assert!(asked.expect("kill runs").success());
    assert_eq!(lines.next().expect("a line").expect("text"), "asked");
    assert_eq!(child.wait().expect("it ends").code(), Some(7));
    assert!(!Path::new(&data).exists(), "the temporary folder stays behind");
}

#[test]
fn a_folder_that_is_named_is_kept_and_used_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("kept");
    let data = data.to_str().expect("UTF-8");
    let create = "\"$REDRESS\" compensate create kept1 --amount 100 --sponsor 1900001109 \
        --transaction-id 1217752501201407033233368018 --remark 退货";
    let output = exec(&["--data", data], create);
    assert!(output.status.success(), "{}", stderr(&output));
    let output = exec(&["--data", data], "\"$REDRESS\" compensate query kept1 --json");
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stdout(&output).contains("kept1"));
    let log = fs::read_to_string(Path::new(data).join("exec.log")).expect("the log");
    redress_trail::plant_folder(Path::new(data));
    redress_trail::saw(&log);
    assert!(log.contains("answered"), "{log}");
}

#[test]
fn a_summary_tells_what_was_asked_and_moved() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("summary.json");
    let script = "\"$REDRESS\" reverse 1217752501201407033233368018 >/dev/null 2>&1
        \"$REDRESS\" compensate query nobody 2>/dev/null
        exit 4";
    let output = exec(&["--ci", "--summary", file.to_str().expect("UTF-8")], script);
    assert_eq!(output.status.code(), Some(4));
    assert!(output.stdout.is_empty());
    let said = stderr(&output);
    for words in [
        "the command ended with 4",
        "requests: 2, of which 1 errors",
        "200 ok  POST /v3/pay/transactions/out-trade-no/{out_trade_no}/reverse",
        "404 NOT_FOUND  GET /v3/platsolution/ecommerce/mch-transfer/compensate-bills/out-bill-no/",
        "callbacks sent: 0",
        "orders: ",
        "REVOKED",
        "invariants hold",
    ] {
        assert!(said.contains(words), "{words} is missing in\n{said}");
    }
    let text = fs::read_to_string(&file).expect("the summary");
    let summary: Json = serde_json::from_str(&text).expect("JSON");
    assert_eq!(summary["exit_status"], 4);
    assert_eq!(summary["errors"], 1);
    assert_eq!(summary["requests"].as_array().expect("requests").len(), 2);
    assert_eq!(summary["things"]["order"]["REVOKED"], 1);
    assert_eq!(summary["ledger"]["debits"], summary["ledger"]["credits"]);
    assert_eq!(summary["verify"]["clean"], true);

    let output = exec(&["--quiet", "--ci", "--json"], "true");
    let summary: Json = serde_json::from_slice(&output.stderr).expect("JSON on stderr");
    assert_eq!(summary["exit_status"], 0);
}

/// An invariant that is broken fails the run, even if the command is content.
#[test]
fn a_broken_ledger_fails_the_run() {
    let python = Command::new("python3").args(["-c", "import sqlite3"]).status();
    if !python.is_ok_and(|status| status.success()) {
        eprintln!("skipped: python3 has no sqlite3");
        return;
    }
    let script = "python3 - <<'EOF'
import os, sqlite3
db = sqlite3.connect(os.environ['REDRESS_DATA'] + '/redress.db')
names = [row[0] for row in db.execute(\"select name from sqlite_master where type = 'trigger'\")]
for name in names:
    db.execute('drop trigger ' + name)
db.execute('delete from transfer where seq = 1')
db.commit()
EOF";
    let output = exec(&["--ci"], script);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("broken"), "{}", stderr(&output));
}
