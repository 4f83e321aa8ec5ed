//! Do the statistics keep their promises? Seeded simulations of coverage, size, power and false alarms.
//!
//! Each bound lies about four standard errors of the simulation from the nominal rate, so that a correct method passes
//! with any seed and a method off by two or three points does not.

mod change_points;
mod coverage;
mod errors;
mod robustness;

use crate::stats::Interval;
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
