//! Requests that break a rule of their page: refused before they are signed, in the service's own
//! words, unless the client is told not to look.

use redress::api::compensation::Create;
use redress::api::{Fen, combine, error, sharing};
use redress::{Client, Error, Fate, Patience, blocking};
use redress_server::PLATFORM;
use redress_server::testing::TestServer;
use serde_json::Value as Json;

use crate::fake::{client as fake_client, of};
use crate::server::{client, create, start};

/// An amount of nothing.
fn wrong() -> Create {
    create("checked1", 0)
}

const WORDS: &str = "输入源“/body/amount”映射到数值字段“赔付金额”规则校验失败，值低于最小值 1";

fn is_refused(error: &Error, field: &str) {
    assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    assert_eq!((error.fate(), error.is_retryable()), (Fate::NotSent, false));
    assert_eq!(error.code(), Some("PARAM_ERROR"));
    assert!(error.to_string().contains(field), "{error}");
    assert!(error.api().is_none() && error.status().is_none() && error.request_id().is_none());
    assert!(!error.is(error::PARAM_ERROR), "the platform did not say so");
}

/// How many requests the server has had.
async fn seen(server: &TestServer) -> usize {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().expect("a client");
    let list = http.get(format!("{}/_control/requests", server.base_url()));
    let list = list.send().await.expect("an answer").bytes().await.expect("a body");
    let list: Json = serde_json::from_slice(&list).expect("JSON");
    list["items"].as_array().expect("a list").len()
}

#[tokio::test]
async fn every_typed_call_refuses_it_and_sends_nothing() {
    // The script has no step: whatever arrived would panic.
    let (client, fake) = fake_client(Vec::new());
    let wrong = wrong();
    is_refused(&client.send(&wrong).await.unwrap_err(), "/body/amount");
    is_refused(&client.exchange(&wrong).await.unwrap_err(), "/body/amount");
    is_refused(&client.sign(&wrong).await.unwrap_err(), "/body/amount");
    is_refused(&client.settle(&wrong).await.unwrap_err(), "/body/amount");
    let error = client.settle_within(&wrong, Patience::ANSWER).await.unwrap_err();
    assert_eq!(error.to_string(), format!("not sent, PARAM_ERROR: {WORDS}"));

    // Between fields, in a query.
    let of_nothing = sharing::QueryReturn {
        sub_mchid: of("1900000109"),
        out_return_no: of("R20190516001"),
        order_id: None,
        out_order_no: None,
    };
    is_refused(&client.until_final(&of_nothing).await.unwrap_err(), "/query/order_id");
    let nobody = combine::Close {
        combine_out_trade_no: of("C20150806125346"),
        combine_appid: of("wx8888888888888888"),
        sub_orders: Vec::new(),
    };
    is_refused(&client.settle(&nobody).await.unwrap_err(), "/body/sub_orders");
    assert!(fake.requests().is_empty());
}

#[tokio::test]
async fn the_server_sees_nothing_of_it_and_says_the_same_if_it_does() {
    let server = start().await;
    is_refused(&client(&server, PLATFORM).send(&wrong()).await.unwrap_err(), "/body/amount");
    assert_eq!(seen(&server).await, 0);

    let merchant = redress::Merchant::from_folder(server.merchant(PLATFORM)).unwrap();
    let unchecked = Client::builder(merchant).check_requests(false).build().unwrap();
    let error = unchecked.send(&wrong()).await.unwrap_err();
    assert_eq!(seen(&server).await, 1);
    assert!(error.is(error::PARAM_ERROR), "{error}");
    assert_eq!(error.fate(), Fate::Rejected);
    assert_eq!(error.api().map(|answer| answer.message.as_str()), Some(WORDS));
    // A refused number is not used up.
    let good = Create { amount: Fen::new(1), ..wrong() };
    unchecked.send(&good).await.unwrap();
    server.stop().await;
}

#[test]
fn a_blocking_client_refuses_it_too() {
    let (client, fake) = fake_client(Vec::new());
    let client = blocking::Client::new(client).unwrap();
    is_refused(&client.send(&wrong()).unwrap_err(), "/body/amount");
    is_refused(&client.settle(&wrong()).unwrap_err(), "/body/amount");
    assert!(fake.requests().is_empty());
}
