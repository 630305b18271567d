//! A server whose faults are armed by a test, and what its ledger has.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::{Method, StatusCode};
use redress::api::Timestamp;
use redress::{Client, Failover, Merchant, Reqwest, Retry};
use redress_server::testing::TestServer;
use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::gate::{Gate, Nowhere, Script, Way};

/// How long one attempt may take. What is slow takes longer.
pub(crate) const ATTEMPT: Duration = Duration::from_millis(400);
/// How long connecting may take. A machine that is busy still connects to itself in that time.
const CONNECT: Duration = Duration::from_millis(150);

/// No world is that old when it ends, by its own clock.
const LIFE_SECONDS: i64 = 12 * 60 * 60;
/// How long a run may take to prepare.
const PREPARED: Duration = Duration::from_secs(20);

/// A client whose connections are told what to do.
pub(crate) type Caller = Client<Arc<Gate>>;

/// How a client tries again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    pub(crate) name: &'static str,
    pub(crate) retry: Retry,
    pub(crate) failover: Failover,
}

/// The control API, at the standby site: the main one may be away.
#[derive(Clone)]
pub(crate) struct Control {
    http: reqwest::Client,
    pub(crate) url: String,
}

pub(crate) struct World {
    server: TestServer,
    /// Up to this one, jobs become due when this world is no more.
    far: AtomicU64,
    way: Way,
    merchants: [Merchant; 2],
    /// A client to which nothing happens.
    pub(crate) platform: Caller,
}

/// A demo world that was made once and is copied, because keys take long to make.
async fn template() -> &'static TempDir {
    static TEMPLATE: OnceCell<TempDir> = OnceCell::const_new();
    let make = || async { TestServer::start().await.expect("a server").stop().await };
    TEMPLATE.get_or_init(make).await
}

fn time(shown: &Json) -> Timestamp {
    shown.as_str().expect("a time").parse().expect("a time")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a file");
        }
    }
}

impl Control {
    async fn call(&self, method: Method, path: &str, body: String) -> (StatusCode, Json) {
        let url = format!("{}/_control/{path}", self.url);
        let request = self.http.request(method, url).header("Content-Type", "application/json");
        let answer = request.body(body).send().await.expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    /// Opens the main site, or closes it, which ends its idle connections.
    pub(crate) async fn open_main(&self, open: bool) {
        let body = json!({ "open": open }).to_string();
        let (status, shown) = self.call(Method::POST, "sites/main", body).await;
        assert_eq!(status, 200, "{shown}");
    }
}

impl World {
    pub(crate) async fn start(nowhere: &Arc<Nowhere>) -> Self {
        let folder = TempDir::new().expect("a folder");
        copy(template().await.path(), folder.path());
        let configure = |config: &mut redress_server::Config| {
            config.rate_limits = false;
            config.standby = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        };
        let server = TestServer::start_in(folder, configure).await.expect("a server");
        let server = crate::server::planted(server);
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
        let url = server.server().standby_url().expect("a standby site").to_owned();
        let control = Control { http: http.expect("a client"), url };
        let merchants = [PLATFORM, DIRECT].map(|mchid| {
            Merchant::from_folder(server.merchant(mchid)).expect("a folder of a merchant")
        });
        let network = Reqwest::plain(ATTEMPT, CONNECT).expect("a transport");
        let main = server.base_url().trim_start_matches("http://").to_owned();
        let way = Way { network, nowhere: Arc::clone(nowhere), control, main };
        // What a run needs and what is looked at afterwards is waited for, however busy the
        // machine is.
        let network = Reqwest::plain(PREPARED, PREPARED).expect("a transport");
        let patient = Way { network, ..way.clone() };
        let gate = Arc::new(patient.gate(Script::default()));
        let platform = Client::builder(merchants[0].clone()).build_with(gate).expect("a client");
        let world = Self { server, far: AtomicU64::default(), way, merchants, platform };
        for (mchid, account) in [
            (PLATFORM, "basic"),
            (PLATFORM, "operation"),
            (SPONSOR, "basic"),
            (SPONSOR, "operation"),
            (DIRECT, "basic"),
            (SUB_MERCHANT, "basic"),
        ] {
            let credit = json!({ "mchid": mchid, "amount": 1_000_000_000, "account": account });
            world.act("credits", credit).await;
        }
        // A bill that waits for its payer can be cancelled.
        for mchid in [PLATFORM, SPONSOR] {
            let required = json!({ "confirmation": "required" });
            world.act(&format!("merchants/{mchid}/confirmation"), required).await;
        }
        world
    }

