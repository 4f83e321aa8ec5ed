//! Many tests at once: the false discovery rate of Benjamini and Hochberg (1995).

/// The p values adjusted so that comparing each with q bounds the false discovery rate by q, in the given order.
///
/// `None` if a value is not in `0..=1`.
pub fn adjusted_p_values(p_values: &[f64]) -> Option<Vec<f64>> {
    if !p_values.iter().all(|p_value| (0.0..=1.0).contains(p_value)) {
        return None;
    }
    let mut descending: Vec<usize> = (0..p_values.len()).collect();
    descending.sort_by(|&left, &right| p_values[right].total_cmp(&p_values[left]));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (larger, &index) in descending.iter().enumerate() {
        let rank = p_values.len() - larger;
        least = least.min(p_values[index] * (p_values.len() as f64 / rank as f64));
        adjusted[index] = least;
    }
    Some(adjusted)
}

/// Which hypotheses are rejected at false discovery rate `q`, in the given order.
///
/// Holds for tests that are independent or positively dependent. `None` if a p value or `q` is not in `0..=1`.
pub fn benjamini_hochberg(p_values: &[f64], q: f64) -> Option<Vec<bool>> {
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    Some(adjusted_p_values(p_values)?.into_iter().map(|p_value| p_value <= q).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the paper: of 15 tests, 4 are rejected at 0.05 (Bonferroni: 3).
    const PAPER: [f64; 15] = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ];

    #[test]
    fn agrees_with_the_paper() {
        let expected: Vec<bool> = (0..15).map(|index| index < 4).collect();
        assert_eq!(benjamini_hochberg(&PAPER, 0.05), Some(expected));
    }

    #[test]
    fn agrees_with_scipy_in_any_order() {
        // scipy 1.17.1 stats.false_discovery_control.
        let found = adjusted_p_values(&[0.01, 0.04, 0.03, 0.005, 0.5, 0.2]).unwrap();
        for (found, expected) in found.iter().zip([0.03, 0.06, 0.06, 0.03, 0.5, 0.24]) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(
            benjamini_hochberg(&[0.01, 0.04, 0.03, 0.005, 0.5, 0.2], 0.05),
            Some(vec![true, false, false, true, false, false])
        );
    }

    #[test]
    fn edges() {
        assert_eq!(benjamini_hochberg(&[], 0.05), Some(vec![]));
        assert_eq!(adjusted_p_values(&[1e-300; 3]), Some(vec![1e-300; 3]));
        assert_eq!(adjusted_p_values(&[1.0, 0.0]), Some(vec![1.0, 0.0]));
        for bad in [f64::NAN, -0.1, 1.1] {
            assert_eq!((adjusted_p_values(&[bad]), benjamini_hochberg(&[0.1], bad)), (None, None));
        }
    }
}
