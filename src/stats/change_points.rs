//! When a history changed: steps and drifts that no single comparison shows.
//!
//! E-divisive means with hierarchical bisection: Matteson and James, "A Nonparametric Approach for Multiple Change Point
//! Analysis of Multivariate Data" (2014), as MongoDB (Daly et al. 2020) and Apache Otava (Fleming et al. 2023) use it on
//! performance series. Significance comes from the paper's permutation test, not from Otava's t test: the split is the
//! best of thousands, and only a test that searches each permutation as well accounts for that. Points whose step is
//! smaller than the minimum magnitude are merged away afterwards, smallest first, as Otava does: what remains is worth
//! a person's time.

use super::describe::{Moments, scale_of};
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Most points of one history: the time grows with the square (two seconds for each change found).
pub const LARGEST_HISTORY: usize = 1_000;

/// A place where a history changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePoint {
    /// Index of the first value after the change.
    pub index: usize,
    /// Mean from the previous change point (or the start) up to this one, in the values' unit.
    pub before_mean: f64,
    /// Mean from this change point up to the next one (or the end), in the values' unit.
    pub after_mean: f64,
    /// p value of the permutation test that found it.
    pub p_value: f64,
}

impl ChangePoint {
    /// The step as a fraction of the mean before: 0.05 is 5 % up.
    pub fn relative_change(self) -> f64 {
        self.after_mean / self.before_mean - 1.0
    }
}

/// What counts as a change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePointSearch {
    /// Largest p value of a split.
    pub significance: f64,
    /// Smallest step worth reporting, as a fraction of the mean before it. A drift is seen through the means of its two
    /// sides, so it must come to about twice this in all.
    pub minimum_magnitude: f64,
    /// Fewest values on each side of a split, at least two.
    pub minimum_points: usize,
    /// Permutations of each test; a p value is a multiple of `1 / (permutations + 1)`.
    pub permutations: usize,
}

impl Default for ChangePointSearch {
    /// p at most 0.001 (as in Apache Otava) of 1999 permutations, steps of 3 %, five values a side.
    ///
    /// The test takes neighbours for independent. At 0.01, 4 % of flat histories of 100 nights with spread 2 % and
    /// autocorrelation 0.3 were flagged; at 0.001 it is 1.0 % (1.2 % of 250 nights; 0.2 % at spread 1.5 %), and at most
    /// 0.05 % of independent ones.
    fn default() -> Self {
        Self { significance: 0.001, minimum_magnitude: 0.03, minimum_points: 5, permutations: 1_999 }
    }
}

impl ChangePointSearch {
    /// The change points of `values` in time order, reproducible from `seed`.
    ///
    /// An empty list means that the history was judged and is flat. `None` means that it cannot be judged: it is
    /// shorter than two sides of [`Self::minimum_points`] or longer than [`LARGEST_HISTORY`], a value is not positive
    /// and finite, or no p value or magnitude could pass the limits.
    pub fn find(&self, values: &[f64], seed: u64) -> Option<Vec<ChangePoint>> {
        let judged = (self.minimum_points.checked_mul(2)?..=LARGEST_HISTORY).contains(&values.len());
        let positive = values.iter().all(|value| *value > 0.0 && value.is_finite());
        let reachable = self.permutations > 0 && self.significance * (self.permutations as f64 + 1.0) >= 1.0;
        let magnitude = self.minimum_magnitude >= 0.0 && self.minimum_magnitude.is_finite();
        if !(judged && positive && reachable && magnitude && self.minimum_points >= 2 && self.significance < 1.0) {
            return None;
        }
        let scale = scale_of(&[values]);
        let scaled: Vec<f64> = values.iter().map(|value| value / scale).collect();
        let mut splits = Vec::new();
        self.bisect(&scaled, 0, &mut ChaCha8Rng::seed_from_u64(seed), &mut splits);
        splits.sort_unstable_by_key(|split: &(usize, f64)| split.0);
        self.merge(values, scale, splits)
    }

    /// Splits `values`, which begin at `offset` of the history, as long as a split is significant.
    fn bisect(&self, values: &[f64], offset: usize, random: &mut ChaCha8Rng, splits: &mut Vec<(usize, f64)>) {
        let Some((index, divergence)) = self.best_split(values) else { return };
        let Some(p_value) = self.p_value(values, divergence, random) else { return };
        splits.push((offset + index, p_value));
        self.bisect(&values[..index], offset, random, splits);
        self.bisect(&values[index..], offset + index, random, splits);
    }

