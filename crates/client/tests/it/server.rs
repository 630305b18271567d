//! The client against the real server, in this process, on a real database file.

use std::time::Duration;

use redress::api::compensation::{BillState, Cancel, Create, Query, Receiver};
use redress::api::error::{INVALID_REQUEST, NO_AUTH, NOT_FOUND};
use redress::api::subsidy::{self, CancelResult};
use redress::api::{Fen, compensation, pay};
use redress::crypto::VerifyError;
use redress::{Client, Error, Fate, Merchant, Reqwest, Transport as _};
use redress_server::testing::{TestServer, next_noon};
use redress_server::{Config, DIRECT, PLATFORM, SignTest};

/// A server where it is noon, so that all that a test does is of one day.
pub(crate) async fn start() -> TestServer {
    let configure = |config: &mut Config| {
        // Tests ask again as fast as they can.
        config.rate_limits = false;
        config.clock_until = Some(next_noon());
    };
    let started = TestServer::start_with(configure).await;
    planted(started.expect("a server starts on a free port"))
}

/// A server whose secrets are known to the trail.
pub(crate) fn planted(server: TestServer) -> TestServer {
    redress_trail::keep_logs();
    redress_trail::plant_folder(server.server().data());
    server
}

pub(crate) fn client(server: &TestServer, mchid: &str) -> Client {
    let merchant = Merchant::from_folder(server.merchant(mchid)).expect("the folder is whole");
    Client::builder(merchant).build().expect("the folder names a host")
}

pub(crate) fn create(out_bill_no: &str, amount: i64) -> Create {
    Create {
        receiver: Receiver::transaction_user("1217752501201407033233368018".parse().expect("id")),
        out_bill_no: out_bill_no.parse().expect("a number"),
        amount: Fen::new(amount),
        transfer_remark: "直播违规扣罚".parse().expect("a remark"),
        sponsor_mchid: "1900001109".parse().expect("a merchant"),
        transfer_scene_id: None,
        user_recv_perception: None,
    }
}

