//! Two independent samples: the Mann-Whitney U test and the Hodges-Lehmann shift.
//!
//! Mann and Whitney (1947); Hodges and Lehmann (1963). Both read the same pairwise differences `after - before`.

use super::describe::{quantile_of_sorted, sorted};
use super::distribution::tail_of;
use super::interval::{Estimate, Interval};
use super::null::{Null, RankTest};

/// Most values a side for which the exact distribution is used; above, the normal one with continuity correction.
pub const EXACT_COUNT: usize = 30;

/// Most pairs of values: their differences fill 100 megabytes.
pub const LARGEST_PAIRS: usize = 12_500_000;

/// The Mann-Whitney U test; the statistic is the number of pairs in which `after` is larger, ties counting one half.
///
/// Exact without ties and with at most [`EXACT_COUNT`] values a side; otherwise the normal approximation with continuity
/// and tie correction. All values equal: p is one. `None` if a side is empty, a value is not finite, or there are more
/// than [`LARGEST_PAIRS`].
pub fn mann_whitney_test(before: &[f64], after: &[f64]) -> Option<RankTest> {
    let (old, new) = (sorted(before)?, sorted(after)?);
    check_pairs(&old, &new)?;
    // Values are compared, not differences: two different tiny values may have a difference of zero.
    let statistic: f64 = new
        .iter()
        .map(|value| {
            let below = old.partition_point(|other| other < value);
            let at_most = old.partition_point(|other| other <= value);
            (below + at_most) as f64 / 2.0
        })
        .sum();
    let smaller = statistic.min((old.len() * new.len()) as f64 - statistic);
    let all = sorted(&[old.as_slice(), new.as_slice()].concat())?;
    let tied: f64 = all.chunk_by(|x, y| x == y).map(|group| cube_less_one(group.len())).sum();
    let null = null(old.len(), new.len(), tied);
    Some(RankTest { statistic, p_value: null.two_sided(smaller), exact: matches!(null, Null::Exact(_)) })
}

/// The median of all differences `after - before` with the interval of the U test, in the samples' unit.
///
/// The interval is for the shift between two distributions of one shape; ties make it wider than needed, never narrower.
/// It is `None` where the values are too few for the confidence. `None` if a side is empty, a value or a difference is
/// not finite, there are more than [`LARGEST_PAIRS`], or unless `0 < confidence < 1`.
pub fn hodges_lehmann_shift(before: &[f64], after: &[f64], confidence: f64) -> Option<Estimate> {
    let tail = tail_of(confidence)?;
    check_pairs(before, after)?;
    let pairs = before.iter().flat_map(|old| after.iter().map(move |new| new - old));
    let differences = sorted(&pairs.collect::<Vec<_>>())?;
    let interval = null(before.len(), after.len(), 0.0).cut(tail).and_then(|cut| {
        let (lower, upper) = (differences.get(cut - 1)?, differences.get(differences.len().checked_sub(cut)?)?);
        Interval::new(*lower, *upper)
    });
    Some(Estimate { value: quantile_of_sorted(&differences, 0.5)?, interval })
}

fn check_pairs(before: &[f64], after: &[f64]) -> Option<()> {
    before.len().checked_mul(after.len()).is_some_and(|pairs| pairs <= LARGEST_PAIRS).then_some(())
}

fn cube_less_one(count: usize) -> f64 {
    let count = count as f64;
    count * (count * count - 1.0)
}

