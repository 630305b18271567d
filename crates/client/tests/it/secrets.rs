//! No key shows in what people and logs get to see.

use redress::{Client, Sent, api::compensation};
use redress_trail::Seen as _;

use crate::fake::{bare, client_for, lost, merchant_key};

pub(crate) const APIV3_KEY: &str = "0123456789abcdefghijklmnopqrstuv";

/// A piece from the middle of the merchant's private key.
pub(crate) fn secret_line() -> String {
    let pem = merchant_key().to_pkcs8_pem().expect("a PEM");
    pem.lines().nth(10).expect("a line").to_owned()
}
#[tokio::test]
async fn errors_show_no_key_and_no_signature() {
    let query = compensation::Query { out_bill_no: "plfk2020042013".parse().expect("a number") };
    for step in [lost(Sent::No), lost(Sent::Maybe), bare(200, "{}"), bare(500, "oops")] {
        let error = client_for(step).send(&query).await.seen().expect_err("a failure");
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains(&secret_line()), "{shown}");
        assert!(!shown.contains("WECHATPAY2-SHA256-RSA2048"), "{shown}");
    }
}

#[test]
fn clients_are_shared_between_threads() {
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    is_shared::<Client>();
    fn can_be_spawned<T: Send>(_future: T) {}
    let client = client_for(bare(200, "{}"));
    let query = compensation::Query { out_bill_no: "plfk2020042013".parse().expect("a number") };
    can_be_spawned(client.send(&query));
}
