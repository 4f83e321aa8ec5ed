//! The margins beyond which a difference counts.

use super::outcome::Severity;
use crate::record::metric::Gated;
use serde::{Deserialize, Serialize};
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

impl Percent {
    /// The percentage, 15.0 for 15 %.
    pub fn value(self) -> f64 {
        self.0
    }

    /// The share, 0.15 for 15 %.
    pub fn share(self) -> f64 {
        self.0 / 100.0
    }
}

/// Thresholds of a settings file or flags; what is absent has its default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ThresholdSettings {
    /// Slower by more than this counts.
    pub time_percent: Option<Percent>,
    /// Fewer events per second by more than this counts; below 100.
    pub throughput_percent: Option<Percent>,
    /// More peak memory by more than this counts.
    pub memory_percent: Option<Percent>,
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
    /// `flags`, else `file`, else the defaults.
    ///
    /// # Errors
    /// When throughput would have to fall by everything or more.
    pub fn new(flags: ThresholdSettings, file: ThresholdSettings) -> Result<Self, String> {
        let default = Self::default();
        let chosen = Self {
            time_percent: flags.time_percent.or(file.time_percent).unwrap_or(default.time_percent),
            throughput_percent: flags
                .throughput_percent
                .or(file.throughput_percent)
                .unwrap_or(default.throughput_percent),
            memory_percent: flags.memory_percent.or(file.memory_percent).unwrap_or(default.memory_percent),
        };
        if chosen.throughput_percent.0 >= 100.0 {
            return Err("the throughput threshold must be below 100 percent: no throughput can fall by more".into());
        }
        Ok(chosen)
    }

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
    fn flags_go_before_the_file() {
        let some = |value| ThresholdSettings { time_percent: Percent::try_from(value).ok(), ..Default::default() };
        assert_eq!(Thresholds::new(some(5.0), some(7.0)).expect("usable").time_percent.value(), 5.0);
        assert_eq!(Thresholds::new(Default::default(), some(7.0)).expect("usable").time_percent.value(), 7.0);
        let all = ThresholdSettings { throughput_percent: Percent::try_from(100.0).ok(), ..Default::default() };
        assert!(Thresholds::new(all, Default::default()).is_err());
        for bad in ["0", "-5", "nan", "1001", "ten", ""] {
            assert!(bad.parse::<Percent>().is_err(), "{bad}");
        }
        assert_eq!("12.5%".parse(), Ok(Percent(12.5)));
    }
}
