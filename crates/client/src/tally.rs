//! Counters and a histogram of calls, for whatever recorder the program has installed.
//! Their names and labels are in the documentation of the crate.

use http::Method;
use metrics::{Label, counter, histogram};
use tokio::time::Instant;

/// A call that is counted when it ends.
pub(crate) struct Tally {
    method: Method,
    path: &'static str,
    began: Instant,
    outcome: &'static str,
}

impl Tally {
    pub(crate) fn begin(method: &Method, path: &'static str) -> Self {
        Self { method: method.clone(), path, began: Instant::now(), outcome: "dropped" }
    }

    pub(crate) fn end(mut self, outcome: &'static str) {
        self.outcome = outcome;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        let labels = vec![
            method_label(&self.method),
            Label::from_static_parts("path", self.path),
            Label::from_static_parts("outcome", self.outcome),
        ];
        counter!("redress_client_calls_total", labels.clone()).increment(1);
        histogram!("redress_client_call_seconds", labels).record(self.began.elapsed());
    }
}

/// Those that endpoints have cost no copy.
fn method_label(method: &Method) -> Label {
    match *method {
        Method::GET => Label::from_static_parts("method", "GET"),
        Method::POST => Label::from_static_parts("method", "POST"),
        ref other => Label::new("method", other.to_string()),
    }
}
