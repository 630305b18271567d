//! Several nodes on one PostgreSQL: they start together, follow each other, and are restarted or
//! killed without anybody losing anything.

mod chaos;
#[path = "../../../store/tests/cluster/pair.rs"]
mod pair;
mod proxy;
mod receiver;
mod serving;
mod traffic;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redress::api::pay;
use redress::{Client, Failover};
use serde_json::{Value as Json, json};

use self::proxy::Proxy;
use self::serving::Nodes;
use crate::cluster;
use crate::served::{run, stderr, stdout};

/// An order of the demo world.
const ORDER: &str = "1217752501201407033233368018";
/// What is said to take two seconds.
const FOLLOWED_MAX: Duration = Duration::from_secs(3);

fn http() -> reqwest::Client {
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0);
    client.timeout(Duration::from_secs(10)).build().expect("an HTTP client")
}

async fn control(url: &str, path: &str, body: &Json) -> Json {
    let request = http().post(format!("{url}/_control{path}"));
    let request = request.header("content-type", "application/json").body(body.to_string());
    let answer = request.send().await.expect("an answer");
    let (status, text) = (answer.status(), answer.text().await.expect("a body"));
    assert!(status.is_success(), "{path}: {text}");
    serde_json::from_str(&text).expect("JSON")
}

async fn shown(url: &str, path: &str) -> Json {
    let answer = http().get(format!("{url}/_control{path}")).send().await.expect("an answer");
    serde_json::from_str(&answer.text().await.expect("a body")).expect("JSON")
}

/// A question that merchants may ask, and that needs their key and the platform's.
fn question(mchid: &str, out_trade_no: &str) -> pay::Query {
    let out_trade_no = out_trade_no.parse().expect("a number");
    pay::Query { out_trade_no, mchid: mchid.parse().expect("a merchant") }
}

/// Whether a node believes a merchant, and the merchant the node: of an order that there is not,
/// the answer says so, well signed.
async fn is_believed(nodes: &Nodes, at: usize, mchid: &str) -> bool {
    let client = Client::builder(nodes.merchant(mchid)).base_url(nodes.url(at)).build();
    let asked = client.expect("a client").send(&question(mchid, "none-of-ours")).await;
    asked.is_err_and(|error| error.code() == Some("ORDER_NOT_EXIST"))
}

