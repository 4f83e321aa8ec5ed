//! One interval against every threshold that bears on it.
//!
//! Throughput is events over execution time, and a run's events are known exactly: the two are one measurement with one
//! interval. It is judged once, against both thresholds; the one that is reached first decides for both.

use super::outcome::Severity;
use super::thresholds::Thresholds;
use crate::record::metric::Gated;
use crate::stats::Interval;

/// What is measured, and which gated figures follow from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Measured {
    /// Execution time, seconds.
    Time {
        /// Events of one run before.
        before: f64,
        /// Events of one run now: another number only where a changed output is allowed.
        now: f64,
    },
    /// Peak memory, bytes.
    Memory,
}

/// What an interval shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Shown {
    /// All of it is beyond a threshold.
    Beyond(Severity),
    /// All of it is within every threshold.
    Within,
    /// Neither.
    Both,
}

impl Measured {
    /// Execution time of runs that give so many events.
    pub(super) fn time(before: u64, now: u64) -> Self {
        Self::Time { before: before as f64, now: now as f64 }
    }

    /// The figures that are judged by it.
    pub(super) fn figures(self) -> &'static [Gated] {
        match self {
            // No events make no rate.
            Self::Time { before, now } if before > 0.0 && now > 0.0 => &[Gated::ExecutionTime, Gated::Throughput],
            Self::Time { .. } => &[Gated::ExecutionTime],
            Self::Memory => &[Gated::PeakMemory],
        }
    }

    /// A figure's ratio `now / before`, from that of what is measured.
    pub(super) fn ratio_of(self, figure: Gated, measured: f64) -> f64 {
        match self {
            Self::Time { before, now } if figure == Gated::Throughput => now / before / measured,
            _ => measured,
        }
    }

    /// A figure's values before and now, from those of what is measured.
    pub(super) fn values_of(self, figure: Gated, (old, new): (f64, f64)) -> (f64, f64) {
        match self {
            Self::Time { before, now } if figure == Gated::Throughput => (before / old, now / new),
            _ => (old, new),
        }
    }

    /// The logarithm of the measured ratio at which a figure's threshold lies.
    fn margin_of(self, figure: Gated, thresholds: &Thresholds) -> f64 {
        match self {
            Self::Time { before, now } if figure == Gated::Throughput => {
                (now / before).ln() - thresholds.log_margin(figure)
            }
            _ => thresholds.log_margin(figure),
        }
    }

    /// The figure whose threshold is reached first, and the logarithm of the measured ratio at which it is.
    pub(super) fn decider(self, thresholds: &Thresholds) -> (Gated, f64) {
        // Where both lie together, the one that is measured.
        const TOGETHER: f64 = 1e-9;
        let time = |figure: Gated| (figure, self.margin_of(figure, thresholds));
        let mut figures = self.figures().iter().copied().map(time);
        let first = figures.next().unwrap_or((Gated::ExecutionTime, f64::INFINITY));
        figures.fold(first, |least, other| if other.1 < least.1 - TOGETHER { other } else { least })
    }

    /// The worst severity that a measured ratio means for any figure; `None` within all thresholds.
    pub(super) fn severity(self, thresholds: &Thresholds, measured: f64) -> Option<Severity> {
        let of = |figure: &Gated| thresholds.severity(*figure, self.ratio_of(*figure, measured));
        self.figures().iter().filter_map(of).max()
    }

    /// What an interval of the measured ratio shows.
    pub(super) fn shown(self, thresholds: &Thresholds, interval: Interval) -> Shown {
        match (self.severity(thresholds, interval.lower), self.severity(thresholds, interval.upper)) {
            (Some(severity), _) => Shown::Beyond(severity),
            (None, None) => Shown::Within,
            (None, Some(_)) => Shown::Both,
        }
    }
}

/// `the threshold`, or whose it is: in the reason of a figure that another one decided for.
pub(super) fn whose(figure: Gated, decider: Gated) -> &'static str {
    match (figure == decider, decider) {
        (true, _) => "the threshold",
        (_, Gated::Throughput) => "the threshold of throughput, which is reached first",
        _ => "the threshold of execution_time, which is reached first",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::thresholds::Percent;

    fn thresholds(time: f64, throughput: f64) -> Thresholds {
        let percent = |value| Percent::try_from(value).expect("a percentage");
        Thresholds { time_percent: percent(time), throughput_percent: percent(throughput), ..Thresholds::default() }
    }

    #[test]
    fn the_threshold_that_is_reached_first_decides() {
        let same = Measured::time(459, 459);
        let (figure, margin) = same.decider(&Thresholds::default());
        assert!(figure == Gated::Throughput && (margin - (1.0_f64 / 0.9).ln()).abs() < 1e-12, "{margin}");
        assert_eq!(same.decider(&thresholds(5.0, 10.0)).0, Gated::ExecutionTime);
        // -75 % throughput is +300 % time.
        assert_eq!(same.decider(&thresholds(300.0, 75.0)).0, Gated::ExecutionTime);
        // Twice the events in 1.3 times the time are slower runs, but more events a second.
        assert_eq!(Measured::time(100, 200).decider(&Thresholds::default()).0, Gated::ExecutionTime);
        assert_eq!(Measured::time(200, 100).decider(&Thresholds::default()).0, Gated::Throughput);
        assert_eq!(Measured::time(0, 0).decider(&Thresholds::default()).0, Gated::ExecutionTime);
        let (figure, margin) = Measured::Memory.decider(&Thresholds::default());
        assert!(figure == Gated::PeakMemory && (margin - 1.2_f64.ln()).abs() < 1e-12, "{margin}");
    }

    #[test]
    fn one_interval_has_one_outcome() {
        let shown = |lower, upper| {
            let interval = Interval::new(lower, upper).expect("in order");
            Measured::time(459, 459).shown(&Thresholds::default(), interval)
        };
        assert_eq!(shown(0.5, 1.11), Shown::Within);
        // Within +15 % time, but not within -10 % throughput: not proven either way, for both.
        assert_eq!((shown(0.8, 1.12), shown(1.0, 2.0)), (Shown::Both, Shown::Both));
        assert_eq!(
            (shown(1.12, 1.2), shown(1.12, 9.0)),
            (Shown::Beyond(Severity::Minor), Shown::Beyond(Severity::Minor))
        );
        assert_eq!(
            (shown(1.31, 1.4), shown(1.65, 2.0)),
            (Shown::Beyond(Severity::Major), Shown::Beyond(Severity::Critical))
        );
    }
}
