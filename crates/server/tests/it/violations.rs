//! Every field of every endpoint, broken in every way that its rule can be: the answer is the
//! provider's to the byte, and nothing changes.

use redress_api::Definition;
use redress_api::field::{Field, ITEMS_MAX, Rule};
use redress_api::text::{TextRule, Unit};
use serde_json::{Value as Json, json};

use crate::good::{self, Good};
use crate::world::World;

const PARAMETER: u32 = 268_435_461;
const UNDEFINED: u32 = 270_924_358;

/// What a broken request is answered.
#[derive(Debug)]
struct Expected {
    message: String,
    detail: Option<Json>,
    number: u32,
}

/// Where a field stands.
#[derive(Clone)]
struct Place {
    /// `body`, `query` or `uri_template`.
    source: &'static str,
    /// Within the source.
    pointer: String,
    /// Whether an empty text that is demanded counts as missing.
    empty_is_missing: bool,
}

impl Place {
    fn shown(&self) -> String {
        format!("/{}{}", self.source, self.pointer)
    }

    fn within(&self, name: &str) -> Self {
        Self { pointer: format!("{}/{name}", self.pointer), ..self.clone() }
    }

    fn problem(&self, message: String, value: Json) -> Expected {
        let mut detail = json!({ "location": self.source });
        detail["value"] = value;
        Expected { message, detail: Some(detail), number: PARAMETER }
    }

    fn missing(&self, label: &str) -> Expected {
        let pointer = self.shown();
        let message =
            format!("输入源“{pointer}”映射到字段“{label}”必填性规则校验失败，此字段为必填项");
        self.problem(message, json!(""))
    }

    fn undefined(&self) -> Expected {
        Expected {
            message: "请求中含有未在API文档中定义的参数".to_owned(),
            detail: Some(json!({ "location": null, "value": [self.shown()] })),
            number: UNDEFINED,
        }
    }

    fn text(&self, label: &str, problem: &str, value: Json) -> Expected {
        let pointer = self.shown();
        let message =
            format!("输入源“{pointer}”映射到值字段“{label}”字符串规则校验失败，{problem}");
        self.problem(message, value)
    }

    fn wrong_type(&self, label: &str, wanted: &str, value: Json) -> Expected {
        let pointer = self.shown();
        let json = if self.source == "body" { " JSON " } else { "" };
        let message =
            format!("无法将{json}输入源“{pointer}”映射到目标字段“{label}”中，此字段需要{wanted}");
        self.problem(message, value)
    }
}

/// A value that breaks a rule, or none for a field that is left out.
struct Violation {
    place: Place,
    value: Option<Json>,
    expected: Expected,
}

fn text_of(count: usize, character: &str) -> String {
    character.repeat(count)
}

/// The texts that break a rule of texts.
fn texts(place: &Place, field: &Field, rule: TextRule) -> Vec<(Json, Expected)> {
    let (word, width) = match rule.unit {
        Unit::Bytes => ("字节", "😀".len()),
        Unit::Chars => ("字符", 1),
    };
    let (label, TextRule { min, max, .. }) = (field.label, rule);
    let mut broken = Vec::new();
    if min > 0 {
        let text = text_of(min - 1, "1");
        let problem = format!("{word}数 {}，小于最小值 {min}", min - 1);
        let expected = if text.is_empty() && field.required && place.empty_is_missing {
            place.missing(label)
        } else {
            place.text(label, &problem, json!(min - 1))
        };
        broken.push((json!(text), expected));
    }
    if max < 20_000 {
        let problem = format!("{word}数 {}，大于最大值 {max}", max + 1);
        broken.push((json!(text_of(max + 1, "1")), place.text(label, &problem, json!(max + 1))));
        // Three bytes each: the unit is what it says.
        let count = if rule.unit == Unit::Bytes { max / 3 + 1 } else { max + 1 };
        let length = if rule.unit == Unit::Bytes { 3 * count } else { count };
        let problem = format!("{word}数 {length}，大于最大值 {max}");
        broken.push((json!(text_of(count, "中")), place.text(label, &problem, json!(length))));
    }
    let count = min.div_ceil(width).max(1);
    if count * width <= max {
        let text = text_of(count, "😀");
        let problem = "包含不支持的 4 字节 UTF-8 字符";
        broken.push((json!(text), place.text(label, problem, json!(text))));
    }
    if let Some(pattern) = rule.pattern {
        let mut ugly = [" ", "0", "x", "~", "/"].map(|character| text_of(min.max(1), character));
        ugly.sort_by_key(|text| (pattern.matches)(text));
        let problem = format!("字符串必须匹配正则表达式“{}”", pattern.shown);
        for text in ugly.iter().filter(|text| !(pattern.matches)(text)) {
            broken.push((json!(text), place.text(label, &problem, json!(text))));
        }
        assert!(!(pattern.matches)(&ugly[0]), "{label}: nothing breaks {}", pattern.shown);
    }
    broken
}

