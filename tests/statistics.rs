//! Do the statistics keep their promises? Seeded simulations of coverage, size, power and false alarms.
//!
//! Each bound lies about four standard errors of the simulation from the nominal rate, so that a correct method passes
//! with any seed and a method off by two or three points does not.

use planalign_bench::stats::{
    ChangePointSearch, Interval, adjusted_p_values, benjamini_hochberg, bootstrap_interval, hodges_lehmann,
    hodges_lehmann_shift, log_log_slope, mann_whitney_test, mean, median, minimum_detectable_effect, paired_difference,
    paired_t_test, rounds_needed, signed_rank_test, student_t_test, t_interval, welch_difference, welch_t_test,
};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

const RUNS: usize = 4_000;
const CONFIDENCE: f64 = 0.95;

/// A stream of random values.
struct Noise(ChaCha8Rng);

impl Noise {
    fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform in (0, 1).
    fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Standard normal (Box and Muller).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn normals(&mut self, count: usize, mean: f64, deviation: f64) -> Vec<f64> {
        (0..count).map(|_| mean + deviation * self.normal()).collect()
    }

    /// Log-normal with median one: times, whose spread is to the right.
    fn log_normals(&mut self, count: usize, deviation: f64) -> Vec<f64> {
        self.normals(count, 0.0, deviation).into_iter().map(f64::exp).collect()
    }
}

/// The share of `runs` simulations in which `event` happens.
fn rate(name: &str, runs: usize, seed: u64, mut event: impl FnMut(&mut Noise) -> bool) -> f64 {
    let mut noise = Noise::new(seed);
    let share = (0..runs).filter(|_| event(&mut noise)).count() as f64 / runs as f64;
    println!("{name}: {share:.4}");
    share
}

fn within(share: f64, expected: f64, tolerance: f64) {
    assert!((share - expected).abs() <= tolerance, "{share} is not {expected} +- {tolerance}");
}

/// Four standard errors of a rate over [`RUNS`].
fn error(rate: f64) -> f64 {
    4.0 * (rate * (1.0 - rate) / RUNS as f64).sqrt()
}

fn contains(interval: Option<Interval>, value: f64) -> bool {
    interval.is_some_and(|interval| interval.contains(value))
}

#[test]
fn t_intervals_cover() {
    for count in [5, 10, 20] {
        let share = rate(&format!("t interval, normal, n = {count}"), RUNS, 1, |noise| {
            contains(t_interval(&noise.normals(count, 7.0, 2.0), CONFIDENCE), 7.0)
        });
        within(share, 0.95, error(0.95));
    }
    // Log-normal with a spread of 20 %, more than benchmarks have: still nominal.
    let truth = (0.2_f64.powi(2) / 2.0).exp();
    let share = rate("t interval, log-normal, n = 10", RUNS, 2, |noise| {
        contains(t_interval(&noise.log_normals(10, 0.2), CONFIDENCE), truth)
    });
    within(share, 0.95, error(0.95));
    // At a spread of 100 % the known shortfall shows: the simulation can tell a bad interval from a good one.
    let share = rate("t interval, log-normal of spread 1, n = 10", RUNS, 2, |noise| {
        contains(t_interval(&noise.log_normals(10, 1.0), CONFIDENCE), 0.5_f64.exp())
    });
    assert!(share < 0.90, "{share}");
}

#[test]
fn differences_of_means_cover() {
    let share = rate("Welch, unequal variances and counts", RUNS, 3, |noise| {
        let (before, after) = (noise.normals(8, 10.0, 1.0), noise.normals(16, 11.0, 3.0));
        contains(welch_difference(&before, &after, CONFIDENCE).and_then(|found| found.interval), 1.0)
    });
    within(share, 0.95, error(0.95));
    let share = rate("paired, log-normal rounds", RUNS, 4, |noise| {
        let machine = noise.log_normals(10, 0.5);
        let logs = |noise: &mut Noise, factor: f64| -> Vec<f64> {
            machine.iter().map(|speed| (speed * factor).ln() + 0.05 * noise.normal()).collect()
        };
        let (before, after) = (logs(noise, 1.0), logs(noise, 1.2));
        contains(paired_difference(&before, &after, CONFIDENCE).and_then(|found| found.interval), 1.2_f64.ln())
    });
    within(share, 0.95, error(0.95));
}

