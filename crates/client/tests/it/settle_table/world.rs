//! A server whose faults are armed by a test, and what its ledger has.

use std::path::Path;
use std::time::Duration;

use http::{Method, StatusCode};
use redress::{Client, Merchant, Retry};
use redress_server::testing::TestServer;
use redress_server::{DIRECT, PLATFORM, SPONSOR, SUB_MERCHANT};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// How long one attempt may take. What is slow takes longer.
pub(crate) const ATTEMPT: Duration = Duration::from_millis(250);

pub(crate) struct World {
    server: TestServer,
    http: reqwest::Client,
    pub(crate) platform: Client,
    pub(crate) direct: Client,
}

/// A demo world that was made once and is copied, because keys take long to make.
async fn template() -> &'static TempDir {
    static TEMPLATE: OnceCell<TempDir> = OnceCell::const_new();
    let make = || async { TestServer::start().await.expect("a server").stop().await };
    TEMPLATE.get_or_init(make).await
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

impl World {
    pub(crate) async fn start(retry: Retry) -> Self {
        let folder = TempDir::new().expect("a folder");
        copy(template().await.path(), folder.path());
        let server = TestServer::start_in(folder, |config| config.rate_limits = false).await;
        let server = crate::server::planted(server.expect("a server"));
        let client = |mchid: &str| {
            let merchant = Merchant::from_folder(server.merchant(mchid)).expect("a folder");
            let builder = Client::builder(merchant).timeout(ATTEMPT).retry(retry);
            builder.build().expect("a client")
        };
        let (platform, direct) = (client(PLATFORM), client(DIRECT));
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
        let world = Self { platform, direct, http: http.expect("a client"), server };
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

    pub(crate) async fn stop(self) {
        self.server.stop().await;
    }

    async fn control(&self, method: Method, path: &str, body: String) -> (StatusCode, Json) {
        let url = format!("{}/_control/{path}", self.server.base_url());
        let request = self.http.request(method, url).header("Content-Type", "application/json");
        let answer = request.body(body).send().await.expect("an answer");
        let status = answer.status();
        let body = answer.bytes().await.expect("a body");
        (status, serde_json::from_slice(&body).expect("JSON"))
    }

    /// A control call that must succeed.
    pub(crate) async fn act(&self, path: &str, body: Json) -> Json {
        let (status, shown) = self.control(Method::POST, path, body.to_string()).await;
        assert_eq!(status, 200, "{path} {body}: {shown}");
        shown
    }

    pub(crate) async fn show(&self, path: &str) -> Json {
        let (status, shown) = self.control(Method::GET, path, String::new()).await;
        assert_eq!(status, 200, "{path}: {shown}");
        shown
    }

    /// Something that there may be.
    pub(crate) async fn find(&self, path: &str) -> Option<Json> {
        let (status, shown) = self.control(Method::GET, path, String::new()).await;
        (status == 200).then_some(shown)
    }

    /// How many of a list have this value.
    pub(crate) async fn count(&self, list: &str, field: &str, value: &str) -> usize {
        let items = self.show(&format!("{list}?most=1000")).await["items"].take();
        let items = items.as_array().expect("a list");
        items.iter().filter(|item| item[field] == value || item["content"][field] == value).count()
    }

    pub(crate) async fn clear_faults(&self) {
        let (status, _) = self.control(Method::DELETE, "faults", String::new()).await;
        assert_eq!(status, 200);
    }

    pub(crate) async fn step(&self, seconds: i64) {
        self.act("clock/step", json!({ "seconds": seconds })).await;
    }

    /// Waits until nothing is held back and no job is due.
    pub(crate) async fn calm(&self) {
        while self.show("faults").await["held"] != 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        loop {
            let now = self.show("clock").await["now"].take();
            let now = now.as_str().expect("a time").to_owned();
            let jobs = self.show("jobs?most=1000").await["items"].take();
            let is_due = |job: &Json| job["run_at"].as_str().is_some_and(|at| *at <= *now);
            if !jobs.as_array().expect("a list").iter().any(is_due) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// How many transfers there are after this one, and the number of the last.
    pub(crate) async fn transfers(&self, mut after: u64) -> (u64, u64) {
        let mut count = 0;
        loop {
            let page = self.show(&format!("transfers?after={after}&most=1000")).await;
            let items = page["items"].as_array().expect("a list");
            let Some(last) = items.last() else { return (count, after) };
            count += items.len() as u64;
            after = last["seq"].as_u64().expect("a number");
        }
    }

    pub(crate) async fn verify(&self) {
        let report = self.show("verify").await;
        assert_eq!(report["clean"], true, "{report}");
    }
}
