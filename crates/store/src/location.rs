//! Where a world is kept: a file, or a server that speaks PostgreSQL's protocol.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// An SQLite database in this file.
    File(PathBuf),
    /// A database of PostgreSQL, or of what speaks its protocol.
    Postgres(PostgresUrl),
}

/// The address of a database, with a password perhaps; it may name several hosts. Printed without
/// the password and without parameters, where another may stand.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl PostgresUrl {
    pub(crate) const fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// What names no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "neither a file, such as sqlite:redress.db, nor the address of a database, such as \
     postgres://user@host:5432/redress"
)]
pub struct BadLocation;

impl Location {
    /// What is said of it in metrics and tables: `sqlite` or `postgres`.
    #[must_use]
    pub const fn engine(&self) -> &'static str {
        match self {
            Self::File(_) => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }
}

impl FromStr for Location {
    type Err = BadLocation;

    /// Reads `postgres://…`, `postgresql://…`, `sqlite:PATH` or a path.
    fn from_str(text: &str) -> Result<Self, BadLocation> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(PostgresUrl(text.to_owned())));
        }
        let path = match text.split_once(':') {
            Some(("sqlite", path)) => path,
            // A scheme that is not known here is no path either.
            Some((scheme, rest)) if scheme.len() > 1 && rest.starts_with("//") => {
                return Err(BadLocation);
            }
            Some(_) | None => text,
        };
        if path.is_empty() { Err(BadLocation) } else { Ok(Self::File(path.into())) }
    }
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => url.fmt(f),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.0.split('?').next().unwrap_or_default();
        let (scheme, rest) = plain.split_once("://").unwrap_or_default();
        let (who, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let at = if who.is_empty() { "" } else { "@" };
        let user = who.split(':').next().unwrap_or_default();
        write!(f, "{scheme}://{user}{at}{place}")
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::Location;

    #[test]
    fn places_are_told_apart() {
        let engine = |text: &str| text.parse::<Location>().map(|location| location.engine());
        for file in ["redress.db", "sqlite:redress.db", "/a/b", "./c:d", "sqlite:/a b"] {
            assert_eq!(engine(file), Ok("sqlite"), "{file}");
        }
        for server in ["postgres://h/d", "postgresql://u:p@h:1/d?sslmode=require"] {
            assert_eq!(engine(server), Ok("postgres"), "{server}");
        }
        for nothing in ["", "sqlite:", "mysql://h/d"] {
            assert!(engine(nothing).is_err(), "{nothing}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let location: Location =
            "postgres://me:swordfish@h:5432/d?password=swordfish".parse().unwrap();
        for shown in [format!("{location}"), format!("{location:?}")] {
            assert!(!shown.contains("swordfish"), "{shown}");
            assert!(shown.contains("me@h:5432/d"), "{shown}");
        }
    }
}
