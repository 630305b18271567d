//! Which of the two sites a request goes to.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use redress::api::compensation::Query;
use redress::{Client, Failover, Retry, STANDBY, Sent, SuccessRate, Transport, TransportError};
use redress_trail::Seen as _;
use tokio::sync::Notify;

use crate::fake::{
    PUBLIC_KEY_ID, authorization, merchant, merchant_key, of, platform_key, serial, signed_by,
    unsigned,
};

const NOT_FOUND: &str = r#"{"code":"NOT_FOUND","message":"记录不存在"}"#;

/// How the main site does. The standby site is always well.
#[derive(Clone, Copy, PartialEq)]
enum Main {
    Well,
    /// There is no connection.
    Away,
    /// It took the request and is silent.
    Mute,
    /// It says that it cannot.
    Overloaded,
    /// It answers when it is told to.
    Held,
}

struct Two {
    main: Mutex<Main>,
    go: Notify,
    came: Notify,
    requests: Mutex<Vec<Request<Bytes>>>,
}

impl Transport for Two {
    async fn call(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.requests.lock().expect("no panic").push(request.clone());
        let main = *self.main.lock().expect("no panic");
        let well = || {
            let (key, serial) = (platform_key(), serial(PUBLIC_KEY_ID));
            Ok(signed_by(key, &serial, 0, &request, unsigned(404, NOT_FOUND)))
        };
        if request.uri().host() == Some("api2.mch.weixin.qq.com") {
            return well();
        }
        match main {
            Main::Well => well(),
            Main::Away => Err(TransportError::new(Sent::No, "refused")),
            Main::Mute => Err(TransportError::new(Sent::Maybe, "silent")),
            Main::Overloaded => Ok(unsigned(503, "")),
            Main::Held => {
                self.came.notify_one();
                self.go.notified().await;
                well()
            }
        }
    }
}

impl Two {
    fn set(&self, main: Main) {
        *self.main.lock().expect("no panic") = main;
    }

    /// The sites that requests came to since the last time: `m` and `s`.
    fn came(&self) -> String {
        let requests = std::mem::take(&mut *self.requests.lock().expect("no panic"));
        let site = |request: &Request<Bytes>| match request.uri().host() {
            Some("api.mch.weixin.qq.com") => 'm',
            Some("api2.mch.weixin.qq.com") => 's',
            other => panic!("{other:?} is neither"),
        };
        requests.iter().map(site).collect()
    }
}

type TwoClient = Client<Arc<Two>>;

fn client(main: Main, failover: Failover, attempts: u32) -> (TwoClient, Arc<Two>) {
    let two = Arc::new(Two {
        main: Mutex::new(main),
        go: Notify::new(),
        came: Notify::new(),
        requests: Mutex::default(),
    });
    let client = Client::builder(merchant())
        .standby(STANDBY, failover)
        .retry(Retry { attempts, ..Retry::default() })
        .build_with(Arc::clone(&two))
        .expect("a client");
    (client, two)
}

/// Whether the service answered.
async fn send(client: &TwoClient) -> bool {
    let error = client.send(&Query { out_bill_no: of("b1") }).await.seen().expect_err("no success");
    error.code() == Some("NOT_FOUND")
}