/// The values that break a field's rule by themselves.
fn values(place: &Place, field: &Field) -> Vec<(Json, Expected)> {
    let label = field.label;
    let all = [json!("x"), json!(7), json!(0.5), json!(true), json!([]), json!({})];
    let (wanted, fits): (&str, fn(&Json) -> bool) = match field.rule {
        Rule::Text(_) | Rule::OneOf(_) => ("一个 string 类型的 Json 值", Json::is_string),
        Rule::Integer { .. } => ("一个合法的 64 位有符号整数", Json::is_i64),
        Rule::Boolean => ("一个 bool 类型的 Json 值", Json::is_boolean),
        Rule::List(_) => ("一个 array 类型的 Json 值", Json::is_array),
        Rule::Object(_) => ("一个 object 类型的 Json 值", Json::is_object),
    };
    let in_body = place.source == "body";
    let wrong = all.into_iter().filter(|value| in_body && !fits(value));
    let mut broken: Vec<_> =
        wrong.map(|value| (value.clone(), place.wrong_type(label, wanted, value))).collect();
    match field.rule {
        Rule::Text(rule) => broken.extend(texts(place, field, rule)),
        Rule::Integer { min } => {
            let low = min - 1;
            let pointer = place.shown();
            let message =
                format!("输入源“{pointer}”映射到数值字段“{label}”规则校验失败，值低于最小值 {min}");
            broken.push((json!(low), place.problem(message, json!(low))));
            let huge = json!(u64::MAX);
            broken.push((huge.clone(), place.wrong_type(label, wanted, huge)));
        }
        Rule::OneOf(words) => {
            let (pointer, words) = (place.shown(), words.join("、"));
            let message = format!(
                "输入源“{pointer}”映射到值字段“{label}”枚举规则校验失败，此字段的可选取值为“{words}”"
            );
            broken.push((json!("NO_SUCH_WORD"), place.problem(message, json!("NO_SUCH_WORD"))));
        }
        Rule::List(_) => {
            let (pointer, count) = (place.shown(), ITEMS_MAX + 1);
            let message = format!(
                "输入源“{pointer}”映射到值字段“{label}”数组规则校验失败，元素个数 {count}，大于最大值 {ITEMS_MAX}"
            );
            broken.push((vec![json!(0); count].into(), place.problem(message, json!(count))));
        }
        Rule::Boolean | Rule::Object(_) => {}
    }
    broken
}

/// Everything that is wrong with one field alone, and with what stands in it.
fn of_field(place: &Place, field: &Field, given: &Json, found: &mut Vec<Violation>) {
    let mut push = |place: &Place, value: Option<Json>, expected: Expected| {
        found.push(Violation { place: place.clone(), value, expected });
    };
    if field.required && place.source != "uri_template" {
        push(place, None, place.missing(field.label));
    }
    if place.source == "body" {
        push(place, Some(Json::Null), place.undefined());
    }
    for (value, expected) in values(place, field) {
        push(place, Some(value), expected);
    }
    match field.rule {
        Rule::Object(fields) => of_fields(place, fields, given, found),
        Rule::List(rule) => {
            let item = Field { rule: *rule, required: false, ..*field };
            of_field(&place.within("0"), &item, &given[0], found);
        }
        Rule::Text(_) | Rule::Integer { .. } | Rule::Boolean | Rule::OneOf(_) => {}
    }
}

fn of_fields(place: &Place, fields: &[Field], given: &Json, found: &mut Vec<Violation>) {
    for field in fields {
        of_field(&place.within(field.name), field, &given[field.name], found);
    }
    let stranger = place.within("no_such_field");
    let expected = stranger.undefined();
    found.push(Violation { place: stranger, value: Some(json!(1)), expected });
}

