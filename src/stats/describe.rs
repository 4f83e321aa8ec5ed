//! Location and spread of a sample.

/// Sums in units of a power of two near the largest value, so that neither 1e300 overflows nor 1e-300 vanishes when
/// squared. Division by a power of two is exact.
pub(super) struct Moments {
    /// Number of values.
    pub(super) count: f64,
    /// Mean, in units of the scale.
    pub(super) mean: f64,
    /// Sum of squared distances from the mean, in squared units of the scale; exactly zero for equal values.
    pub(super) squares: f64,
}

impl Moments {
    /// The moments of `samples` in units of `scale`; `None` if there are none or one is not finite.
    pub(super) fn of(samples: &[f64], scale: f64) -> Option<Self> {
        range(samples)?;
        let count = samples.len() as f64;
        // The second pass makes the mean of equal values exact: their distances from a rounded mean are few whole
        // rounding steps, which add up without error. A spread of one rounding step would pass for a tiny variance.
        let rough = samples.iter().map(|value| value / scale).sum::<f64>() / count;
        let mean = rough + samples.iter().map(|value| value / scale - rough).sum::<f64>() / count;
        let squares = samples.iter().map(|value| (value / scale - mean).powi(2)).sum();
        Some(Self { count, mean, squares })
    }

    /// Variance with divisor n - 1, in squared units of the scale; `None` for a single value.
    pub(super) fn variance(&self) -> Option<f64> {
        (self.count > 1.0).then(|| self.squares / (self.count - 1.0))
    }
}

/// The largest power of two that does not exceed any of the samples' largest magnitude (at least the smallest normal
/// number).
pub(super) fn scale_of(samples: &[&[f64]]) -> f64 {
    let largest = samples.iter().flat_map(|side| side.iter()).fold(0.0_f64, |most, value| most.max(value.abs()));
    f64::from_bits(largest.to_bits() & f64::INFINITY.to_bits()).max(f64::MIN_POSITIVE)
}

/// `value`, if it is finite.
pub(super) fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// A sorted copy; `None` if there is no value or one is not finite.
pub(super) fn sorted(samples: &[f64]) -> Option<Vec<f64>> {
    range(samples)?;
    let mut values = samples.to_vec();
    values.sort_unstable_by(f64::total_cmp);
    Some(values)
}

/// The quantile of sorted, finite values: type 7 of Hyndman and Fan (1996), as R, numpy and scipy have it.
pub(super) fn quantile_of_sorted(values: &[f64], probability: f64) -> Option<f64> {
    let position = probability * values.len().checked_sub(1)? as f64;
    let (lower, upper) = (*values.get(position.floor() as usize)?, *values.get(position.ceil() as usize)?);
    let weight = position - position.floor();
    // Weighted ends, not `lower + weight * (upper - lower)`: that difference may overflow.
    Some(if lower == upper { lower } else { lower * (1.0 - weight) + upper * weight })
}

/// The smallest and the largest; `None` if there is no value or one is not finite.
pub(super) fn range(samples: &[f64]) -> Option<(f64, f64)> {
    let first = *samples.first()?;
    samples
        .iter()
        .all(|value| value.is_finite())
        .then(|| samples.iter().fold((first, first), |(low, high), &value| (low.min(value), high.max(value))))
}

/// The arithmetic mean, in the samples' unit; `None` if there is no value or one is not finite.
pub fn mean(samples: &[f64]) -> Option<f64> {
    let scale = scale_of(&[samples]);
    finite(Moments::of(samples, scale)?.mean * scale)
}

/// The median, in the samples' unit; `None` if there is no value or one is not finite.
pub fn median(samples: &[f64]) -> Option<f64> {
    quantile(samples, 0.5)
}

/// The quantile at `probability` in `0..=1` by linear interpolation of order statistics, in the samples' unit.
///
/// Type 7 of Hyndman and Fan, "Sample quantiles in statistical packages" (1996): the default of R and numpy.
/// `None` if there is no value, one is not finite, or `probability` is out of range.
pub fn quantile(samples: &[f64], probability: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&probability) {
        return None;
    }
    quantile_of_sorted(&sorted(samples)?, probability)
}

