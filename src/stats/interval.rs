//! Confidence intervals, and those of means by Student's t distribution.

use super::describe::{Moments, finite, mean, scale_of};
use super::distribution::{student_quantile, tail_of};

/// Confidence of every interval that this program states.
pub const CONFIDENCE: f64 = 0.95;

/// A closed, finite interval.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Interval {
    /// Lower end.
    pub lower: f64,
    /// Upper end, not below the lower one.
    pub upper: f64,
}

impl Interval {
    /// The interval between two ends; `None` if one is not finite or they are in the wrong order.
    pub fn new(lower: f64, upper: f64) -> Option<Self> {
        (lower.is_finite() && upper.is_finite() && lower <= upper).then_some(Self { lower, upper })
    }

    /// Whether `value` lies within; the ends do.
    pub fn contains(self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// Whether the whole interval lies above `value`.
    pub fn is_above(self, value: f64) -> bool {
        self.lower > value
    }

    /// Whether the whole interval lies below `value`.
    pub fn is_below(self, value: f64) -> bool {
        self.upper < value
    }

    /// Upper less lower end (infinite only if that exceeds the largest double).
    pub fn width(self) -> f64 {
        self.upper - self.lower
    }

    /// The interval of a monotone function of the quantity, for example `f64::exp` from log ratios to ratios.
    ///
    /// A falling function swaps the ends. `None` if an end does not stay finite.
    pub fn map(self, function: impl Fn(f64) -> f64) -> Option<Self> {
        let (first, second) = (function(self.lower), function(self.upper));
        Self::new(first.min(second), first.max(second))
    }
}

/// An estimate, and how far from the truth it may be.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Estimate {
    /// The most plausible value.
    pub value: f64,
    /// Its confidence interval; `None` where the values are too few for one.
    pub interval: Option<Interval>,
}

/// The t interval of the mean, in the samples' unit.
///
/// Exact for normal values. Equal values give an interval of no width. `None` for fewer than two values, if one or an
/// end is not finite, or unless `0 < confidence < 1`.
pub fn t_interval(samples: &[f64], confidence: f64) -> Option<Interval> {
    let scale = scale_of(&[samples]);
    let moments = Moments::of(samples, scale)?;
    let error = (moments.variance()? / moments.count).sqrt();
    let half = student_quantile(tail_of(confidence)?, moments.count - 1.0) * error;
    Interval::new((moments.mean - half) * scale, (moments.mean + half) * scale)
}

/// A difference of means with its variance and degrees of freedom, in units of the common scale of its two sides.
pub(super) struct Difference {
    pub(super) value: f64,
    pub(super) variance: f64,
    pub(super) degrees: f64,
}

impl Difference {
    /// Mean of `after` less mean of `before`, with Welch's degrees of freedom (1947), or with the pooled variance of
    /// Student (1908). `None` for fewer than two values on a side or a value that is not finite.
    pub(super) fn of(before: &[f64], after: &[f64], pooled: bool) -> Option<Self> {
        let scale = scale_of(&[before, after]);
        let (old, new) = (Moments::of(before, scale)?, Moments::of(after, scale)?);
        let (from_old, from_new) = (old.variance()? / old.count, new.variance()? / new.count);
        let together = old.count + new.count - 2.0;
        let (variance, degrees) = if pooled {
            ((old.squares + new.squares) / together * (1.0 / old.count + 1.0 / new.count), together)
        } else {
            let variance = from_old + from_new;
            let share = from_old / variance;
            let degrees = 1.0 / (share.powi(2) / (old.count - 1.0) + (1.0 - share).powi(2) / (new.count - 1.0));
            // Without any variance there is no share; both formulas then mean the same.
            (variance, if degrees.is_finite() { degrees } else { together })
        };
        Some(Self { value: new.mean - old.mean, variance, degrees })
    }
}

/// The mean of `after` less that of `before` in the samples' unit, with Welch's t interval (1947), which does not
/// assume equal variances.
///
/// The interval is `None` where a side has fewer than two values. `None` if a side is empty, a value or the difference
/// is not finite, or unless `0 < confidence < 1`.
pub fn welch_difference(before: &[f64], after: &[f64], confidence: f64) -> Option<Estimate> {
    let tail = tail_of(confidence)?;
    let scale = scale_of(&[before, after]);
    let value = finite((Moments::of(after, scale)?.mean - Moments::of(before, scale)?.mean) * scale)?;
    let interval = Difference::of(before, after, false).and_then(|difference| {
        let half = student_quantile(tail, difference.degrees) * difference.variance.sqrt();
        Interval::new((difference.value - half) * scale, (difference.value + half) * scale)
    });
    Some(Estimate { value, interval })
}