    /// The split with the largest energy divergence between the values before it and those after it, up to any end.
    ///
    /// The free end lets a bump be seen that the values after it would dilute. One pass over all pairs: `cross[k]` holds
    /// the distances of value k to all values before the split.
    fn best_split(&self, values: &[f64]) -> Option<(usize, f64)> {
        let (count, least) = (values.len(), self.minimum_points);
        if count < 2 * least {
            return None;
        }
        // within[k]: the distances between all pairs of the first k values.
        let mut within = vec![0.0; count + 1];
        for (index, value) in values.iter().enumerate() {
            within[index + 2..]
                .iter_mut()
                .zip(&values[index + 1..])
                .for_each(|(sum, later)| *sum += (later - value).abs());
        }
        (1..=count).for_each(|end| within[end] += within[end - 1]);
        // Divisions would take most of the time.
        let inverse: Vec<f64> = (0..=count).map(|whole| 1.0 / whole as f64).collect();
        let mut cross = vec![0.0; count];
        let mut best: Option<(usize, f64)> = None;
        for split in 1..=count - least {
            let added = values[split - 1];
            cross[split..].iter_mut().zip(&values[split..]).for_each(|(sum, value)| *sum += (value - added).abs());
            if split < least {
                continue;
            }
            let before = split as f64;
            let mean_before = within[split] * inverse[split - 1];
            let mut between = cross[split..split + least - 1].iter().sum::<f64>();
            for end in split + least..=count {
                between += cross[end - 1];
                let after = end - split;
                let inside = within[end] - within[split] - between;
                // 2 m n / (m + n) times the mean distance between less the halved mean distances within.
                let divergence = between - mean_before * after as f64 - inside * before * inverse[after - 1];
                let weighted = 2.0 * divergence * inverse[end];
                if best.is_none_or(|(_, most)| weighted > most) {
                    best = Some((split, weighted));
                }
            }
        }
        best
    }

    /// The share of orders of `values` whose best split diverges as much; `None` as soon as it must exceed the limit.
    fn p_value(&self, values: &[f64], divergence: f64, random: &mut ChaCha8Rng) -> Option<f64> {
        let mut order = values.to_vec();
        let mut as_much = 1_usize;
        let orders = self.permutations as f64 + 1.0;
        // Equal divergences may differ by rounding.
        let threshold = divergence - 1e-12 * divergence.abs();
        for _ in 0..self.permutations {
            order.shuffle(random);
            if self.best_split(&order).is_none_or(|(_, other)| other >= threshold) {
                as_much += 1;
                if as_much as f64 / orders > self.significance {
                    return None;
                }
            }
        }
        Some(as_much as f64 / orders)
    }

