//! One sample of changes: the Hodges-Lehmann estimate and Wilcoxon's signed-rank interval and test.
//!
//! Hodges and Lehmann, "Estimates of Location Based on Rank Tests" (1963); Wilcoxon (1945). All three read the same
//! Walsh averages `(x_i + x_j) / 2, i <= j`, so that the test rejects exactly when the interval leaves zero out.
//!
//! Zeros and ties are kept, and count against a change: an average of exactly zero counts for neither direction. For
//! continuous values nothing ties and all is exact; for rounded ones the interval covers at least what it claims,
//! where dropping zeros (the textbook way) would discard the very rounds that showed no change.

use super::describe::{quantile_of_sorted, sorted};
use super::distribution::tail_of;
use super::interval::{Estimate, Interval};
use super::null::Null;

/// Most values for which the exact distribution is used; above, the normal one with continuity correction.
pub const EXACT_COUNT: usize = 50;

/// Most values at all: their Walsh averages fill 100 megabytes.
pub const LARGEST_COUNT: usize = 5_000;

/// The fewest values that can carry a signed-rank interval: 6 at 95 %.
///
/// `None` unless `0 < confidence < 1`, or so near to one that [`EXACT_COUNT`] values do not suffice.
pub fn smallest_count(confidence: f64) -> Option<usize> {
    let tail = tail_of(confidence)?;
    (1..=EXACT_COUNT).find(|&count| 0.5_f64.powi(count as i32) <= tail)
}

/// The median of the Walsh averages with the Wilcoxon signed-rank interval, in the samples' unit.
///
/// The interval is for the centre of a symmetric distribution; differences of logarithms within a pair are symmetric
/// when nothing changed. It is `None` below [`smallest_count`]. `None` if there is no value, one is not finite, there
/// are more than [`LARGEST_COUNT`], or unless `0 < confidence < 1`.
pub fn hodges_lehmann(samples: &[f64], confidence: f64) -> Option<Estimate> {
    let tail = tail_of(confidence)?;
    let averages = walsh_averages(samples)?;
    let interval = null(samples.len()).cut(tail).and_then(|cut| {
        let (lower, upper) = (averages.get(cut - 1)?, averages.get(averages.len().checked_sub(cut)?)?);
        Interval::new(*lower, *upper)
    });
    Some(Estimate { value: quantile_of_sorted(&averages, 0.5)?, interval })
}

/// The two-sided p value of Wilcoxon's signed-rank test of no change.
///
/// `None` if there is no value, one is not finite, or there are more than [`LARGEST_COUNT`].
pub fn signed_rank_test(samples: &[f64]) -> Option<f64> {
    let averages = walsh_averages(samples)?;
    let below = averages.partition_point(|&average| average < 0.0);
    let at_most = averages.partition_point(|&average| average <= 0.0);
    let smaller = at_most.min(averages.len() - below) as f64;
    Some(null(samples.len()).two_sided(smaller))
}

fn walsh_averages(samples: &[f64]) -> Option<Vec<f64>> {
    if samples.len() > LARGEST_COUNT {
        return None;
    }
    let pairs = samples.iter().enumerate().flat_map(|(i, &x)| samples[i..].iter().map(move |&y| x.midpoint(y)));
    sorted(&pairs.collect::<Vec<_>>())
}

