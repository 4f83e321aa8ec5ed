//! A figure over several values: one estimate with its interval, the same in every table, chart and export.

use super::describe::{mean, median, range, standard_deviation};
use super::interval::{CONFIDENCE, Estimate, Interval, t_interval};
use super::positive::geometric_mean_interval;
use serde::Serialize;

/// What a figure's estimate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Geometric mean, interval by t on logarithms: for what is positive, as times, rates and memory are.
    GeometricMean,
    /// Arithmetic mean, interval by t: where a value is zero, which has no logarithm.
    Mean,
}

/// A figure over several values, in their unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// Number of values.
    pub count: usize,
    /// What is shown: by `statistic`, and always within `ci95`.
    pub estimate: f64,
    /// What `estimate` is.
    pub statistic: Statistic,
    /// 95 % interval of `estimate`; absent for one value. Positive where all values are.
    pub ci95: Option<Interval>,
    /// Arithmetic mean.
    pub mean: f64,
    /// Median.
    pub median: f64,
    /// Standard deviation; absent for one value.
    pub standard_deviation: Option<f64>,
    /// Smallest.
    pub minimum: f64,
    /// Largest.
    pub maximum: f64,
}

impl Figure {
    /// `None` if there is no value or one is not finite.
    ///
    /// With a zero among values that are not negative, the interval of the mean is cut at zero.
    pub fn of(values: &[f64]) -> Option<Self> {
        let (minimum, maximum) = range(values)?;
        let mean = mean(values)?;
        let (statistic, Estimate { value: estimate, interval: ci95 }) =
            match geometric_mean_interval(values, CONFIDENCE) {
                Some(estimate) => (Statistic::GeometricMean, estimate),
                None => {
                    let lowest = if minimum < 0.0 { f64::NEG_INFINITY } else { 0.0 };
                    let cut = |interval: Interval| Interval { lower: interval.lower.max(lowest), ..interval };
                    (Statistic::Mean, Estimate { value: mean, interval: t_interval(values, CONFIDENCE).map(cut) })
                }
            };
        let (median, standard_deviation) = (median(values)?, standard_deviation(values));
        Some(Self {
            count: values.len(),
            estimate,
            statistic,
            ci95,
            mean,
            median,
            standard_deviation,
            minimum,
            maximum,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(values: &[f64]) -> Figure {
        Figure::of(values).expect("a figure")
    }

    #[test]
    fn an_interval_of_times_never_reaches_zero_and_holds_its_estimate() {
        // 1kx3/polars on a busy machine: Student's t on the times themselves begins below zero.
        for times in [&[0.0218, 0.0291, 0.0472][..], &[0.002, 0.3], &[1e-6, 2e-6, 1.0], &[0.1, 0.1]] {
            let found = figure(times);
            let interval = found.ci95.expect("two values");
            assert!(interval.lower > 0.0 && interval.contains(found.estimate), "{found:?}");
            assert_eq!(found.statistic, Statistic::GeometricMean);
        }
    }

    #[test]
    fn a_zero_has_no_logarithm_and_is_no_error() {
        let found = figure(&[0.0, 0.0, 4_096.0]);
        assert!(found.statistic == Statistic::Mean && (found.estimate - 4_096.0 / 3.0).abs() < 1e-9, "{found:?}");
        assert!(found.ci95.is_some_and(|interval| interval.lower == 0.0 && interval.upper.is_finite()));
        assert_eq!(figure(&[0.0, 0.0]).ci95, Interval::new(0.0, 0.0));
        // A metric of somebody's own may be negative.
        assert!(figure(&[-1.0, 1.0, 0.5]).ci95.is_some_and(|interval| interval.lower < 0.0));
        assert_eq!((figure(&[3.0]).ci95, figure(&[3.0]).estimate), (None, 3.0));
        assert!(Figure::of(&[]).is_none() && Figure::of(&[f64::NAN]).is_none());
    }
}