    /// Removes the smallest step until all have the minimum magnitude, and gives each its means.
    fn merge(&self, values: &[f64], scale: f64, mut splits: Vec<(usize, f64)>) -> Option<Vec<ChangePoint>> {
        loop {
            let starts = std::iter::once(0).chain(splits.iter().map(|split| split.0));
            let ends = splits.iter().map(|split| split.0).chain([values.len()]);
            let means: Vec<f64> = starts
                .zip(ends)
                .map(|(start, end)| Moments::of(&values[start..end], scale).map(|moments| moments.mean * scale))
                .collect::<Option<_>>()?;
            let points: Vec<ChangePoint> = splits
                .iter()
                .zip(means.windows(2))
                .map(|(&(index, p_value), means)| ChangePoint {
                    index,
                    before_mean: means[0],
                    after_mean: means[1],
                    p_value,
                })
                .collect();
            let size = |point: &ChangePoint| point.relative_change().abs();
            let smallest =
                (0..points.len()).min_by(|&left, &right| size(&points[left]).total_cmp(&size(&points[right])));
            match smallest {
                Some(index) if size(&points[index]) < self.minimum_magnitude => splits.remove(index),
                _ => return Some(points),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngExt;

    /// A flat history around 100 with a spread of about one, then `factors` on top.
    fn history(seed: u64, factors: impl Fn(usize) -> f64, length: usize) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut noise = || (0..3).map(|_| random.random_range(0..2_001) as f64 / 1_000.0 - 1.0).sum::<f64>();
        (0..length).map(|index| (100.0 + noise()) * factors(index)).collect()
    }

    fn find(values: &[f64]) -> Option<Vec<ChangePoint>> {
        ChangePointSearch::default().find(values, 7)
    }

    #[test]
    fn the_divergence_is_that_of_the_paper() {
        // By hand: 2 and 2 values, distances between 4, 5, 3, 4; within 1 and 1: (2 * 16 / 4 - 1 - 1) * 4 / 4.
        let search = ChangePointSearch { minimum_points: 2, ..Default::default() };
        let (index, divergence) = search.best_split(&[1.0, 2.0, 5.0, 6.0]).unwrap();
        assert!(index == 2 && (divergence - 6.0).abs() < 1e-12, "{index} {divergence}");
    }

    #[test]
    fn finds_steps_and_their_means() {
        let values = history(1, |index| if index < 40 { 1.0 } else { 1.05 }, 60);
        let points = find(&values).unwrap();
        assert_eq!(points.len(), 1, "{points:?}");
        assert!(points[0].index.abs_diff(40) <= 1 && points[0].p_value <= 0.001, "{points:?}");
        assert!((points[0].relative_change() - 0.05).abs() < 0.01, "{points:?}");
    }

    #[test]
    fn finds_a_bump_with_both_its_ends() {
        let values = history(2, |index| if (40..50).contains(&index) { 0.94 } else { 1.0 }, 90);
        let points = find(&values).unwrap();
        assert_eq!(points.len(), 2, "{points:?}");
        assert!(points[0].index.abs_diff(40) <= 1 && points[1].index.abs_diff(50) <= 1, "{points:?}");
        assert!(points[0].relative_change() < -0.04 && points[1].relative_change() > 0.04, "{points:?}");
        assert_eq!(points[0].after_mean, points[1].before_mean);
    }

    #[test]
    fn small_steps_are_significant_but_not_reported() {
        let values = history(3, |index| if index < 50 { 1.0 } else { 1.02 }, 100);
        assert_eq!(find(&values), Some(vec![]));
        let search = ChangePointSearch { minimum_magnitude: 0.01, ..Default::default() };
        assert_eq!(search.find(&values, 7).unwrap().len(), 1);
    }

    #[test]
    fn constant_sides_and_extreme_scales() {
        assert_eq!(find(&[0.1; 30]), Some(vec![]));
        for scale in [1e-300, 1.0, 1e300] {
            let values: Vec<f64> = (0..24).map(|index| if index < 12 { scale } else { 2.0 * scale }).collect();
            let points = find(&values).unwrap();
            assert_eq!((points.len(), points[0].index), (1, 12));
            assert_eq!((points[0].before_mean, points[0].after_mean), (scale, 2.0 * scale));
        }
    }

    #[test]
    fn the_seed_decides_the_p_value() {
        let values = history(1, |index| if index < 40 { 1.0 } else { 1.005 }, 60);
        let search = ChangePointSearch { significance: 0.2, minimum_magnitude: 0.0, ..Default::default() };
        let p_values: Vec<f64> = (0..9).map(|seed| search.find(&values, seed).unwrap()[0].p_value).collect();
        assert_eq!(search.find(&values, 3), search.find(&values, 3));
        assert!(p_values.iter().any(|p_value| *p_value != p_values[0]), "{p_values:?}");
    }

    #[test]
    fn what_cannot_be_judged_is_not_called_flat() {
        assert_eq!(find(&[1.0; 9]), None);
        assert_eq!(find(&[1.0; 10]), Some(vec![]));
        assert_eq!(find(&[1.0; LARGEST_HISTORY + 1]), None);
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(find(&[[1.0; 10].as_slice(), &[bad]].concat()), None);
        }
        let default = ChangePointSearch::default();
        for search in [
            ChangePointSearch { permutations: 998, ..default },
            ChangePointSearch { significance: f64::NAN, ..default },
            ChangePointSearch { significance: 1.0, ..default },
            ChangePointSearch { minimum_magnitude: f64::NAN, ..default },
            ChangePointSearch { minimum_points: 1, ..default },
            ChangePointSearch { minimum_points: usize::MAX, ..default },
        ] {
            assert_eq!(search.find(&[1.0; 30], 7), None, "{search:?}");
        }
    }
}
