//! `kill -9` at random moments under load: nothing that was acknowledged is lost, nothing is
//! doubled, every invariant holds.
//!
//! `REDRESS_CRASH_ROUNDS` says how often (8 by default).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redress::api::compensation::{BillState, Cancel, Create, Query, Receiver};
use redress::api::{Endpoint, Fen, pay};
use redress::crypto::random_bytes;
use redress::{Client, Merchant, Retry};
use serde_json::{Value as Json, json};
use tokio::sync::Mutex;

use crate::served::{Served, run, stdout};

/// Callers at once.
const CALLERS: u64 = 8;
const FUNDS: i64 = 100_000_000;

/// What callers were told, and must find again.
#[derive(Default)]
struct Told {
    bills: BTreeMap<String, Bill>,
    /// Orders whose reversal was acknowledged.
    reversed: Vec<String>,
    /// Creates that were sent and never answered.
    unanswered: Vec<String>,
}

#[derive(Clone)]
struct Bill {
    bill_id: String,
    cancelled: bool,
    confirmed: bool,
}

struct Load {
    platform: Client,
    direct: Client,
    control: reqwest::Client,
    base_url: String,
    told: Arc<Mutex<Told>>,
    next: Arc<AtomicU64>,
}

fn client(served: &Served, mchid: &str) -> Client {
    let merchant = Merchant::from_folder(served.merchant(mchid)).expect("a merchant's folder");
    let timeout = Duration::from_secs(10);
    Client::builder(merchant).timeout(timeout).retry(Retry::none()).build().expect("a client")
}

fn create(out_bill_no: &str) -> Create {
    Create {
        receiver: Receiver::transaction_user(
            "1217752501201407033233368018".parse().expect("a transaction"),
        ),
        out_bill_no: out_bill_no.parse().expect("a number"),
        amount: Fen::new(3),
        transfer_remark: "崩溃测试".parse().expect("a remark"),
        sponsor_mchid: "1900001109".parse().expect("a merchant"),
        transfer_scene_id: None,
        user_recv_perception: None,
    }
}

impl Load {
    fn new(served: &Served, told: &Arc<Mutex<Told>>, next: &Arc<AtomicU64>) -> Self {
        Self {
            platform: client(served, "1900001108"),
            direct: client(served, "1230000109"),
            control: reqwest::Client::builder().no_proxy().build().expect("an HTTP client"),
            base_url: served.base_url.clone(),
            told: Arc::clone(told),
            next: Arc::clone(next),
        }
    }

    async fn control(&self, path: &str, body: &Json) -> Option<Json> {
        let request = self
            .control
            .post(format!("{}/_control{path}", self.base_url))
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = request.send().await.ok()?;
        let good = response.status().is_success();
        let body = response.bytes().await.ok()?;
        serde_json::from_slice(&body).ok().filter(|_| good)
    }

    /// Calls until the server is gone.
    async fn run(self) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let done = if number % 4 == 3 {
                self.pay_and_reverse(number).await
            } else {
                self.bill(number).await
            };
            if done.is_none() {
                return;
            }
        }
    }

    async fn bill(&self, number: u64) -> Option<()> {
        let out_bill_no = format!("crash{number}");
        let Ok(created) = self.platform.send(&create(&out_bill_no)).await else {
            self.told.lock().await.unanswered.push(out_bill_no);
            return None;
        };
        let bill_id = created.bill_id.to_string();
        let bill = Bill { bill_id, cancelled: false, confirmed: false };
        self.told.lock().await.bills.insert(out_bill_no.clone(), bill);
        if number.is_multiple_of(4) {
            let cancel = Cancel { out_bill_no: out_bill_no.parse().expect("a number") };
            self.platform.send(&cancel).await.ok()?;
            self.note(&out_bill_no, |bill| bill.cancelled = true).await;
        } else if number % 4 == 1 {
            let path = format!("/bills/1900001108/{out_bill_no}/payer");
            let answer = json!({ "answer": "confirm" });
            // Refused while the bill is still on its way to the payer; then it stays open.
            if self.control(&path, &answer).await.is_some() {
                self.note(&out_bill_no, |bill| bill.confirmed = true).await;
            }
        }
        Some(())
    }

    async fn note(&self, out_bill_no: &str, change: impl Fn(&mut Bill)) {
        let mut told = self.told.lock().await;
        change(told.bills.get_mut(out_bill_no).expect("it was acknowledged before"));
    }

    async fn pay_and_reverse(&self, number: u64) -> Option<()> {
        let out_trade_no = format!("crash{number:08}");
        let order = json!({
            "mchid": "1230000109", "appid": "wxd678efh567hg6787", "out_trade_no": out_trade_no,
            "trade_type": "MICROPAY", "amount": 500, "payer": "crash",
        });
        self.control("/orders", &order).await?;
        let reverse = pay::Reverse {
            out_trade_no: out_trade_no.parse().expect("a number"),
            appid: "wxd678efh567hg6787".parse().expect("an appid"),
            mchid: "1230000109".parse().expect("a merchant"),
        };
        self.direct.send(&reverse).await.ok()?;
        self.told.lock().await.reversed.push(out_trade_no);
        Some(())
    }
}