/// The standard deviation with divisor n - 1, in the samples' unit.
///
/// Exactly zero for equal values. `None` for fewer than two values, or if one or the result is not finite.
pub fn standard_deviation(samples: &[f64]) -> Option<f64> {
    let scale = scale_of(&[samples]);
    finite(Moments::of(samples, scale)?.variance()?.sqrt() * scale)
}

/// Standard deviation over mean, a fraction (0.05 is 5 %).
///
/// `None` for fewer than two values, if one is not finite, or if the mean is not positive: on such a scale the
/// fraction means nothing.
pub fn coefficient_of_variation(samples: &[f64]) -> Option<f64> {
    let moments = Moments::of(samples, scale_of(&[samples]))?;
    let deviation = moments.variance()?.sqrt();
    if moments.mean > 0.0 { finite(deviation / moments.mean) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first group of Student's sleep data (1908), R's `sleep`.
    const SLEEP: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];

    fn close(found: Option<f64>, expected: f64) {
        assert!(found.is_some_and(|found| (found - expected).abs() <= 1e-12 * expected.abs()), "{found:?} {expected}");
    }

    #[test]
    fn agrees_with_numpy() {
        // numpy 2.4: mean, std(ddof=1), median, quantile.
        close(mean(&SLEEP), 0.75);
        close(standard_deviation(&SLEEP), 1.7890096577591623);
        close(coefficient_of_variation(&SLEEP), 1.7890096577591623 / 0.75);
        close(median(&SLEEP), 0.35);
        close(quantile(&SLEEP, 0.1), -1.24);
        close(quantile(&SLEEP, 0.25), -0.175);
        close(quantile(&SLEEP, 0.9), 3.43);
        close(quantile(&SLEEP, 0.0), -1.6);
        close(quantile(&SLEEP, 1.0), 3.7);
    }

    #[test]
    fn huge_and_tiny_values_keep_their_spread() {
        for scale in [1e300, 1e-300] {
            let samples = [scale, 2.0 * scale, 3.0 * scale, 4.0 * scale];
            close(mean(&samples), 2.5 * scale);
            close(standard_deviation(&samples), (5.0_f64 / 3.0).sqrt() * scale);
            close(coefficient_of_variation(&samples), (5.0_f64 / 3.0).sqrt() / 2.5);
        }
        close(mean(&[f64::MAX, f64::MAX, f64::MAX]), f64::MAX);
        close(median(&[f64::MAX, -f64::MAX]), 0.0);
        close(mean(&[5e-324, 5e-324]), 5e-324);
        // The spread itself exceeds the largest double: refused, not infinite.
        assert_eq!(standard_deviation(&[f64::MAX, -f64::MAX]), None);
    }

    #[test]
    fn equal_values_have_no_spread_at_all() {
        for count in [2, 3, 10, 77, 1_000] {
            for tenths in 1..60 {
                let value = f64::from(tenths) * 0.1;
                let samples = vec![value; count];
                assert_eq!((mean(&samples), standard_deviation(&samples)), (Some(value), Some(0.0)), "{count}");
            }
        }
    }

    #[test]
    fn what_cannot_be_said_is_not_said() {
        assert_eq!((range(&[]), range(&[1.0, f64::NAN]), range(&[1.0, f64::INFINITY])), (None, None, None));
        assert_eq!((range(&[7.0]), standard_deviation(&[7.0])), (Some((7.0, 7.0)), None));
        assert_eq!(coefficient_of_variation(&[-1.0, 1.0]), None);
        assert_eq!(coefficient_of_variation(&[-1.0, -2.0]), None);
        assert_eq!((quantile(&SLEEP, 1.1), quantile(&SLEEP, f64::NAN)), (None, None));
    }
}
