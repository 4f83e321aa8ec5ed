//! Confidence intervals of any statistic by resampling.

use super::describe::{quantile_of_sorted, sorted};
use super::distribution::{normal_upper, student_quantile, tail_of};
use super::interval::Interval;
use super::random::Draws;
use super::signed_rank::smallest_count;

/// Fewest resamples from which tails are read.
pub const MINIMUM_RESAMPLES: usize = 1_000;

/// The expanded percentile bootstrap interval of `statistic`, in the statistic's unit.
///
/// The plain percentile interval covers 90 % instead of 95 % at ten values, because resampling divides by n and uses
/// normal in place of t tails. Hesterberg, "What Teachers Should Know About the Bootstrap" (2015), widens the tails by
/// exactly that much. BCa mends skewness but not this, and its jackknife fails for the median, our commonest statistic.
///
/// The same samples, statistic, confidence, number of resamples and seed give the same interval. `None` for fewer values
/// than [`smallest_count`], as no resample leaves the range of the values and that range itself is then no such interval;
/// for fewer than [`MINIMUM_RESAMPLES`]; if a value or the statistic of a resample is not finite; or unless
/// `0 < confidence < 1`.
pub fn bootstrap_interval(
    samples: &[f64],
    statistic: impl Fn(&[f64]) -> f64,
    confidence: f64,
    resamples: usize,
    seed: u64,
) -> Option<Interval> {
    let tail = tail_of(confidence)?;
    if samples.len() < smallest_count(confidence)? || resamples < MINIMUM_RESAMPLES {
        return None;
    }
    if samples.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let count = samples.len() as f64;
    let expanded = normal_upper(student_quantile(tail, count - 1.0) * (count / (count - 1.0)).sqrt());
    let mut draws = Draws::new(seed);
    let mut resample = vec![0.0; samples.len()];
    let mut statistics = Vec::with_capacity(resamples);
    for _ in 0..resamples {
        resample.fill_with(|| samples[draws.below(samples.len())]);
        statistics.push(statistic(&resample));
    }
    let statistics = sorted(&statistics)?;
    Interval::new(quantile_of_sorted(&statistics, expanded)?, quantile_of_sorted(&statistics, 1.0 - expanded)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{mean, median};

    const SAMPLES: [f64; 8] = [10.1, 9.8, 10.4, 10.0, 9.7, 10.3, 10.2, 9.9];

    fn of_mean(samples: &[f64], confidence: f64, resamples: usize, seed: u64) -> Option<Interval> {
        bootstrap_interval(samples, |values| mean(values).unwrap_or(f64::NAN), confidence, resamples, seed)
    }

    #[test]
    fn follows_the_seed_alone() {
        let first = of_mean(&SAMPLES, 0.95, 2_000, 1).unwrap();
        assert_eq!(of_mean(&SAMPLES, 0.95, 2_000, 1), Some(first));
        assert_ne!(of_mean(&SAMPLES, 0.95, 2_000, 2), Some(first));
    }

    #[test]
    fn is_close_to_the_t_interval_of_a_symmetric_sample() {
        let interval = of_mean(&SAMPLES, 0.95, 20_000, 3).unwrap();
        let expected = crate::stats::t_interval(&SAMPLES, 0.95).unwrap();
        assert!((interval.lower - expected.lower).abs() < 0.02, "{interval:?} {expected:?}");
        assert!((interval.upper - expected.upper).abs() < 0.02, "{interval:?} {expected:?}");
    }

    #[test]
    fn higher_confidence_is_wider() {
        let width = |confidence| of_mean(&SAMPLES, confidence, 4_000, 4).unwrap().width();
        assert!(width(0.8) < width(0.9) && width(0.9) < width(0.99));
    }

    #[test]
    fn equal_and_extreme_values() {
        assert_eq!(of_mean(&[0.1; 6], 0.95, 1_000, 1), Interval::new(0.1, 0.1));
        for scale in [1e300, 1e-300] {
            let interval = of_mean(&SAMPLES.map(|value| value * scale), 0.95, 1_000, 1).unwrap();
            assert!(interval.contains(10.05 * scale) && interval.width() > 0.1 * scale, "{interval:?}");
        }
    }

    #[test]
    fn refusals() {
        assert_eq!(of_mean(&[], 0.95, 1_000, 1), None);
        assert_eq!(of_mean(&SAMPLES[..5], 0.95, 1_000, 1), None);
        assert!(of_mean(&SAMPLES[..6], 0.95, 1_000, 1).is_some());
        assert_eq!(of_mean(&SAMPLES, 0.95, 999, 1), None);
        assert_eq!(of_mean(&SAMPLES, 1.0, 1_000, 1), None);
        assert_eq!(bootstrap_interval(&SAMPLES, |_| f64::NAN, 0.95, 1_000, 1), None);
        let spoilt = SAMPLES.map(|value| if value == 10.0 { f64::NAN } else { value });
        assert_eq!(bootstrap_interval(&spoilt, |values| median(values).unwrap_or(0.0), 0.95, 1_000, 1), None);
    }
}
