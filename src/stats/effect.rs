//! Effect sizes: a difference of means in units of the spread.
//!
//! Cohen, "Statistical Power Analysis for the Behavioral Sciences" (1988); Hedges, "Distribution Theory for Glass's
//! Estimator of Effect Size and Related Estimators" (1981). A benchmark with little noise shows a large effect for a
//! change too small to matter, so these describe a difference and decide nothing.

use super::describe::finite;
use super::interval::Difference;
use serde::{Deserialize, Serialize};
use statrs::function::gamma::ln_gamma;

/// Cohen's d: the difference of means over the pooled standard deviation, positive if `after` is larger.
///
/// Zero where all values are equal. `None` if a side has fewer than two values, one is not finite, or the means differ
/// while no value varies.
pub fn cohens_d(before: &[f64], after: &[f64]) -> Option<f64> {
    let difference = Difference::of(before, after, true)?;
    if difference.value == 0.0 {
        return Some(0.0);
    }
    // The variance is that of the difference of means: that of one value is smaller by the sum of the inverse counts.
    let one = difference.variance / (1.0 / before.len() as f64 + 1.0 / after.len() as f64);
    finite(difference.value / one.sqrt())
}

/// Hedges' g: Cohen's d without its bias in small samples.
///
/// Uses the exact factor with gamma functions, not the approximation `1 - 3 / (4 m - 1)`. `None` as for [`cohens_d`].
pub fn hedges_g(before: &[f64], after: &[f64]) -> Option<f64> {
    let half = (before.len() + after.len()).checked_sub(2)? as f64 / 2.0;
    Some(cohens_d(before, after)? * (ln_gamma(half) - ln_gamma(half - 0.5)).exp() / half.sqrt())
}

/// Cohen's words for the size of an effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Magnitude {
    /// Below 0.2.
    Negligible,
    /// From 0.2.
    Small,
    /// From 0.5.
    Medium,
    /// From 0.8.
    Large,
}

impl Magnitude {
    /// The word for an effect size of either sign; `None` if it is not a number.
    pub fn of(effect: f64) -> Option<Self> {
        match effect.abs() {
            size if size < 0.2 => Some(Self::Negligible),
            size if size < 0.5 => Some(Self::Small),
            size if size < 0.8 => Some(Self::Medium),
            size if size >= 0.8 => Some(Self::Large),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: [f64; 8] = [10.1, 9.8, 10.4, 10.0, 9.7, 10.3, 10.2, 9.9];
    const AFTER: [f64; 7] = [11.2, 10.9, 11.8, 10.7, 11.1, 11.5, 10.6];

    fn close(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() / expected - 1.0).abs() < 1e-10, "{found:?} {expected}");
    }

    #[test]
    fn agrees_with_numpy() {
        // By the formulas in numpy 2.4, gamma function from scipy 1.17.1.
        close(cohens_d(&BEFORE, &AFTER), 3.103752197519126);
        close(hedges_g(&BEFORE, &AFTER), 2.9205764012405444);
        close(cohens_d(&AFTER, &BEFORE), -3.103752197519126);
        for scale in [1e300, 1e-300] {
            close(cohens_d(&BEFORE.map(|x| x * scale), &AFTER.map(|x| x * scale)), 3.103752197519126);
        }
    }

    #[test]
    fn without_spread_only_no_effect_has_a_size() {
        assert_eq!((cohens_d(&[0.1; 5], &[0.1; 5]), hedges_g(&[0.1; 5], &[0.1; 5])), (Some(0.0), Some(0.0)));
        assert_eq!((cohens_d(&[1.0; 5], &[2.0; 5]), hedges_g(&[1.0; 5], &[2.0; 5])), (None, None));
    }

    #[test]
    fn refusals() {
        for effect in [cohens_d, hedges_g] {
            assert_eq!(effect(&[], &[]), None);
            assert_eq!(effect(&[1.0], &AFTER), None);
            assert_eq!(effect(&[1.0, f64::NAN], &AFTER), None);
        }
    }

    #[test]
    fn words_begin_at_their_thresholds() {
        let words = [0.0, 0.19, 0.2, -0.49, 0.5, 0.79, -0.8, f64::INFINITY].map(|size| Magnitude::of(size).unwrap());
        let expected = ["negligible", "negligible", "small", "small", "medium", "medium", "large", "large"];
        assert_eq!(words.map(|word| serde_json::to_value(word).unwrap()), expected.map(serde_json::Value::from));
        assert_eq!(Magnitude::of(f64::NAN), None);
    }
}