/// The signed-rank distribution: each of the ranks 1 to `count` is positive with probability one half.
fn null(count: usize) -> Null {
    if count > EXACT_COUNT {
        let n = count as f64;
        return Null::Normal { mean: n * (n + 1.0) / 4.0, deviation: (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt() };
    }
    let mut probabilities = vec![0.0; count * (count + 1) / 2 + 1];
    probabilities[0] = 1.0;
    for rank in 1..=count {
        for sum in (0..probabilities.len()).rev() {
            let with = if sum >= rank { probabilities[sum - rank] } else { 0.0 };
            probabilities[sum] = (probabilities[sum] + with) / 2.0;
        }
    }
    Null::exact(probabilities)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    /// Differences of the depression data of Hollander and Wolfe (1973), R's `?wilcox.test`.
    const DEPRESSION: [f64; 9] = [0.952, -0.147, 1.022, 0.43, 0.62, 0.59, 0.49, -0.08, 0.01];
    const ROUNDS: [f64; 10] = [0.11, -0.03, 0.25, 0.08, 0.19, -0.07, 0.31, 0.14, 0.02, 0.22];

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }

    #[test]
    fn agrees_with_scipy_and_r() {
        // scipy 1.17.1 stats.wilcoxon(method="exact"); R 4 wilcox.test(conf.int = TRUE): 0.46, 0.01 to 0.786.
        close(signed_rank_test(&DEPRESSION).unwrap(), 0.0390625);
        let estimate = hodges_lehmann(&DEPRESSION, 0.95).unwrap();
        close(estimate.value, 0.46);
        let interval = estimate.interval.unwrap();
        close(interval.lower, 0.01);
        close(interval.upper, 0.786);
        close(signed_rank_test(&ROUNDS).unwrap(), 0.01953125);
        // The 9th and 47th of 55 Walsh averages: Hollander and Wolfe, table A.4, n = 10.
        let interval = hodges_lehmann(&ROUNDS, 0.95).unwrap().interval.unwrap();
        close(interval.lower, 0.025);
        close(interval.upper, 0.22);
    }

    #[test]
    fn large_samples_agree_with_scipy() {
        // scipy 1.17.1 stats.wilcoxon(0.1 * arange(1, 61) - 2.03, method="asymptotic", correction=True).
        let samples: Vec<f64> = (1..=60).map(|i| 0.1 * f64::from(i) - 2.03).collect();
        let p_value = signed_rank_test(&samples).unwrap();
        assert!((p_value / 0.00015214329261552942 - 1.0).abs() < 1e-9, "{p_value}");
    }

    #[test]
    fn the_exact_distribution_and_the_approximation_meet() {
        let Null::Exact(cumulative) = null(EXACT_COUNT) else { panic!("50 values are exact") };
        close(*cumulative.last().unwrap(), 1.0);
        let n = EXACT_COUNT as f64;
        let normal =
            Null::Normal { mean: n * (n + 1.0) / 4.0, deviation: (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt() };
        for value in [300, 434, 500, 637, 800] {
            assert!((normal.two_sided(f64::from(value)) - (2.0 * cumulative[value as usize]).min(1.0)).abs() < 2e-3);
        }
        assert_eq!((null(50).cut(0.025), normal.cut(0.025)), (Some(435), Some(434)));
    }

    #[test]
    fn six_values_are_the_least_at_95_percent() {
        assert_eq!([0.5, 0.9, 0.95, 0.99].map(smallest_count), [Some(2), Some(5), Some(6), Some(8)]);
        assert_eq!([0.0, 1.0, f64::NAN, 1.0 - 1e-16].map(smallest_count), [None; 4]);
        assert_eq!(hodges_lehmann(&ROUNDS[..5], 0.95).unwrap().interval, None);
        // The range of five values covers exactly 15 of 16.
        assert!(hodges_lehmann(&ROUNDS[..5], 0.9375).unwrap().interval.is_some());
        let interval = hodges_lehmann(&ROUNDS[..6], 0.95).unwrap().interval.unwrap();
        assert_eq!((interval.lower, interval.upper), (-0.07, 0.25));
    }

    #[test]
    fn the_test_rejects_exactly_when_the_interval_leaves_zero_out() {
        // Rounded values, so that ties and zeros are common.
        let mut rejected = 0;
        for seed in 0..300 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let samples: Vec<f64> = (0..12).map(|_| random.random_range(0..9) as f64 - 2.0).collect();
            let excluded = !hodges_lehmann(&samples, 0.95).unwrap().interval.unwrap().contains(0.0);
            assert_eq!(signed_rank_test(&samples).unwrap() <= 0.05, excluded, "{samples:?}");
            rejected += u32::from(excluded);
        }
        assert!((50..250).contains(&rejected), "{rejected}");
    }

    #[test]
    fn zeros_count_against_a_change() {
        assert_eq!(signed_rank_test(&[0.0; 10]).unwrap(), 1.0);
        assert_eq!(hodges_lehmann(&[0.0; 10], 0.95).unwrap().interval, Interval::new(0.0, 0.0));
        let mut mostly_zero = [0.0; 10];
        mostly_zero[..6].copy_from_slice(&[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
        // Six positive values alone would give 0.031.
        assert!(signed_rank_test(&mostly_zero).unwrap() > 0.05);
    }

    #[test]
    fn extreme_and_bad_values() {
        let huge = hodges_lehmann(&[f64::MAX; 6], 0.95).unwrap();
        assert_eq!((huge.value, huge.interval), (f64::MAX, Interval::new(f64::MAX, f64::MAX)));
        let tiny = hodges_lehmann(&DEPRESSION.map(|value| value * 1e-300), 0.95).unwrap();
        assert!((tiny.value / 0.46e-300 - 1.0).abs() < 1e-12);
        assert_eq!(hodges_lehmann(&[3.0], 0.95), Some(Estimate { value: 3.0, interval: None }));
        assert_eq!(signed_rank_test(&[3.0]).unwrap(), 1.0);
        assert_eq!((hodges_lehmann(&[], 0.95), signed_rank_test(&[])), (None, None));
        assert_eq!((hodges_lehmann(&[f64::NAN], 0.95), signed_rank_test(&[1.0, f64::INFINITY])), (None, None));
        assert_eq!(hodges_lehmann(&ROUNDS, 1.0), None);
        assert_eq!(signed_rank_test(&vec![1.0; LARGEST_COUNT + 1]), None);
    }
}
