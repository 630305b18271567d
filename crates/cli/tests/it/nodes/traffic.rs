//! Random traffic of several merchants through our client, and what it was told.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use redress::api::compensation::{Cancel, Create, Receiver};
use redress::api::{Change, Fen, refund};
use redress::{Client, Failover, Fate, Patience, Retry, Settled, SettledOf};
use serde_json::{Value as Json, json};

use super::serving::Nodes;

pub(crate) const PLATFORM: &str = "1900001108";
pub(crate) const DIRECT: &str = "1230000109";
/// Those that the test makes besides.
pub(crate) const MADE: [&str; 2] = ["1900007001", "1900007002"];
const APPID: &str = "wxd678efh567hg6787";
/// What each refunded order is paid with, in fen.
const PAID: i64 = 500;

/// For a call that may find nothing but ruins.
const PATIENT: Patience = Patience {
    limit: Duration::from_secs(60),
    first_wait: Duration::from_millis(200),
    longest_wait: Duration::from_secs(3),
};

/// Random numbers that a seed repeats.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// One below this.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        // splitmix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }
}

/// A bill that was acknowledged.
pub(crate) struct Bill {
    pub(crate) bill_id: String,
    pub(crate) amount: i64,
    pub(crate) is_cancelled: bool,
}

/// A refund that was acknowledged.
pub(crate) struct Refunded {
    pub(crate) mchid: &'static str,
    pub(crate) refund_id: String,
    pub(crate) amount: i64,
}

/// What callers were told.
#[derive(Default)]
pub(crate) struct Told {
    pub(crate) bills: BTreeMap<String, Bill>,
    pub(crate) refunds: BTreeMap<String, Refunded>,
    /// Orders that were placed.
    pub(crate) orders: u64,
    /// What was still open after all patience.
    pub(crate) open: Vec<Open>,
    /// Refusals, of which there should be none.
    pub(crate) refused: Vec<String>,
    calls: u64,
    at_first: u64,
    settled: u64,
    last_success: Option<Instant>,
    longest_outage: Duration,
}

/// A change whose fate is unknown.
pub(crate) enum Open {
    Bill { out_bill_no: String, amount: i64 },
    Refund { mchid: &'static str, out_refund_no: String, out_trade_no: String, amount: i64 },
}

/// A merchant's clients, by the node that they turn to first.
struct Caller {
    /// One attempt.
    plain: Vec<Client>,
    /// As many as by default, at another node if one does not answer.
    patient: Vec<Client>,
}

pub(crate) struct Traffic {
    callers: BTreeMap<&'static str, Caller>,
    http: reqwest::Client,
    urls: Vec<String>,
    receiver: String,
    next: AtomicU64,
    told: Mutex<Told>,
}

impl Traffic {
    /// All merchants have their folders.
    pub(crate) fn new(nodes: &Nodes, receiver: &str) -> Arc<Self> {
        let count = nodes.count();
        let caller = |mchid: &str| {
            let build = |at: usize, is_patient: bool| {
                let client = Client::builder(nodes.merchant(mchid)).base_url(nodes.url(at));
                let client = client.timeout(Duration::from_secs(5));
                let other = nodes.url((at + 1) % count);
                let built = match is_patient {
                    true => client.standby(other, Failover::OnConnectFailure).build(),
                    false => client.retry(Retry::none()).build(),
                };
                built.expect("a client")
            };
            Caller {
                plain: (0..count).map(|at| build(at, false)).collect(),
                patient: (0..count).map(|at| build(at, true)).collect(),
            }
        };
        let all = [PLATFORM, DIRECT, MADE[0], MADE[1]];
        Arc::new(Self {
            callers: all.into_iter().map(|mchid| (mchid, caller(mchid))).collect(),
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(10))
                .build()
                .expect("an HTTP client"),
            urls: (0..count).map(|at| nodes.url(at)).collect(),
            receiver: receiver.to_owned(),
            next: AtomicU64::new(0),
            told: Mutex::default(),
        })
    }

