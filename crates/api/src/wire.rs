//! Between a request type and HTTP: the only code that knows which field travels where.

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::{Map, Value as Json};

use crate::endpoint::Endpoint;
use crate::error::{POINTERS_MAX, ParamError};
use crate::field::{Check, Field, Message, Pointer, Rule, Source};
use crate::json;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// How a message without fields prints.
const NO_FIELDS: &[u8] = b"{}";

/// What stays as it is in a path segment: the unreserved characters of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Prints a request. The URI is the path with its query, each value percent-encoded once; the
/// caller puts the host in front. A request without body fields has an empty body, not `{}`.
///
/// # Panics
/// Never for a type made with the crate's own macros: they print as JSON objects.
#[must_use]
pub fn encode<E: Endpoint>(request: &E) -> Request<Bytes> {
    if E::METHOD == http::Method::GET || E::PATH.contains('{') {
        return print::<E>(fields_of(request));
    }
    // All fields travel in the body, so that it is printed without a look at each.
    let body = serde_json::to_vec(request).expect("a message prints as JSON");
    finish::<E>(E::PATH.to_owned(), body)
}

/// Prints a request that obeys the rules which [`decode`] holds it to.
///
/// # Errors
/// As the service would answer it, with the same words.
///
/// # Panics
/// As [`encode`].
pub fn encode_checked<E: Endpoint>(request: &E) -> Result<Request<Bytes>, ParamError> {
    if !request.surely_obeys() {
        let (fields, none) = (fields_of(request), Map::new());
        if E::METHOD == http::Method::GET {
            obeys::<E>(&fields, &fields, &none)?;
        } else {
            obeys::<E>(&fields, &none, &fields)?;
        }
    }
    request.check()?;
    Ok(encode(request))
}

fn fields_of<E: Endpoint>(request: &E) -> Map<String, Json> {
    let Ok(Json::Object(fields)) = serde_json::to_value(request) else {
        unreachable!("a message is a struct, and structs print as objects")
    };
    fields
}

fn print<E: Endpoint>(mut fields: Map<String, Json>) -> Request<Bytes> {
    let mut target = String::with_capacity(E::PATH.len() + 32);
    for segment in E::PATH.split('/').skip(1) {
        target.push('/');
        match parameter(segment) {
            Some(name) => {
                let value = fields.shift_remove(name).unwrap_or_default();
                target.extend(utf8_percent_encode(&plain(&value), SEGMENT));
            }
            None => target.push_str(segment),
        }
    }
    if E::METHOD == http::Method::GET {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in &fields {
            query.append_pair(name, &plain(value));
        }
        let query = query.finish();
        if !query.is_empty() {
            target.push('?');
            target.push_str(&query);
        }
        return finish::<E>(target, Vec::new());
    }
    finish::<E>(target, serde_json::to_vec(&fields).expect("values print as JSON"))
}

fn finish<E: Endpoint>(target: String, body: Vec<u8>) -> Request<Bytes> {
    let body = if body == NO_FIELDS { Bytes::new() } else { Bytes::from(body) };
    let mut request = Request::new(body);
    *request.method_mut() = E::METHOD;
    *request.uri_mut() = target.try_into().expect("an encoded target is valid");
    if E::METHOD != http::Method::GET {
        request.headers_mut().insert(CONTENT_TYPE, JSON);
    }
    request.headers_mut().insert(ACCEPT, JSON);
    request
}

/// Reads a request from the raw target (path and query, as received) and the raw body.
///
/// # Errors
/// The first thing wrong, in this order: unreadable JSON; fields that the page does not define
/// (or `null`); a path parameter repeated in the body; then each field in the page's order.
pub fn decode<E: Endpoint>(target: &str, body: &[u8]) -> Result<E, ParamError> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path_values::<E>(path)?;
    let may_be_empty = fields_in::<E>(Source::Body).next().is_none();
    let body = parse_body(body, may_be_empty)?;
    let query = parse_query::<E>(query)?;
    take(path, query, body)
}

/// Makes a request of values by the names of their fields, held to the same rules as what is
/// [decoded](decode).
pub(crate) fn assemble<E: Endpoint>(values: Map<String, Json>) -> Result<E, ParamError> {
    let [mut path, mut query, mut body] = [Map::new(), Map::new(), Map::new()];
    for (name, value) in values {
        match source_of::<E>(&name) {
            Source::Path => path.insert(name, value),
            Source::Query => query.insert(name, value),
            Source::Body => body.insert(name, value),
        };
    }
    take(path, query, body)
}