/// The mean of `after - before` over pairs in the samples' unit, with its t interval.
///
/// The interval is `None` for a single pair. `None` if the sides differ in length or are empty, a value or a difference
/// is not finite, or unless `0 < confidence < 1`.
pub fn paired_difference(before: &[f64], after: &[f64], confidence: f64) -> Option<Estimate> {
    tail_of(confidence)?;
    let differences = differences(before, after)?;
    Some(Estimate { value: mean(&differences)?, interval: t_interval(&differences, confidence) })
}

/// `after - before`, pair by pair; `None` if the sides differ in length.
fn differences(before: &[f64], after: &[f64]) -> Option<Vec<f64>> {
    (before.len() == after.len()).then(|| before.iter().zip(after).map(|(before, after)| after - before).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: [f64; 8] = [10.1, 9.8, 10.4, 10.0, 9.7, 10.3, 10.2, 9.9];
    const AFTER: [f64; 7] = [11.2, 10.9, 11.8, 10.7, 11.1, 11.5, 10.6];

    fn close(found: Interval, lower: f64, upper: f64) {
        assert!((found.lower / lower - 1.0).abs() < 1e-9 && (found.upper / upper - 1.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn agrees_with_scipy() {
        // scipy 1.17.1: stats.t.interval, stats.ttest_ind(...).confidence_interval, R's sleep data for the paired one.
        close(t_interval(&BEFORE, 0.95).unwrap(), 9.845217532771589, 10.254782467228413);
        let welch = welch_difference(&BEFORE, &AFTER, 0.95).unwrap();
        close(welch.interval.unwrap(), 0.6495466440148288, 1.4790247845566011);
        assert!((welch.value - 1.0642857142857143).abs() < 1e-12);
        let first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
        let second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
        let paired = paired_difference(&first, &second, 0.95).unwrap();
        close(paired.interval.unwrap(), 0.7001142367230175, 2.459885763276983);
        assert!((paired.value - 1.58).abs() < 1e-12);
    }

    #[test]
    fn ends_belong_to_the_interval() {
        let interval = Interval::new(1.0, 2.0).unwrap();
        assert!(interval.contains(1.0) && interval.contains(2.0) && !interval.contains(0.9));
        assert!(!interval.contains(2.1) && !interval.contains(f64::NAN));
        assert!(!interval.is_above(1.0) && interval.is_above(0.9) && !interval.is_below(2.0) && interval.is_below(2.1));
        assert_eq!(interval.width(), 1.0);
        assert_eq!(interval.map(|time| 1.0 / time), Interval::new(0.5, 1.0));
        assert_eq!(interval.map(|value| (value * 1e3).exp()), None);
        assert_eq!((Interval::new(2.0, 1.0), Interval::new(f64::NAN, 1.0)), (None, None));
    }

    #[test]
    fn equal_values_give_no_width() {
        assert_eq!(t_interval(&[0.1; 5], 0.95), Interval::new(0.1, 0.1));
        let estimate = welch_difference(&[1.0; 4], &[3.0; 5], 0.95).unwrap();
        assert_eq!((estimate.value, estimate.interval), (2.0, Interval::new(2.0, 2.0)));
    }

    #[test]
    fn one_value_estimates_without_an_interval() {
        assert_eq!(welch_difference(&[1.0], &[3.0, 4.0], 0.95), Some(Estimate { value: 2.5, interval: None }));
        assert_eq!(paired_difference(&[1.0], &[3.0], 0.95), Some(Estimate { value: 2.0, interval: None }));
        assert_eq!(t_interval(&[1.0], 0.95), None);
    }

    #[test]
    fn extreme_values_scale_and_bad_ones_are_refused() {
        for scale in [1e300, 1e-300] {
            let scaled = |side: &[f64]| side.iter().map(|value| value * scale).collect::<Vec<_>>();
            let interval = welch_difference(&scaled(&BEFORE), &scaled(&AFTER), 0.95).unwrap().interval.unwrap();
            close(interval, 0.6495466440148288 * scale, 1.4790247845566011 * scale);
        }
        assert_eq!(paired_difference(&[f64::MAX, 1.0], &[-f64::MAX, 1.0], 0.95), None);
        assert_eq!(welch_difference(&[], &[1.0], 0.95), None);
        assert_eq!(paired_difference(&[1.0], &[1.0, 2.0], 0.95), None);
        assert_eq!(t_interval(&[1.0, f64::NAN], 0.95), None);
        for confidence in [0.0, 1.0, 95.0, f64::NAN] {
            assert_eq!(t_interval(&BEFORE, confidence), None);
            assert_eq!(welch_difference(&BEFORE, &AFTER, confidence), None);
            assert_eq!(paired_difference(&BEFORE, &BEFORE, confidence), None);
        }
    }
}