/// The distribution of U for `old` and `new` values; `tied` is the sum of t^3 - t over groups of t equal values.
fn null(old: usize, new: usize, tied: f64) -> Null {
    let (m, n) = (old as f64, new as f64);
    if tied > 0.0 || old > EXACT_COUNT || new > EXACT_COUNT {
        let all = m + n;
        let variance = m * n / 12.0 * (all + 1.0 - tied / (all * (all - 1.0)));
        return Null::Normal { mean: m * n / 2.0, deviation: variance.max(0.0).sqrt() };
    }
    // Of i old and j new values the largest is a new one with probability j / (i + j), and then exceeds all i old ones.
    let mut rows = vec![vec![1.0]; new + 1];
    for i in 1..=old {
        for j in 1..=new {
            let mut row = vec![0.0; i * j + 1];
            for (u, probability) in rows[j].iter().enumerate() {
                row[u] += probability * i as f64 / (i + j) as f64;
            }
            for (u, probability) in rows[j - 1].iter().enumerate() {
                row[u + i] += probability * j as f64 / (i + j) as f64;
            }
            rows[j] = row;
        }
    }
    Null::exact(rows.pop().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Permeability constants of Hollander and Wolfe (1973), R's `?wilcox.test`.
    const TERM: [f64; 10] = [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const EARLY: [f64; 5] = [1.15, 0.88, 0.90, 0.74, 1.21];

    fn close(found: f64, expected: f64) {
        // The error function of statrs 0.19.1 is good to 1e-10.
        assert!((found - expected).abs() < 1e-10, "{found} {expected}");
    }

    #[test]
    fn agrees_with_scipy_and_r() {
        // scipy 1.17.1 stats.mannwhitneyu(method="exact"); R 4 wilcox.test(conf.int = TRUE): 0.305, -0.15 to 0.76.
        let test = mann_whitney_test(&TERM, &EARLY).unwrap();
        assert_eq!((test.statistic, test.exact), (15.0, true));
        close(test.p_value, 0.2544122544122544);
        let shift = hodges_lehmann_shift(&EARLY, &TERM, 0.95).unwrap();
        close(shift.value, 0.305);
        close(shift.interval.unwrap().lower, -0.15);
        close(shift.interval.unwrap().upper, 0.76);
        let (before, after) =
            ([10.1, 9.8, 10.4, 10.0, 9.7, 10.3, 10.2, 9.9], [11.2, 10.9, 11.8, 10.7, 11.1, 11.5, 10.6]);
        close(mann_whitney_test(&before, &after).unwrap().p_value, 0.0003108003108003108);
    }

    #[test]
    fn ties_and_large_samples_agree_with_scipy() {
        // scipy 1.17.1 stats.mannwhitneyu(method="asymptotic").
        let test =
            mann_whitney_test(&[1.0, 2.0, 2.0, 3.0, 3.0, 3.0, 5.0, 8.0], &[2.0, 3.0, 4.0, 4.0, 6.0, 7.0, 8.0, 9.0]);
        close(test.unwrap().p_value, 0.09949204056879861);
        assert_eq!((test.unwrap().statistic, test.unwrap().exact), (48.0, false));
        let before: Vec<f64> = (0..40).map(f64::from).collect();
        let after: Vec<f64> = (0..35).map(|i| f64::from(i) * 1.1 + 5.05).collect();
        let test = mann_whitney_test(&before, &after).unwrap();
        assert_eq!((test.statistic, test.exact), (844.0, false));
        close(test.p_value, 0.12752033236944896);
        close(hodges_lehmann_shift(&before, &after, 0.95).unwrap().value, 4.25);
    }

    #[test]
    fn the_exact_distribution_is_one_and_symmetric() {
        for (old, new) in [(1, 1), (3, 7), (30, 30)] {
            let Null::Exact(cumulative) = null(old, new, 0.0) else { panic!("{old} and {new} are exact") };
            assert_eq!(cumulative.len(), old * new + 1);
            close(cumulative[old * new], 1.0);
            close(cumulative[old * new / 3] + cumulative[old * new - old * new / 3 - 1], 1.0);
        }
        // Of 10 orders of 3 and 2 values one has U = 0, one has 1 and two have 2.
        let Null::Exact(cumulative) = null(3, 2, 0.0) else { panic!("3 and 2 are exact") };
        cumulative
            .iter()
            .zip([0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 1.0])
            .for_each(|(&found, expected)| close(found, expected));
    }

    #[test]
    fn equal_few_and_extreme_values() {
        for count in 1..80 {
            // The tie correction leaves no variance, give or take a rounding error.
            assert_eq!(mann_whitney_test(&vec![1.0; count], &[1.0; 7]).unwrap().p_value, 1.0);
        }
        assert_eq!(hodges_lehmann_shift(&[1.0; 5], &[1.0; 5], 0.95).unwrap().interval, Interval::new(0.0, 0.0));
        // Constant on both sides but apart: the ranks alone speak, and five against five can.
        assert!(mann_whitney_test(&[1.0; 5], &[2.0; 5]).unwrap().p_value < 0.01);
        assert_eq!(hodges_lehmann_shift(&[1.0], &[3.0], 0.95), Some(Estimate { value: 2.0, interval: None }));
        assert_eq!(mann_whitney_test(&[1.0], &[3.0]).unwrap().p_value, 1.0);
        for scale in [1e300, 1e-300] {
            let (before, after) = (TERM.map(|value| value * scale), EARLY.map(|value| value * scale));
            close(mann_whitney_test(&before, &after).unwrap().p_value, 0.2544122544122544);
            close(hodges_lehmann_shift(&before, &after, 0.95).unwrap().value / scale, -0.305);
        }
    }

    #[test]
    fn refusals() {
        assert_eq!((mann_whitney_test(&[], &[1.0]), hodges_lehmann_shift(&[1.0], &[], 0.95)), (None, None));
        assert_eq!(mann_whitney_test(&[f64::NAN], &[1.0]), None);
        assert_eq!(hodges_lehmann_shift(&[f64::MAX], &[-f64::MAX], 0.95), None);
        assert_eq!(hodges_lehmann_shift(&TERM, &EARLY, 0.0), None);
        let long = vec![1.0; 4_000];
        assert_eq!((mann_whitney_test(&long, &long), hodges_lehmann_shift(&long, &long, 0.95)), (None, None));
    }
}