async fn send<E: Endpoint>(client: &Client, request: &E) -> E::Response {
    client.send(request).await.expect("a server that has just started answers")
}

/// What was told must be so.
async fn check(served: &Served, told: &mut Told) {
    let platform = client(served, "1900001108");
    for out_bill_no in std::mem::take(&mut told.unanswered) {
        // Whether it was done or not: the same number again makes it done, once.
        let created = send(&platform, &create(&out_bill_no)).await;
        let bill_id = created.bill_id.to_string();
        told.bills.insert(out_bill_no, Bill { bill_id, cancelled: false, confirmed: false });
    }
    for (out_bill_no, bill) in &told.bills {
        let query = Query { out_bill_no: out_bill_no.parse().expect("a number") };
        let found = send(&platform, &query).await;
        assert_eq!(found.bill_id.as_str(), bill.bill_id, "{out_bill_no} is another bill");
        let state = found.state.known().expect("a known state");
        let cancelled = matches!(state, BillState::Canceling | BillState::Cancelled);
        assert!(!bill.cancelled || cancelled, "the cancel of {out_bill_no} is lost: {state}");
        let paid = state == BillState::Success;
        assert!(!bill.confirmed || paid, "the confirm of {out_bill_no} is lost: {state}");
    }
    for out_trade_no in &told.reversed {
        let url = format!("{}/_control/orders/1230000109/{out_trade_no}", served.base_url);
        let order = reqwest::get(url).await.expect("an answer").text().await.expect("a body");
        let order: Json = serde_json::from_str(&order).expect("an order");
        assert_eq!(order["state"], "REVOKED", "the reversal of {out_trade_no} is lost");
    }
}

/// After the last round: everything, from the folder alone.
fn verify(data: &Path) {
    let verified = run(&["verify", "--data", data.to_str().expect("a path in UTF-8")]);
    assert!(verified.status.success(), "{}", stdout(&verified));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_loses_nothing() {
    let rounds = std::env::var("REDRESS_CRASH_ROUNDS").ok().and_then(|n| n.parse().ok());
    let rounds: u32 = rounds.unwrap_or(8);
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let told = Arc::new(Mutex::new(Told::default()));
    let next = Arc::new(AtomicU64::new(0));
    let (mut bills, mut reversed) = (0, 0);
    for round in 1..=rounds {
        let served = Served::start_with(&data, &["--no-rate-limit"]);
        let callers: Vec<_> =
            (0..CALLERS).map(|_| tokio::spawn(Load::new(&served, &told, &next).run())).collect();
        let [random] = random_bytes();
        tokio::time::sleep(Duration::from_millis(20 + u64::from(random))).await;
        served.kill();
        for caller in callers {
            caller.await.expect("a caller ends when the server is gone");
        }
        let served = Served::start_with(&data, &["--no-rate-limit"]);
        let mut told = told.lock().await;
        check(&served, &mut told).await;
        bills += told.bills.len();
        reversed += told.reversed.len();
        *told = Told::default();
        served.kill();
        verify(&data);
        if round % 20 == 0 {
            eprintln!("round {round}: {bills} bills and {reversed} reversals found again");
        }
    }
    eprintln!("{rounds} kills: {bills} bills and {reversed} reversals acknowledged, none lost");
    assert!(bills > 0 && reversed > 0, "the load did nothing");
    assert!(bills < usize::try_from(FUNDS / 3).expect("small"), "the sponsor ran out of money");
}
