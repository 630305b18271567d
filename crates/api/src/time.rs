//! Times: RFC 3339 with the offset `+08:00`, to the second.

use std::fmt;
use std::str::FromStr;

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};

use crate::field::{Rule, Value};
use crate::text::TextRule;

/// A moment of business time, in whole seconds since 1970-01-01T00:00:00Z.
///
/// Prints as `2015-05-20T13:29:35+08:00`. Reads any RFC 3339 time; a fraction of a second is
/// dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Timestamp(i64);

/// A text that is not an RFC 3339 time from 1970 to the end of 9998.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an RFC 3339 time such as 2015-05-20T13:29:35+08:00")]
pub struct TimeError(String);

/// China has one time zone and no summer time.
const CHINA: Offset = Offset::constant(8);
const SECONDS_MAX: i64 = 253_370_764_800;

impl Timestamp {
    /// A moment so many seconds after the epoch; clamped to the years from 1970 to 9998.
    #[must_use]
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(0, SECONDS_MAX))
    }

    /// Seconds since the epoch.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The moment so many seconds later.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this moment; negative if it lies before.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The day in China as eight digits, `20150520`: the form used inside numbers.
    #[must_use]
    pub fn day_digits(self) -> String {
        self.zoned().strftime("%Y%m%d").to_string()
    }

    /// As statements print it, in China: `2015-05-20 13:29:35`.
    #[must_use]
    pub fn in_statements(self) -> String {
        self.zoned().strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    fn zoned(self) -> jiff::Zoned {
        jiff::Timestamp::from_second(self.0)
            .expect("from_unix clamps to the range of the calendar")
            .to_zoned(TimeZone::fixed(CHINA))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.zoned().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || TimeError(text.to_owned());
        let moment: jiff::Timestamp = text.parse().ok().ok_or_else(error)?;
        let time = Self::from_unix(moment.as_second());
        if time.0 == moment.as_second() { Ok(time) } else { Err(error()) }
    }
}

impl TryFrom<String> for Timestamp {
    type Error = TimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

impl Value for Timestamp {
    const RULE: Rule = Rule::Text(TextRule::ANY);

    fn surely_obeys(&self) -> bool {
        true
    }
}

/// A day in China, from 1970 to 9998. Prints as `2015-05-20`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Day(Date);

/// A text that is not a day of the calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a day such as 2015-05-20")]
pub struct DayError(String);

impl Day {
    /// The day that a moment belongs to.
    #[must_use]
    pub fn of(moment: Timestamp) -> Self {
        Self(moment.zoned().date())
    }

    /// Its first second.
    #[must_use]
    pub fn start(self) -> Timestamp {
        let midnight = CHINA.to_timestamp(self.0.at(0, 0, 0, 0));
        Timestamp::from_unix(midnight.map_or(0, jiff::Timestamp::as_second))
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.tomorrow().unwrap_or(self.0))
    }

    /// The day so many months earlier, or the last of that month.
    #[must_use]
    pub fn months_before(self, months: u32) -> Self {
        Self(self.0.saturating_sub(Span::new().months(months)))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let day = text.parse().map(Self).ok();
        let plain = |day: &Self| day.to_string() == text && (1970..9999).contains(&day.0.year());
        day.filter(plain).ok_or_else(|| DayError(text.to_owned()))
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}
