//! Durations and times, as people type them.

use std::fmt;
use std::str::FromStr;

use redress::api::Timestamp;

const DAY_SECONDS: i64 = 24 * 3600;
/// China has one time zone and no summer time.
const CHINA_SECONDS: i64 = 8 * 3600;
const UNITS: [(char, i64); 4] = [('d', DAY_SECONDS), ('h', 3600), ('m', 60), ('s', 1)];

/// A duration in whole seconds: `90s`, `15m`, `24h`, `3d`, `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span(i64);

/// A moment: one of the calendar, or the next time that it is so late in China.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    At(Timestamp),
    /// Seconds since midnight.
    Daily(i64),
}

impl Span {
    pub(crate) const fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    pub(crate) const fn seconds(self) -> i64 {
        self.0
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unfit = || format!("{text:?} is no duration such as 90s, 15m, 24h, 3d or 1h30m");
        let (mut seconds, mut rest) = (0_i64, text);
        for (unit, size) in UNITS {
            let Some((number, after)) = rest.split_once(unit) else { continue };
            let digits = number.len() <= 12 && number.bytes().all(|b| b.is_ascii_digit());
            let number: i64 = if digits { number.parse().ok() } else { None }.ok_or_else(unfit)?;
            let more = number.checked_mul(size).ok_or_else(unfit)?;
            seconds = seconds.checked_add(more).ok_or_else(unfit)?;
            rest = after;
        }
        if text.is_empty() || !rest.is_empty() { Err(unfit()) } else { Ok(Self(seconds)) }
    }
}

/// As it is read: `1h30m`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        for (unit, size) in UNITS {
            if rest >= size || (size == 1 && self.0 == 0) {
                write!(f, "{}{unit}", rest / size)?;
                rest %= size;
            }
        }
        Ok(())
    }
}

impl When {
    /// How many seconds after `now` it is; negative if it is over.
    pub(crate) fn seconds_from(self, now: Timestamp) -> i64 {
        match self {
            Self::At(time) => time.seconds_since(now),
            Self::Daily(late) => {
                (late - now.unix().saturating_add(CHINA_SECONDS)).rem_euclid(DAY_SECONDS)
            }
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(late) = time_of_day(text) {
            return Ok(Self::Daily(late));
        }
        let (day, late) = text.split_once([' ', 'T', 't']).unwrap_or((text, "00:00"));
        let time = match time_of_day(late) {
            Some(late) => {
                let midnight = format!("{day}T00:00:00+08:00").parse::<Timestamp>();
                midnight.map(|midnight| midnight.plus_seconds(late))
            }
            None => text.parse(),
        };
        time.map(Self::At).map_err(|_unfit| {
            format!(
                "{text:?} is no time such as 10:00, \"2026-11-26 10:00\" or \
                 2026-11-26T10:00:00+08:00"
            )
        })
    }
}

/// Seconds since midnight of `HH:MM` or `HH:MM:SS`.
fn time_of_day(text: &str) -> Option<i64> {
    let parts: Vec<&str> = text.split(':').collect();
    let (2 | 3) = parts.len() else { return None };
    let mut seconds = 0;
    for (part, (size, below)) in parts.iter().zip([(3600, 24), (60, 60), (1, 60)]) {
        let fits = matches!(part.len(), 1 | 2) && part.bytes().all(|b| b.is_ascii_digit());
        let number: i64 = if fits { part.parse().ok() } else { None }.filter(|n| *n < below)?;
        seconds += number * size;
    }
    Some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_printed() {
        for (text, seconds) in [
            ("90s", 90),
            ("15m", 900),
            ("24h", 86_400),
            ("3d", 259_200),
            ("1h30m", 5400),
            ("1d2h3m4s", 93_784),
            ("0s", 0),
        ] {
            assert_eq!(text.parse(), Ok(Span(seconds)), "{text}");
        }
        for (seconds, text) in [(0, "0s"), (90, "1m30s"), (86_400, "1d"), (93_784, "1d2h3m4s")] {
            assert_eq!(Span(seconds).to_string(), text);
        }
        for text in ["", "90", "s", "1h30", "30m1h", "1h 30m", "-1s", "+1s", "1.5h", "1w", "1hm"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
        assert!("999999999999d".parse::<Span>().is_ok());
        assert!("9999999999999d".parse::<Span>().is_err());
    }

    #[test]
    fn times_are_read() {
        let at = |text: &str| When::At(text.parse().unwrap());
        let ten = at("2026-11-26T10:00:00+08:00");
        for text in [
            "2026-11-26T10:00:00+08:00",
            "2026-11-26T02:00:00Z",
            "2026-11-26 10:00",
            "2026-11-26 10:00:00",
            "2026-11-26T10:00",
        ] {
            assert_eq!(text.parse(), Ok(ten), "{text}");
        }
        assert_eq!("2026-11-26".parse(), Ok(at("2026-11-26T00:00:00+08:00")));
        assert_eq!("9:05".parse(), Ok(When::Daily(9 * 3600 + 300)));
        assert_eq!("23:59:59".parse(), Ok(When::Daily(DAY_SECONDS - 1)));
        for text in ["", "24:00", "10:60", "10", "tomorrow", "2026-02-30", "2026-11-26 25:00"] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
    }

    #[test]
    fn how_far_a_time_is() {
        let now = "2026-11-26T01:30:00+08:00".parse().unwrap();
        let far = |text: &str| text.parse::<When>().unwrap().seconds_from(now);
        assert_eq!(far("10:00"), 8 * 3600 + 1800);
        assert_eq!(far("01:30"), 0);
        assert_eq!(far("01:29"), DAY_SECONDS - 60);
        assert_eq!(far("2026-11-27"), DAY_SECONDS - 5400);
        assert_eq!(far("2026-11-26 01:00"), -1800);
    }
}
