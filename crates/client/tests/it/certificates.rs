//! The platform's certificates against the real server: fetched without knowing one, then trusted.

use redress::api::error::RESOURCE_NOT_EXISTS;
use redress::api::{OutTradeNo, pay};
use redress::crypto::ApiV3Key;
use redress::{CertificatesError, Client, Merchant};
use redress_server::DIRECT;
use redress_server::testing::TestServer;

use crate::orders::act;
use crate::server::{client, start};

async fn trust(server: &TestServer, keys: &str) {
    let path = format!("merchants/{DIRECT}/platform-keys");
    act(server, &path, format!(r#"{{"platform_keys":"{keys}"}}"#)).await;
}

fn query() -> pay::Query {
    let out_trade_no: OutTradeNo = "1217752501201407033233368018".parse().expect("a number");
    pay::Query { out_trade_no, mchid: DIRECT.parse().expect("a merchant") }
}

#[tokio::test]
async fn a_merchant_with_certificates_alone_fetches_and_trusts_them() {
    let server = start().await;
    let without = client(&server, DIRECT);
    let CertificatesError::Call(error) = without.certificates().await.unwrap_err() else {
        panic!("the list is refused")
    };
    assert!(error.is(RESOURCE_NOT_EXISTS), "{error}");
    trust(&server, "certificate").await;
    without.send(&query()).await.expect("an unknown certificate is fetched, and then trusted");

    let [certificate] = without.certificates().await.unwrap().try_into().unwrap();
    let knowing = without.merchant().clone().with_certificate(&certificate);
    let knowing = Client::builder(knowing).build().unwrap();
    knowing.send(&query()).await.unwrap();

    // The next one is listed before it signs; the folder has both.
    act(&server, "platform/rotate", "{}".to_owned()).await;
    let [old, next] = knowing.certificates().await.unwrap().try_into().unwrap();
    assert_eq!(old, certificate);
    knowing.send(&query()).await.unwrap();
    let both = client(&server, DIRECT);
    for known in [&old, &next] {
        let ring = both.merchant().platform_keys();
        assert_eq!(ring.get(known.serial()), Some(known.public_key()));
    }
    act(&server, "platform/rotate", r#"{"overlap_seconds":0}"#.to_owned()).await;
    both.send(&query()).await.expect("one that came too suddenly is fetched when it is met");
    client(&server, DIRECT).send(&query()).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn certificates_are_opened_with_the_right_key_only() {
    let server = start().await;
    trust(&server, "both").await;
    let folder = || Merchant::from_folder(server.merchant(DIRECT)).unwrap();
    // Both are alive: the public key that the client names, and the certificate.
    let client = Client::builder(folder()).build().unwrap();
    assert_eq!(client.certificates().await.unwrap().len(), 1);
    client.send(&query()).await.unwrap();

    let stranger = folder().with_apiv3_key(ApiV3Key::generate());
    let error = Client::builder(stranger).build().unwrap().certificates().await.unwrap_err();
    assert!(matches!(error, CertificatesError::Open(_)), "{error}");
    server.stop().await;
}