/// Waits for what a node follows another in.
async fn followed(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < FOLLOWED_MAX, "{what}: not in time");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The key that a node signs its answer to a merchant with.
async fn signer(nodes: &Nodes, at: usize, mchid: &str) -> String {
    let client = Client::builder(nodes.merchant(mchid)).base_url(nodes.url(at)).build();
    let signed =
        client.expect("a client").sign(&question(mchid, "none-of-ours")).await.expect("a request");
    let (head, body) = signed.into_parts();
    let request = http().request(head.method, head.uri.to_string()).headers(head.headers);
    let answer = request.body(body).send().await.expect("an answer");
    let serial = answer.headers().get("wechatpay-serial").expect("a serial number");
    serial.to_str().expect("text").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_make_one_world_and_follow_each_other() {
    let Some(cluster) = cluster::cluster() else { return };
    let store = cluster.place();
    let nodes = Nodes::new(3, &store, &[]);
    nodes.start_all();
    let mut keys = BTreeSet::new();
    for at in 0..3 {
        let status = shown(&nodes.url(at), "/status").await;
        assert_eq!(status["node"], Nodes::name(at));
        assert_eq!((&status["ready"], &status["shared"]), (&json!(true), &json!(true)));
        assert_eq!(status["public_url"], nodes.url(0));
        let platform = shown(&nodes.url(at), "/platform").await;
        keys.insert(format!("{}{}", platform["public_key_id"], platform["certificates"]));
        for mchid in ["1900001109", "1230000109"] {
            assert!(is_believed(&nodes, at, mchid).await, "{mchid} at {at}");
        }
    }
    assert_eq!(keys.len(), 1, "the nodes have different keys: {keys:?}");
    assert_eq!(nodes.merchant("1230000109").base_url(), nodes.url(0));

    // A merchant that one node makes, another serves at once.
    let merchant = json!({ "mchid": "1900007001", "roles": ["direct"] });
    control(&nodes.url(0), "/merchants", &merchant).await;
    assert!(is_believed(&nodes, 1, "1900007001").await);

    // Which keys a merchant has, and a new certificate.
    let before = signer(&nodes, 1, "1900007001").await;
    assert!(before.starts_with("PUB_KEY_ID_"), "{before}");
    let certificate = json!({ "platform_keys": "certificate" });
    control(&nodes.url(0), "/merchants/1900007001/platform-keys", &certificate).await;
    followed("the merchant's keys", async || signer(&nodes, 1, "1900007001").await != before).await;
    let first = signer(&nodes, 2, "1900007001").await;
    control(&nodes.url(1), "/platform/rotate", &json!({ "overlap_seconds": 0 })).await;
    let second = signer(&nodes, 1, "1900007001").await;
    assert_ne!(first, second);
    followed("the certificate", async || signer(&nodes, 2, "1900007001").await == second).await;

    // Business time.
    control(&nodes.url(2), "/clock/step", &json!({ "seconds": 3600 })).await;
    let offset = async || shown(&nodes.url(0), "/clock").await["offset_seconds"] == 3600;
    followed("business time", offset).await;

    // Which node has answered.
    let listed = shown(&nodes.url(1), "/requests").await;
    assert_eq!(listed["items"][0]["node"], "node-1");
    let metrics = http().get(format!("{}/metrics", nodes.url(2))).send().await.expect("an answer");
    let metrics = metrics.text().await.expect("a body");
    let named = r#"redress_node_info{node="node-2",store="postgres"} 1"#;
    assert!(metrics.contains(named), "{metrics}");
    let url = nodes.url(1);
    let listed = run(&["requests", "list", "--server", &url]);
    let said = stdout(&listed);
    assert!(said.contains("node") && said.contains("node-1"), "{said}{}", stderr(&listed));

    // A folder of another world is refused before it does harm.
    let other = tempfile::tempdir().expect("a folder");
    let data = other.path().join("data");
    let data = data.to_str().expect("a path in UTF-8");
    let foreign = run(&["serve", "--listen", "127.0.0.1:0", "--store", &store, "--data", data]);
    assert!(!foreign.status.success());
    assert!(stderr(&foreign).contains("not the data folder of this database"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readyz_tells_of_a_database_that_is_gone_and_of_its_return() {
    let Some(cluster) = cluster::cluster() else { return };
    let line = Proxy::start(vec![cluster.port]).await;
    let place = cluster
        .place()
        .replace(&format!("127.0.0.1:{}", cluster.port), &format!("127.0.0.1:{}", line.port));
    let nodes = Nodes::new(1, &place, &[]);
    nodes.start_all();
    let status = async |path: &str| {
        let answer = http().get(format!("{}{path}", nodes.url(0))).send().await;
        answer.expect("an answer").status().as_u16()
    };
    assert_eq!(status("/readyz").await, 200);
    // Nothing comes through, and nobody says so.
    line.slow(600_000);
    let start = Instant::now();
    while status("/readyz").await != 503 {
        assert!(start.elapsed() < Duration::from_secs(8), "it still says that it is ready");
    }
    assert_eq!(status("/livez").await, 200);
    let shown = shown(&nodes.url(0), "/status").await;
    assert_eq!(shown["why_not"], "the store does not answer");
    line.slow(0);
    line.cut();
    let start = Instant::now();
    while status("/readyz").await != 200 {
        assert!(start.elapsed() < Duration::from_secs(30), "it does not come back");
    }
    assert!(is_believed(&nodes, 0, "1230000109").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_rolling_restart_is_not_noticed() {
    let Some(cluster) = cluster::cluster() else { return };
    let nodes = Arc::new(Nodes::new(2, &cluster.place(), &["--stop-grace", "1"]));
    nodes.start_all();
    let balancer = Proxy::start(nodes.ports()).await;
    let url = format!("http://127.0.0.1:{}", balancer.port);
    let (is_over, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let callers: Vec<_> = (0..3)
        .map(|number| {
            // Two go by the balancer, one knows both nodes.
            let client = Client::builder(nodes.merchant("1230000109"));
            let client = match number {
                2 => {
                    client.base_url(nodes.url(0)).standby(nodes.url(1), Failover::OnConnectFailure)
                }
                _ => client.base_url(&url),
            };
            let client = client.build().expect("a client");
            let (is_over, answered) = (Arc::clone(&is_over), Arc::clone(&answered));
            tokio::spawn(async move {
                while !is_over.load(Ordering::Relaxed) {
                    client.send(&question("1230000109", ORDER)).await.expect("no error is seen");
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for at in [0, 1, 0] {
        let before = answered.load(Ordering::Relaxed);
        nodes.ask_to_stop(at);
        // It says so while it still serves.
        let ready = format!("{}/readyz", nodes.url(at));
        let start = Instant::now();
        loop {
            let answer = http().get(&ready).send().await.expect("it does not close at once");
            assert_eq!(answer.headers()["redress-node"], Nodes::name(at).as_str());
            if answer.status() == 503 {
                break;
            }
            assert!(start.elapsed() < Duration::from_secs(1), "it never said that it stops");
        }
        let stopping = Arc::clone(&nodes);
        let restart = move || {
            let ended = stopping.ended(at);
            stopping.start(at);
            ended
        };
        let ended = tokio::task::spawn_blocking(restart).await.expect("it ends");
        assert!(ended.success(), "{ended}");
        assert!(answered.load(Ordering::Relaxed) > before, "nobody was served meanwhile");
    }
    is_over.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.expect("no error was seen");
    }
}
