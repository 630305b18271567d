//! The client that waits for its answers, against the real server, from threads without a runtime.

use std::time::Duration;

use bytes::Bytes;
use http::Method;
use redress::api::compensation::{Cancel, Query};
use redress::api::statement::Trade;
use redress::api::{error::NOT_FOUND, pay, security};
use redress::{
    CodePaid, Ended, Error, Fate, Merchant, Pace, Patience, Sensitive, Settled, blocking,
};
use redress_server::testing::TestServer;
use redress_server::{DIRECT, PLATFORM};
use tokio::runtime::Runtime;

use crate::fake::{answer, client as fake_client, of};
use crate::server::{create, start};
use crate::statements::day_that_was;

const SOON: Patience = Patience {
    limit: Duration::from_secs(20),
    first_wait: Duration::from_millis(2),
    longest_wait: Duration::from_millis(20),
};

/// A server that runs beside the test.
fn serve() -> (Runtime, TestServer) {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime.block_on(start());
    (runtime, server)
}

fn client(server: &TestServer, mchid: &str) -> blocking::Client {
    let merchant = Merchant::from_folder(server.merchant(mchid)).expect("the folder is whole");
    redress::Client::builder(merchant).build_blocking().expect("a client")
}

#[test]
fn calls_wait_for_their_answers() {
    let (runtime, server) = serve();
    let (platform, direct) = (client(&server, PLATFORM), client(&server, DIRECT));
    let query = Query { out_bill_no: of("waited1") };
    assert!(platform.send(&query).unwrap_err().is(NOT_FOUND));
    let settled = platform.settle(&create("waited1", 10_000)).unwrap();
    assert!(matches!(settled, Settled::Answered(_)));
    let cancel = Cancel { out_bill_no: of("waited1") };
    assert_eq!(platform.exchange(&cancel).unwrap().status, 200);
    let ended = platform.until_final_within(&query, SOON).unwrap();
    assert!(matches!(ended, Ended::Final(bill) if bill.state.word() == "CANCELLED"));
    let raw = platform.call_raw(Method::GET, "/v3/certificates", Bytes::new()).unwrap();
    assert!(raw.verified, "{raw:?}");
    assert!(platform.trust().report().keys.iter().any(|key| key.messages > 0));

    redress_trail::plant(redress_trail::Kind::Plaintext, "张三");
    let secret = Sensitive::from("张三");
    let echo = security::Echo {
        notify_url: None,
        echo_message: of("hello"),
        encrypted_echo_message: Some(direct.seal(&secret).unwrap()),
    };
    let echoed = direct.send(&echo).unwrap().encrypted_echo_message.expect("it was sealed");
    assert_eq!(direct.merchant().open_field(&echoed).unwrap().expose_text(), Some("张三"));

    let day = runtime.block_on(day_that_was(&server));
    let trade = Trade { bill_date: day.into(), bill_type: None, sub_mchid: None, tar_type: None };
    let statement = direct.send(&trade).unwrap();
    assert!(!direct.download(&statement).unwrap().is_empty());
    runtime.block_on(server.stop());
    let gone = direct.send(&trade).unwrap_err();
    assert_eq!(gone.fate(), Fate::NotSent, "{gone}");
}

#[test]
fn threads_share_a_client() {
    let (runtime, server) = serve();
    let client = client(&server, PLATFORM);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let client = &client;
            scope.spawn(move || {
                for number in 0..4 {
                    let out_bill_no = format!("shared{thread}x{number}");
                    client.send(&create(&out_bill_no, 1)).unwrap();
                    let query = Query { out_bill_no: of(&out_bill_no) };
                    assert_eq!(client.send(&query).unwrap().out_bill_no.as_str(), out_bill_no);
                }
            });
        }
    });
    runtime.block_on(server.stop());
}

#[test]
fn time_passes_for_a_code_payment() {
    let (pending, paid) = (
        r#"{"mchid":"1230000109","out_trade_no":"till-1","trade_state":"USERPAYING"}"#,
        r#"{"mchid":"1230000109","appid":"wx1","out_trade_no":"till-1","trade_state":"SUCCESS",
          "trade_state_desc":"-"}"#,
    );
    let (client, fake) = fake_client(vec![answer(202, pending), answer(200, paid)]);
    let client = blocking::Client::new(client).unwrap();
    let millis = Duration::from_millis;
    let pace = Pace { first_query: millis(5), query_every: millis(10), ..Pace::default() };
    let mut steps = 0;
    let payment: pay::Codepay = crate::code_payment::payment();
    let paid = client.pay_by_code(&payment).pace(pace).watch(|_| steps += 1).run();
    assert!(matches!(paid, Ok(CodePaid::FoundPaid(_))), "{paid:?}");
    assert_eq!((steps, fake.requests().len()), (4, 2));
}

fn offline() -> blocking::Client<std::sync::Arc<crate::fake::Fake>> {
    let (client, _) = fake_client(vec![answer(404, r#"{"code":"NOT_FOUND","message":"-"}"#)]);
    blocking::Client::new(client).expect("a thread")
}

fn ask<T: redress::Transport>(client: &blocking::Client<T>) -> Error {
    client.send(&Query { out_bill_no: of("b1") }).expect_err("404")
}

#[tokio::test]
#[should_panic(expected = "Cannot start a runtime from within a runtime")]
async fn it_does_not_stop_a_runtime() {
    ask(&offline());
}

#[tokio::test]
async fn it_may_be_used_and_dropped_beside_a_runtime() {
    let client = offline();
    let other = client.clone();
    let code = tokio::task::spawn_blocking(move || ask(&other).code().map(str::to_owned));
    assert_eq!(code.await.unwrap().as_deref(), Some("NOT_FOUND"));
    drop(client);
}