    /// A client as a program has it that has just been started.
    pub(crate) fn client(
        &self,
        mchid: &str,
        policy: Policy,
        script: Script,
    ) -> (Caller, Arc<Gate>) {
        let merchant = &self.merchants[usize::from(mchid == DIRECT)];
        let gate = Arc::new(self.way.gate(script));
        let client = Client::builder(merchant.clone())
            .standby(self.way.control.url.clone(), policy.failover)
            .retry(policy.retry)
            .build_with(Arc::clone(&gate));
        (client.expect("a client"), gate)
    }

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }

    /// Ends the connections to the main site that idle.
    pub(crate) async fn end_idle(&self) {
        self.way.control.open_main(false).await;
        self.way.control.open_main(true).await;
    }

    /// A control call that must succeed.
    pub(crate) async fn act(&self, path: &str, body: Json) -> Json {
        let (status, shown) = self.way.control.call(Method::POST, path, body.to_string()).await;
        assert_eq!(status, 200, "{path} {body}: {shown}");
        shown
    }

    pub(crate) async fn show(&self, path: &str) -> Json {
        let (status, shown) = self.way.control.call(Method::GET, path, String::new()).await;
        assert_eq!(status, 200, "{path}: {shown}");
        shown
    }

    /// Something that there may be.
    pub(crate) async fn find(&self, path: &str) -> Option<Json> {
        let (status, shown) = self.way.control.call(Method::GET, path, String::new()).await;
        (status == 200).then_some(shown)
    }

    /// How many of a list have this value.
    pub(crate) async fn count(&self, list: &str, field: &str, value: &str) -> usize {
        let items = self.show(&format!("{list}?most=1000")).await["items"].take();
        let items = items.as_array().expect("a list");
        items.iter().filter(|item| item[field] == value || item["content"][field] == value).count()
    }

    /// Waits until nothing is held back, and takes all faults away. Says how often each has struck,
    /// in their order.
    pub(crate) async fn clear_faults(&self) -> Vec<u64> {
        let mut shown = self.show("faults").await;
        while shown["held"] != 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
            shown = self.show("faults").await;
        }
        let items = shown["items"].as_array().expect("a list");
        let struck = items.iter().map(|fault| fault["struck"].as_u64().expect("a number"));
        let struck = struck.collect();
        let (status, _) = self.way.control.call(Method::DELETE, "faults", String::new()).await;
        assert_eq!(status, 200);
        struck
    }

    pub(crate) async fn step(&self, seconds: i64) {
        self.act("clock/step", json!({ "seconds": seconds })).await;
    }

    /// Waits until no job is due.
    pub(crate) async fn calm(&self) {
        loop {
            let now = time(&self.show("clock").await["now"]);
            let after = self.far.load(Ordering::Relaxed);
            let jobs = self.show(&format!("jobs?most=1000&after={after}")).await["items"].take();
            let jobs = jobs.as_array().expect("a list");
            let at = |job: &Json| time(&job["run_at"]);
            let far = jobs.iter().take_while(|job| at(job).seconds_since(now) > LIFE_SECONDS);
            if let Some(last) = far.last() {
                self.far.store(last["id"].as_u64().expect("a number"), Ordering::Relaxed);
            }
            if !jobs.iter().any(|job| at(job) <= now) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// What the transfers after this one belong to, in their order, and the number of the last.
    pub(crate) async fn transfers(&self, mut after: u64) -> (Vec<String>, u64) {
        let mut all = Vec::new();
        loop {
            let page = self.show(&format!("transfers?after={after}&most=1000")).await;
            let items = page["items"].as_array().expect("a list");
            let reference = |item: &Json| item["reference"].as_str().expect("a number").to_owned();
            all.extend(items.iter().map(reference));
            if let Some(last) = items.last() {
                after = last["seq"].as_u64().expect("a number");
            }
            if items.len() < 1_000 {
                return (all, after);
            }
        }
    }

    pub(crate) async fn verify(&self) {
        let report = self.show("verify").await;
        assert_eq!(report["clean"], true, "{report}");
    }
}