#[tokio::test]
async fn a_bill_an_order_and_a_subsidy() {
    let server = start().await;
    let (platform, direct) = (client(&server, PLATFORM), client(&server, DIRECT));
    let created = platform.exchange(&create("client1", 10_000)).await.unwrap();
    assert_eq!(created.status, 200);
    assert!(created.request_id.is_some_and(|id| id.ends_with("-0")));
    assert_eq!(created.body.state, BillState::Accepted);

    let query = Query { out_bill_no: "client1".parse().unwrap() };
    let cancel = Cancel { out_bill_no: "client1".parse().unwrap() };
    let bill = platform.send(&query).await.unwrap();
    assert_eq!((&bill.bill_id, bill.amount), (&created.body.bill_id, Fen::new(10_000)));
    assert_eq!(platform.send(&cancel).await.unwrap().state, BillState::Canceling);
    while platform.send(&query).await.unwrap().state != BillState::Cancelled {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let by_id = compensation::QueryById { bill_id: bill.bill_id };
    assert_eq!(platform.send(&by_id).await.unwrap(), platform.send(&query).await.unwrap());

    let reverse = pay::Reverse {
        out_trade_no: "1217752501201407033233368018".parse().unwrap(),
        appid: "wxd678efh567hg6787".parse().unwrap(),
        mchid: DIRECT.parse().unwrap(),
    };
    let first = direct.send(&reverse).await.unwrap();
    assert_eq!(direct.send(&reverse).await.unwrap(), first, "again: the same answer");

    let subsidy = subsidy::Cancel {
        sub_mchid: "1900013401".parse().unwrap(),
        transaction_id: "4208450740201411110007820472".parse().unwrap(),
        description: "订单退款".parse().unwrap(),
    };
    assert_eq!(platform.send(&subsidy).await.unwrap().result, CancelResult::Success);
    server.stop().await;
}

#[tokio::test]
async fn refusals_are_signed_and_certain() {
    let server = start().await;
    let (platform, direct) = (client(&server, PLATFORM), client(&server, DIRECT));
    let query = Query { out_bill_no: "nobody".parse().unwrap() };
    let unknown = platform.send(&query).await.unwrap_err();
    assert!(unknown.is(NOT_FOUND), "{unknown}");
    assert_eq!(unknown.fate(), Fate::Rejected);
    let foreign = direct.send(&query).await.unwrap_err();
    assert!(foreign.is(NO_AUTH), "{foreign}");

    platform.send(&create("client2", 1)).await.unwrap();
    let other = platform.send(&create("client2", 2)).await.unwrap_err();
    assert!(other.is(INVALID_REQUEST), "{other}");
    assert!(other.api().is_some_and(|api| api.verified && api.message.contains("不一致")));
    server.stop().await;
}

#[tokio::test]
async fn an_answer_of_another_platform_is_not_believed() {
    let (server, other) = (start().await, start().await);
    let merchant = Merchant::from_folder(server.merchant(PLATFORM)).unwrap();
    let key = Merchant::from_folder(other.merchant(PLATFORM)).unwrap();
    let ring = key.platform_keys();
    let foreign = ring.get(key.public_key_id()).expect("its own key").clone();
    let serial = merchant.public_key_id().clone();
    let fooled = merchant.with_platform_key(serial, foreign);
    let client = Client::builder(fooled).build().unwrap();
    let error = client.send(&create("client3", 1)).await.unwrap_err();
    assert!(matches!(error, Error::Verify { .. }), "{error}");
    assert_eq!(error.fate(), Fate::Unknown, "the bill was made; its answer is not believed");
    server.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn a_probe_is_refused_and_what_it_answers_has_happened() {
    let probing = SignTest::new(1.0).expect("a share");
    let server =
        planted(TestServer::start_with(|config| config.sign_test = probing).await.unwrap());
    for _ in 0..3 {
        let error = client(&server, PLATFORM).send(&create("probed", 10_000)).await.unwrap_err();
        let Error::Verify { status, source, .. } = &error else { panic!("{error:?}") };
        assert_eq!((status.as_u16(), source), (200, &VerifyError::Probe));
        assert_eq!(error.fate(), Fate::Unknown);
    }
    // The same number, asked for again where nothing is probed, is the bill that was made.
    let server = TestServer::start_in(server.stop().await, |_| {}).await.unwrap();
    let query = Query { out_bill_no: "probed".parse().unwrap() };
    let bill = client(&server, PLATFORM).send(&query).await.unwrap();
    assert_eq!(bill.amount, Fen::new(10_000));
}

#[tokio::test]
async fn what_is_signed_here_can_be_sent_by_others() {
    let server = start().await;
    let client = client(&server, PLATFORM);
    let signed = client.sign(&create("signed1", 100)).await.unwrap();
    let query = Query { out_bill_no: "signed1".parse().unwrap() };
    assert!(client.send(&query).await.unwrap_err().is(NOT_FOUND), "nothing was sent");

    let http = Reqwest::new(Duration::from_secs(5), Duration::from_secs(5)).unwrap();
    let answer = http.call(signed.clone()).await.unwrap();
    assert_eq!(answer.status(), 200, "{:?}", answer.body());
    assert_eq!(client.send(&query).await.unwrap().amount, Fen::new(100));

    let target = signed.uri().path_and_query().unwrap().as_str();
    let (method, body) = (signed.method().clone(), signed.body().clone());
    let again = client.sign_call(method, target, body).await.unwrap();
    assert_eq!((again.uri(), again.body()), (signed.uri(), signed.body()));
    assert_ne!(again.headers()["Authorization"], signed.headers()["Authorization"]);
    assert_eq!(http.call(again).await.unwrap().status(), 200, "the same number, the same bill");
}
