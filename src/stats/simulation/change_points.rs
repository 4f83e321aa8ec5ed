//! Flat histories raise no alarm; steps and drifts do.

use crate::stats::ChangePointSearch;

use super::{Noise, rate, within};

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
    // Over 4 000 histories the last two rates are 0.2 % and 1.0 %: the test takes neighbouring nights for independent.
    let autocorrelated = Nights::Autocorrelated(0.3);
    for (name, nights, spread, most) in [
        ("normal", Nights::Normal, 0.01, 0.0),
        ("normal", Nights::Normal, 0.02, 0.01),
        ("log-normal", Nights::LogNormal, 0.01, 0.0),
        ("log-normal", Nights::LogNormal, 0.02, 0.01),
        ("AR(1) 0.3", autocorrelated, 0.015, 0.015),
        ("AR(1) 0.3", autocorrelated, 0.02, 0.03),
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
        for (at, spread, expected) in [(30, 0.01, 0.95), (30, 0.02, 0.75), (53, 0.01, 0.9)] {
            let mut seed = 0;
            let share = rate(&format!("step of 5 % at {at}, {name}, spread {spread}"), 50, 26, |noise| {
                seed += 1;
                let values = history(noise, nights, 60, spread, |night| if night < at { 1.0 } else { 1.05 });
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
    for (total, spread, expected) in [(0.1, 0.01, 0.95), (0.1, 0.02, 0.9), (0.06, 0.015, 0.8)] {
        let mut seed = 0;
        let share = rate(&format!("drift of {total} over 50 nights, spread {spread}"), 30, 27, |noise| {
            seed += 1;
            let drift = |night: usize| 1.0 + total * (night.saturating_sub(40).min(50)) as f64 / 50.0;
            let values = history(noise, Nights::Normal, 120, spread, drift);
            let points = ChangePointSearch::default().find(&values, seed).unwrap();
            points.iter().any(|point| (40..=90).contains(&point.index) && point.relative_change() > 0.0)
        });
        assert!(share >= expected, "{share}");
    }
}