#[tokio::test(start_paused = true)]
async fn without_failover_requests_stay_at_the_main_site() {
    for main in [Main::Away, Main::Mute, Main::Overloaded] {
        let (client, two) = client(main, Failover::Off, 3);
        assert!(!send(&client).await);
        assert_eq!(two.came(), "mmm");
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_connection_the_next_attempt_goes_to_the_standby_site() {
    let (client, two) = client(Main::Away, Failover::OnConnectFailure, 3);
    assert!(send(&client).await);
    assert!(send(&client).await);
    assert_eq!(two.came(), "msms", "each request begins at the main site");
}

#[tokio::test(start_paused = true)]
async fn what_may_have_arrived_at_the_main_site_stays_there() {
    for main in [Main::Mute, Main::Overloaded] {
        let (client, two) = client(main, Failover::OnConnectFailure, 3);
        assert!(!send(&client).await);
        assert_eq!(two.came(), "mmm");
    }
}

#[tokio::test(start_paused = true)]
async fn at_the_standby_site_a_request_is_the_same_and_signed_again() {
    let (client, two) = client(Main::Away, Failover::OnConnectFailure, 2);
    assert!(send(&client).await);
    let requests = two.requests.lock().expect("no panic");
    let [main, standby] = &requests[..] else { panic!("{} requests", requests.len()) };
    assert_eq!(main.uri().path_and_query(), standby.uri().path_and_query());
    let signed = authorization(standby);
    assert_ne!(authorization(main).nonce_str, signed.nonce_str);
    let target = standby.uri().path_and_query().expect("a target").as_str();
    let key = merchant_key().public_key();
    assert!(redress::crypto::verify_request(&key, &signed, "GET", target, standby.body()));
}

/// Two of the last four; a minute.
const RATE: SuccessRate = SuccessRate { last: 4, least: 2, pause: Duration::from_secs(60) };

async fn failing(main: Main) -> (TwoClient, Arc<Two>) {
    let (client, two) = client(main, Failover::BySuccessRate(RATE), 1);
    for _ in 0..4 {
        assert!(!send(&client).await);
    }
    assert_eq!(two.came(), "mmmm", "fewer say nothing");
    (client, two)
}

#[tokio::test(start_paused = true)]
async fn when_too_many_fail_requests_keep_away_for_a_while() {
    for main in [Main::Mute, Main::Overloaded] {
        let (client, two) = failing(main).await;
        for _ in 0..8 {
            assert!(send(&client).await);
        }
        assert_eq!(two.came(), "ssssssss");
        two.set(Main::Well);
        tokio::time::advance(Duration::from_secs(59)).await;
        assert!(send(&client).await);
        assert_eq!(two.came(), "s", "the pause is not over");
        tokio::time::advance(Duration::from_secs(2)).await;
        for _ in 0..4 {
            assert!(send(&client).await);
        }
        assert_eq!(two.came(), "mmmm", "it is well again");
    }
}

#[tokio::test(start_paused = true)]
async fn while_it_still_fails_one_request_for_each_pause_finds_that_out() {
    let (client, two) = failing(Main::Overloaded).await;
    for _ in 0..3 {
        tokio::time::advance(Duration::from_secs(61)).await;
        assert!(!send(&client).await);
        for _ in 0..3 {
            assert!(send(&client).await);
        }
        assert_eq!(two.came(), "msss");
    }
}

#[tokio::test(start_paused = true)]
async fn one_tries_the_main_site_while_the_others_keep_away() {
    let (client, two) = failing(Main::Overloaded).await;
    tokio::time::advance(Duration::from_secs(61)).await;
    two.set(Main::Held);
    let first = tokio::spawn({
        let client = client.clone();
        async move { send(&client).await }
    });
    two.came.notified().await;
    for _ in 0..5 {
        assert!(send(&client).await);
    }
    assert_eq!(two.came(), "msssss");
    two.go.notify_one();
    assert!(first.await.expect("no panic"));
    two.set(Main::Well);
    assert!(send(&client).await);
    assert_eq!(two.came(), "m");
}

#[tokio::test(start_paused = true)]
async fn a_few_failures_among_many_successes_change_nothing() {
    let (client, two) = client(Main::Well, Failover::BySuccessRate(RATE), 1);
    for round in 0..12 {
        two.set(if round % 2 == 0 { Main::Well } else { Main::Overloaded });
        send(&client).await;
    }
    assert_eq!(two.came(), "mmmmmmmmmmmm");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_no_failure_of_the_site() {
    let (client, two) = client(Main::Well, Failover::BySuccessRate(RATE), 1);
    for _ in 0..20 {
        assert!(send(&client).await, "404 is an answer");
    }
    assert_eq!(two.came(), "m".repeat(20));
}
