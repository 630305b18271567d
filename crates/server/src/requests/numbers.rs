//! The numbers that an exchange names: orders, bills, refunds, and what else has one. Which fields
//! are numbers, the table of the endpoint tells.

use percent_encoding::percent_decode_str;
use redress_api::Definition;
use redress_api::field::{Field, Rule};
use serde_json::Value as Json;

/// The most numbers of one exchange; a combined order has one for each of 50 orders.
const NUMBERS_MAX: usize = 128;
/// The longest number, in bytes.
const NUMBER_BYTES_MAX: usize = 128;
/// Fields that end like a number and are none.
const NO_NUMBERS: &[&str] = &[
    "bundle_id",
    "device_id",
    "merchant_goods_id",
    "out_id",
    "promotion_id",
    "serial_no",
    "transfer_scene_id",
    "wechatpay_goods_id",
];

/// A number and the field that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) field: &'static str,
    pub(crate) value: Box<str>,
}

/// What a request and its answer name, each number once.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    pub(crate) all: Vec<Number>,
    /// How many of them, from the first, the request names.
    pub(crate) asked: usize,
}

impl Numbers {
    pub(crate) fn of(
        definition: Option<&Definition>,
        target: &str,
        body: &[u8],
        answer: &[u8],
    ) -> Self {
        let mut numbers = Self::default();
        let Some(definition) = definition else { return numbers };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        for (segment, value) in definition.path.split('/').zip(path.split('/')) {
            let name = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let field = definition.request.iter().find(|field| Some(field.name) == name);
            if let (Some(field), Ok(value)) = (field, percent_decode_str(value).decode_utf8()) {
                numbers.add(field.name, &value);
            }
        }
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(field) = definition.request.iter().find(|field| field.name == name) {
                numbers.add(field.name, &value);
            }
        }
        numbers.read(definition.request, body);
        numbers.asked = numbers.all.len();
        numbers.read(definition.response, answer);
        numbers
    }

    fn read(&mut self, fields: &'static [Field], body: &[u8]) {
        if let Ok(body) = serde_json::from_slice::<Json>(body) {
            self.walk(fields, &body);
        }
    }

    /// An object's own numbers first, then those of what is inside.
    fn walk(&mut self, fields: &'static [Field], body: &Json) {
        for field in fields {
            if let Some(value) = body.get(field.name).and_then(Json::as_str) {
                self.add(field.name, value);
            }
        }
        for field in fields {
            let Some(value) = body.get(field.name) else { continue };
            match field.rule {
                Rule::Object(fields) => self.walk(fields, value),
                Rule::List(Rule::Object(fields)) => {
                    for item in value.as_array().into_iter().flatten() {
                        self.walk(fields, item);
                    }
                }
                Rule::List(_) | Rule::Text(_) | Rule::Integer { .. } => {}
                Rule::Boolean | Rule::OneOf(_) => {}
            }
        }
    }

    fn add(&mut self, field: &'static str, value: &str) {
        let is_number = (field.ends_with("_no") || field.ends_with("_id"))
            && !NO_NUMBERS.contains(&field)
            && (1..=NUMBER_BYTES_MAX).contains(&value.len());
        let known = |number: &Number| *number.value == *value;
        if is_number && self.all.len() < NUMBERS_MAX && !self.all.iter().any(known) {
            self.all.push(Number { field, value: value.into() });
        }
    }

    /// What the request names.
    pub(crate) fn asked(&self) -> &[Number] {
        &self.all[..self.asked]
    }
}
