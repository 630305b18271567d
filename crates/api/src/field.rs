//! The fields of a message as data: name, label and rule, taken from the types themselves.
//!
//! [`wire::decode`](crate::wire::decode) walks this table to check a request in the provider's
//! words before a typed value is made of it.

use std::fmt;

use serde_json::Value as Json;

use crate::error::{ParamError, shortened};
use crate::text::TextRule;

/// One field of a request or response.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// The page's 【label】.
    pub label: &'static str,
    /// Whether the page (or the reading that `docs/pages.md` explains) demands it.
    pub required: bool,
    /// What its value must be.
    pub rule: Rule,
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// A string.
    Text(TextRule),
    /// A 64-bit signed integer, at least this.
    Integer {
        /// The smallest value allowed.
        min: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// A list of these, with at most [`ITEMS_MAX`] items.
    List(&'static Self),
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// An object with these fields and no others.
    Object(&'static [Field]),
}

impl Rule {
    /// Whether this is the rule of integers, and lets this one pass.
    pub(crate) const fn lets_pass(self, number: i64) -> bool {
        matches!(self, Self::Integer { min } if number >= min)
    }
}

/// The most items of a list. Pages name no limit.
pub const ITEMS_MAX: usize = 6000;

/// A type that can be the value of a field.
pub trait Value {
    /// What the JSON must be.
    const RULE: Rule;
    /// Whether a message without it is refused.
    const REQUIRED: bool = true;

    /// Whether the field is left out when printed: `null` is not a legal value of the API.
    fn is_absent(&self) -> bool {
        false
    }

    /// Whether it is certain, without printing it, that this obeys [`Self::RULE`] wherever it
    /// travels. What is in doubt is printed and looked at as JSON, which also finds the words for
    /// what is wrong.
    fn surely_obeys(&self) -> bool {
        false
    }
}

impl<T: Value> Value for Option<T> {
    const RULE: Rule = T::RULE;
    const REQUIRED: bool = false;

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn surely_obeys(&self) -> bool {
        self.as_ref().is_none_or(Value::surely_obeys)
    }
}

impl Value for bool {
    const RULE: Rule = Rule::Boolean;

    fn surely_obeys(&self) -> bool {
        true
    }
}

impl<T: Value> Value for Vec<T> {
    const RULE: Rule = Rule::List(&T::RULE);

    fn surely_obeys(&self) -> bool {
        self.len() <= ITEMS_MAX && self.iter().all(Value::surely_obeys)
    }
}

/// For `#[serde(skip_serializing_if)]`.
pub(crate) fn is_absent<T: Value>(value: &T) -> bool {
    value.is_absent()
}

/// A JSON object with a fixed list of fields.
pub trait Message: Value {
    /// Its fields, in the order of the page.
    const FIELDS: &'static [Field];
}

/// The wire name of a Rust field: `r#type` is `type`.
pub(crate) const fn wire_name(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// Defines a message: the struct, its serde code and its field table, from one list.
macro_rules! message {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[$field_meta:meta])* pub $field:ident : $type:ty = $label:literal ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, ::serde::Serialize, ::serde::Deserialize)]
        pub struct $name {
            $(
                #[doc = concat!("【", $label, "】")]
                $(#[$field_meta])*
                #[serde(skip_serializing_if = "crate::field::is_absent")]
                pub $field: $type,
            )*
        }

        impl $crate::field::Message for $name {
            const FIELDS: &'static [$crate::field::Field] = &[
                $( $crate::field::Field {
                    name: $crate::field::wire_name(stringify!($field)),
                    label: $label,
                    required: <$type as $crate::field::Value>::REQUIRED,
                    rule: <$type as $crate::field::Value>::RULE,
                } ),*
            ];
        }

        impl $crate::field::Value for $name {
            const RULE: $crate::field::Rule =
                $crate::field::Rule::Object(<Self as $crate::field::Message>::FIELDS);

            fn surely_obeys(&self) -> bool {
                true $( && $crate::field::Value::surely_obeys(&self.$field) )*
            }
        }
    };
}
pub(crate) use message;

/// Where a value was found: the first part of its pointer in error messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Body,
    Path,
    Query,
}

impl Source {
    /// The name that the provider uses in pointers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Path => "uri_template",
            Self::Query => "query",
        }
    }
}

/// Where a value stands. Printed only when something is wrong with it.
#[derive(Clone, Copy)]
pub(crate) struct Pointer<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Number(usize),
}

impl<'a> Pointer<'a> {
    /// The beginning of each pointer into a source.
    pub(crate) const fn root(source: Source) -> Self {
        Self { parent: None, step: Step::Name(source.name()) }
    }