/// Makes a request of what stood in its three places.
fn take<E: Endpoint>(
    path: Map<String, Json>,
    query: Map<String, Json>,
    body: Map<String, Json>,
) -> Result<E, ParamError> {
    let mut undefined = Vec::new();
    // A field of the path is defined, and refused below because it was read already.
    let in_body = |name: &str| {
        let mut fields = E::FIELDS.iter().filter(|field| field.name == name);
        fields.find(|_| source_of::<E>(name) != Source::Query)
    };
    find_undefined(in_body, &Pointer::root(Source::Body), &body, &mut undefined);
    let known = |name: &str| query_fields::<E>().any(|field| field.name == name);
    let of_query = Pointer::root(Source::Query);
    let unknown = query.keys().filter(|name| !known(name));
    undefined.extend(unknown.map(|name| of_query.field(name).to_string()));
    if !undefined.is_empty() {
        return Err(ParamError::undefined(&undefined));
    }
    for field in fields_in::<E>(Source::Path) {
        if body.contains_key(field.name) {
            return Err(repeated(field));
        }
    }
    obeys::<E>(&path, &query, &body)?;

    let mut merged = body;
    merged.extend(path);
    let is_field = |name: &str| fields_in::<E>(Source::Query).any(|field| field.name == name);
    merged.extend(query.into_iter().filter(|(name, _)| is_field(name)));
    let request: E =
        serde_json::from_value(Json::Object(merged)).ok().ok_or_else(ParamError::generic)?;
    request.check()?;
    Ok(request)
}

/// Holds the values of each source to the rules of their fields.
fn obeys<E: Endpoint>(
    path: &Map<String, Json>,
    query: &Map<String, Json>,
    body: &Map<String, Json>,
) -> Result<(), ParamError> {
    let outside = |source| Check { source, empty_is_missing: false };
    let inside = Check { source: Source::Body, empty_is_missing: empty_is_missing(E::PATH) };
    outside(Source::Path).source(fields_in::<E>(Source::Path), path)?;
    outside(Source::Query).source(query_fields::<E>(), query)?;
    inside.source(fields_in::<E>(Source::Body), body)
}

/// Where a field travels.
fn source_of<E: Endpoint>(name: &str) -> Source {
    if is_in_path::<E>(name) {
        Source::Path
    } else if E::METHOD == http::Method::GET {
        Source::Query
    } else {
        Source::Body
    }
}

fn is_in_path<E: Endpoint>(name: &str) -> bool {
    E::PATH.split('/').filter_map(parameter).any(|parameter| parameter == name)
}

/// The fields that travel there, in the order of the page.
fn fields_in<E: Endpoint>(source: Source) -> impl Iterator<Item = &'static Field> {
    let has_parameters = E::PATH.contains('{');
    let has_any = match source {
        Source::Path => has_parameters,
        Source::Query => E::METHOD == http::Method::GET,
        Source::Body => E::METHOD != http::Method::GET,
    };
    let fields = if has_any { E::FIELDS } else { &[] };
    fields.iter().filter(move |field| {
        (has_parameters && is_in_path::<E>(field.name)) == (source == Source::Path)
    })
}

/// What a query may have: its fields, and those that are checked and then ignored.
fn query_fields<E: Endpoint>() -> impl Iterator<Item = &'static Field> {
    fields_in::<E>(Source::Query).chain(E::TOLERATED_QUERY)
}

/// Prints a successful answer, its fields in the order of the page. One without fields has no
/// body.
///
/// # Panics
/// Never for a type made with the crate's own macros.
#[must_use]
pub fn encode_response<E: Endpoint>(response: &E::Response) -> Bytes {
    if <E::Response as Message>::FIELDS.is_empty() {
        return Bytes::new();
    }
    serde_json::to_vec(response).expect("a message prints as JSON").into()
}

/// Reads a successful answer. Fields that the page does not list are ignored, because the
/// provider may add some at any time.
///
/// # Errors
/// If the body is not JSON, or a field that the page promises is missing or unreadable.
pub fn decode_response<E: Endpoint>(body: &[u8]) -> Result<E::Response, serde_json::Error> {
    serde_json::from_slice(body)
}

