//! A session of fresh processes in which the modes take turns, so that drift of the machine hits all of them alike.

use super::observations::Observations;
use super::oracle::Oracle;

use crate::error::Result;
use crate::measure::request::Warm;
use crate::record::run::RunRecord;
use crate::settings::session::Settings;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What happens during a session, for whoever shows progress.
pub trait Observer {
    /// A run begins.
    fn begins(&mut self, benchmark: &str, run: u32, runs: u32);
    /// It has ended; failed runs too, and before a second try the first.
    fn ended(&mut self, record: &RunRecord);
}

/// Observes every scenario by every mode, `runs` fresh processes each. Failed runs are among the records. A benchmark whose
/// process was ended from outside, and at the second try again, is given up, and the others go on.
///
/// # Errors
/// When the reference gives a wrong answer, a record cannot be written, or somebody interrupts.
pub fn observe(settings: &Settings, runs: u32, warm: Warm, observer: &mut dyn Observer) -> Result<Vec<RunRecord>> {
    let oracle = Oracle::new(settings);
    let mut records = Vec::new();
    for selection in &settings.selections {
        let mut order = Order::new(&settings.modes);
        let mut by_mode = settings
            .modes
            .iter()
            .map(|&mode| Ok((mode, Observations::start(settings, &oracle, selection, mode, Some(runs), warm)?)))
            .collect::<Result<Vec<_>>>()?;
        for run in 1..=runs {
            for mode in order.next_round() {
                let Some(index) = by_mode.iter().position(|(known, _)| *known == mode) else { continue };
                observer.begins(&format!("{}/{}", selection.group, mode.name()), run, runs);
                let observed = by_mode[index].1.observe()?;
                observed.iter().for_each(|record| observer.ended(record));
                if observed.iter().any(|record| record.has_failed() && record.ended_from_outside) {
                    by_mode.remove(index);
                }
                records.extend(observed);
            }
        }
    }
    Ok(records)
}

/// Balanced random order: every second round is the one before it reversed, so each mode precedes each other equally
/// often. The seed is fixed: the order of a session can be repeated.
pub(crate) struct Order<T> {
    items: Vec<T>,
    reversed: bool,
    random: ChaCha8Rng,
}

impl<T: Copy> Order<T> {
    pub fn new(items: &[T]) -> Self {
        Self { items: items.to_vec(), reversed: true, random: ChaCha8Rng::seed_from_u64(0x00BA_1A4C) }
    }

    pub fn next_round(&mut self) -> Vec<T> {
        self.reversed = !self.reversed;
        if self.reversed {
            self.items.reverse();
        } else {
            self.items.shuffle(&mut self.random);
        }
        self.items.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Mode;

    #[test]
    fn each_item_precedes_each_other_equally_often() {
        let mut order = Order::new(&Mode::BUILT_IN);
        let rounds: Vec<_> = (0..40).map(|_| order.next_round()).collect();
        let first = |a: Mode, b: Mode| {
            rounds
                .iter()
                .filter(|round| round.iter().position(|&m| m == a) < round.iter().position(|&m| m == b))
                .count()
        };
        for (a, b) in [(Mode::Sql, Mode::Polars), (Mode::Sql, Mode::Reference), (Mode::Polars, Mode::Reference)] {
            assert_eq!(first(a, b), 20);
        }
        // Random, not always the same.
        let mut distinct = rounds.clone();
        distinct.sort();
        distinct.dedup();
        assert!(distinct.len() > 2);
    }
}
