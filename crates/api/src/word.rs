//! Enumerations of the API: a closed set of words here, an open one on the client's side.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::field::{Rule, Value};

/// A closed set of words, as a page lists them.
pub trait Word: Copy + Eq + 'static {
    /// Every word, in the order of the page.
    const WORDS: &'static [&'static str];
    /// The word.
    fn word(self) -> &'static str;
    /// The value that a word stands for.
    fn from_word(word: &str) -> Option<Self>;
}

/// A word that may be one that no page lists yet: answers may gain values at any time, and a
/// client must not lose them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open<T> {
    /// A word that the page lists.
    Known(T),
    /// Any other word, kept as it came.
    Unknown(Box<str>),
}

impl<T: Word> Open<T> {
    /// The listed value, if it is one.
    #[must_use]
    pub const fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Unknown(_) => None,
        }
    }

    /// The word as it stands on the wire.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Known(value) => value.word(),
            Self::Unknown(word) => word,
        }
    }
}

impl<T> From<T> for Open<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: Word> PartialEq<T> for Open<T> {
    fn eq(&self, other: &T) -> bool {
        self.known().is_some_and(|value| value == *other)
    }
}

impl<T: Word> Serialize for Open<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de, T: Word> Deserialize<'de> for Open<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = Box::<str>::deserialize(deserializer)?;
        Ok(T::from_word(&word).map_or(Self::Unknown(word), Self::Known))
    }
}

impl<T: Word> Value for Open<T> {
    const RULE: Rule = Rule::OneOf(T::WORDS);

    fn surely_obeys(&self) -> bool {
        matches!(self, Self::Known(_))
    }
}

/// Reads one of the closed set; for `#[derive]`d code outside of answers.
///
/// # Errors
/// If the word is not in the set.
pub(crate) fn deserialize<'de, T: Word, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let word = Box::<str>::deserialize(deserializer)?;
    T::from_word(&word)
        .ok_or_else(|| de::Error::custom(format_args!("{word:?} is not one of {:?}", T::WORDS)))
}

/// Defines a closed set of words.
macro_rules! words {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $( $(#[$variant_meta])* $variant ),* }

        impl $name {
            /// Every value, in the order of the page.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),*];
        }

        impl $crate::word::Word for $name {
            const WORDS: &'static [&'static str] = &[$( $word ),*];

            fn word(self) -> &'static str {
                match self { $( Self::$variant => $word ),* }
            }

            fn from_word(word: &str) -> Option<Self> {
                match word { $( $word => Some(Self::$variant), )* _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str($crate::word::Word::word(*self))
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::word::Word::word(*self))
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::word::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use words;
