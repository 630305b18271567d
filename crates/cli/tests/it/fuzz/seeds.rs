//! Every endpoint has a request and an answer in the corpus, with all of their fields, that are read.
//!
//! `REDRESS_BLESS=1` makes those that are missing, out of the field tables.

use std::fs;

use redress::api::field::{Field, Rule};
use redress::api::text::TextRule;
use redress::api::{Definition, endpoints};
use serde_json::{Map, Value as Json, json};

use super::corpus;

/// Texts that the rules of some fields take. A field is given the first that fits it.
const TEXTS: &[&str] = &[
    "1900000109",
    "https://www.weixin.qq.com/wxpay/pay.php",
    "CNY",
    "127.0.0.1",
    "130000000000000000",
    "c2VhbGVk",
];
/// A time and a day: the table does not say where they are expected, their fields' names do.
const TIME: &str = "2018-06-08T10:34:56+08:00";
const DAY: &str = "2019-06-11";

fn text(name: &str, rule: TextRule) -> Json {
    let named = match name {
        "bill_date" => Some(&DAY),
        _ if name.contains("time") => Some(&TIME),
        _ => None,
    };
    let fits = named.into_iter().chain(TEXTS).find(|text| rule.check(text).is_ok());
    json!(fits.unwrap_or_else(|| panic!("no text of the list fits {name}, {rule:?}")))
}

fn value(name: &str, rule: Rule, optional: &dyn Fn(&str) -> bool) -> Json {
    match rule {
        Rule::Text(rule) => text(name, rule),
        Rule::Integer { min } => json!(min.max(1)),
        Rule::Boolean => json!(true),
        Rule::List(rule) => json!([value(name, *rule, optional)]),
        Rule::OneOf(words) => json!(words[0]),
        Rule::Object(fields) => Json::Object(object(fields, optional)),
    }
}

fn object(fields: &[Field], optional: &dyn Fn(&str) -> bool) -> Map<String, Json> {
    let wanted = fields.iter().filter(|field| field.required || optional(field.name));
    wanted.map(|f| (f.name.to_owned(), value(f.name, f.rule, optional))).collect()
}

/// A request of an endpoint, as the target `request` reads it.
fn request(endpoint: &Definition, optional: &dyn Fn(&str) -> bool) -> String {
    let mut fields = object(endpoint.request, optional);
    let mut plain = |name: &str| match fields.shift_remove(name) {
        Some(Json::String(text)) => text,
        other => other.unwrap_or_default().to_string(),
    };
    let segments = endpoint.path.split('/').map(|segment| {
        let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        name.map_or_else(|| segment.to_owned(), &mut plain)
    });
    let mut target = segments.collect::<Vec<_>>().join("/");
    let mut body = String::new();
    if endpoint.method != "GET" {
        body = if fields.is_empty() { body } else { Json::Object(fields).to_string() };
    } else {
        for (number, (name, value)) in fields.into_iter().enumerate() {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            target += &format!("{}{name}={value}", if number == 0 { '?' } else { '&' });
        }
    }
    format!("{} {target}\n{body}", endpoint.method)
}

/// An answer of an endpoint, as the target `request` reads it.
fn answer(endpoint: &Definition) -> String {
    let body = Json::Object(object(endpoint.response, &|_| true));
    format!("answer {} {}\n{body}", endpoint.method, endpoint.path)
}

/// The name of an endpoint's file: its path, without what all have in common.
fn name(endpoint: &Definition) -> String {
    let path = endpoint.path.trim_start_matches("/v3/");
    let path = path.replace(['{', '}'], "").replace('/', ".");
    format!("{}.{path}", endpoint.method.as_str().to_ascii_lowercase())
}

fn request_is_read(endpoint: &Definition, request: &str) -> bool {
    let (line, body) = request.split_once('\n').expect("a line");
    let target = line.split_once(' ').expect("a method").1;
    (endpoint.reprint)(target, body.as_bytes()).is_ok()
}

fn answer_is_read(endpoint: &Definition, answer: &str) -> bool {
    let body = answer.split_once('\n').expect("a line").1;
    (endpoint.reprint_response)(body.as_bytes()).is_ok()
}

/// Reads a file of the corpus. One that is missing is made, if that is wished.
fn kept(file: &str, make: impl Fn() -> Option<String>) -> String {
    let path = corpus("request").join(file);
    if std::env::var_os("REDRESS_BLESS").is_some() && !path.exists() {
        let made = make().unwrap_or_else(|| panic!("write {file} by hand"));
        fs::write(&path, made).expect("the corpus can be written");
    }
    fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{file}: {error}; run the tests with REDRESS_BLESS=1"))
}

#[test]
fn every_endpoint_has_a_request_and_an_answer_in_the_corpus() {
    for endpoint in endpoints() {
        let name = name(&endpoint);
        let found = kept(&name, || {
            // Of fields that exclude each other, one is left out.
            let left_out: [&[&str]; 3] = [&[], &["out_trade_no", "from"], &["sub_openid"]];
            let fullest = left_out.map(|out| request(&endpoint, &|name| !out.contains(&name)));
            let fewest = request(&endpoint, &|_| false);
            fullest.into_iter().chain([fewest]).find(|made| request_is_read(&endpoint, made))
        });
        assert!(request_is_read(&endpoint, &found), "{name} is refused");
        if !endpoint.response.is_empty() {
            let file = format!("answer.{name}");
            let found = kept(&file, || Some(answer(&endpoint)));
            assert!(answer_is_read(&endpoint, &found), "{file} is refused");
        }
    }
}
