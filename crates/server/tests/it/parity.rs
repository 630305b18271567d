//! The same on every engine: this program runs its tests of what endpoints do once more on
//! PostgreSQL, and once more with its transactions serializable.

use std::process::Command;

use crate::cluster::cluster;
use crate::engine::ENGINE;

/// What depends on the store. The rest (headers, signatures, TLS, faults, …) does not.
const TESTS: &[&str] = &[
    "contract::",
    "journey::",
    "races::",
    "random::",
    "reentry::",
    "refunds::",
    "sharing::",
    "time::",
];
/// Less than there are, so that the list above cannot come to match nothing.
const TESTS_MIN: usize = 100;

fn all_pass_on(engine: &str) {
    if cluster().is_none() {
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(TESTS)
        .env(ENGINE, engine)
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let result = stdout.lines().rfind(|line| line.starts_with("test result: ")).unwrap_or_default();
    let passed = result.split(' ').zip(result.split(' ').skip(1));
    let passed = passed.filter(|(_, word)| *word == "passed;").find_map(|(n, _)| n.parse().ok());
    let failed = stdout.split("failures:").nth(1).unwrap_or_default();
    assert!(output.status.success(), "on {engine}: {result}\n{failed}");
    assert!(passed > Some(TESTS_MIN), "on {engine}: {result}");
}

#[test]
fn on_postgres() {
    all_pass_on("postgres");
}

#[test]
fn on_postgres_serializable() {
    all_pass_on("serializable");
}