    pub(crate) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().expect("no caller panics with it")
    }

    pub(crate) fn client(&self, mchid: &str) -> &Client {
        &self.callers[mchid].patient[0]
    }

    /// Calls until this moment.
    pub(crate) async fn run(self: Arc<Self>, mut chance: Chance, until: Instant) {
        while Instant::now() < until {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let at = usize::try_from(chance.below(self.urls.len() as u64)).expect("small");
            if chance.below(3) == 0 {
                self.pay_and_refund(number, at, &mut chance).await;
            } else {
                self.bill(number, at, &mut chance).await;
            }
            tokio::time::sleep(Duration::from_millis(60 + chance.below(80))).await;
        }
    }

    /// Sends a change once, and settles it if that was not enough.
    async fn call<E: Change>(&self, mchid: &str, at: usize, request: &E) -> Option<SettledOf<E>> {
        let caller = &self.callers[mchid];
        let first = caller.plain[at].send(request).await;
        self.told().count(first.is_ok());
        let error = match first {
            Ok(answer) => return Some(Settled::Answered(answer)),
            Err(error) => error,
        };
        if error.fate() == Fate::Rejected {
            self.told().refused.push(format!("{} {}: {error}", E::METHOD, E::PATH));
            return None;
        }
        let start = Instant::now();
        loop {
            match caller.patient[at].settle_within(request, PATIENT).await {
                Ok(settled) => {
                    self.told().settled += 1;
                    return Some(settled);
                }
                Err(error) if error.fate() == Fate::Rejected => {
                    self.told().refused.push(format!("{} {}: {error}", E::METHOD, E::PATH));
                    return None;
                }
                // No node took a connection: nothing was done, and it can be tried later.
                Err(error) if error.fate() == Fate::NotSent && start.elapsed() < PATIENT.limit => {
                    tokio::time::sleep(PATIENT.first_wait).await;
                }
                Err(_) => return None,
            }
        }
    }

    async fn bill(&self, number: u64, at: usize, chance: &mut Chance) {
        let out_bill_no = format!("chaos{number}");
        let amount = 1 + i64::try_from(chance.below(3)).expect("small");
        if !self.create(&out_bill_no, amount, at).await {
            self.told().open.push(Open::Bill { out_bill_no, amount });
            return;
        }
        if chance.below(4) == 0 {
            let cancel = Cancel { out_bill_no: out_bill_no.parse().expect("a number") };
            let settled = self.call(PLATFORM, at, &cancel).await;
            if matches!(settled, Some(Settled::Answered(_) | Settled::Found(_))) {
                let mut told = self.told();
                let bill = told.bills.get_mut(&out_bill_no).expect("it was acknowledged before");
                bill.is_cancelled = true;
            }
        }
    }

    /// Whether a bill's creation was acknowledged.
    async fn create(&self, out_bill_no: &str, amount: i64, at: usize) -> bool {
        let create = Create {
            receiver: Receiver::transaction_user(
                "1217752501201407033233368018".parse().expect("a transaction"),
            ),
            out_bill_no: out_bill_no.parse().expect("a number"),
            amount: Fen::new(amount),
            transfer_remark: "多节点测试".parse().expect("a remark"),
            sponsor_mchid: "1900001109".parse().expect("a merchant"),
            transfer_scene_id: None,
            user_recv_perception: None,
        };
        let bill_id = match self.call(PLATFORM, at, &create).await {
            Some(Settled::Answered(created)) => created.bill_id,
            Some(Settled::Found(bill) | Settled::Overtaken(bill)) => bill.bill_id,
            None => return false,
        };
        let bill = Bill { bill_id: bill_id.to_string(), amount, is_cancelled: false };
        self.told().bills.insert(out_bill_no.to_owned(), bill);
        true
    }

    async fn pay_and_refund(&self, number: u64, at: usize, chance: &mut Chance) {
        let mchid = [DIRECT, MADE[0], MADE[1]][usize::try_from(number % 3).expect("small")];
        let out_trade_no = format!("chaos{number:08}");
        if !self.pay(mchid, &out_trade_no, at).await {
            return;
        }
        let amount = 1 + i64::try_from(chance.below(400)).expect("small");
        let out_refund_no = format!("refund{number}");
        if !self.refund(mchid, (&out_refund_no, &out_trade_no), amount, at).await {
            self.told().open.push(Open::Refund { mchid, out_refund_no, out_trade_no, amount });
        }
    }

    /// Places an order that is paid. Nobody promises what the control API does when its answer is
    /// lost, so it is looked for.
    async fn pay(&self, mchid: &str, out_trade_no: &str, at: usize) -> bool {
        let order = json!({
            "mchid": mchid, "appid": APPID, "out_trade_no": out_trade_no,
            "trade_type": "MICROPAY", "amount": PAID, "payer": "chaos",
        });
        for turn in 0..20 {
            let url = &self.urls[(at + turn) % self.urls.len()];
            let place = self.http.post(format!("{url}/_control/orders"));
            let place = place.header("content-type", "application/json").body(order.to_string());
            let placed = place.send().await.is_ok_and(|answer| answer.status().is_success());
            let look = self.http.get(format!("{url}/_control/orders/{mchid}/{out_trade_no}"));
            if placed || look.send().await.is_ok_and(|answer| answer.status().is_success()) {
                self.told().orders += 1;
                return true;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        false
    }

    async fn refund(
        &self,
        mchid: &'static str,
        (out_refund_no, out_trade_no): (&str, &str),
        amount: i64,
        at: usize,
    ) -> bool {
        let create = refund::Create {
            sub_mchid: None,
            transaction_id: None,
            out_trade_no: Some(out_trade_no.parse().expect("a number")),
            out_refund_no: out_refund_no.parse().expect("a number"),
            reason: None,
            notify_url: Some(format!("{}/{mchid}", self.receiver).parse().expect("a URL")),
            funds_account: None,
            amount: refund::AmountAsked {
                refund: Fen::new(amount),
                from: None,
                total: Fen::new(PAID),
                currency: "CNY".parse().expect("a currency"),
            },
            goods_detail: None,
        };
        let Some(settled) = self.call(mchid, at, &create).await else { return false };
        let (Settled::Answered(refunded) | Settled::Found(refunded) | Settled::Overtaken(refunded)) =
            settled;
        let refund_id = refunded.refund_id.to_string();
        let told = Refunded { mchid, refund_id, amount };
        self.told().refunds.insert(out_refund_no.to_owned(), told);
        true
    }

    /// Settles what was left open, when everything is well again. Gives how many that were.
    pub(crate) async fn settle_open(&self) -> usize {
        let open = std::mem::take(&mut self.told().open);
        let count = open.len();
        for one in open {
            let done = match one {
                Open::Bill { out_bill_no, amount } => self.create(&out_bill_no, amount, 0).await,
                Open::Refund { mchid, out_refund_no, out_trade_no, amount } => {
                    self.refund(mchid, (&out_refund_no, &out_trade_no), amount, 0).await
                }
            };
            assert!(done, "a change cannot be settled: {:?}", self.told().refused);
        }
        count
    }

    /// A list of the control API, from page to page.
    pub(crate) async fn list(&self, path: &str) -> Vec<Json> {
        let (mut items, mut after) = (Vec::new(), String::new());
        loop {
            let url = format!("{}/_control{path}most=1000{after}", self.urls[0]);
            let page = self.http.get(url).send().await.expect("an answer").bytes().await;
            let mut page: Json = serde_json::from_slice(&page.expect("a body")).expect("a page");
            items.append(page["items"].as_array_mut().expect("items"));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return items,
            }
        }
    }
}

impl Told {
    fn count(&mut self, is_ok: bool) {
        let now = Instant::now();
        let before = *self.last_success.get_or_insert(now);
        self.longest_outage = self.longest_outage.max(now - before);
        self.calls += 1;
        if is_ok {
            self.at_first += 1;
            self.last_success = Some(now);
        }
    }

    /// How available the nodes were.
    pub(crate) fn availability(&self) -> String {
        let share = |count: u64| 100.0 * count as f64 / self.calls.max(1) as f64;
        format!(
            "{} calls: {:.2} % succeeded at first, {:.2} % after settle; longest outage {:.1} s",
            self.calls,
            share(self.at_first),
            share(self.at_first + self.settled),
            self.longest_outage.as_secs_f64(),
        )
    }
}
