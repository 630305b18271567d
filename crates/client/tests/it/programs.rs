//! The example programs against the real server: one for each page.

use std::process::{Command, Output};

use redress::api::sharing::{self, ShareStatus};
use redress_server::testing::TestServer;
use redress_server::{DIRECT, PLATFORM, SUB_MERCHANT};
use serde_json::Value as Json;

use crate::server::start;

/// Runs a program for a merchant, with the arguments behind the folder.
async fn run(server: &TestServer, program: &'static str, mchid: &str, more: &[&str]) -> Output {
    let folder = server.merchant(mchid);
    let more: Vec<String> = more.iter().map(|&argument| argument.to_owned()).collect();
    let run = tokio::task::spawn_blocking(move || {
        Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--package", "redress", "--example", program, "--"])
            .arg(folder)
            .args(more)
            .output()
            .expect("cargo runs")
    });
    run.await.expect("no panic")
}

#[tokio::test]
async fn each_pages_program_runs() {
    let server = start().await;
    let certificates = format!("merchants/{DIRECT}/platform-keys");
    crate::orders::act(&server, &certificates, r#"{"platform_keys":"both"}"#.to_owned()).await;
    let programs = [
        ("certificate_list", DIRECT),
        ("security_echo", DIRECT),
        ("compensation_create", PLATFORM),
        ("compensation_query", PLATFORM),
        ("compensation_query_by_id", PLATFORM),
        ("compensation_cancel", PLATFORM),
        ("compensation_pre_transfer", PLATFORM),
        ("compensation_merchant_create", PLATFORM),
        ("compensation_merchant_query", PLATFORM),
        ("fund_balance", PLATFORM),
        ("fund_sub_balance", PLATFORM),
        ("pay_query", DIRECT),
        ("reverse", DIRECT),
        ("pay_query_by_id", DIRECT),
        ("pay_jsapi", DIRECT),
        ("pay_native", DIRECT),
        ("pay_app", DIRECT),
        ("pay_h5", DIRECT),
        ("partner_jsapi", PLATFORM),
        ("partner_native", PLATFORM),
        ("partner_query", PLATFORM),
        ("partner_query_by_id", PLATFORM),
        ("refund_create", PLATFORM),
        ("refund_query", PLATFORM),
        ("refund_ecommerce_apply", PLATFORM),
        ("refund_ecommerce_query", PLATFORM),
        ("refund_ecommerce_query_by_id", PLATFORM),
        ("subsidy_cancel", PLATFORM),
        ("combine_native", DIRECT),
        ("combine_jsapi", PLATFORM),
        ("combine_query", PLATFORM),
        ("combine_close", PLATFORM),
    ];
    for (program, mchid) in programs {
        let output = run(&server, program, mchid, &[]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
        assert!(output.stdout.starts_with(b"{"), "{program} prints the answer");
    }
    server.stop().await;
}

/// The programs that read what happened on a day: it has to be over.
#[tokio::test]
async fn each_program_that_needs_a_day_takes_it() {
    let server = start().await;
    let day = crate::statements::day_that_was(&server).await.to_string();
    for program in ["statement_trade", "statement_fund_flow", "statement_download"] {
        let output = run(&server, program, DIRECT, &[&day]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
        assert!(output.stdout.starts_with(b"{") || output.stdout.starts_with(b"["));
        let output = run(&server, program, DIRECT, &[]).await;
        assert_eq!(output.status.code(), Some(1), "{program}: that day is long gone");
    }
    server.stop().await;
}

/// What was cancelled cannot be paid, so these have a world of their own.
#[tokio::test]
async fn the_programs_of_paid_subsidies_run() {
    let server = start().await;
    crate::orders::act(&server, "clock/step", r#"{"seconds":60}"#.to_owned()).await;
    for program in ["subsidy_create", "subsidy_return"] {
        let output = run(&server, program, PLATFORM, &[]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
        assert!(output.stdout.starts_with(b"{"), "{program} prints the answer");
    }
    server.stop().await;
}

/// The programs whose order the demo world does not have: what they do is for good.
#[tokio::test]
async fn each_program_that_needs_an_order_takes_its_number() {
    let server = start().await;
    let programs =
        [("pay_close", DIRECT), ("partner_close", PLATFORM), ("partner_reverse", PLATFORM)];
    for (program, mchid) in programs {
        let trade_type = if program == "partner_reverse" { "MICROPAY" } else { "NATIVE" };
        crate::orders::place(&server, mchid, program, trade_type, "unpaid").await;
        let output = run(&server, program, mchid, &[program]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
        assert!(output.stdout.starts_with(b"{"), "{program} prints the answer");

        let output = run(&server, program, mchid, &[]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{program}");
        assert!(output.stdout.is_empty() && said.contains("404, ORDER_NOT_EXIST"), "{said}");
    }
    server.stop().await;
}

/// A payer shows a code.
async fn show_code(server: &TestServer, password: bool) -> String {
    let code = reqwest::Client::new()
        .post(format!("{}/_control/auth-codes", server.base_url()))
        .header("content-type", "application/json")
        .body(format!(r#"{{"openid":"o_program","password":{password}}}"#));
    let code = code.send().await.expect("an answer").text().await.expect("a body");
    let code: Json = serde_json::from_str(&code).expect("JSON");
    code["auth_code"].as_str().expect("a code").to_owned()
}

/// A payer shows a code, and the program takes the money: 200, or 202 when a password is asked for.
#[tokio::test]
async fn the_programs_that_take_a_code_take_one() {
    let server = start().await;
    for (program, mchid, number, password, state) in [
        ("pay_codepay", DIRECT, "program1", false, "SUCCESS"),
        ("pay_codepay", DIRECT, "program2", true, "USERPAYING"),
        ("partner_codepay", PLATFORM, "program3", false, "SUCCESS"),
    ] {
        let code = show_code(&server, password).await;
        let output = run(&server, program, mchid, &[number, &code]).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let paid: Json = serde_json::from_slice(&output.stdout).expect("an answer");
        assert_eq!(paid["trade_state"], state);
    }
    let output = run(&server, "pay_codepay", DIRECT, &[]).await;
    assert_eq!(output.status.code(), Some(1), "nobody shows the page's own code");
    server.stop().await;
}

/// A share, from the list of receivers to the finish, on an order that was paid a minute ago.
#[tokio::test]
async fn the_programs_of_sharing_share_an_order() {
    let server = start().await;
    let order = format!(
        r#"{{"mchid":"{PLATFORM}","sub_mchid":"{SUB_MERCHANT}","appid":"wx8888888888888888","out_trade_no":"shared1","transaction_id":"4200000000202611210000000001","trade_type":"JSAPI","amount":5000,"payer":"oUpF8uMuAJO","profit_sharing":true}}"#
    );
    crate::orders::act(&server, "orders", order).await;
    crate::orders::act(&server, "clock/step", r#"{"seconds":60}"#.to_owned()).await;
    let id = &["4200000000202611210000000001"][..];
    let platform = crate::server::client(&server, PLATFORM);
    for (program, more) in [
        ("sharing_add_receiver", &[][..]),
        ("sharing_create", id),
        ("sharing_query", id),
        ("sharing_create_return", &[]),
        ("sharing_query_return", &[]),
        ("sharing_amounts", id),
        ("sharing_finish", id),
        ("sharing_delete_receiver", &[]),
    ] {
        let output = run(&server, program, PLATFORM, more).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
        assert!(output.stdout.starts_with(b"{"), "{program} prints the answer");
        if program == "sharing_create" {
            // What is shared can be taken back once it is there.
            let query = sharing::Query {
                sub_mchid: SUB_MERCHANT.parse().expect("a merchant"),
                transaction_id: id[0].parse().expect("a number"),
                out_order_no: "P20150806125346".parse().expect("a number"),
            };
            while platform.send(&query).await.expect("a share").status != ShareStatus::Finished {
                tokio::time::sleep(std::time::Duration::from_millis(2)).await;
            }
        }
    }
    let output = run(&server, "sharing_amounts", PLATFORM, &["42"]).await;
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("404, RESOURCE_NOT_EXISTS"), "{said}");
    server.stop().await;
}

/// The folder is as it was before the platform had a certificate for this merchant.
async fn sign_with_a_certificate_nobody_knows(server: &TestServer) {
    let trusted = format!("merchants/{DIRECT}/platform-keys");
    crate::orders::act(server, &trusted, r#"{"platform_keys":"certificate"}"#.to_owned()).await;
    for file in std::fs::read_dir(server.merchant(DIRECT)).expect("the folder") {
        let path = file.expect("an entry").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("wechatpay_")) {
            std::fs::remove_file(path).expect("it goes");
        }
    }
}

/// The programs of tasks, each to its result.
#[tokio::test]
async fn each_tasks_program_comes_to_its_result() {
    let server = start().await;
    let folder = tempfile::tempdir().expect("a folder");
    let kept = folder.path().to_str().expect("UTF-8");
    let code = show_code(&server, false).await;
    let results = [
        ("first_call", PLATFORM, &[][..], "/out_bill_no", "task1first".into()),
        ("unknown_outcome", PLATFORM, &[], "/out_bill_no", "task2unknown".into()),
        ("pay_by_code", DIRECT, &["task3code", &code], "/paid/trade_state", "SUCCESS".into()),
        ("callbacks", DIRECT, &[], "/echo_message", "how do you do".into()),
        ("testing_in_process", DIRECT, &[], "/out_bill_no", "task6test".into()),
        ("blocking", DIRECT, &[], "/by_id", "SUCCESS".into()),
        ("failover", DIRECT, &[], "/trade_state", "SUCCESS".into()),
        ("key_migration", DIRECT, &[kept], "/keys/0/messages", 3.into()),
    ];
    for (program, mchid, more, pointer, expected) in results {
        if program == "key_migration" {
            sign_with_a_certificate_nobody_knows(&server).await;
        }
        let output = run(&server, program, mchid, more).await;
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{program}: {said}");
        let told: Json = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(told.pointer(pointer), Some(&expected), "{program}: {told}");
    }
    let kept = std::fs::read_dir(kept).expect("the folder").count();
    assert_eq!(kept, 1, "the certificate was kept");
    server.stop().await;
}
