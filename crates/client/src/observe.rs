//! What is told of a call while it goes on and when it is over: a span, and metrics.
//!
//! Neither has a query, a body or a header: they carry names, keys and signatures. Metrics go by
//! the path's template, so that there are as many as endpoints and not as many as bills.

use http::{Method, StatusCode};
use tracing::{Span, field};

use crate::error::{Error, Fate};
use crate::sites::Site;

/// A call that goes on.
pub(crate) struct Call {
    span: Span,
    #[cfg(feature = "metrics")]
    tally: crate::tally::Tally,
}

impl Call {
    /// Begins a call of an endpoint, by its template.
    pub(crate) fn of(method: &Method, template: &'static str) -> Self {
        Self {
            span: span(method, template),
            #[cfg(feature = "metrics")]
            tally: crate::tally::Tally::begin(method, template),
        }
    }

    /// Begins a call of an endpoint that is not known here, by its path.
    pub(crate) fn other(method: &Method, path: &str) -> Self {
        Self {
            span: span(method, path),
            #[cfg(feature = "metrics")]
            tally: crate::tally::Tally::begin(method, "other"),
        }
    }

    /// What is done within it belongs to this span.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Another attempt begins.
    pub(crate) fn attempt(&self, attempt: u32, site: Site) {
        self.span.record("attempt", attempt).record("site", site.word());
    }

    /// It was answered, or not.
    pub(crate) fn end(self, end: Result<(StatusCode, Option<&str>), &Error>) {
        let (status, request_id, outcome) = match end {
            Ok((status, request_id)) => (Some(status), request_id, "answered"),
            Err(error) => (error.status(), error.request_id(), word(error.fate())),
        };
        if let Some(status) = status {
            self.span.record("status", status.as_u16());
        }
        if let Some(request_id) = request_id {
            self.span.record("request_id", request_id);
        }
        self.span.record("outcome", outcome);
        #[cfg(feature = "metrics")]
        self.tally.end(outcome);
    }
}

fn span(method: &Method, path: &str) -> Span {
    tracing::info_span!(
        "redress.call",
        %method,
        path,
        attempt = field::Empty,
        site = field::Empty,
        status = field::Empty,
        request_id = field::Empty,
        outcome = field::Empty,
    )
}

const fn word(fate: Fate) -> &'static str {
    match fate {
        Fate::NotSent => "not_sent",
        Fate::Rejected => "rejected",
        Fate::Unknown => "unknown",
    }
}
