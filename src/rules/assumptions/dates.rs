//! Dates as settings write them.

use crate::rules::calendar::{Day, day, iso, month_span};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A day; written as `"2020-01-01"`, or as a date of TOML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct IsoDay(pub Day);

/// A day of every year; written as `"MM-DD"`. There is no 29 February, which most years do not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i32,
    /// From 1.
    pub day_of_month: i32,
}

/// A year without 29 February.
const COMMON_YEAR: i32 = 2023;

impl MonthDay {
    /// The day in a year.
    pub const fn of(self, year: i32) -> Day {
        day(year, self.month, self.day_of_month)
    }

    /// From `MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let (month, day_of_month) =
            two_digits(text.get(..2)?).zip(two_digits(text.strip_prefix(text.get(..2)?)?.strip_prefix('-')?))?;
        let known = (1..=12).contains(&month) && (1..=month_span(COMMON_YEAR, month).1).contains(&day_of_month);
        known.then_some(Self { month, day_of_month })
    }
}

impl IsoDay {
    /// From `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = (text.get(..4)?, text.get(4..)?.strip_prefix('-')?);
        let (month, day_of_month) = (two_digits(rest.get(..2)?)?, two_digits(rest.get(2..)?.strip_prefix('-')?)?);
        let year: i32 = year.bytes().all(|byte| byte.is_ascii_digit()).then(|| year.parse().ok())??;
        let known = year >= 1 && (1..=12).contains(&month) && (1..=month_span(year, month).1).contains(&day_of_month);
        known.then(|| Self(day(year, month, day_of_month)))
    }
}

fn two_digits(text: &str) -> Option<i32> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// What a settings file may hold for a date.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Date(toml::value::Datetime),
}

impl<'de> Deserialize<'de> for IsoDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text =
            match Written::deserialize(deserializer).map_err(|_| de::Error::custom("not a date: give YYYY-MM-DD"))? {
                Written::Text(text) => text,
                Written::Date(date) => date.to_string(),
            };
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("{text:?} is not a date of the form YYYY-MM-DD")))
    }
}

impl Serialize for IsoDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&iso(self.0))
    }
}

impl<'de> Deserialize<'de> for MonthDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom(format!("{text:?} is not a day that every year has, of the form MM-DD")))
    }
}

impl Serialize for MonthDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{:02}-{:02}", self.month, self.day_of_month))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_days_that_exist_are_dates() {
        assert_eq!(IsoDay::parse("2024-02-29"), Some(IsoDay(day(2024, 2, 29))));
        for bad in [
            "2023-02-29",
            "2023-13-01",
            "2023-00-01",
            "2023-01-00",
            "2023-1-01",
            "23-01-01",
            "+023-01-01",
            "0000-01-01",
            "2023-01-01 ",
            "é",
        ] {
            assert_eq!(IsoDay::parse(bad), None, "{bad}");
        }
        assert_eq!(MonthDay::parse("12-31").map(|day| day.of(2024)), Some(day(2024, 12, 31)));
        for bad in ["02-29", "00-10", "13-01", "1-1", "01-32", "0101", "01-+1", "é", ""] {
            assert_eq!(MonthDay::parse(bad), None, "{bad}");
        }
    }
}
