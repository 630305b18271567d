//! A server with the demo world, its merchants as callers, and what the control API shows of it.

use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use redress_api::Timestamp;
use redress_server::testing::{TestServer, next_noon};
use redress_server::{Config, DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use crate::caller::{Caller, Draft};
use crate::engine;
use crate::wire::{Answer, exchange};

pub(crate) const BILLS: &str = "/v3/platsolution/ecommerce/mch-transfer/compensate-bills";
pub(crate) const SUBSIDIES: &str = "/v3/ecommerce/subsidies/cancel";
/// The direct merchant's order that the reverse page names.
pub(crate) const ORDER: &str = "1217752501201407033233368018";
/// The platform's order that the compensation pages name.
pub(crate) const TRANSACTION: &str = "1217752501201407033233368018";
/// The platform's order that the subsidy page names.
pub(crate) const SUBSIDISED: &str = "4208450740201411110007820472";
pub(crate) const APPID: &str = "wxd678efh567hg6787";
/// The application of the platform and its sponsor.
pub(crate) const PLATFORM_APPID: &str = "wx8888888888888888";
/// The bill that the compensation pages name.
pub(crate) const BILL: &str = "plfk2020042013";

pub(crate) fn bill(out_bill_no: &str) -> String {
    format!("{BILLS}/out-bill-no/{out_bill_no}")
}

pub(crate) fn cancel(out_bill_no: &str) -> String {
    format!("{BILLS}/out-bill-no/{out_bill_no}/cancel")
}

pub(crate) fn reverse(out_trade_no: &str) -> String {
    format!("/v3/pay/transactions/out-trade-no/{out_trade_no}/reverse")
}

/// The body of a create, with the numbers of the page.
pub(crate) fn create(out_bill_no: &str) -> Json {
    json!({
        "receiver": {
            "type": "TRANSACTION_USER",
            "transaction_info": { "transaction_id": TRANSACTION, "type": "WXPAY" },
        },
        "out_bill_no": out_bill_no,
        "amount": 10_000,
        "transfer_remark": "直播违规扣罚",
        "sponsor_mchid": SPONSOR,
        "transfer_scene_id": "1001",
        "user_recv_perception": "退货运费补偿",
    })
}

/// A demo world that was made once and is copied for each test, because keys take long to make. It
/// begins at noon, so that all that a test does is of one day, also when it runs at midnight.
async fn template() -> &'static TempDir {
    static TEMPLATE: OnceCell<TempDir> = OnceCell::const_new();
    let make = || async {
        let folder = TempDir::new().unwrap();
        let store = engine::fresh(folder.path(), None);
        let configure = |config: &mut Config| {
            config.store = store;
            config.clock_until = Some(next_noon());
        };
        let server = TestServer::start_in(folder, configure).await;
        server.unwrap().stop().await
    };
    TEMPLATE.get_or_init(make).await
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A server and its merchants.
pub(crate) struct World {
    pub(crate) server: TestServer,
    pub(crate) platform: Caller,
    pub(crate) sponsor: Caller,
    pub(crate) sub_merchant: Caller,
    pub(crate) direct: Caller,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::configured(|_| {}).await
    }

    pub(crate) async fn configured(configure: impl FnOnce(&mut Config)) -> Self {
        let folder = TempDir::new().unwrap();
        let template = template().await.path();
        copy(template, folder.path());
        engine::fresh(folder.path(), Some(template));
        Self::over(folder, configure).await
    }

    /// A server over a folder that an earlier one has left.
    pub(crate) async fn over(folder: TempDir, configure: impl FnOnce(&mut Config)) -> Self {
        // Tests send as fast as they can; those of the rates hold them again.
        let store = engine::of(folder.path());
        let configure = |config: &mut Config| {
            config.store = store;
            config.rate_limits = false;
            configure(config);
        };
        redress_trail::keep_logs();
        let server = TestServer::start_in(folder, configure).await.unwrap();
        redress_trail::plant_folder(server.server().data());
        let open = |mchid| Caller::open(&server.merchant(mchid));
        Self {
            platform: open(PLATFORM),
            sponsor: open(SPONSOR),
            sub_merchant: open(SUB_MERCHANT),
            direct: open(DIRECT),
            server,
        }
    }

    pub(crate) async fn restart(self) -> Self {
        Self::over(self.server.stop().await, |_| {}).await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.server().address()
    }

    /// Sends bytes; the answer must be signed.
    pub(crate) async fn raw(&self, bytes: &[u8]) -> Answer {
        let answer = exchange(self.address(), bytes).await.expect("an answer");
        self.platform.verify(&answer);
        answer
    }

    /// Sends a request; the answer must be signed.
    pub(crate) async fn send(&self, draft: &Draft) -> Answer {
        self.raw(&draft.bytes()).await
    }

    /// Sends a request that must succeed.
    pub(crate) async fn ok(&self, draft: &Draft) -> Json {
        let answer = self.send(draft).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Posts these bodies, all at once.
    pub(crate) async fn all(
        &self,
        caller: &Caller,
        path: &str,
        bodies: &[Json],
    ) -> Vec<(u16, Json)> {
        let mut running = tokio::task::JoinSet::new();
        for body in bodies {
            let (bytes, address) = (caller.post(path, &body.to_string()).bytes(), self.address());
            let caller = caller.clone();
            running.spawn(async move {
                let answer = exchange(address, &bytes).await.expect("an answer");
                caller.verify(&answer);
                (answer.status, answer.json())
            });
        }
        running.join_all().await
    }

    /// Sends a request that must be refused with this status, code and message, and change
    /// nothing. Gives the whole body.
    pub(crate) async fn refused(&self, draft: &Draft, refusal: (u16, &str, &str)) -> Json {
        self.refused_raw(&draft.bytes(), refusal).await
    }

    pub(crate) async fn refused_raw(&self, bytes: &[u8], refusal: (u16, &str, &str)) -> Json {
        let before = self.state().await;
        let answer = self.raw(bytes).await;
        let body = answer.json();
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        assert_eq!((answer.status, text("code"), text("message")), refusal, "{body}");
        self.unchanged_since(&before).await;
        body
    }

    /// Calls the control API; what it answers must be JSON.
    pub(crate) async fn control(&self, method: &str, path: &str, body: &str) -> (u16, Json) {
        let kind = if method == "POST" { "Content-Type: application/json\r\n" } else { "" };
        let length = body.len();
        let request = format!(
            "{method} /_control{path} HTTP/1.1\r\nHost: localhost\r\n{kind}Content-Length: {length}\r\n\r\n{body}"
        );
        let answer = exchange(self.address(), request.as_bytes()).await.expect("an answer");
        assert_eq!(answer.header("Content-Type"), Some("application/json; charset=utf-8"));
        (answer.status, answer.json())
    }

    pub(crate) async fn show(&self, path: &str) -> Json {
        let (status, shown) = self.control("GET", path, "").await;
        assert_eq!(status, 200, "{path}: {shown}");
        shown
    }

    pub(crate) async fn act(&self, path: &str, body: Json) -> Json {
        let (status, shown) = self.control("POST", path, &body.to_string()).await;
        assert_eq!(status, 200, "{path}: {shown}");
        shown
    }

    /// All that the store holds, once nothing is under way.
    pub(crate) async fn state(&self) -> Json {
        loop {
            let now = moment(&self.show("/clock").await["now"]);
            let jobs = self.show("/jobs?most=1000").await["items"].take();
            if !jobs.as_array().unwrap().iter().any(|job| moment(&job["run_at"]) <= now) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mut state = json!({});
        for list in
            ["transfers", "accounts", "bills", "merchant-bills", "orders", "refunds", "jobs"]
        {
            state[list] = self.show(&format!("/{list}?most=1000")).await["items"].take();
        }
        state
    }

    /// That nothing has changed.
    pub(crate) async fn unchanged_since(&self, before: &Json) {
        let after = self.state().await;
        for (list, before) in before.as_object().unwrap() {
            assert_eq!(&after[list], before, "{list}");
        }
    }

    /// How far business time is ahead of the wall clock, in seconds.
    pub(crate) async fn ahead(&self) -> i64 {
        self.show("/clock").await["offset_seconds"].as_i64().unwrap()
    }

    pub(crate) async fn step(&self, seconds: i64) {
        self.act("/clock/step", json!({ "seconds": seconds })).await;
    }

    pub(crate) async fn verify(&self) {
        let report = self.show("/verify").await;
        assert_eq!(report["clean"], true, "{report}");
    }

    /// Queries a bill until it is in a state.
    pub(crate) async fn until(&self, out_bill_no: &str, state: &str) -> Json {
        let started = Instant::now();
        loop {
            let shown = self.ok(&self.platform.get(&bill(out_bill_no))).await;
            if shown["state"] == state {
                return shown;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "not {state}: {shown}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Makes a bill that waits for its payer. The world is quiet after it.
    pub(crate) async fn waiting(&self, out_bill_no: &str) -> Json {
        self.ok(&self.platform.post(BILLS, &create(out_bill_no).to_string())).await;
        self.until(out_bill_no, "WAIT_USER_CONFIRM").await
    }

    /// A new merchant, made through the control API.
    pub(crate) async fn merchant(&self, mchid: &str, roles: &[&str]) -> Caller {
        let merchant = json!({ "mchid": mchid, "roles": roles, "appids": [APPID] });
        let made = self.act("/merchants", merchant).await;
        let folder = Path::new(made["folder"].as_str().unwrap());
        redress_trail::plant_folder(folder);
        Caller::open(folder)
    }

    /// A new order, made through the control API: these fields over those of a plain one.
    pub(crate) async fn order(&self, fields: Json) -> Json {
        let mut order = json!({
            "mchid": DIRECT, "trade_type": "MICROPAY", "amount": 5_000,
            "payer": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        });
        for (name, value) in fields.as_object().unwrap() {
            order[name] = value.clone();
        }
        let of_platform = order["mchid"] == PLATFORM || order["mchid"] == SPONSOR;
        order["appid"] = if of_platform { PLATFORM_APPID } else { APPID }.into();
        self.act("/orders", order).await
    }

    /// An account, with its sums.
    pub(crate) async fn account(&self, id: &str) -> Json {
        let accounts = self.show("/ledger").await;
        let accounts = accounts["items"].as_array().unwrap();
        accounts.iter().find(|account| account["id"] == id).cloned().unwrap_or_default()
    }
}

/// A time that the control API shows.
fn moment(shown: &Json) -> Timestamp {
    shown.as_str().unwrap().parse().unwrap()
}
