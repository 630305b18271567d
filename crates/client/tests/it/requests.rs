//! What the client sends.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, USER_AGENT};
use http::{Method, Request};
use redress::api::{compensation, partner, pay};
use redress::crypto::verify_request;
use redress::{BuildError, Client, Error, Fate, PRODUCTION, STANDBY};

use crate::fake::{Fake, PUBLIC_KEY_ID, answer, authorization, client, merchant, merchant_key};

fn is_signed(request: &Request<Bytes>) -> bool {
    let target = request.uri().path_and_query().expect("a target").as_str();
    let authorization = authorization(request);
    assert_eq!(authorization.mchid, "1900001108");
    assert_eq!(authorization.serial_no, "1DDE55AD98ED71D6EDD4A4A16996DE7B47773A8C");
    let key = merchant_key().public_key();
    verify_request(&key, &authorization, request.method().as_str(), target, request.body())
}

#[tokio::test]
async fn a_request_is_signed_as_it_is_sent() {
    let (client, fake) = client(vec![answer(
        200,
        r#"{"appid":"wxd678efh567hg6787","mchid":"1230000109","out_trade_no":"a*b-c_d"}"#,
    )]);
    let request = pay::Reverse {
        out_trade_no: "a*b-c_d".parse().expect("a number"),
        appid: "wxd678efh567hg6787".parse().expect("an appid"),
        mchid: "1230000109".parse().expect("a number"),
    };
    client.send(&request).await.expect("an answer");

    let sent = &fake.requests()[0];
    assert_eq!(
        sent.uri(),
        "https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/a%2Ab-c_d/reverse"
    );
    assert_eq!(&**sent.body(), br#"{"appid":"wxd678efh567hg6787","mchid":"1230000109"}"#);
    assert!(is_signed(sent));
    let header = |name| sent.headers()[name].to_str().expect("text");
    assert_eq!(header(ACCEPT), "application/json");
    assert_eq!(header(CONTENT_TYPE), "application/json");
    assert_eq!(header(USER_AGENT), format!("redress/{}", env!("CARGO_PKG_VERSION")));
    assert_eq!(sent.headers()["Wechatpay-Serial"], PUBLIC_KEY_ID);
}

#[tokio::test]
async fn a_query_has_no_body_and_no_content_type() {
    let (client, fake) = client(vec![answer(200, "{}")]);
    let query = compensation::Query { out_bill_no: "plfk2020042013".parse().expect("a number") };
    client.send(&query).await.expect_err("the answer lacks its fields");
    let sent = &fake.requests()[0];
    assert!(sent.body().is_empty() && !sent.headers().contains_key(CONTENT_TYPE));
    assert!(is_signed(sent));
}

#[tokio::test]
async fn a_querys_fields_are_signed_in_its_target() {
    let (client, fake) = client(vec![answer(200, "{}")]);
    let query = partner::Query {
        out_trade_no: "a*b-c_d".parse().expect("a number"),
        sp_mchid: "1900001108".parse().expect("a number"),
        sub_mchid: "1900013401".parse().expect("a number"),
    };
    client.send(&query).await.expect_err("the answer lacks its fields");
    let sent = &fake.requests()[0];
    assert_eq!(
        sent.uri(),
        "https://api.mch.weixin.qq.com/v3/pay/partner/transactions/out-trade-no/a%2Ab-c_d?sp_mchid=1900001108&sub_mchid=1900013401"
    );
    assert!(sent.body().is_empty() && is_signed(sent));
}

#[tokio::test]
async fn a_raw_call_keeps_the_target_and_the_body() {
    let (client, fake) = client(vec![answer(200, "{}"), answer(200, "{}")]);
    let targets = ["/v3/certificates?algorithm_type=ALL&x=%E4%B8%AD+*~", "/v3/any//thing/?"];
    for target in targets {
        let body = Bytes::from_static(b"{\n \"a\" : 1 }");
        client.call_raw(Method::PATCH, target, body).await.expect("an answer");
    }
    for (sent, target) in fake.requests().iter().zip(targets) {
        assert_eq!(sent.uri().to_string(), format!("{PRODUCTION}{target}"));
        assert_eq!(&**sent.body(), b"{\n \"a\" : 1 }");
        assert!(is_signed(sent));
    }
}

#[tokio::test]
async fn a_target_that_would_be_rewritten_is_not_sent() {
    let (client, _) = client(Vec::new());
    for target in [
        "",
        "v3/pay",
        "?a=1",
        "@evil.example/",
        ".evil.example/",
        ":1/v3",
        "/v3/../v2",
        "/v3/./pay",
        "/v3/%2e%2e/v2",
        "/v3/a b",
        "/v3/中",
        "/v3/\"",
        "/v3/?a='",
        "/v3/#part",
        "/v3/\n",
        "/v3\\pay",
    ] {
        let result = client.call_raw(Method::GET, target, Bytes::new()).await;
        let error = result.expect_err(target);
        assert!(matches!(error, Error::Target(_)), "{target:?}: {error:?}");
        assert_eq!(error.fate(), Fate::NotSent);
    }
}

#[test]
fn a_base_url_is_scheme_host_and_port() {
    let build =
        |base_url: &str| Client::builder(merchant()).base_url(base_url).build_with(Fake::default());
    for good in [PRODUCTION, STANDBY, "http://127.0.0.1:8790", "http://127.0.0.1:8790/"] {
        assert!(build(good).is_ok(), "{good}");
    }
    for bad in [
        "",
        "127.0.0.1:8790",
        "ftp://127.0.0.1",
        "https://api.mch.weixin.qq.com/v3",
        "https://api.mch.weixin.qq.com/?a",
        "https://api.mch.weixin.qq.com/#a",
        "https://user:secret@api.mch.weixin.qq.com",
    ] {
        let error = build(bad).expect_err(bad);
        assert!(matches!(error, BuildError::BaseUrl(_)), "{bad}");
        assert!(!error.to_string().contains("secret"));
    }
}
