//! Student's and Welch's t tests.
//!
//! Where nothing varies there is no t. That happens on purpose (peak memory is often the same to the byte), so it is
//! answered: equal means give p = 1 and different means p = 0, both without a statistic.

use super::distribution::student_two_sided;
use super::interval::Difference;

/// The result of a t test.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct TTest {
    /// Student's t, positive if the later values are larger; `None` where no value varies.
    pub statistic: Option<f64>,
    /// Degrees of freedom; not a whole number in Welch's test.
    pub degrees_of_freedom: f64,
    /// Two-sided p value; 1 or 0 where no value varies, as the means agree or differ.
    pub p_value: f64,
}

impl TTest {
    fn new(difference: f64, variance: f64, degrees_of_freedom: f64) -> Self {
        let statistic = difference / variance.sqrt();
        if statistic.is_finite() {
            return Self {
                statistic: Some(statistic),
                degrees_of_freedom,
                p_value: student_two_sided(statistic, degrees_of_freedom),
            };
        }
        Self { statistic: None, degrees_of_freedom, p_value: if difference == 0.0 { 1.0 } else { 0.0 } }
    }
}

/// Student's t test (1908) of equal means, assuming equal variances.
///
/// `None` if a side has fewer than two values or one is not finite.
pub fn student_t_test(before: &[f64], after: &[f64]) -> Option<TTest> {
    let difference = Difference::of(before, after, true)?;
    Some(TTest::new(difference.value, difference.variance, difference.degrees))
}

/// Welch's t test (1947) of equal means; variances may differ.
///
/// `None` if a side has fewer than two values or one is not finite.
pub fn welch_t_test(before: &[f64], after: &[f64]) -> Option<TTest> {
    let difference = Difference::of(before, after, false)?;
    Some(TTest::new(difference.value, difference.variance, difference.degrees))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: [f64; 8] = [10.1, 9.8, 10.4, 10.0, 9.7, 10.3, 10.2, 9.9];
    const AFTER: [f64; 7] = [11.2, 10.9, 11.8, 10.7, 11.1, 11.5, 10.6];
    /// Student's sleep data (1908), R's `sleep`.
    const FIRST: [f64; 10] = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
    const SECOND: [f64; 10] = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

    fn agrees(found: Option<TTest>, statistic: f64, degrees: f64, p_value: f64) {
        let found = found.unwrap();
        assert!((found.statistic.unwrap() / statistic - 1.0).abs() < 1e-10, "{found:?}");
        assert!((found.degrees_of_freedom / degrees - 1.0).abs() < 1e-12, "{found:?}");
        assert!((found.p_value / p_value - 1.0).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn agrees_with_scipy() {
        // scipy 1.17.1 stats.ttest_ind; the sleep figures are also those of R's `?t.test`.
        agrees(student_t_test(&BEFORE, &AFTER), 5.997018989475071, 13.0, 4.4676466310617206e-05);
        agrees(welch_t_test(&BEFORE, &AFTER), 5.78087057684149, 9.253815132550182, 0.000239057466350966);
        agrees(student_t_test(&FIRST, &SECOND), 1.8608134674868524, 18.0, 0.07918671421593822);
        agrees(welch_t_test(&FIRST, &SECOND), 1.8608134674868526, 17.776473516178488, 0.0793941401873583);
    }

    #[test]
    fn the_sign_is_that_of_the_change() {
        let (up, down) = (welch_t_test(&BEFORE, &AFTER).unwrap(), welch_t_test(&AFTER, &BEFORE).unwrap());
        assert_eq!((up.statistic.map(|t| -t), up.p_value), (down.statistic, down.p_value));
        assert!(up.statistic.unwrap() > 0.0);
    }

    #[test]
    fn without_variance_the_means_decide() {
        for test in [student_t_test, welch_t_test] {
            let (equal, apart) = (test(&[0.1; 7], &[0.1; 7]).unwrap(), test(&[1.0; 7], &[2.0; 7]).unwrap());
            assert_eq!((equal.statistic, equal.p_value), (None, 1.0));
            assert_eq!((apart.statistic, apart.p_value), (None, 0.0));
        }
        // One side alone may vary: Welch then has that side's degrees of freedom.
        let test = welch_t_test(&[10.0; 9], &AFTER).unwrap();
        assert_eq!(test.degrees_of_freedom, 6.0);
        assert!(test.statistic.is_some() && test.p_value < 0.01);
    }

    #[test]
    fn extreme_values_scale() {
        for scale in [1e300, 1e-300, 1e-310] {
            let (before, after) = (BEFORE.map(|value| value * scale), AFTER.map(|value| value * scale));
            let (found, expected) = (welch_t_test(&before, &after).unwrap(), welch_t_test(&BEFORE, &AFTER).unwrap());
            assert!((found.p_value / expected.p_value - 1.0).abs() < 1e-6, "{found:?} {expected:?}");
        }
        let test = welch_t_test(&[0.0, 5e-324], &[1e300, 1e300]).unwrap();
        assert_eq!(test.p_value, 0.0);
    }

    #[test]
    fn refusals() {
        for test in [student_t_test, welch_t_test] {
            assert_eq!(test(&[], &[]), None);
            assert_eq!(test(&[1.0], &[2.0]), None);
            assert_eq!(test(&[1.0, f64::NAN], &[1.0, 2.0]), None);
            assert_eq!(test(&[1.0, 2.0], &[f64::INFINITY, 2.0]), None);
        }
    }
}
