//! Strings with a rule: length with its unit, and pattern.
//!
//! Pages write `string(32)` for every field, but the live service counts some fields in bytes and
//! some in characters; the unit is part of each type here.

use std::fmt;

use serde_json::Value as Json;

/// What a length counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 字节数: bytes of UTF-8.
    Bytes,
    /// 字符数: Unicode characters.
    Chars,
}

/// The rule of a string.
#[derive(Clone, Copy)]
pub struct TextRule {
    /// What `min` and `max` count.
    pub unit: Unit,
    /// The least length.
    pub min: usize,
    /// The greatest length.
    pub max: usize,
    /// What it must look like, if more than its length matters.
    pub pattern: Option<Pattern>,
}

/// A pattern: how it is shown in messages, and the test itself.
#[derive(Clone, Copy)]
pub struct Pattern {
    /// The regular expression that messages show.
    pub shown: &'static str,
    /// Whether a string matches it.
    pub matches: fn(&str) -> bool,
}

impl fmt::Debug for TextRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..={} {:?}", self.min, self.max, self.unit)?;
        self.pattern.map_or(Ok(()), |pattern| write!(f, " {}", pattern.shown))
    }
}

/// Why a string breaks its rule. Displays as the provider's words, in Chinese.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Shorter than the least length.
    #[error("{}数 {length}，小于最小值 {min}", unit_word(*.unit))]
    Short {
        /// What is counted.
        unit: Unit,
        /// The length found.
        length: usize,
        /// The least length.
        min: usize,
    },
    /// Longer than the greatest length.
    #[error("{}数 {length}，大于最大值 {max}", unit_word(*.unit))]
    Long {
        /// What is counted.
        unit: Unit,
        /// The length found.
        length: usize,
        /// The greatest length.
        max: usize,
    },
    /// Not like the pattern.
    #[error("字符串必须匹配正则表达式“{0}”")]
    Pattern(&'static str),
    /// A character beyond the three-byte range of UTF-8, which the API does not support.
    #[error("包含不支持的 4 字节 UTF-8 字符")]
    FourByte,
}

const fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "字节",
        Unit::Chars => "字符",
    }
}

impl TextError {
    /// What `detail.value` shows: the length when the length is wrong, else the string.
    pub(crate) fn offending(self, text: &str) -> Json {
        match self {
            Self::Short { length, .. } | Self::Long { length, .. } => Json::from(length),
            Self::Pattern(_) | Self::FourByte => Json::from(text),
        }
    }
}

/// The least byte that begins a character of four bytes in UTF-8; no other byte is as great.
const FOUR_BYTE_LEAD: u8 = 0xF0;

impl TextRule {
    /// Any string up to this many characters: for answers, where the caller must be tolerant.
    pub const ANY: Self = Self { unit: Unit::Chars, min: 0, max: usize::MAX, pattern: None };

    /// Checks a string.
    ///
    /// # Errors
    /// The first rule that it breaks: length, character range, pattern.
    pub fn check(&self, text: &str) -> Result<(), TextError> {
        let unit = self.unit;
        let length = match unit {
            Unit::Bytes => text.len(),
            Unit::Chars => text.chars().count(),
        };
        if length < self.min {
            return Err(TextError::Short { unit, length, min: self.min });
        }
        if length > self.max {
            return Err(TextError::Long { unit, length, max: self.max });
        }
        if text.bytes().any(|byte| byte >= FOUR_BYTE_LEAD) {
            return Err(TextError::FourByte);
        }
        match self.pattern {
            Some(pattern) if !(pattern.matches)(text) => Err(TextError::Pattern(pattern.shown)),
            _ => Ok(()),
        }
    }
}

/// Defines a string type with a rule: a value that exists obeys it.
macro_rules! text {
    ($(#[$meta:meta])* $name:ident, $unit:ident $min:literal..=$max:literal $(, $shown:literal, $matches:expr)?) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(try_from = "Box<str>")]
        pub struct $name(Box<str>);

        text!(@rule $name, $unit $min..=$max $(, $shown, $matches)?);

        impl $name {
            /// The string.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
    // What makes a string of a struct around it obey its rule, whatever is shown of it.
    (@rule $name:ident, $unit:ident $min:literal..=$max:literal $(, $shown:literal, $matches:expr)?) => {
        impl $name {
            /// What a string of this type obeys.
            pub const TEXT: $crate::text::TextRule = $crate::text::TextRule {
                unit: $crate::text::Unit::$unit,
                min: $min,
                max: $max,
                pattern: text!(@pattern $($shown, $matches)?),
            };
        }

        impl TryFrom<Box<str>> for $name {
            type Error = $crate::text::TextError;

            fn try_from(text: Box<str>) -> Result<Self, Self::Error> {
                Self::TEXT.check(&text).map(|()| Self(text))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::text::TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(Box::<str>::from(text))
            }
        }

        impl $crate::field::Value for $name {
            const RULE: $crate::field::Rule = $crate::field::Rule::Text(Self::TEXT);

            /// Its rule was checked when it was made; an empty one can be a missing one.
            fn surely_obeys(&self) -> bool {
                !self.0.is_empty()
            }
        }
    };
    (@pattern) => { None };
    (@pattern $shown:literal, $matches:expr) => {
        Some($crate::text::Pattern { shown: $shown, matches: $matches })
    };
}
pub(crate) use text;

impl crate::field::Value for String {
    const RULE: crate::field::Rule = crate::field::Rule::Text(TextRule::ANY);
}
