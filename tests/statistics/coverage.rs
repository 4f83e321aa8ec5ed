//! Intervals contain the truth as often as they say.

use planalign_bench::stats::{
    bootstrap_interval, hodges_lehmann, hodges_lehmann_shift, log_log_slope, mean, median, paired_difference,
    t_interval, welch_difference,
};

use crate::{CONFIDENCE, Noise, RUNS, contains, error, rate, within};

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
