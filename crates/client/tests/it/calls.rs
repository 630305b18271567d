//! Calls of endpoints that no type describes, their answers read as whatever the caller says.

use bytes::Bytes;
use http::{Method, StatusCode};
use redress::{Answer, Error, Fate, blocking};
use redress_server::PLATFORM;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::fake::{answer, bare, client as fake_client};
use crate::server::{client, create, start};

#[derive(Debug, Deserialize, PartialEq)]
struct Shown {
    out_bill_no: String,
    amount: i64,
    comment: Option<String>,
}

const BILLS: &str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills";

#[tokio::test]
async fn an_answer_is_read_as_the_caller_says() {
    let server = start().await;
    let platform = client(&server, PLATFORM);
    let request = serde_json::to_value(create("called1", 10_000)).unwrap();
    let Answer { status, request_id, body } =
        platform.call::<Shown>(Method::POST, BILLS, &request).await.unwrap();
    assert_eq!((status, request_id.is_some()), (StatusCode::OK, true));
    let shown = Shown { out_bill_no: "called1".to_owned(), amount: 10_000, comment: None };
    assert_eq!(body, shown);

    let query = format!("{BILLS}/out-bill-no/called1");
    let found: Json = platform.call(Method::GET, &query, ()).await.unwrap().body;
    assert_eq!(found["amount"], 10_000);
    let raw = platform.call_raw(Method::GET, &query, Bytes::new()).await.unwrap();
    assert_eq!(serde_json::from_slice::<Json>(&raw.body).unwrap()["bill_id"], found["bill_id"]);

    let nobody = format!("{BILLS}/out-bill-no/nobody");
    let error = platform.call::<Json>(Method::GET, &nobody, ()).await.unwrap_err();
    assert_eq!((error.code(), error.fate()), (Some("NOT_FOUND"), Fate::Rejected));
    server.stop().await;
}

#[tokio::test]
async fn what_is_sent_is_what_prints_and_nothing_is_an_empty_body() {
    let (client, fake) = fake_client(vec![
        answer(200, r#"{"a":1}"#),
        answer(204, ""),
        answer(204, ""),
        answer(204, ""),
        answer(204, ""),
    ]);
    let any = "/v3/any?a=b%2Fc";
    let body = json!({ "name": "张三", "amount": 0 });
    let read = client.call::<Json>(Method::POST, any, &body).await.unwrap();
    assert_eq!(read.body, json!({ "a": 1 }));
    client.call::<()>(Method::POST, any, ()).await.unwrap();
    assert_eq!(client.call::<Json>(Method::PUT, any, ()).await.unwrap().body, Json::Null);
    assert_eq!(client.call::<Option<Shown>>(Method::POST, any, ()).await.unwrap().body, None);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Optional {
        a: Option<i64>,
    }
    let read = client.call::<Optional>(Method::POST, any, ()).await.unwrap();
    assert_eq!(read.body, Optional { a: None });
    let sent = fake.requests();
    assert_eq!(&**sent[0].body(), r#"{"name":"张三","amount":0}"#.as_bytes());
    assert_eq!(sent[0].uri().path_and_query().unwrap(), any);
    assert!(sent[1].body().is_empty());
}

/// There are endpoints whose refusal proves nothing, and none is known here.
#[tokio::test]
async fn a_refusal_of_what_is_not_known_proves_nothing_unless_it_reads_only() {
    let refusal = r#"{"code":"PARAM_ERROR","message":"-"}"#;
    let steps = || vec![answer(400, refusal), answer(401, refusal), bare(400, refusal)];
    for (method, fates) in [
        (Method::GET, [Fate::Rejected, Fate::Rejected, Fate::Unknown]),
        (Method::POST, [Fate::Unknown, Fate::Rejected, Fate::Unknown]),
    ] {
        let (client, fake) = fake_client(steps());
        for fate in fates {
            let error = client.call::<Json>(method.clone(), "/v3/any", ()).await.unwrap_err();
            assert_eq!(error.fate(), fate, "{method} {error}");
        }
        assert_eq!(fake.requests().len(), 3, "each is sent once");
    }
    let (client, _) = fake_client(vec![answer(200, r#"{"out_bill_no":1}"#)]);
    let error = client.call::<Shown>(Method::POST, "/v3/any", ()).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert_eq!(error.fate(), Fate::Unknown);
}

#[tokio::test]
async fn a_body_that_does_not_print_is_not_sent() {
    let (client, fake) = fake_client(Vec::new());
    let body = std::collections::BTreeMap::from([((1, 2), 3)]);
    let error = client.call::<Json>(Method::POST, "/v3/any", &body).await.unwrap_err();
    assert_eq!((error.fate(), error.code()), (Fate::NotSent, Some("PARAM_ERROR")));
    assert!(fake.requests().is_empty());
}

#[test]
fn a_blocking_client_reads_them_too() {
    let (client, _) = fake_client(vec![answer(200, r#"{"a":1}"#)]);
    let client = blocking::Client::new(client).unwrap();
    let read = client.call::<Json>(Method::POST, "/v3/any", json!({})).unwrap();
    assert_eq!(read.body["a"], 1);
}