    pub(crate) const fn field(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Name(name) }
    }

    pub(crate) const fn item(&'a self, number: usize) -> Self {
        Self { parent: Some(self), step: Step::Number(number) }
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Name(name) => write!(f, "/{name}"),
            Step::Number(number) => write!(f, "/{number}"),
        }
    }
}

/// How the values of one source are checked.
#[derive(Clone, Copy)]
pub(crate) struct Check {
    pub(crate) source: Source,
    /// Whether a required text that is empty counts as missing.
    pub(crate) empty_is_missing: bool,
}

impl Check {
    /// Checks these fields of the source, in the order of the page. Undefined fields are looked
    /// for before, over the whole body at once.
    pub(crate) fn source<'a>(
        self,
        fields: impl Iterator<Item = &'a Field>,
        values: &serde_json::Map<String, Json>,
    ) -> Result<(), ParamError> {
        self.fields(fields, &Pointer::root(self.source), values)
    }

    /// Checks the fields of an object.
    fn fields<'a>(
        self,
        mut fields: impl Iterator<Item = &'a Field>,
        parent: &Pointer<'_>,
        object: &serde_json::Map<String, Json>,
    ) -> Result<(), ParamError> {
        fields.try_for_each(|field| {
            let pointer = parent.field(field.name);
            let value = object.get(field.name);
            let is_missing = value.is_none_or(|value| {
                self.empty_is_missing && value.as_str().is_some_and(str::is_empty)
            });
            match value {
                _ if is_missing && field.required => {
                    Err(ParamError::missing(&pointer.to_string(), field.label))
                }
                Some(value) => self.value(field.label, field.rule, &pointer, value),
                None => Ok(()),
            }
        })
    }

    /// Checks one value against the rule of its field.
    fn value(
        self,
        label: &str,
        rule: Rule,
        pointer: &Pointer<'_>,
        value: &Json,
    ) -> Result<(), ParamError> {
        let error = |message: String, value: &Json| {
            Err(ParamError::new(message, Some(self.source.name()), shortened(value)))
        };
        let wrong_type = |wanted: &str| error(self.wrong_type(label, pointer, wanted), value);
        match rule {
            Rule::Text(rule) => {
                let Some(text) = value.as_str() else { return wrong_type(JSON_STRING) };
                let Err(problem) = rule.check(text) else { return Ok(()) };
                let message =
                    format!("输入源“{pointer}”映射到值字段“{label}”字符串规则校验失败，{problem}");
                error(message, &problem.offending(text))
            }
            Rule::Integer { min } => {
                let Some(number) = value.as_i64() else {
                    return wrong_type("一个合法的 64 位有符号整数");
                };
                if rule.lets_pass(number) {
                    return Ok(());
                }
                let message = format!(
                    "输入源“{pointer}”映射到数值字段“{label}”规则校验失败，值低于最小值 {min}"
                );
                error(message, value)
            }
            Rule::Boolean if value.is_boolean() => Ok(()),
            Rule::Boolean => wrong_type("一个 bool 类型的 Json 值"),
            Rule::List(rule) => {
                let Some(items) = value.as_array() else {
                    return wrong_type("一个 array 类型的 Json 值");
                };
                if items.len() > ITEMS_MAX {
                    let message = format!(
                        "输入源“{pointer}”映射到值字段“{label}”数组规则校验失败，元素个数 {}，大于最大值 {ITEMS_MAX}",
                        items.len()
                    );
                    return error(message, &Json::from(items.len()));
                }
                let mut numbered = items.iter().enumerate();
                numbered.try_for_each(|(n, item)| self.value(label, *rule, &pointer.item(n), item))
            }
            Rule::OneOf(words) => {
                let Some(text) = value.as_str() else { return wrong_type(JSON_STRING) };
                if words.contains(&text) {
                    return Ok(());
                }
                let message = format!(
                    "输入源“{pointer}”映射到值字段“{label}”枚举规则校验失败，此字段的可选取值为“{}”",
                    words.join("、")
                );
                error(message, value)
            }
            Rule::Object(fields) => {
                let Some(object) = value.as_object() else {
                    return wrong_type("一个 object 类型的 Json 值");
                };
                self.fields(fields.iter(), pointer, object)
            }
        }
    }

    fn wrong_type(self, label: &str, pointer: &Pointer<'_>, wanted: &str) -> String {
        let json = match self.source {
            Source::Body => " JSON ",
            Source::Path | Source::Query => "",
        };
        format!("无法将{json}输入源“{pointer}”映射到目标字段“{label}”中，此字段需要{wanted}")
    }
}

const JSON_STRING: &str = "一个 string 类型的 Json 值";
