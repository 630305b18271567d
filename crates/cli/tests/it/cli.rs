//! Each command, its output and its exit status.

use serde_json::Value as Json;

use crate::served::{COMPENSATION, Served, json, redress, run, stderr, stdout};

#[test]
fn demo_shows_five_operations_and_a_balanced_ledger() {
    let output = run(&["demo"]);
    let text = stdout(&output);
    assert!(output.status.success(), "{text}{}", stderr(&output));
    for word in [
        "compensate create",
        "compensate query",
        "compensate cancel",
        "reverse",
        "subsidy cancel",
        "WAIT_USER_CONFIRM → SUCCESS",
        "WAIT_USER_CONFIRM → CANCELLED",
        "SUCCESS → REVOKED",
        "announced → cancelled",
        "88.00 paid back",
    ] {
        assert!(text.contains(word), "{word} is missing in\n{text}");
    }
    assert!(!text.contains('\u{1b}'), "no colours into a pipe");
}

#[test]
fn demo_speaks_json() {
    let output = run(&["demo", "--json"]);
    let told = json(&output);
    assert!(output.status.success());
    assert_eq!(told["verify"]["clean"], true);
    let sum = |when: &str| -> i64 {
        let accounts = told["ledger"][when].as_array().expect("accounts");
        accounts.iter().map(|account| account["balance"].as_i64().expect("fen")).sum()
    };
    assert_eq!((sum("before"), sum("after")), (0, 0));
    assert!(told["steps"].as_array().expect("steps").iter().all(|step| step["status"] == 200));
}

#[test]
fn the_operations_work_one_by_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("a path in UTF-8").to_owned();
    let operate = |args: &[&str]| run(&[args, &["--json", "--data", &data]].concat());

    let created = operate(&[&["compensate", "create", "cli1"][..], &COMPENSATION].concat());
    assert_eq!(json(&created)["state"], "ACCEPTED");
    let queried = operate(&["compensate", "query", "cli1"]);
    assert_eq!(json(&queried)["amount"], 100);
    let cancelled = operate(&["compensate", "cancel", "cli1"]);
    assert_eq!(json(&cancelled)["state"], "CANCELING");
    let reversed = operate(&["reverse", "1217752501201407033233368018"]);
    assert_eq!(json(&reversed)["mchid"], "1230000109");
    let subsidy = operate(&[
        "subsidy",
        "cancel",
        "4208450740201411110007820472",
        "--sub-mchid",
        "1900013401",
        "--description",
        "订单退款",
    ]);
    assert_eq!(json(&subsidy)["result"], "SUCCESS");

    let unknown = operate(&["compensate", "query", "nobody"]);
    assert_eq!(unknown.status.code(), Some(1));
    let said = stderr(&unknown);
    assert!(said.contains("NOT_FOUND") && said.contains("nothing was done"), "{said}");

    let verified = run(&["verify", "--json", "--data", &data]);
    assert_eq!(json(&verified)["clean"], true, "verify works beside a server");
}

#[test]
fn call_signs_anything_and_verifies_the_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let merchant = served.merchant("1230000109");
    let merchant = merchant.to_str().expect("a path in UTF-8");
    let path = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018/reverse";
    let body = r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109"}"#;

    let called = run(&["call", "POST", path, "--json", body, "--merchant", merchant, "--full"]);
    let answer = json(&called);
    assert_eq!((&answer["status"], &answer["verified"]), (&Json::from(200), &Json::from(true)));

    let refused = run(&["call", "POST", path, "--json", "{}", "--merchant", merchant]);
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(json(&refused)["code"], "PARAM_ERROR");
    assert!(stderr(&refused).contains("Request-ID"), "{}", stderr(&refused));

    let nobody = run(&["call", "GET", "/v3/nothing", "--merchant", "/nowhere"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(stderr(&nobody).contains("redress serve"), "says what to do next: {}", stderr(&nobody));
}

#[test]
fn serve_stops_on_sigterm_and_keeps_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let served = Served::start(&data);
    let argument = data.to_str().expect("a path in UTF-8").to_owned();
    let create = ["compensate", "create", "kept", "--json", "--data", &argument];
    let created = run(&[&create[..], &COMPENSATION].concat());
    let bill_id = json(&created)["bill_id"].clone();
    assert!(served.terminate().success(), "SIGTERM is an orderly end");

    let _again = Served::start(&data);
    let queried = run(&["compensate", "query", "kept", "--json", "--data", &argument]);
    assert_eq!(json(&queried)["bill_id"], bill_id);
}

