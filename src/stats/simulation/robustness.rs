//! Whatever goes in, nothing panics, and what comes out is finite and in order.

use crate::stats::*;

use super::Noise;

const NASTY: [f64; 16] = [
    0.0,
    -0.0,
    1.0,
    1.0 + f64::EPSILON,
    -1.0,
    2.0,
    3.5,
    1e300,
    -1e300,
    1e-300,
    5e-324,
    f64::MAX,
    f64::MIN,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
];
const SHARES: [f64; 12] =
    [0.0, 5e-324, 1e-9, 0.05, 0.5, 0.8, 0.95, 0.999_999, 1.0 - f64::EPSILON / 2.0, 1.0, -0.5, f64::NAN];

/// Up to 14 values: from all of the nasty ones, or half of the time from the finite ones alone, which get further.
fn values(noise: &mut Noise) -> Vec<f64> {
    let count = (noise.uniform() * 15.0) as usize;
    let kinds = if noise.uniform() < 0.5 { 16.0 } else { 2.0 + 11.0 * noise.uniform() };
    (0..count).map(|_| NASTY[(noise.uniform() * kinds) as usize]).collect()
}

fn check_interval(interval: Option<Interval>) {
    if let Some(Interval { lower, upper }) = interval {
        assert!(lower.is_finite() && upper.is_finite() && lower <= upper, "{interval:?}");
    }
}

fn check_estimate(estimate: Option<Estimate>) {
    if let Some(Estimate { value, interval }) = estimate {
        assert!(value.is_finite(), "{estimate:?}");
        check_interval(interval);
        // Half a step of rounding apart at most.
        let slack = value.abs() * 1e-12;
        assert!(
            interval.is_none_or(|found| found.lower - slack <= value && value <= found.upper + slack),
            "{estimate:?}"
        );
    }
}

fn check_number(number: Option<f64>) {
    assert!(number.is_none_or(f64::is_finite), "{number:?}");
}

fn check_p(p_value: Option<f64>) {
    assert!(p_value.is_none_or(|p_value| (0.0..=1.0).contains(&p_value)), "{p_value:?}");
}

#[test]
fn nothing_panics_and_all_is_finite() {
    let mut noise = Noise::new(40);
    for seed in 0..20_000 {
        let (before, after) = (values(&mut noise), values(&mut noise));
        let mut share = || SHARES[(noise.uniform() * SHARES.len() as f64) as usize];
        let (confidence, other) = (share(), share());
        if let Some(figure) = Figure::of(&before) {
            assert!(figure.minimum <= figure.mean && figure.mean <= figure.maximum, "{figure:?}");
            assert!(figure.minimum <= figure.median && figure.median <= figure.maximum, "{figure:?}");
            check_number(figure.standard_deviation);
            check_interval(figure.ci95);
        }
        check_number(coefficient_of_variation(&before));
        check_number(quantile(&before, other));
        check_interval(t_interval(&before, confidence));
        for estimate in [
            welch_difference(&before, &after, confidence),
            paired_difference(&before, &after, confidence),
            hodges_lehmann(&before, confidence),
            geometric_mean_interval(&before, confidence),
            log_log_slope(&before.iter().copied().zip(after.iter().copied()).collect::<Vec<_>>(), confidence),
        ] {
            check_estimate(estimate);
        }
        for test in [student_t_test, welch_t_test] {
            let found = test(&before, &after);
            check_p(found.map(|test| test.p_value));
            check_number(found.and_then(|test| test.statistic));
        }
        check_p(signed_rank_test(&before));
        check_number(cohens_d(&before, &after));
        check_number(hedges_g(&before, &after));
        if let (Some(&deviation), Some(&distance)) = (before.first(), after.first()) {
            check_number(minimum_detectable_effect(deviation, after.len(), confidence, other));
            assert!(rounds_needed(deviation, distance, confidence, other).is_none_or(|rounds| rounds >= 2));
        }
        assert!(benjamini_hochberg(&before, other).is_none_or(|rejected| rejected.len() == before.len()));
        let search =
            ChangePointSearch { significance: confidence, permutations: 99, minimum_points: 2, ..Default::default() };
        search.find(&before, seed);
    }
}
