//! `redress bench`: each scenario for a moment, what it says, and that it does not hide errors.

use std::fs;
use std::process::Output;

use serde_json::{Value as Json, json};

use crate::served::{Served, redress, run, stderr, stdout};

/// The measured figure of this name.
fn figure(report: &Json, name: &str) -> f64 {
    report[name].as_f64().unwrap_or_else(|| panic!("{name} of {report}"))
}

fn bench(scenario: &str, args: &[&str]) -> Output {
    let short = ["bench", scenario, "--json", "--seconds", "0.5", "--connections", "8"];
    redress().args(short).args(args).output().expect("redress runs")
}

/// What a run prints, once it was found to be plausible.
fn report(scenario: &str, args: &[&str]) -> Json {
    let output = bench(scenario, args);
    assert!(output.status.success(), "{scenario}: {} {}", stdout(&output), stderr(&output));
    let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&report["scenario"], &report["store"]), (&json!(scenario), &json!("sqlite")));
    for side in report["sides"].as_array().expect("a list") {
        assert_plausible(side, &report);
        assert!(figure(side, "requests_ratio") > 0.0, "{side}");
    }
    assert_plausible(&report, &report);
    report
}

fn assert_plausible(side: &Json, report: &Json) {
    let is = |name| figure(side, name);
    let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-6, "{a} is not {b}: {side}");
    assert_eq!((&side["errors"], &side["error_rate"]), (&json!(0), &json!(0.0)));
    assert!(is("requests") > 0.0 && is("seconds") > 0.05 && is("verified") > 0.0, "{side}");
    let (r, cores) = (figure(report, "r_per_core"), figure(report, "server_cores"));
    near(is("requests_per_s"), is("requests") / is("seconds"));
    near(is("share_of_r"), is("requests_per_s") / (r * cores));
    near(is("p99_s"), is("p99_us") / figure(report, "s_us"));
    near(figure(report, "s_us"), 1e6 / r);
    let had = figure(report, "had");
    assert!(had > 0.0 && had <= 1.0, "{had}");
    let quantiles = ["p50_us", "p99_us", "p999_us", "max_us"].map(is);
    assert!(quantiles[0] > 0.0 && quantiles.is_sorted(), "{quantiles:?}");
    let counted = side["histogram"].as_array().expect("a list").iter();
    let counted: u64 = counted.map(|bucket| bucket[1].as_u64().expect("a count")).sum();
    assert_eq!(json!(counted), side["requests"], "the histogram has all of them");
    if cfg!(target_os = "linux") {
        assert!(is("cpu_us_per_request") > 0.0, "{side}");
        near(is("cpu_user_us") + is("cpu_system_us"), is("cpu_us_per_request"));
        let window = &side["windows"][0];
        assert!(figure(window, "memory_bytes") > 1e6 && figure(window, "handles") > 1.0);
    }
}

#[test]
fn creates_are_measured_and_shown_on_a_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = folder.path().join("page.html");
    let report = report("create", &["--html", page.to_str().expect("a path in UTF-8")]);
    assert!(figure(&report, "commands_per_commit") >= 1.0, "{report}");
    let jobs = figure(&report, "jobs_per_request");
    assert_eq!(jobs, 0.0, "the bill is put before its payer in the change that creates it");
    let bytes = figure(&report, "bytes_per_order");
    assert!((500.0..20_000.0).contains(&bytes), "{bytes} bytes for a bill");
    assert_eq!(report["rate"], Json::Null, "a closed loop");
    let page = fs::read_to_string(page).expect("the page was written");
    let bars = page.matches("<rect ").count();
    assert_eq!(bars, report["histogram"].as_array().map_or(0, Vec::len));
    assert!(!page.contains("http://") && !page.contains("https://"), "it loads nothing");
}

#[test]
fn queries_come_at_their_rate() {
    let report = report("query", &["--rate", "40"]);
    assert_eq!((&report["rate"], &report["requests"]), (&json!(40.0), &json!(20)));
    assert!(figure(&report, "requests_per_s") < 60.0, "{report}");
    let share = self::report("query", &["--rate", "0.02R"]);
    let due = 0.02 * figure(&share, "r_before") * figure(&share, "server_cores");
    assert!((figure(&share, "rate") / due - 1.0).abs() < 1e-6, "{share}");
}

#[test]
fn a_mixture_and_reversals_are_measured() {
    let mixed = report("mixed", &[]);
    assert_eq!(mixed["signatures_per_request"], 0.9);
    let reversed = report("reverse", &[]);
    assert!(figure(&reversed, "commands_per_commit") >= 1.0, "{reversed}");
}

#[test]
fn one_sponsor_is_compared_with_many() {
    let report = report("hot", &[]);
    let sides = report["sides"].as_array().expect("a list");
    assert_eq!((&sides[0]["name"], &sides[1]["name"]), (&json!("uniform"), &json!("hot")));
    assert_eq!(sides[0]["requests_ratio"], 1.0);
    assert_eq!(report["requests_per_s"], sides[1]["requests_per_s"]);
    let windows = |side: &Json| side["windows"].as_array().map_or(0, Vec::len);
    assert_eq!((windows(&sides[0]), windows(&sides[1])), (5, 5), "in turns");
}

