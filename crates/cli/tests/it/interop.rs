//! Other people's clients, unmodified: the programs in `interop/` through `redress exec`, and those
//! in `examples/` against `redress serve`.
//!
//! They need `bash`, `curl`, `openssl`, `python3`; the packages of `interop/python` in the Python
//! that `REDRESS_PYTHON` names (`python3` by default); those of `interop/node` beside its programs.
//! Where one is missing the test says so and passes; with `REDRESS_REQUIRE_INTEROP` it fails.
//! Java alone is never required.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use crate::served::{Served, redress, stderr, stdout};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn has(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null());
    command.output().is_ok_and(|output| output.status.success())
}

/// Whether the test can run here.
fn ready(what: &str, all_there: bool) -> bool {
    if !all_there {
        assert!(
            std::env::var_os("REDRESS_REQUIRE_INTEROP").is_none(),
            "{what} is not installed, and REDRESS_REQUIRE_INTEROP is set"
        );
        eprintln!("skipped: {what} is not installed");
    }
    all_there
}

fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}\n{}", stdout(output), stderr(output));
}

/// Runs a program of `interop/` through `redress exec`. It must print that line last.
fn unmodified(program: &str, script: &str, args: &[&str], last: &str) {
    let script = root().join("interop").join(script);
    let mut command = redress();
    let output = command.args(["exec", "--ci", "--", program]).arg(script).args(args).output();
    let output = output.expect("redress exec runs");
    assert_success(&output);
    assert_eq!(stdout(&output).lines().last(), Some(last), "{}", stdout(&output));
    let said = stderr(&output);
    assert!(said.contains("invariants hold"), "{said}");
}

/// A Python with `wechatpayv3`.
fn with_wechatpayv3() -> Option<String> {
    let python = std::env::var("REDRESS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let all_there = has(&python, &["-c", "import wechatpayv3, httpx, aiofiles"]);
    ready("wechatpayv3[async]", all_there).then_some(python)
}

/// A Node with `wechatpay-axios-plugin`.
fn with_axios_plugin() -> Option<&'static str> {
    let package = root().join("interop/node/node_modules/wechatpay-axios-plugin");
    let all_there = has("node", &["--version"]) && package.exists();
    ready("wechatpay-axios-plugin", all_there).then_some("node")
}

fn python(script: &str, mode: &str, name: &str) {
    if let Some(python) = with_wechatpayv3() {
        let last = format!("ok: five operations and a callback, {mode}, {name}");
        unmodified(&python, script, &[mode], &last);
    }
}

fn node(script: &str, mode: &str, what: &str) {
    if let Some(node) = with_axios_plugin() {
        unmodified(node, script, &[mode], &format!("ok: five operations{what}"));
    }
}

/// Runs a program of `interop/` against a server that signs everything wrongly. It must say so.
fn probed(program: &str, script: &str, words: &str) {
    let script = root().join("interop").join(script);
    let mut command = redress();
    command.args(["exec", "--quiet", "--sign-test", "1", "--", program]).arg(script);
    let output = command.output().expect("redress exec runs");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(words), "{said}");
}

/// The checks are on: whatever is signed wrongly is refused.
#[test]
fn python_refuses_a_probe() {
    if let Some(python) = with_wechatpayv3() {
        for script in ["python/five_operations.py", "python/five_operations_async.py"] {
            probed(&python, script, "Exception: failed to verify the signature");
        }
    }
}

#[test]
fn node_refuses_a_probe() {
    if let Some(node) = with_axios_plugin() {
        probed(node, "node/five_operations.js", "EV3_RES_HEADER_SIGNATURE_DIGEST");
        probed(node, "node/wxpay.js", "Verify the response's data");
    }
}

#[test]
fn python_with_the_public_key() {
    python("python/five_operations.py", "public_key", "wechatpayv3");
}

#[test]
fn python_with_certificates() {
    python("python/five_operations.py", "certificate", "wechatpayv3");
}

#[test]
fn asynchronous_python_with_the_public_key() {
    python("python/five_operations_async.py", "public_key", "wechatpayv3 async");
}

#[test]
fn asynchronous_python_with_certificates() {
    python("python/five_operations_async.py", "certificate", "wechatpayv3 async");
}

#[test]
fn node_with_the_public_key() {
    let what = " and a callback, public_key, wechatpay-axios-plugin";
    node("node/five_operations.js", "public_key", what);
}

#[test]
fn node_with_certificates() {
    let what = " and a callback, certificate, wechatpay-axios-plugin";
    node("node/five_operations.js", "certificate", what);
}

#[test]
fn the_command_wxpay_with_the_public_key() {
    node("node/wxpay.js", "public_key", ", public_key, wxpay");
}

#[test]
fn the_command_wxpay_with_certificates() {
    node("node/wxpay.js", "certificate", ", certificate, wxpay");
}

#[test]
fn java_finds_proxy_and_trust_store() {
    if !has("java", &["--version"]) {
        eprintln!("skipped: Java is not installed");
        return;
    }
    let output = redress()
        .args(["exec", "--quiet", "--", "java"])
        .arg(root().join("interop/java/Reverse.java"))
        .output()
        .expect("redress exec runs");
    assert_success(&output);
    assert!(stdout(&output).contains("ok: reversed and verified by Java"), "{}", stdout(&output));
}

#[test]
fn curl_with_a_twenty_line_script() {
    let tools = ["curl", "bash", "python3"].iter().all(|tool| has(tool, &["--version"]));
    if !ready("bash, curl, openssl or python3", tools && has("openssl", &["version"])) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let script = root().join("examples/curl/five_operations.sh");
    let output = Command::new("bash").arg(script).arg(&served.data).output().expect("bash runs");
    assert_success(&output);
    let said = stderr(&output);
    assert_eq!(said.matches("Verified OK").count(), 5, "{said}");
    let lines = std::fs::read_to_string(root().join("examples/curl/sign.py")).expect("the script");
    assert!(lines.lines().count() <= 20, "the script is said to have twenty lines");
}