#[test]
fn rank_intervals_cover_what_their_exact_distribution_says() {
    // P(9 <= T <= 46) = 1 - 2 * 25 / 1024 with 10 values, 1 - 2 / 64 with 6: Hollander and Wolfe, table A.4.
    for (count, expected) in [(6, 0.96875), (10, 0.951171875), (60, 0.95)] {
        let share = rate(&format!("signed rank, normal, n = {count}"), RUNS, 5, |noise| {
            contains(hodges_lehmann(&noise.normals(count, 3.0, 1.0), CONFIDENCE).unwrap().interval, 3.0)
        });
        within(share, expected, error(0.95));
    }
    // Ratios of log-normal times: the logarithm of a ratio is symmetric, however skewed the times are.
    let share = rate("signed rank, ratios of log-normal times, n = 10", RUNS, 6, |noise| {
        let (before, after) = (noise.log_normals(10, 0.3), noise.log_normals(10, 0.3));
        let logs: Vec<f64> = before.iter().zip(&after).map(|(before, after)| (1.1 * after / before).ln()).collect();
        contains(hodges_lehmann(&logs, CONFIDENCE).unwrap().interval, 1.1_f64.ln())
    });
    within(share, 0.951171875, error(0.95));
    let share = rate("signed rank, values rounded to one spread, n = 10", RUNS, 7, |noise| {
        let rounded: Vec<f64> = noise.normals(10, 3.0, 1.0).into_iter().map(f64::round).collect();
        contains(hodges_lehmann(&rounded, CONFIDENCE).unwrap().interval, 3.0)
    });
    assert!(share > 0.97, "ties widen the interval: {share}");
    for (name, count) in [("exact", 8), ("approximate", 40)] {
        let share = rate(&format!("two-sample shift, {name}"), RUNS / 2, 8, |noise| {
            let (before, after) = (noise.log_normals(count, 0.3), noise.log_normals(count, 0.3));
            let shifted: Vec<f64> = after.iter().map(|value| value + 0.5).collect();
            contains(hodges_lehmann_shift(&before, &shifted, CONFIDENCE).unwrap().interval, 0.5)
        });
        // 1 - 2 P(U <= 13) = 0.9501 with 8 and 8 values.
        within(share, 0.95, 1.5 * error(0.95));
    }
}

#[test]
fn bootstrap_intervals_cover() {
    let of_mean = |values: &[f64]| mean(values).unwrap();
    let of_median = |values: &[f64]| median(values).unwrap();
    let runs = 1_000;
    let simulate = |name: &str, seed: u64, deviation: Option<f64>, statistic: &dyn Fn(&[f64]) -> f64, truth: f64| {
        rate(name, runs, seed, |noise| {
            let samples = match deviation {
                Some(deviation) => noise.log_normals(10, deviation),
                None => noise.normals(10, 0.0, 1.0),
            };
            contains(bootstrap_interval(&samples, statistic, CONFIDENCE, 1_000, seed), truth)
        })
    };
    let tolerance = 4.0 * (0.95 * 0.05 / f64::from(runs as u32)).sqrt();
    within(simulate("bootstrap mean, normal, n = 10", 9, None, &of_mean, 0.0), 0.95, tolerance);
    let truth = (0.2_f64.powi(2) / 2.0).exp();
    within(simulate("bootstrap mean, log-normal, n = 10", 10, Some(0.2), &of_mean, truth), 0.95, tolerance);
    // The median moves in whole order statistics, so its interval is wider than needed.
    let share = simulate("bootstrap median, normal, n = 10", 11, None, &of_median, 0.0);
    assert!(share > 0.93, "{share}");
    let share = simulate("bootstrap median, log-normal, n = 10", 12, Some(0.2), &of_median, 1.0);
    assert!(share > 0.93, "{share}");
}

#[test]
fn tests_reject_a_true_null_as_often_as_they_say() {
    type Test = fn(&[f64], &[f64]) -> f64;
    let tests: [(&str, Test, f64); 5] = [
        ("Student", |before, after| student_t_test(before, after).unwrap().p_value, 0.05),
        ("Welch", |before, after| welch_t_test(before, after).unwrap().p_value, 0.05),
        ("paired t", |before, after| paired_t_test(before, after).unwrap().p_value, 0.05),
        // P(U <= 23) * 2 with 10 and 10 values.
        ("Mann-Whitney", |before, after| mann_whitney_test(before, after).unwrap().p_value, 0.0433),
        (
            "signed rank",
            |before, after| {
                let logs: Vec<f64> = before.iter().zip(after).map(|(before, after)| (after / before).ln()).collect();
                signed_rank_test(&logs).unwrap().p_value
            },
            0.048828125,
        ),
    ];
    for (name, test, expected) in tests {
        let share = rate(&format!("{name}, normal null"), RUNS, 13, |noise| {
            test(&noise.normals(10, 100.0, 5.0), &noise.normals(10, 100.0, 5.0)) <= 0.05
        });
        within(share, expected, error(0.05));
        let share = rate(&format!("{name}, log-normal null"), RUNS, 14, |noise| {
            test(&noise.log_normals(10, 0.2), &noise.log_normals(10, 0.2)) <= 0.05
        });
        within(share, expected, error(0.05));
    }
    // With unequal variances and counts Student's test fails and Welch's does not: why both are there.
    let unequal = |noise: &mut Noise| (noise.normals(20, 0.0, 1.0), noise.normals(6, 0.0, 4.0));
    let student = rate("Student, unequal variances", RUNS, 15, |noise| {
        let (before, after) = unequal(noise);
        student_t_test(&before, &after).unwrap().p_value <= 0.05
    });
    let welch = rate("Welch, unequal variances", RUNS, 15, |noise| {
        let (before, after) = unequal(noise);
        welch_t_test(&before, &after).unwrap().p_value <= 0.05
    });
    assert!(student > 0.15, "{student}");
    within(welch, 0.05, 1.5 * error(0.05));
}

