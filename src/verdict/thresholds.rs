//! The margins beyond which a difference counts.

use super::outcome::Severity;
use crate::record::metric::Gated;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A percentage above 0 and at most 1,000.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct Percent(f64);

impl TryFrom<f64> for Percent {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if value > 0.0 && value <= 1_000.0 {
            Ok(Self(value))
        } else {
            Err(format!("{value} is no threshold: give a percentage above 0 and at most 1000"))
        }
    }
}

impl FromStr for Percent {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.trim().trim_end_matches('%');
        number.parse::<f64>().map_err(|_| format!("`{text}` is not a percentage"))?.try_into()
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Percent {
    /// Of something that cannot fall by all of itself.
    ///
    /// # Errors
    /// Says what is no such percentage.
    pub fn of_a_fall(text: &str) -> Result<Self, String> {
        let percent: Self = text.parse()?;
        if percent.0 < 100.0 {
            return Ok(percent);
        }
        Err("the throughput threshold must be below 100 percent: no throughput can fall by more".into())
    }

    /// The percentage, 15.0 for 15 %.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The share, 0.15 for 15 %.
    pub fn share(self) -> f64 {
        self.0 / 100.0
    }
}

/// The thresholds in force.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Slower by more than this counts, percent.
    pub time_percent: Percent,
    /// Fewer events per second by more than this counts, percent.
    pub throughput_percent: Percent,
    /// More peak memory by more than this counts, percent.
    pub memory_percent: Percent,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { time_percent: Percent(15.0), throughput_percent: Percent(10.0), memory_percent: Percent(20.0) }
    }
}

impl Thresholds {
    /// The threshold of a figure.
    pub fn of(&self, gated: Gated) -> Percent {
        match gated {
            Gated::ExecutionTime => self.time_percent,
            Gated::Throughput => self.throughput_percent,
            Gated::PeakMemory => self.memory_percent,
        }
    }

    /// The threshold as the logarithm of `head / base`: negative for throughput.
    pub fn log_margin(&self, gated: Gated) -> f64 {
        let share = self.of(gated).share();
        if gated.lower_is_better() { share.ln_1p() } else { (-share).ln_1p() }
    }

    /// Severity of a proven worsening, given as `head / base`; `None` within the threshold.
    pub fn severity(&self, gated: Gated, ratio: f64) -> Option<Severity> {
        let worsening = if gated.lower_is_better() { ratio - 1.0 } else { 1.0 - ratio };
        match worsening / self.of(gated).share() {
            times if times > 4.0 => Some(Severity::Critical),
            times if times > 2.0 => Some(Severity::Major),
            times if times > 1.0 => Some(Severity::Minor),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_counts_thresholds() {
        let thresholds = Thresholds::default();
        for (gated, ratio, expected) in [
            (Gated::ExecutionTime, 1.15, None),
            (Gated::ExecutionTime, 1.16, Some(Severity::Minor)),
            (Gated::ExecutionTime, 1.31, Some(Severity::Major)),
            (Gated::ExecutionTime, 1.61, Some(Severity::Critical)),
            (Gated::ExecutionTime, 0.5, None),
            (Gated::Throughput, 0.91, None),
            (Gated::Throughput, 0.89, Some(Severity::Minor)),
            (Gated::Throughput, 0.59, Some(Severity::Critical)),
            (Gated::Throughput, 2.0, None),
            (Gated::PeakMemory, 1.19, None),
            (Gated::PeakMemory, 1.41, Some(Severity::Major)),
        ] {
            assert_eq!(thresholds.severity(gated, ratio), expected, "{gated:?} {ratio}");
        }
    }

    #[test]
    fn percentages_that_mean_nothing_are_refused() {
        for bad in ["0", "-5", "nan", "1001", "ten", ""] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
        assert!(Percent::of_a_fall("100").is_err() && "100".parse::<Percent>().is_ok());
        assert_eq!("12.5%".parse(), Ok(Percent(12.5)));
    }
}