/// Whether an endpoint answers a required text that is empty as one that is missing: the orders' do,
/// those of money that is moved and shared count its length.
fn empty_is_missing(path: &str) -> bool {
    ["/v3/pay/", "/v3/combine-transactions/"].iter().any(|orders| path.starts_with(orders))
}

/// The name in a segment `{name}`.
fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// A value as path and query print it: strings without quotes, the rest as JSON.
fn plain(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => {
            value.to_string()
        }
    }
}

/// A text of path or query as the JSON that the field's rule expects. A text that does not fit
/// stays a text, and the rule refuses it.
fn typed(field: Option<&Field>, text: String) -> Json {
    match field.map(|field| field.rule) {
        Some(Rule::Integer { .. }) => text.parse::<i64>().map_or(Json::String(text), Json::from),
        Some(Rule::Boolean) => text.parse::<bool>().map_or(Json::String(text), Json::from),
        Some(Rule::Text(_) | Rule::OneOf(_) | Rule::Object(_) | Rule::List(_)) | None => {
            Json::String(text)
        }
    }
}

fn path_values<E: Endpoint>(path: &str) -> Result<Map<String, Json>, ParamError> {
    let mut values = Map::new();
    let mut segments = path.split('/');
    for template in E::PATH.split('/') {
        let segment = segments.next().unwrap_or_default();
        if let Some(name) = parameter(template) {
            let decoded =
                percent_decode_str(segment).decode_utf8().ok().ok_or_else(ParamError::generic)?;
            let field = <E as Message>::FIELDS.iter().find(|field| field.name == name);
            values.insert(name.to_owned(), typed(field, decoded.into_owned()));
        }
    }
    Ok(values)
}

/// Several SDKs print "no body" as one of these, and sign what they print.
const EMPTY_BODIES: &[&[u8]] = &[b"", b"null", b"{}", b"[]", b"\"\""];

fn parse_body(body: &[u8], may_be_empty: bool) -> Result<Map<String, Json>, ParamError> {
    if may_be_empty && EMPTY_BODIES.contains(&body.trim_ascii()) {
        return Ok(Map::new());
    }
    match json::parse(body) {
        Ok(Json::Object(object)) => Ok(object),
        _ => Err(ParamError::generic()),
    }
}

fn parse_query<E: Endpoint>(query: &str) -> Result<Map<String, Json>, ParamError> {
    // The parser would put a replacement character for what is not UTF-8.
    if percent_decode_str(query).decode_utf8().is_err() {
        return Err(ParamError::generic());
    }
    let mut values = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let field = query_fields::<E>().find(|field| field.name == name);
        if values.insert(name.into_owned(), typed(field, value.into_owned())).is_some() {
            return Err(ParamError::generic());
        }
    }
    Ok(values)
}

/// Collects the pointers of fields that the definition does not know, and of `null`s: as many as
/// an error names.
fn find_undefined(
    defined: impl Fn(&str) -> Option<&'static Field>,
    parent: &Pointer<'_>,
    object: &Map<String, Json>,
    undefined: &mut Vec<String>,
) {
    for (name, value) in object {
        if undefined.len() >= POINTERS_MAX {
            return;
        }
        let pointer = parent.field(name);
        match defined(name) {
            Some(field) => find_undefined_in(field.rule, &pointer, value, undefined),
            None => undefined.push(pointer.to_string()),
        }
    }
}

fn find_undefined_in(rule: Rule, pointer: &Pointer<'_>, value: &Json, undefined: &mut Vec<String>) {
    match (rule, value) {
        (_, Json::Null) => undefined.push(pointer.to_string()),
        (Rule::Object(fields), Json::Object(object)) => {
            let defined = |name: &str| fields.iter().find(|field| field.name == name);
            find_undefined(defined, pointer, object, undefined);
        }
        (Rule::List(rule), Json::Array(items)) => {
            for (number, item) in items.iter().enumerate() {
                if undefined.len() >= POINTERS_MAX {
                    return;
                }
                find_undefined_in(*rule, &pointer.item(number), item, undefined);
            }
        }
        _ => {}
    }
}

fn repeated(field: &Field) -> ParamError {
    let Field { name, label, .. } = field;
    let message = format!(
        "无法将输入源“/body/{name}”映射到目标字段“{label}”中，此字段并非多重字段但被输入源“/uri_template/{name}”映射过了。"
    );
    ParamError::bare(message)
}
