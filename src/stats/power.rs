//! What a number of rounds can show, and how many rounds would show it.
//!
//! For the rule "the lower end of the two-sided t interval of the mean lies above a margin". The usual formula
//! `(t[1 - alpha / 2] + t[power]) * s / sqrt(n)` is used in place of the noncentral t distribution: at 80 % power the
//! true power is 79.5 % with 6 rounds, 79.9 % with 10 and 80.0 % with 20 (scipy 1.17.1, `stats.nct`). The signed-rank
//! rule needs about 5 % more rounds on normal values (its asymptotic efficiency is 3 / pi), fewer on heavy tails.

use super::describe::finite;
use super::distribution::{student_quantile, tail_of};
use super::signed_rank::smallest_count;

/// Most rounds ever advised; needing more means that this machine cannot settle it.
pub const MOST_ROUNDS: usize = 1_000_000;

/// The distance above the margin that `count` rounds prove with probability `power`, in the unit of
/// `standard_deviation` (log ratio per round: `d` means a factor of `exp(d)`).
///
/// `None` for fewer than two rounds, a standard deviation that is negative or not finite, unless `0 < confidence < 1`,
/// or unless `0.5 <= power < 1` (a smaller chance is no promise).
pub fn minimum_detectable_effect(standard_deviation: f64, count: usize, confidence: f64, power: f64) -> Option<f64> {
    let tail = tail_of(confidence)?;
    if count < 2 || !(0.5..1.0).contains(&power) || standard_deviation.is_nan() || standard_deviation < 0.0 {
        return None;
    }
    let degrees = (count - 1) as f64;
    let errors = student_quantile(tail, degrees) + student_quantile(1.0 - power, degrees);
    finite(errors / (count as f64).sqrt() * standard_deviation)
}

/// The fewest rounds that prove a true value `distance_to_margin` above the margin with probability `power`.
///
/// Both in one unit (log ratio per round). Never less than [`smallest_count`], below which the signed-rank rule has no
/// interval. `None` if more than [`MOST_ROUNDS`] would be needed, if the distance is not positive (no number of rounds
/// proves it), or as for [`minimum_detectable_effect`].
pub fn rounds_needed(standard_deviation: f64, distance_to_margin: f64, confidence: f64, power: f64) -> Option<usize> {
    if distance_to_margin.is_nan() || distance_to_margin <= 0.0 {
        return None;
    }
    let effect = |count| minimum_detectable_effect(standard_deviation, count, confidence, power);
    let mut enough = smallest_count(confidence)?.max(2);
    let mut too_few = enough - 1;
    while effect(enough)? > distance_to_margin {
        if enough == MOST_ROUNDS {
            return None;
        }
        too_few = enough;
        enough = (2 * enough).min(MOST_ROUNDS);
    }
    // The effect falls as rounds are added.
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        if effect(middle)? > distance_to_margin {
            too_few = middle;
        } else {
            enough = middle;
        }
    }
    Some(enough)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_formula_in_scipy() {
        // scipy 1.17.1: (t.ppf(.975, n - 1) + t.ppf(.8, n - 1)) / sqrt(n).
        for (count, expected) in
            [(6, 1.4248378161859803), (10, 0.9947137350096734), (20, 0.660528801986637), (40, 0.45436015568030097)]
        {
            let found = minimum_detectable_effect(1.0, count, 0.95, 0.8).unwrap();
            assert!((found - expected).abs() < 1e-9, "{count}: {found}");
            assert_eq!(rounds_needed(1.0, found * 1.000_001, 0.95, 0.8), Some(count));
            assert_eq!(rounds_needed(1.0, found * 0.999_999, 0.95, 0.8), Some(count + 1));
        }
    }

    #[test]
    fn never_fewer_rounds_than_the_interval_needs() {
        assert_eq!(rounds_needed(0.0, 1e-9, 0.95, 0.8), Some(6));
        assert_eq!(rounds_needed(1e-300, 1e300, 0.95, 0.8), Some(6));
        assert_eq!(minimum_detectable_effect(0.0, 10, 0.95, 0.8), Some(0.0));
    }

    #[test]
    fn what_no_number_of_rounds_settles_is_refused() {
        assert_eq!(rounds_needed(1.0, 1e-6, 0.95, 0.8), None);
        for distance in [0.0, -0.1, f64::NAN] {
            assert_eq!(rounds_needed(0.05, distance, 0.95, 0.8), None);
        }
        for deviation in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(minimum_detectable_effect(deviation, 10, 0.95, 0.8), None);
            assert_eq!(rounds_needed(deviation, 0.1, 0.95, 0.8), None);
        }
        assert_eq!(minimum_detectable_effect(0.05, 1, 0.95, 0.8), None);
        assert_eq!(minimum_detectable_effect(0.05, 10, 1.0, 0.8), None);
        assert_eq!(minimum_detectable_effect(0.05, 10, 0.95, 1.0), None);
        assert_eq!(minimum_detectable_effect(0.05, 10, 0.95, 0.4), None);
    }
}
