//! Error codes and error bodies: `{"code","message","detail"}`.

use std::fmt;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// A code and the HTTP status that it comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ErrorCode {
    /// The HTTP status.
    pub status: u16,
    /// The code, for programs: the only part of an error they may depend on.
    pub code: &'static str,
}

/// A parameter is wrong.
pub const PARAM_ERROR: ErrorCode = ErrorCode { status: 400, code: "PARAM_ERROR" };
/// The request breaks a rule of the interface, or a rule of the business.
pub const INVALID_REQUEST: ErrorCode = ErrorCode { status: 400, code: "INVALID_REQUEST" };
/// The caller could not be identified.
pub const SIGN_ERROR: ErrorCode = ErrorCode { status: 401, code: "SIGN_ERROR" };
/// Something failed on the provider's side: repeat with the same parameters.
pub const SYSTEM_ERROR: ErrorCode = ErrorCode { status: 500, code: "SYSTEM_ERROR" };

/// 公共错误码: the table that every page carries.
pub const COMMON: &[ErrorCode] = &[PARAM_ERROR, INVALID_REQUEST, SIGN_ERROR, SYSTEM_ERROR];

/// The merchant may not do this.
pub const NO_AUTH: ErrorCode = ErrorCode { status: 403, code: "NO_AUTH" };
/// No such order.
pub const ORDER_NOT_EXIST: ErrorCode = ErrorCode { status: 404, code: "ORDER_NOT_EXIST" };
/// No such order, as the pages of combined orders spell it.
pub const ORDERNOTEXIST: ErrorCode = ErrorCode { status: 404, code: "ORDERNOTEXIST" };
/// The order is paid already.
pub const ORDER_PAID: ErrorCode = ErrorCode { status: 400, code: "ORDER_PAID" };
/// The number of the order was used before.
pub const OUT_TRADE_NO_USED: ErrorCode = ErrorCode { status: 403, code: "OUT_TRADE_NO_USED" };
/// The order was closed.
pub const ORDER_CLOSED: ErrorCode = ErrorCode { status: 400, code: "ORDER_CLOSED" };
/// The payer's name is not one under this appid.
pub const OPENID_MISMATCH: ErrorCode = ErrorCode { status: 500, code: "OPENID_MISMATCH" };
/// A limit of the business: too large a part of an order is shared.
pub const RULE_LIMIT: ErrorCode = ErrorCode { status: 403, code: "RULE_LIMIT" };
/// No such record.
pub const NOT_FOUND: ErrorCode = ErrorCode { status: 404, code: "NOT_FOUND" };
/// No such record, as refunds, sharing and certificates spell it.
pub const RESOURCE_NOT_EXISTS: ErrorCode = ErrorCode { status: 404, code: "RESOURCE_NOT_EXISTS" };
/// No statement: nothing happened on that day.
pub const NO_STATEMENT_EXIST: ErrorCode = ErrorCode { status: 400, code: "NO_STATEMENT_EXIST" };
/// The statement is not made yet.
pub const STATEMENT_CREATING: ErrorCode = ErrorCode { status: 400, code: "STATEMENT_CREATING" };
/// The appid does not belong to the merchant.
pub const APPID_MCHID_NOT_MATCH: ErrorCode =
    ErrorCode { status: 400, code: "APPID_MCHID_NOT_MATCH" };
/// No such merchant.
pub const MCH_NOT_EXISTS: ErrorCode = ErrorCode { status: 404, code: "MCH_NOT_EXISTS" };
/// The payer's account is closed or abnormal: money cannot go back to it.
pub const USER_ACCOUNT_ABNORMAL: ErrorCode =
    ErrorCode { status: 403, code: "USER_ACCOUNT_ABNORMAL" };
/// Something blocks the request; the message says what.
pub const REQUEST_BLOCKED: ErrorCode = ErrorCode { status: 403, code: "REQUEST_BLOCKED" };
/// An account is short of money.
pub const NOT_ENOUGH: ErrorCode = ErrorCode { status: 403, code: "NOT_ENOUGH" };
/// Too many requests, or the object is locked by another request.
pub const FREQUENCY_LIMITED: ErrorCode = ErrorCode { status: 429, code: "FREQUENCY_LIMITED" };
/// No such path: the status is observed in the live service, the body is not.
pub const PATH_NOT_FOUND: ErrorCode = ErrorCode { status: 404, code: "NOT_FOUND" };
/// The path has another method: the status is observed in the live service, the body is not.
pub const METHOD_NOT_ALLOWED: ErrorCode = ErrorCode { status: 405, code: "INVALID_REQUEST" };

/// The longest message that an error body carries, in characters: `message` is `string(256)`.
pub const MESSAGE_CHARS_MAX: usize = 256;

