//! The centre of quantities that are positive by nature: times, rates, memory.
//!
//! Their noise multiplies (a slow phase of the machine makes everything so many percent slower), so that their
//! logarithms are nearly symmetric. The mean of logarithms is the logarithm of the geometric mean, and its t interval
//! never reaches zero, however few the values. The geometric mean of a rate is the reciprocal of that of the time, and
//! the ratio of two geometric means is the geometric mean of the ratios: tables, charts and comparisons agree.

use super::describe::{finite, mean};
use super::distribution::tail_of;
use super::interval::{Estimate, t_interval};

/// The geometric mean, with its t interval on logarithms, both in the samples' unit.
///
/// Exactly the value itself where all are equal. The interval is `None` for a single value or where an end leaves the
/// range of positive doubles. `None` if there is no value or one is not positive and finite, or unless
/// `0 < confidence < 1`.
pub fn geometric_mean_interval(samples: &[f64], confidence: f64) -> Option<Estimate> {
    tail_of(confidence)?;
    let (unit, logs) = logs_of(samples)?;
    let back = |log: f64| unit * log.exp();
    let value = finite(back(mean(&logs)?)).filter(|value| *value > 0.0)?;
    let interval = t_interval(&logs, confidence).and_then(|interval| interval.map(back));
    Some(Estimate { value, interval: interval.filter(|interval| interval.is_above(0.0)) })
}

/// The geometric mean, in the samples' unit; `None` if there is no value or one is not positive and finite.
pub fn geometric_mean(samples: &[f64]) -> Option<f64> {
    let (unit, logs) = logs_of(samples)?;
    finite(unit * mean(&logs)?.exp()).filter(|value| *value > 0.0)
}

/// The first value, and all logarithms in units of it, so that equal values are exactly zero.
fn logs_of(samples: &[f64]) -> Option<(f64, Vec<f64>)> {
    let unit = *samples.first()?;
    let positive = samples.iter().all(|value| *value > 0.0 && value.is_finite());
    positive.then(|| (unit, samples.iter().map(|value| value.ln() - unit.ln()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Interval;

    const TIMES: [f64; 5] = [0.0331, 0.0352, 0.0318, 0.0349, 0.0410];

    fn close(found: f64, expected: f64) {
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn agrees_with_scipy() {
        // scipy 1.17.1 stats.gmean; exp of stats.t.interval of the logarithms.
        let estimate = geometric_mean_interval(&TIMES, 0.95).unwrap();
        close(estimate.value, 0.03506561112334564);
        let interval = estimate.interval.unwrap();
        close(interval.lower, 0.031100111663187456);
        close(interval.upper, 0.03953674175739857);
        close(geometric_mean(&TIMES).unwrap(), 0.03506561112334564);
    }

    #[test]
    fn rates_and_ratios_agree_with_times() {
        let rates = TIMES.map(|time| 459.0 / time);
        close(geometric_mean(&rates).unwrap(), 459.0 / geometric_mean(&TIMES).unwrap());
        let (of_rates, of_times) =
            (geometric_mean_interval(&rates, 0.95).unwrap(), geometric_mean_interval(&TIMES, 0.95).unwrap());
        close(of_rates.interval.unwrap().lower, 459.0 / of_times.interval.unwrap().upper);
    }

    #[test]
    fn a_few_far_apart_values_are_wide_and_positive() {
        for samples in [&[0.0006, 0.06][..], &[1e-6, 1.0], &[0.001, 0.03, 0.065], &[1e-9, 1e3, 1.0]] {
            let estimate = geometric_mean_interval(samples, 0.95).unwrap();
            let interval = estimate.interval.unwrap();
            assert!(interval.lower > 0.0 && interval.upper / interval.lower > 20.0, "{interval:?}");
            assert!(interval.contains(estimate.value), "{estimate:?}");
        }
    }

    #[test]
    fn equal_values_are_exact_and_one_has_no_interval() {
        for value in [0.1, 66_100_001.0, 1e-300, 1e300] {
            let found = geometric_mean_interval(&[value; 7], 0.95).unwrap();
            assert_eq!((found.value, found.interval), (value, Interval::new(value, value)));
            assert_eq!(geometric_mean_interval(&[value], 0.95), Some(Estimate { value, interval: None }));
        }
    }

    #[test]
    fn refusals() {
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!((geometric_mean(&[1.0, bad]), geometric_mean_interval(&[bad, 1.0], 0.95)), (None, None));
        }
        assert_eq!((geometric_mean(&[]), geometric_mean_interval(&[], 0.95)), (None, None));
        for confidence in [0.0, 1.0, f64::NAN] {
            assert_eq!(geometric_mean_interval(&TIMES, confidence), None);
        }
        // Nothing that a double can hold encloses these.
        assert_eq!(geometric_mean_interval(&[1e-300, 1e300], 0.95).unwrap().interval, None);
    }
}