#[test]
fn a_second_server_on_the_same_folder_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let served = Served::start(&folder.path().join("data"));
    let data = served.data.to_str().expect("a path in UTF-8");
    let second = run(&["serve", "--listen", "127.0.0.1:0", "--data", data]);
    assert_eq!(second.status.code(), Some(1));
    let reset = run(&["reset", "--yes", "--data", data]);
    assert_eq!(reset.status.code(), Some(1), "a world in use is not deleted");
    assert!(served.data.join("redress.db").exists());
}

#[test]
fn reset_asks_and_deletes_only_a_data_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    assert!(Served::start(&data).terminate().success());
    let argument = data.to_str().expect("a path in UTF-8");
    let unasked = run(&["reset", "--data", argument]);
    assert_eq!(unasked.status.code(), Some(1), "without a terminal it wants --yes");
    assert!(data.exists());
    assert!(run(&["reset", "--yes", "--data", argument]).status.success());
    assert!(!data.exists());

    let other = folder.path().join("other");
    std::fs::create_dir(&other).expect("a folder");
    let refused = run(&["reset", "--yes", "--data", other.to_str().expect("UTF-8")]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(other.exists());
}

#[test]
fn verify_without_a_world_says_so() {
    let output = run(&["verify", "--data", "/nowhere"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("--data"), "{}", stderr(&output));
}

#[test]
fn usage_errors_exit_2_and_help_exits_0() {
    assert_eq!(run(&["nonsense"]).status.code(), Some(2));
    assert_eq!(run(&["compensate", "query", "no-dashes"]).status.code(), Some(2));
    for args in [&["--help"][..], &["serve", "--help"], &["call", "--help"], &["--version"]] {
        let output = run(args);
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}");
    }
    // A share that is none says what one is.
    for share in ["1.5", "-1", "ten"] {
        let output = run(&["serve", &format!("--sign-test={share}")]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("from 0 (no probes"), "{}", stderr(&output));
    }
    let help = stdout(&run(&["serve", "--help"]));
    for variable in [
        "REDRESS_DATA",
        "REDRESS_LISTEN",
        "REDRESS_CONTROL_TOKEN",
        "REDRESS_NO_RATE_LIMIT",
        "REDRESS_SIGN_TEST",
    ] {
        assert!(help.contains(variable), "{variable} is not in\n{help}");
    }
}

#[test]
fn completions_and_assumptions_print() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(stdout(&run(&["completions", shell])).contains("redress"));
    }
    assert!(stdout(&run(&["assumptions"])).contains("assumed:"));
    assert!(json(&run(&["assumptions", "--json"])).as_array().is_some_and(|all| all.len() > 20));
}

#[test]
fn man_pages_print_and_are_written() {
    let page = stdout(&run(&["man"]));
    assert!(page.contains(".TH") && page.contains("redress\\-call(1)"), "{page}");
    let folder = tempfile::tempdir().expect("a folder");
    let pages = folder.path().join("man1");
    assert!(run(&["man", pages.to_str().expect("UTF-8")]).status.success());
    for name in ["redress.1", "redress-call.1", "redress-compensate-create.1"] {
        let page = std::fs::read_to_string(pages.join(name)).expect("a page");
        assert!(page.contains(".TH"), "{name}");
    }
    let create =
        std::fs::read_to_string(pages.join("redress-compensate-create.1")).expect("a page");
    assert!(create.contains("\\-\\-transaction\\-id"), "{create}");
}

#[test]
fn colours_follow_the_usual_variables() {
    let forced = redress().arg("assumptions").env("CLICOLOR_FORCE", "1").output().expect("runs");
    assert!(stdout(&forced).contains('\u{1b}'));
    let none = redress()
        .arg("assumptions")
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .output()
        .expect("runs");
    assert!(!stdout(&none).contains('\u{1b}'));
}

#[test]
fn a_server_that_probes_is_not_believed() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let served = Served::start_with(&data, &["--sign-test", "1", "--no-rate-limit"]);
    let data = data.to_str().expect("UTF-8");
    let output = run(&["compensate", "query", "plfk2020042013", "--data", data]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("probe"), "{}", stderr(&output));
    assert!(served.terminate().success());
}