/// The body of an answer that is not a success. Its fields stand in alphabetical order, as the
/// live service prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The code, for programs.
    pub code: String,
    /// Which part was wrong; only with `PARAM_ERROR` and a signature that does not match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Json>,
    /// What happened, for people; at most [`MESSAGE_CHARS_MAX`] characters.
    #[serde(default)]
    pub message: String,
}

impl ErrorBody {
    /// A body with this code and message.
    #[must_use]
    pub fn new(code: ErrorCode, message: &str, detail: Option<Json>) -> Self {
        let message = message.chars().take(MESSAGE_CHARS_MAX).collect();
        Self { code: code.code.to_owned(), detail, message }
    }
}

/// A request that breaks the definition of its endpoint: answered 400 `PARAM_ERROR`.
///
/// `Debug` does not print the value: some are secret.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ParamError {
    /// The provider's words.
    pub message: String,
    /// Where the value was found; `None` when the field is not defined at all.
    pub location: Option<&'static str>,
    /// The offending value, its length, or a list of pointers. Cut short if it is large. `null`
    /// when the answer has no `detail`.
    pub value: Json,
}

/// The most pointers that an error names, and the most bytes of a value that it repeats.
pub(crate) const POINTERS_MAX: usize = 16;
const VALUE_BYTES_MAX: usize = 256;

impl ParamError {
    /// An error about one value.
    #[must_use]
    pub fn new(message: String, location: Option<&'static str>, value: Json) -> Self {
        let value = beginning(&value).unwrap_or(value);
        Self { message, location, value }
    }

    /// A required field that is not there. The pointer starts with where it was looked for.
    #[must_use]
    pub fn missing(pointer: &str, label: &str) -> Self {
        let message =
            format!("输入源“{pointer}”映射到字段“{label}”必填性规则校验失败，此字段为必填项");
        let location = ["body", "query", "uri_template"]
            .into_iter()
            .find(|location| pointer.split('/').nth(1) == Some(location));
        Self::new(message, location, Json::from(""))
    }

    /// Two fields of which a request has exactly one, and has both.
    #[must_use]
    pub fn either(pointers: [&str; 2]) -> Self {
        let message = format!("输入源“{}”与“{}”只能填写其中一个", pointers[0], pointers[1]);
        Self::new(message, Some("body"), Json::from(pointers.map(Json::from).to_vec()))
    }

    /// The message that says no more than that a parameter is wrong.
    #[must_use]
    pub fn generic() -> Self {
        Self::bare("参数错误".to_owned())
    }

    /// A message without a `detail`, as some come.
    #[must_use]
    pub const fn bare(message: String) -> Self {
        Self { message, location: None, value: Json::Null }
    }

    /// Fields that the page does not define, or that are `null`.
    #[must_use]
    pub fn undefined(pointers: &[String]) -> Self {
        let named: Vec<String> = pointers
            .iter()
            .take(POINTERS_MAX)
            .map(|pointer| pointer.chars().take(VALUE_BYTES_MAX / 4).collect())
            .collect();
        Self { message: UNDEFINED.to_owned(), location: None, value: named.into() }
    }

    /// Whether this is about fields that the page does not define.
    #[must_use]
    pub fn is_undefined(&self) -> bool {
        self.message == UNDEFINED
    }

    /// The `detail` of the error body, if it has one.
    #[must_use]
    pub fn detail(&self) -> Option<Json> {
        let detail = || json!({ "location": self.location, "value": self.value });
        (!self.value.is_null()).then(detail)
    }
}

impl fmt::Debug for ParamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, location, .. } = self;
        f.debug_struct("ParamError")
            .field("message", message)
            .field("location", location)
            .finish_non_exhaustive()
    }
}

const UNDEFINED: &str = "请求中含有未在API文档中定义的参数";

/// A value as an error repeats it: whole, or the beginning of its text.
pub(crate) fn shortened(value: &Json) -> Json {
    beginning(value).unwrap_or_else(|| value.clone())
}

/// The beginning of the text of a value that is too large to be repeated. Of a huge one no more
/// is printed than that.
fn beginning(value: &Json) -> Option<Json> {
    let mut printed = Beginning(Vec::new());
    let whole = match value.as_str() {
        Some(text) => printed.write_all(text.as_bytes()).is_ok(),
        None => serde_json::to_writer(&mut printed, value).is_ok(),
    };
    if whole {
        return None;
    }
    // Cut inside a character perhaps, but behind all of those that are kept.
    let text = String::from_utf8_lossy(&printed.0);
    Some(Json::from(text.chars().take(VALUE_BYTES_MAX / 4).collect::<String>()))
}

/// Takes [`VALUE_BYTES_MAX`] bytes and refuses more.
struct Beginning(Vec<u8>);

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(VALUE_BYTES_MAX - self.0.len());
        self.0.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
