//! When something happened, as every file has it.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A time, UTC and to the second: `2026-11-23T17:31:24Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Seconds that a time may be ahead of this machine's clock before that is worth a word.
    const SLACK: i64 = 60;

    /// Now, by this machine's clock.
    pub fn now() -> Self {
        Self::to_the_second(jiff::Timestamp::now())
    }

    fn to_the_second(time: jiff::Timestamp) -> Self {
        Self(jiff::Timestamp::from_second(time.as_second()).unwrap_or(time))
    }

    /// Seconds since 1970.
    pub fn as_second(self) -> i64 {
        self.0.as_second()
    }

    /// Whether it is yet to come by this machine's clock.
    pub fn is_ahead(self) -> bool {
        self.as_second() > Self::now().as_second() + Self::SLACK
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Timestamp> for String {
    fn from(time: Timestamp) -> Self {
        time.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse().map(Self::to_the_second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written_and_told_when_they_are_to_come() {
        let time = |text: &str| Timestamp::try_from(text.to_owned());
        for text in ["2990-01-01T00:00:00Z", "2020-01-01T23:59:07Z"] {
            assert_eq!(time(text).expect("a time").to_string(), text);
        }
        assert_eq!(time("2020-01-01T23:59:07.9Z").ok(), time("2020-01-01T23:59:07Z").ok());
        assert!(time("2990-01-01T00:00:00Z").is_ok_and(Timestamp::is_ahead) && time("yesterday").is_err());
        assert!(!Timestamp::now().is_ahead() && Timestamp::now().to_string().len() == "2020-01-01T23:59:07Z".len());
    }
}
