//! Looking through the log.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::record::Record;

/// The most exchanges in one page, and how many there are when nobody says.
const PAGE_MAX: usize = 1000;
const PAGE_DEFAULT: usize = 50;

/// Which exchanges. All that is said must be true of one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Filter {
    /// Of this merchant, proven or claimed.
    mchid: Option<String>,
    /// Naming this number, in the request or the answer.
    number: Option<String>,
    /// `401`, or `4xx`.
    status: Option<String>,
    /// Answered with this code.
    code: Option<String>,
    /// To this path of an endpoint, or with this in the target.
    path: Option<String>,
    method: Option<String>,
    /// Older than this one: the `next` of the page before.
    after: Option<u64>,
    /// Newer than this one.
    since: Option<u64>,
    /// The newest alone of those that ask for the same.
    #[serde(default)]
    group: bool,
    limit: Option<usize>,
}

/// A found exchange.
pub(crate) struct Found {
    /// Its place in the log.
    pub(crate) number: u64,
    pub(crate) record: Arc<Record>,
    /// How often the log has a request of the same merchant to the same endpoint that names the
    /// same numbers, this one included.
    pub(crate) repeats: usize,
}

/// A page of them, the newest first.
pub(crate) struct Listed {
    pub(crate) found: Vec<Found>,
    /// What the next page comes after.
    pub(crate) next: Option<u64>,
}

/// What makes a request the same as another.
type Same<'a> = (Option<&'a str>, &'a str, &'a str, Vec<&'a str>);

fn same(record: &Record) -> Option<Same<'_>> {
    let numbers = record.numbers().asked();
    let numbers = numbers.iter().map(|number| &*number.value).collect::<Vec<_>>();
    let known = !numbers.is_empty();
    known.then(|| (record.mchid(), record.method.as_str(), record.path, numbers))
}

impl Filter {
    /// Looks through all of it, the newest first.
    pub(crate) fn search(&self, all: &[(u64, Arc<Record>)]) -> Listed {
        let mut repeats = BTreeMap::<Same<'_>, usize>::new();
        for same in all.iter().filter_map(|(_, record)| same(record)) {
            *repeats.entry(same).or_default() += 1;
        }
        let limit = self.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
        let mut shown = BTreeMap::<Same<'_>, ()>::new();
        let mut listed = Listed { found: Vec::new(), next: None };
        for (number, record) in all {
            if !self.admits(record) {
                continue;
            }
            let same = same(record);
            let times = same.as_ref().and_then(|same| repeats.get(same)).copied().unwrap_or(1);
            // Also those of earlier pages, so that no page shows what another has shown.
            if let Some(same) = same.filter(|_| self.group)
                && shown.insert(same, ()).is_some()
            {
                continue;
            }
            if self.after.is_some_and(|after| *number >= after) {
                continue;
            }
            if self.since.is_some_and(|since| *number <= since) {
                break;
            }
            if listed.found.len() == limit {
                listed.next = listed.found.last().map(|last| last.number);
                break;
            }
            let record = Arc::clone(record);
            listed.found.push(Found { number: *number, record, repeats: times });
        }
        listed
    }

    fn admits(&self, record: &Record) -> bool {
        let Self { mchid, number, status, code, path, method, .. } = self;
        let is = |wanted: &Option<String>, given: &dyn Fn(&str) -> bool| {
            wanted.as_deref().is_none_or(given)
        };
        is(mchid, &|mchid| record.mchid() == Some(mchid))
            && is(status, &|status| has_status(record.status, status))
            && is(code, &|code| record.code.eq_ignore_ascii_case(code))
            && is(method, &|method| record.method.as_str().eq_ignore_ascii_case(method))
            && is(path, &|path| record.path == path || record.target.contains(path))
            && is(number, &|number| record.numbers().all.iter().any(|n| *n.value == *number))
    }
}

/// `401` is one status, `4xx` are a hundred.
fn has_status(status: u16, wanted: &str) -> bool {
    let status = status.to_string();
    let mut digits = status.chars().zip(wanted.chars());
    status.len() == wanted.len()
        && digits.all(|(digit, wanted)| digit == wanted || wanted.eq_ignore_ascii_case(&'x'))
}