/// The good request with another value at a place, or with none there.
fn broken(good: &Good, violation: &Violation) -> (String, String) {
    let body = good.body.as_ref().map(ToString::to_string).unwrap_or_default();
    let Violation { place, value, .. } = violation;
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let name = place.pointer.trim_start_matches('/');
    match place.source {
        "uri_template" => {
            let escaped = escape(&text(value.as_ref().expect("a path always has its value")));
            let (before, rest) = good.path.split_once('{').expect("a parameter");
            let after = rest.split_once('}').expect("a parameter").1;
            let query = good.target.split_once('?').map(|(_, query)| format!("?{query}"));
            (format!("{before}{escaped}{after}{}", query.unwrap_or_default()), body)
        }
        "query" => {
            let (path, query) = good.target.split_once('?').unwrap_or((&good.target, ""));
            let others = query.split('&').filter(|one| {
                !one.is_empty() && one.split_once('=').is_none_or(|(other, _)| other != name)
            });
            let given = value.as_ref().map(|value| format!("{name}={}", escape(&text(value))));
            let query: Vec<_> = others.map(ToOwned::to_owned).chain(given).collect();
            (format!("{path}?{}", query.join("&")), body)
        }
        _ => {
            let mut body = good.body.clone().unwrap_or_else(|| json!({}));
            set(&mut body, &place.pointer, value.clone());
            (good.target.clone(), body.to_string())
        }
    }
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Sets, or takes away, what stands at a pointer.
pub(crate) fn set(body: &mut Json, pointer: &str, value: Option<Json>) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    match (body.pointer_mut(parent).expect("a good request has it"), value) {
        (Json::Array(items), Some(value)) => {
            items[name.parse::<usize>().expect("an index")] = value
        }
        (parent, Some(value)) => parent[name] = value,
        (parent, None) => {
            parent.as_object_mut().expect("an object").shift_remove(name);
        }
    }
}

fn all_of(definition: &Definition, good: &Good) -> Vec<Violation> {
    let in_path = |field: &&Field| definition.path.contains(&format!("{{{}}}", field.name));
    let top = |source: &'static str| Place {
        source,
        pointer: String::new(),
        empty_is_missing: source == "body"
            && (definition.path.starts_with("/v3/pay/")
                || definition.path.starts_with("/v3/combine-transactions/")),
    };
    let mut found = Vec::new();
    for field in definition.request.iter().filter(in_path) {
        let place = top("uri_template").within(field.name);
        of_field(&place, field, &Json::Null, &mut found);
        // Without a value it may be another path.
        found.retain(|violation| violation.value != Some(json!("")));
        // The field of the path once more, in the body.
        let name = field.name;
        let message = format!(
            "无法将输入源“/body/{name}”映射到目标字段“{}”中，此字段并非多重字段但被输入源“/uri_template/{name}”映射过了。",
            field.label
        );
        let expected = Expected { message, detail: None, number: PARAMETER };
        let place = top("body").within(name);
        found.push(Violation { place, value: Some(json!("1")), expected });
    }
    let elsewhere: Vec<Field> =
        definition.request.iter().filter(|field| !in_path(field)).copied().collect();
    let place = top(if good.method == "GET" { "query" } else { "body" });
    let given = good.body.clone().unwrap_or_default();
    of_fields(&place, &elsewhere, &given, &mut found);
    // What is no field of a query's body is none of a body's query either.
    let other = top(if good.method == "GET" { "body" } else { "query" }).within("no_such_field");
    let expected = other.undefined();
    found.push(Violation { place: other, value: Some(json!(1)), expected });
    found
}

#[tokio::test]
async fn every_field_that_breaks_its_rule_is_named() {
    let world = World::start().await;
    let mut goods = good::all();
    let (mut count, mut wrong) = (0, Vec::new());
    for definition in redress_server::operations() {
        let is_its = |good: &Good| definition.method == good.method && definition.path == good.path;
        let at = goods.iter().position(is_its);
        let good = goods.swap_remove(at.unwrap_or_else(|| panic!("none for {}", definition.path)));
        let before = world.state().await;
        for violation in all_of(&definition, &good) {
            let (target, body) = broken(&good, &violation);
            let draft = good.caller(&world).request(good.method, &target, &body);
            let answer = world.send(&draft).await;
            let Expected { message, detail, number } = &violation.expected;
            let detail = detail.as_ref().map_or_else(String::new, |d| format!(r#","detail":{d}"#));
            let message = json!(message);
            let expected = format!(r#"{{"code":"PARAM_ERROR"{detail},"message":{message}}}"#);
            let which =
                format!("{} {target} {}", good.method, body.chars().take(400).collect::<String>());
            let id = answer.header("Request-Id").expect("a number");
            let ends = id.rsplit_once('-').expect("a number").1;
            let (given, expected) =
                ((answer.status, answer.text(), ends), (400, &*expected, &*number.to_string()));
            if given != expected {
                wrong.push(format!("{which}\n{given:?}\n{expected:?}\n"));
            }
            count += 1;
        }
        world.unchanged_since(&before).await;
        // Nothing else was wrong with what the page lists.
        let answer = world.send(&good.draft(&world)).await;
        let fits = answer.body.is_empty()
            || answer.json()["code"] != "PARAM_ERROR"
            || answer.json()["detail"]["location"] == "header";
        assert!(fits, "{}: {}", good.target, answer.text());
    }
    assert!(wrong.is_empty(), "{} of {count}, such as:\n{}", wrong.len(), wrong.join("\n"));
    assert!(goods.is_empty(), "of no endpoint: {}", goods[0].path);
    assert!(count > 2_000, "{count} violations");
}