#[test]
fn the_minimum_detectable_effect_is_detected_as_often_as_promised() {
    for (count, power) in [(10, 0.8), (20, 0.8), (20, 0.9)] {
        let effect = minimum_detectable_effect(0.07, count, CONFIDENCE, power).unwrap();
        let margin = 1.15_f64.ln();
        let share = rate(&format!("t rule at the effect of power {power}, n = {count}"), RUNS, 16, |noise| {
            t_interval(&noise.normals(count, margin + effect, 0.07), CONFIDENCE).unwrap().is_above(margin)
        });
        within(share, power, error(power));
        assert_eq!(rounds_needed(0.07, effect * 1.000_001, CONFIDENCE, power), Some(count));
        // The signed-rank rule is nearly as good: 0.76 and 0.78 in place of 0.80.
        let share = rate(&format!("signed-rank rule at the same effect, n = {count}"), RUNS, 16, |noise| {
            let logs = noise.normals(count, margin + effect, 0.07);
            hodges_lehmann(&logs, CONFIDENCE).unwrap().interval.unwrap().is_above(margin)
        });
        assert!(share > power - 0.06 && share < power + 0.02, "{share}");
    }
}

#[test]
fn a_margin_of_15_percent_holds_back_what_is_below_it() {
    // Between-process spread 5 % on each side, 20 rounds, fails when the lower end is above the margin.
    let margin = 1.15_f64.ln();
    let fails = |ratio: f64, seed: u64| {
        rate(&format!("margin 15 %, spread 5 %, 20 rounds, true ratio {ratio}"), RUNS, seed, |noise| {
            let logs: Vec<f64> = (0..20).map(|_| ratio.ln() + 0.05 * noise.normal() - 0.05 * noise.normal()).collect();
            hodges_lehmann(&logs, CONFIDENCE).unwrap().interval.unwrap().is_above(margin)
        })
    };
    assert_eq!(fails(1.0, 17), 0.0);
    assert!(fails(1.1, 18) <= 0.002);
    within(fails(1.15, 19), 0.025, error(0.025));
    // By the noncentral t distribution 0.72 (scipy 1.17.1), and a little less for ranks.
    within(fails(1.2, 20), 0.70, 0.04);
    assert!(fails(1.3, 21) >= 0.999);
}

#[test]
fn the_false_discovery_rate_is_bounded() {
    // Of 20 tests 5 are of real changes.
    let (mut false_share, mut found) = (0.0, 0);
    let mut noise = Noise::new(22);
    let runs = 1_000;
    for _ in 0..runs {
        let p_values: Vec<f64> = (0..20)
            .map(|test| {
                let change = if test < 5 { 1.5 } else { 0.0 };
                welch_t_test(&noise.normals(12, 0.0, 1.0), &noise.normals(12, change, 1.0)).unwrap().p_value
            })
            .collect();
        let rejected = benjamini_hochberg(&p_values, 0.05).unwrap();
        let all = rejected.iter().filter(|rejected| **rejected).count();
        let wrong = rejected[5..].iter().filter(|rejected| **rejected).count();
        false_share += wrong as f64 / all.max(1) as f64;
        found += all - wrong;
        assert!(adjusted_p_values(&p_values).unwrap().iter().zip(&p_values).all(|(adjusted, raw)| adjusted >= raw));
    }
    let (false_share, power) = (false_share / f64::from(runs), found as f64 / f64::from(5 * runs));
    println!("false discoveries: {false_share:.4}, found: {power:.4}");
    // Expected: q times the share of true nulls.
    within(false_share, 0.05 * 15.0 / 20.0, 0.015);
    assert!(power > 0.7, "{power}");
}

