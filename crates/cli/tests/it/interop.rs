//! Other people's clients against `redress serve`: the programs in `examples/`.
//!
//! They need `bash`, `curl`, `openssl`, `python3`, and for one of them the PyPI package
//! `wechatpayv3` in the Python that `REDRESS_PYTHON` names (`python3` by default). Where one is
//! missing the test says so and passes; with `REDRESS_REQUIRE_INTEROP` it fails.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::served::{Served, stderr, stdout};

fn examples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples")
}

fn has(program: &str, args: &[&str]) -> bool {
    Command::new(program).args(args).output().is_ok_and(|output| output.status.success())
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

#[test]
fn curl_with_a_twenty_line_script() {
    let tools = ["curl", "bash", "python3"].iter().all(|tool| has(tool, &["--version"]));
    if !ready("bash, curl, openssl or python3", tools && has("openssl", &["version"])) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let script = examples().join("curl/five_operations.sh");
    let output = Command::new("bash").arg(script).arg(&served.data).output().expect("bash runs");
    assert_success(&output);
    let said = stderr(&output);
    assert_eq!(said.matches("Verified OK").count(), 5, "{said}");
    let lines = std::fs::read_to_string(examples().join("curl/sign.py")).expect("the script");
    assert!(lines.lines().count() <= 20, "the script is said to have twenty lines");
}

#[test]
fn the_python_package_wechatpayv3() {
    let python = std::env::var("REDRESS_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    if !ready("the Python package wechatpayv3", has(&python, &["-c", "import wechatpayv3"])) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let script = examples().join("python/five_operations.py");
    let output = Command::new(python).arg(script).arg(&served.data).output().expect("python runs");
    assert_success(&output);
    assert!(stdout(&output).contains("ok: five operations, verified by wechatpayv3"));
}