#[test]
fn few_orders_are_compared_with_more() {
    let report = report("growth", &["--orders", "100,1000"]);
    let sides = report["sides"].as_array().expect("a list");
    assert_eq!(sides[1]["name"], "1000 orders");
    let bytes = figure(&sides[1], "bytes_per_order");
    assert!((300.0..10_000.0).contains(&bytes), "{bytes} bytes for an order");
    assert!(!cfg!(target_os = "linux") || figure(&sides[1], "cpu_ratio") > 0.0);
}

#[test]
fn callbacks_are_delivered_and_counted_once() {
    let report = report("callbacks", &[]);
    // One job each, and none came twice.
    let jobs = figure(&report, "jobs_per_request");
    assert_eq!(jobs, 0.0, "a callback is no job that the worker does itself");
    assert!(figure(&report, "commands_per_commit") >= 1.0, "{report}");
}

#[test]
fn a_run_with_errors_says_so_first_and_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    // It holds the documented rates, and so refuses most of what comes.
    let served = Served::start(&folder.path().join("data"));
    let merchant = served.merchant("1900001108");
    let merchant = merchant.to_str().expect("a path in UTF-8");
    let args = ["--target", &served.base_url, "--merchant", merchant, "--rate", "500"];
    let output = bench("create", &args);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let first = stderr(&output);
    assert!(first.starts_with(|c: char| c.is_ascii_digit()), "{first}");
    assert!(first.lines().next().is_some_and(|line| line.contains("failed")), "{first}");
    assert!(first.contains("429") && first.contains("FREQUENCY_LIMITED"), "{first}");
    let report: Json = serde_json::from_slice(&output.stdout).expect("JSON");
    assert!(figure(&report, "errors") > 0.0 && figure(&report, "error_rate") > 0.0, "{report}");
    assert_eq!(report["cpu_us_per_request"], Json::Null, "not known of another's process");

    let file = folder.path().join("bad.json");
    fs::write(&file, &output.stdout).expect("a file");
    let file = file.to_str().expect("a path in UTF-8");
    let compared = run(&["bench", "compare", file, file]);
    assert_eq!(compared.status.code(), Some(1), "{}", stdout(&compared));
    assert!(stderr(&compared).contains("failed"), "{}", stderr(&compared));
}

#[test]
fn two_runs_are_compared() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut report = report("query", &["--rate", "40"]);
    let write = |name: &str, report: &Json| {
        let path = folder.path().join(name);
        fs::write(&path, report.to_string()).expect("a file");
        path.to_str().expect("a path in UTF-8").to_owned()
    };
    let a = write("a.json", &report);
    report["requests_per_s"] = json!(2.0 * figure(&report, "requests_per_s"));
    report["cpu_us_per_request"] = Json::Null;
    let b = write("b.json", &report);
    let compared = run(&["bench", "compare", &a, &b, "--json"]);
    assert!(compared.status.success(), "{}", stderr(&compared));
    let compared: Json = serde_json::from_slice(&compared.stdout).expect("JSON");
    assert_eq!(compared["figures"]["requests_per_s"]["ratio"], 2.0);
    assert_eq!(compared["figures"]["p99_s"]["ratio"], 1.0);
    assert!(compared["figures"].get("cpu_us_per_request").is_none(), "one does not know it");
    let text = stdout(&run(&["bench", "compare", &a, &b]));
    assert!(text.contains("B / A") && text.contains("2.000"), "{text}");

    let wrong = run(&["bench", "compare", &a, "/nowhere.json"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(stderr(&wrong).contains("/nowhere.json"), "{}", stderr(&wrong));
}

#[test]
fn what_cannot_be_measured_is_refused() {
    for wrong in [
        &["bench", "create", "--rate", "0"][..],
        &["bench", "create", "--seconds", "0"],
        &["bench", "create", "--server-cpus", "x"],
        &["bench", "create", "--target", "http://127.0.0.1:1"],
        &["bench", "nothing"],
    ] {
        assert_eq!(run(wrong).status.code(), Some(2), "{wrong:?}");
    }
    // Two servers would share a database.
    let shared = bench("growth", &["--orders", "1,2", "--store", "postgres://x"]);
    assert_eq!(shared.status.code(), Some(2));
    assert!(stderr(&shared).contains("--store"), "{}", stderr(&shared));
    let nowhere = bench("create", &["--target", "http://127.0.0.1:1", "--merchant", "/nowhere"]);
    assert_eq!(nowhere.status.code(), Some(1));
    if cfg!(target_os = "linux") {
        let output = bench("create", &["--server-cpus", "1000"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains("1000"), "{}", stderr(&output));
    }
}