#[test]
fn slopes_cover() {
    let share = rate("log-log slope, five sizes", RUNS, 23, |noise| {
        let points: Vec<(f64, f64)> = [1e3, 1e4, 5e4, 1e5, 1e6]
            .into_iter()
            .map(|size: f64| (size, 3.0 * size.powf(0.9) * (0.05 * noise.normal()).exp()))
            .collect();
        contains(log_log_slope(&points, CONFIDENCE).unwrap().interval, 0.9)
    });
    within(share, 0.95, error(0.95));
}

/// The noise of a history of `length` nights.
#[derive(Clone, Copy)]
enum Nights {
    Normal,
    LogNormal,
    /// Each night remembers this share of the one before.
    Autocorrelated(f64),
}

fn history(noise: &mut Noise, nights: Nights, length: usize, spread: f64, level: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut last = noise.normal();
    (0..length)
        .map(|night| {
            let fresh = noise.normal();
            let factor = match nights {
                Nights::Normal => 1.0 + spread * fresh,
                Nights::LogNormal => (spread * fresh).exp(),
                Nights::Autocorrelated(share) => {
                    last = share * last + (1.0 - share * share).sqrt() * fresh;
                    1.0 + spread * last
                }
            };
            1_000.0 * level(night) * factor
        })
        .collect()
}

#[test]
fn flat_histories_raise_no_alarm() {
    // Over 1 000 histories the last rate is 0.6 %: the test takes neighbouring nights for independent.
    let autocorrelated = Nights::Autocorrelated(0.3);
    for (name, nights, spread, most) in [
        ("normal", Nights::Normal, 0.01, 0.0),
        ("normal", Nights::Normal, 0.02, 0.01),
        ("log-normal", Nights::LogNormal, 0.01, 0.0),
        ("log-normal", Nights::LogNormal, 0.02, 0.01),
        ("AR(1) 0.3", autocorrelated, 0.015, 0.01),
        ("AR(1) 0.3", autocorrelated, 0.02, 0.02),
    ] {
        let mut seed = 0;
        let share = rate(&format!("flat, {name}, spread {spread}"), 200, 24, |noise| {
            seed += 1;
            let values = history(noise, nights, 100, spread, |_| 1.0);
            !ChangePointSearch::default().find(&values, seed).unwrap().is_empty()
        });
        assert!(share <= most, "{share}");
    }
}

#[test]
fn the_permutation_test_has_its_level() {
    let search =
        ChangePointSearch { significance: 0.1, minimum_magnitude: 0.0, permutations: 99, ..Default::default() };
    let mut seed = 0;
    let share = rate("flat, any step at 10 %", 1_000, 25, |noise| {
        seed += 1;
        !search.find(&history(noise, Nights::Normal, 40, 0.02, |_| 1.0), seed).unwrap().is_empty()
    });
    within(share, 0.1, 4.0 * (0.1_f64 * 0.9 / 1_000.0).sqrt());
}

#[test]
fn steps_are_found_where_they_are() {
    for (name, nights) in [("normal", Nights::Normal), ("AR(1) 0.3", Nights::Autocorrelated(0.3))] {
        for (at, spread, expected) in [(50, 0.01, 0.99), (50, 0.02, 0.9), (92, 0.01, 0.95)] {
            let mut seed = 0;
            let share = rate(&format!("step of 5 % at {at}, {name}, spread {spread}"), 100, 26, |noise| {
                seed += 1;
                let values = history(noise, nights, 100, spread, |night| if night < at { 1.0 } else { 1.05 });
                let points = ChangePointSearch::default().find(&values, seed).unwrap();
                points.iter().any(|point| point.index.abs_diff(at) <= 3 && point.relative_change() > 0.03)
            });
            assert!(share >= expected, "{share}");
        }
    }
}

#[test]
fn drifts_are_found_within_the_drifting_part() {
    // At most a fifth of a percent a night from night 40 on: nothing that two neighbours could show.
    for (total, spread, expected) in [(0.1, 0.01, 0.99), (0.1, 0.02, 0.95), (0.06, 0.015, 0.8)] {
        let mut seed = 0;
        let share = rate(&format!("drift of {total} over 50 nights, spread {spread}"), 100, 27, |noise| {
            seed += 1;
            let drift = |night: usize| 1.0 + total * (night.saturating_sub(40).min(50)) as f64 / 50.0;
            let values = history(noise, Nights::Normal, 120, spread, drift);
            let points = ChangePointSearch::default().find(&values, seed).unwrap();
            points.iter().any(|point| (40..=90).contains(&point.index) && point.relative_change() > 0.0)
        });
        assert!(share >= expected, "{share}");
    }
}
