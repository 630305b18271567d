//! How often an endpoint may be called.

use std::fmt;

/// A limit: so many requests within any second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many pass within a second.
    pub per_second: u32,
    /// Which requests are counted together.
    pub counts: Counts,
    /// Where the number stands.
    pub origin: Origin,
}

/// Which requests a [`Rate`] counts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// Those of one caller.
    Caller,
    /// Those that name one value in this field of the request, whoever calls.
    Field(&'static str),
    /// Those of one caller that fail.
    Failures,
}

impl Counts {
    /// One word for metrics and lists.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Field(name) => name,
            Self::Failures => "failures",
        }
    }
}

/// Where a number comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The page, or another text of the provider about this endpoint.
    Page,
    /// An older edition of the page.
    OlderPage,
    /// No text about this endpoint; see [`crate::assumed`].
    Assumed,
}

impl Origin {
    /// One word for lists.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::OlderPage => "older_page",
            Self::Assumed => "assumed",
        }
    }

    /// The mark of a footnote.
    const fn mark(self) -> &'static str {
        match self {
            Self::Page => "",
            Self::OlderPage => " †",
            Self::Assumed => " *",
        }
    }
}

impl Rate {
    const fn of_caller(per_second: u32, origin: Origin) -> Self {
        Self { per_second, counts: Counts::Caller, origin }
    }

    /// The page's limit for one caller.
    #[must_use]
    pub const fn page(per_second: u32) -> Self {
        Self::of_caller(per_second, Origin::Page)
    }

    /// An older page's limit for one caller.
    #[must_use]
    pub const fn older_page(per_second: u32) -> Self {
        Self::of_caller(per_second, Origin::OlderPage)
    }

    /// A limit for one caller that no page of this endpoint has.
    #[must_use]
    pub const fn assumed(per_second: u32) -> Self {
        Self::of_caller(per_second, Origin::Assumed)
    }

    /// The same for one value of a field.
    #[must_use]
    pub const fn per(self, field: &'static str) -> Self {
        Self { counts: Counts::Field(field), ..self }
    }

    /// The same for requests that fail.
    #[must_use]
    pub const fn of_failures(self) -> Self {
        Self { counts: Counts::Failures, ..self }
    }
}

/// As the README's table has it: the number, the mark of its footnote, what it counts.
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.per_second, self.origin.mark())?;
        match self.counts {
            Counts::Caller => Ok(()),
            Counts::Field(name) => write!(f, " per {name}"),
            Counts::Failures => write!(f, " that fail"),
        }
    }
}
