//! Who won how often.

use super::model::{ScenarioReport, Wins};
use crate::engine::Mode;
use crate::results::comparison::ModeComparison;

/// Whether a mode is one to choose; the reference is a floor, and none.
pub(super) fn is_contender(mode: Mode) -> bool {
    mode != Mode::Reference
}

/// The wins of all scenarios.
pub(super) fn wins(scenarios: &[ScenarioReport]) -> Wins {
    let mut wins = Wins::default();
    for comparison in scenarios.iter().filter_map(|scenario| scenario.comparison.as_ref()) {
        wins.total_comparisons += 1;
        match comparison.winner {
            Some(Mode::Polars) => wins.polars_wins += 1,
            Some(_) => wins.sql_wins += 1,
            None => wins.undecided += 1,
        }
    }
    for scenario in scenarios {
        let among = among(scenario, is_contender);
        wins.scenarios_compared += usize::from(!among.is_empty());
        for comparison in &among {
            for mode in [comparison.slower_candidate, comparison.faster_candidate] {
                let its = wins.by_mode.entry(mode.name()).or_default();
                match comparison.winner {
                    Some(winner) if winner == mode => its.wins += 1,
                    Some(_) => its.losses += 1,
                    None => its.undecided += 1,
                }
            }
        }
        match fastest(&among) {
            Some((mode, _)) => wins.by_mode.entry(mode.name()).or_default().scenarios_won += 1,
            None => wins.scenarios_undecided += usize::from(!among.is_empty()),
        }
    }
    wins
}

/// The comparisons of a scenario among modes of a kind.
pub(super) fn among(scenario: &ScenarioReport, wanted: impl Fn(Mode) -> bool) -> Vec<&ModeComparison> {
    let both = |c: &&ModeComparison| wanted(c.slower_candidate) && wanted(c.faster_candidate);
    scenario.comparisons.iter().filter(both).collect()
}

/// The mode that is certainly faster than every other of these comparisons, and by which factor at least.
pub(super) fn fastest(among: &[&ModeComparison]) -> Option<(Mode, f64)> {
    let modes = || among.iter().flat_map(|c| [c.slower_candidate, c.faster_candidate]);
    modes().find_map(|mode| {
        let mine = || among.iter().filter(|c| [c.slower_candidate, c.faster_candidate].contains(&mode));
        let others = modes().filter(|other| *other != mode).collect::<std::collections::BTreeSet<_>>().len();
        let proven: Option<Vec<f64>> = mine().map(|c| proven(c).filter(|won| won.0 == mode).map(|won| won.1)).collect();
        let proven = proven.filter(|proven| proven.len() == others)?;
        Some((mode, proven.into_iter().fold(f64::INFINITY, f64::min)))
    })
}

/// The faster mode, and the factor by which it is faster at least: the end of the interval that is nearer to a tie.
pub(super) fn proven(comparison: &ModeComparison) -> Option<(Mode, f64)> {
    let (winner, interval) = (comparison.winner?, comparison.speedup_interval?);
    let is_faster_candidate = winner == comparison.faster_candidate;
    Some((winner, if is_faster_candidate { interval.lower } else { 1.0 / interval.upper }))
}
