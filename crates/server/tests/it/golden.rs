//! Whole answers to the byte, one file per rule in `golden/`: `REDRESS_BLESS=1` writes them anew.
//!
//! A line `> platform POST /v3/…` begins a request; more `>` lines are headers (one without a value
//! is left out) and, as `sign.NAME`, what the signature says instead of the truth. Then comes the
//! body, then the answer: a `<` line with status and the number that ends the `Request-ID`, its
//! fixed headers, its body. `> control POST /…` and `> platform! POST /v3/…` move the world on: they
//! must be taken, and have no answer here.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use redress_api::field::{Field, Rule};
use redress_crypto::{Authorization, request_message};

use crate::caller::{Caller, Draft, now};
use crate::wire::{Answer, exchange};
use crate::world::World;

/// What is not the same each time, or is said elsewhere.
const VARYING: [&str; 6] = [
    "Content-Length",
    "Date",
    "Request-Id",
    "Wechatpay-Nonce",
    "Wechatpay-Signature",
    "Wechatpay-Timestamp",
];

#[derive(Default)]
struct Exchange {
    /// Comments and empty lines before it.
    before: String,
    request: Vec<String>,
    body: String,
    answer: String,
}

impl Exchange {
    fn parse(text: &str) -> (Vec<Self>, String) {
        let mut exchanges = Vec::<Self>::new();
        let (mut before, mut is_answer) = (String::new(), false);
        for line in text.lines() {
            let current = exchanges.last_mut();
            match (line.strip_prefix("> "), current) {
                (Some(line), Some(current)) if current.body.is_empty() && !is_answer => {
                    current.request.push(line.to_owned());
                }
                (Some(line), _) => {
                    let before = std::mem::take(&mut before);
                    exchanges.push(Self {
                        before,
                        request: vec![line.to_owned()],
                        ..Self::default()
                    });
                    is_answer = false;
                }
                (None, Some(current))
                    if line.starts_with("< ")
                        || (is_answer && !line.is_empty() && !line.starts_with("# ")) =>
                {
                    is_answer = true;
                    current.answer += &format!("{line}\n");
                }
                (None, Some(current)) if !is_answer && !line.is_empty() => current.body += line,
                _ => {
                    // After an empty line the next exchange begins.
                    is_answer = true;
                    before += &format!("{line}\n");
                }
            }
        }
        (exchanges, before)
    }

    fn print(&self, answer: &str) -> String {
        let mut text = self.before.clone();
        for line in &self.request {
            writeln!(text, "> {line}").unwrap();
        }
        if !self.body.is_empty() {
            writeln!(text, "{}", self.body).unwrap();
        }
        text + answer
    }

    async fn answer(&self, world: &World) -> String {
        let first: Vec<&str> = self.request[0].split(' ').collect();
        let [who, method, target] = first.try_into().expect("who, method, target");
        if who == "control" {
            let (status, shown) = world.control(method, target, &self.body).await;
            assert_eq!(status, 200, "{target}: {shown}");
            return String::new();
        }
        let caller = match who.trim_end_matches('!') {
            "platform" => &world.platform,
            "sponsor" => &world.sponsor,
            "sub_merchant" => &world.sub_merchant,
            _ => &world.direct,
        };
        let (draft, timestamp) = self.draft(caller, method, target);
        let answer = exchange(world.address(), &draft.bytes()).await.expect("an answer");
        caller.verify(&answer);
        if who.ends_with('!') {
            assert_eq!(answer.status, 200, "{}", answer.text());
            return String::new();
        }
        shown(&answer).replace(world.server.base_url(), "$base").replace(&timestamp, "$timestamp")
    }

    fn draft(&self, caller: &Caller, method: &str, target: &str) -> (Draft, String) {
        let mut draft = caller.request(method, target, &self.body);
        let mut signed = Authorization::parse(draft.value("Authorization")).unwrap();
        let mut signed_body = self.body.clone();
        let mut headers = Vec::new();
        for line in &self.request[1..] {
            let (name, value) = line.split_once(':').expect("a header");
            let value = value.trim();
            match name {
                "sign.mchid" => value.clone_into(&mut signed.mchid),
                "sign.serial_no" => value.clone_into(&mut signed.serial_no),
                "sign.nonce_str" => value.clone_into(&mut signed.nonce_str),
                "sign.timestamp" => {
                    signed.timestamp = (now() + value.parse::<i64>().unwrap()).to_string();
                }
                "sign.body" => value.clone_into(&mut signed_body),
                _ => headers.push((name, value)),
            }
        }
        let Authorization { timestamp, nonce_str, .. } = &signed;
        let message = request_message(method, target, timestamp, nonce_str, signed_body.as_bytes());
        let timestamp = timestamp.clone();
        signed.signature = caller.key.sign(&message);
        draft = draft.with("Authorization", &signed.to_string());
        for (name, value) in headers {
            draft = if value.is_empty() { draft.without(name) } else { draft.with(name, value) };
        }
        (draft, timestamp)
    }
}

/// An answer as the files have it.
fn shown(answer: &Answer) -> String {
    let id = answer.header("Request-Id").expect("a number");
    let number = id.rsplit_once('-').expect("a number").1;
    let mut lines = answer.lines();
    lines.retain(|(name, _)| !VARYING.contains(name));
    lines.sort_unstable();
    let mut text = format!("< {} {number}\n", answer.status);
    for (name, value) in lines {
        let value = if name == "Wechatpay-Serial" { "$key" } else { value };
        writeln!(text, "{name}: {value}").unwrap();
    }
    if !answer.body.is_empty() {
        writeln!(text, "{}", answer.text()).unwrap();
    }
    text
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|e| e == "http")).collect();
    files.sort();
    files
}

#[tokio::test]
async fn answers_are_those_of_the_files() {
    let bless = std::env::var_os("REDRESS_BLESS").is_some();
    let files = files();
    assert!(files.len() > 20, "{}", files.len());
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let (exchanges, rest) = Exchange::parse(&text);
        assert!(!exchanges.is_empty(), "{}", path.display());
        let world = World::start().await;
        let mut printed = String::new();
        for exchange in &exchanges {
            printed += &exchange.print(&exchange.answer(&world).await);
        }
        printed += &rest;
        if bless {
            std::fs::write(&path, printed).unwrap();
        } else {
            assert_eq!(text, printed, "{}", path.display());
        }
    }
}

/// No pattern of any page is without its answer.
#[test]
fn every_pattern_has_its_answer() {
    fn patterns(fields: &[Field], found: &mut BTreeSet<&'static str>) {
        for field in fields {
            let mut rule = field.rule;
            while let Rule::List(item) = rule {
                rule = *item;
            }
            match rule {
                Rule::Text(text) => found.extend(text.pattern.map(|pattern| pattern.shown)),
                Rule::Object(fields) => patterns(fields, found),
                Rule::Integer { .. } | Rule::Boolean | Rule::OneOf(_) | Rule::List(_) => {}
            }
        }
    }
    let mut found = BTreeSet::new();
    for definition in redress_server::operations() {
        patterns(definition.request, &mut found);
    }
    let path = files().into_iter().find(|path| path.ends_with("pattern.http")).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    for pattern in found {
        let shown = serde_json::json!(pattern).to_string();
        assert!(text.contains(shown.trim_matches('"')), "{pattern} has no answer in pattern.http");
    }
}
