//! The names of all metrics, in one place.

use std::collections::BTreeMap;
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::Duration;

use http::Method;
use metrics::{
    Counter, Histogram, counter, describe_counter, describe_gauge, describe_histogram, gauge,
    histogram,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::sync::watch;

use crate::tally::Answered;

const REQUESTS: &str = "redress_requests_total";
const SECONDS: &str = "redress_request_seconds";
const JOBS: &str = "redress_jobs_total";
const CALLBACKS: &str = "redress_callbacks_total";
const LIMITED: &str = "redress_rate_limited_total";
const FAULTS: &str = "redress_faults_total";
const NODE: &str = "redress_node_info";
const PROBES: &str = "redress_sign_tests_total";
const COMMITS: &str = "redress_commits_total";
const COMMANDS: &str = "redress_commands_total";
const BUCKETS: &[f64] = &[0.000_25, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0];
const UPKEEP: Duration = Duration::from_secs(1);

/// One recorder serves the whole process, however many servers run in it.
static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts counting.
pub(crate) fn install() {
    RECORDER.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets(BUCKETS).ok()?;
        let handle = builder.install_recorder().ok();
        describe_counter!(REQUESTS, "Requests answered, by path, method, status and code.");
        describe_histogram!(SECONDS, "Seconds from a request's head to its signed answer.");
        describe_counter!(JOBS, "Jobs done, by outcome.");
        describe_counter!(CALLBACKS, "Attempts to deliver a callback, by outcome.");
        describe_counter!(LIMITED, "Requests refused for a rate, by path and limit.");
        describe_counter!(FAULTS, "Faults that happened on purpose, by kind.");
        describe_gauge!(NODE, "1; its labels say which node this is, and what keeps its world.");
        describe_counter!(PROBES, "Wrong signatures sent on purpose, and taken by receivers.");
        describe_counter!(COMMITS, "Commits of the store.");
        describe_counter!(COMMANDS, "Commands that were committed, those of jobs included.");
        handle
    });
}

/// A server of this process has started.
pub(crate) fn node(name: &str, store: &'static str) {
    gauge!(NODE, "node" => name.to_owned(), "store" => store).set(1.0);
}

/// Puts what was measured into the histograms' buckets every second until the server stops: until
/// then each measurement is kept by itself.
pub(crate) async fn keep(mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(UPKEEP) => {}
            _ = stop.changed() => return,
        }
        if let Some(handle) = RECORDER.get().and_then(Option::as_ref) {
            handle.run_upkeep();
        }
    }
}

/// All of them, in the Prometheus text format.
pub(crate) fn render() -> String {
    let written = redress_store::written();
    counter!(COMMITS).absolute(written.commits);
    counter!(COMMANDS).absolute(written.commands);
    RECORDER.get().and_then(Option::as_ref).map(PrometheusHandle::render).unwrap_or_default()
}

/// The name of a method, if a route could have it, so that callers cannot invent labels.
pub(crate) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        _ => "other",
    }
}

/// What requests that were answered alike are counted by: looked up once, because finding it by
/// its labels costs more than counting.
static SERIES: RwLock<BTreeMap<Answered, Series>> = RwLock::new(BTreeMap::new());

struct Series {
    count: Counter,
    seconds: Histogram,
}

impl Series {
    fn of(answered: Answered) -> Self {
        let Answered { path, method, status, code } = answered;
        let status = status.to_string();
        let labels =
            [("path", path), ("method", method), ("status", status.as_str()), ("code", code)];
        let labels = labels.map(|(name, value)| (name, value.to_owned()));
        Self { count: counter!(REQUESTS, &labels), seconds: histogram!(SECONDS, "path" => path) }
    }

    fn add(&self, elapsed: Duration) {
        self.count.increment(1);
        self.seconds.record(elapsed.as_secs_f64());
    }
}

/// A request was answered.
pub(crate) fn request(answered: Answered, elapsed: Duration) {
    {
        let known = SERIES.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = known.get(&answered) {
            return series.add(elapsed);
        }
    }
    let mut known = SERIES.write().unwrap_or_else(PoisonError::into_inner);
    known.entry(answered).or_insert_with(|| Series::of(answered)).add(elapsed);
}

/// A job ended.
pub(crate) fn job(outcome: &'static str) {
    counter!(JOBS, "outcome" => outcome).increment(1);
}

/// An attempt to deliver a callback ended.
pub(crate) fn callback(outcome: &'static str) {
    counter!(CALLBACKS, "outcome" => outcome).increment(1);
}

/// A request was one too many.
pub(crate) fn limited(path: &'static str, limit: &'static str) {
    counter!(LIMITED, "path" => path, "limit" => limit).increment(1);
}

/// A fault that was armed happened to a request.
pub(crate) fn fault(kind: &'static str) {
    counter!(FAULTS, "kind" => kind).increment(1);
}

/// Something was signed wrongly on purpose, or a receiver took it.
pub(crate) fn sign_test(what: &'static str, event: &'static str) {
    counter!(PROBES, "what" => what, "event" => event).increment(1);
}
