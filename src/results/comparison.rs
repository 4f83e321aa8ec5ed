//! The modes of one scenario against each other.

use super::group::{Basis, Group, ModeResults};
use crate::engine::Mode;
use crate::record::run::RunRecord;
use crate::stats::CONFIDENCE;
use crate::stats::{
    Interval, Magnitude, TTest, cohens_d, hedges_g, median, paired_difference, student_t_test, welch_difference,
    welch_t_test,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A standardised difference, and Cohen's word for its size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// In standard deviations.
    pub value: f64,
    /// How large that is.
    pub magnitude: Magnitude,
}

impl Effect {
    /// `None` where there is none.
    pub fn of(value: Option<f64>) -> Option<Self> {
        Some(Self { value: value?, magnitude: Magnitude::of(value?)? })
    }
}

/// How much faster one mode is than another, and whether that is certain.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModeComparison {
    /// Mode in the numerator of the speed-up: its time is divided by the other's.
    pub slower_candidate: Mode,
    /// The other.
    pub faster_candidate: Mode,
    /// What the times are.
    pub basis: Basis,
    /// `basis` in words.
    pub basis_words: &'static str,
    /// Whether runs of the same round make pairs.
    pub paired: bool,
    /// Pairs, or values on each side.
    pub counts: (usize, usize),
    /// Ratio of the geometric means of time: above 1, `faster_candidate` is faster.
    pub speedup: f64,
    /// 95 % interval of the ratio (t on logarithms; paired or Welch); absent for fewer than two values.
    pub speedup_interval: Option<Interval>,
    /// Ratio of the geometric means of throughput, the other way round: the speed-up itself where the events are the same.
    /// Absent where there are no events.
    pub throughput_ratio: Option<f64>,
    /// The faster mode, if the interval excludes a tie.
    pub winner: Option<Mode>,
    /// Why no winner is named.
    pub no_winner_because: Option<String>,
    /// Student's t test of the times, equal variances assumed.
    pub student: Option<TTest>,
    /// Welch's t test of the times.
    pub welch: Option<TTest>,
    /// Cohen's d of the times.
    pub cohens_d: Option<Effect>,
    /// Hedges' g of the times.
    pub hedges_g: Option<Effect>,
}

/// The mode that the others are held against where nobody names one.
pub const BASE: Mode = Mode::Sql;

/// The mode that a group's modes are held against: `wanted` if it was measured there and does the same work, else the first
/// that was. `None` where no mode has a time.
pub fn base_of(group: &Group, wanted: Mode) -> Option<Mode> {
    let mut measured = group.comparable().filter(|results| results.has_times()).map(|results| results.benchmark.mode);
    let first = measured.clone().next();
    measured.find(|mode| *mode == wanted).or(first)
}

/// Every pair of modes that do the same work: those with the base first, the base as the slower candidate; the others in
/// the order of modes.
pub fn comparisons(group: &Group, base: Option<Mode>) -> Vec<ModeComparison> {
    let mut modes: Vec<Mode> = group.comparable().map(|results| results.benchmark.mode).collect();
    modes.sort_by_key(|mode| Some(*mode) != base);
    let pairs = modes.iter().enumerate().flat_map(|(index, a)| modes[index + 1..].iter().map(move |b| (*a, *b)));
    pairs.filter_map(|(a, b)| compare(group, a, b)).collect()
}

/// Compares two modes of a group, and so of one work on one machine, on the best basis that both have; `None` if they have
/// none in common, one is not there, or one does other work.
pub fn compare(group: &Group, slower_candidate: Mode, faster_candidate: Mode) -> Option<ModeComparison> {
    best_of(group, slower_candidate, faster_candidate, &Basis::ALL)
}

/// As [`compare`], by execution time alone: on no basis that is a whole run.
pub fn compare_execution(group: &Group, slower_candidate: Mode, faster_candidate: Mode) -> Option<ModeComparison> {
    best_of(group, slower_candidate, faster_candidate, &Basis::OF_EXECUTION)
}

fn best_of(group: &Group, slower: Mode, faster: Mode, bases: &[Basis]) -> Option<ModeComparison> {
    bases.iter().find_map(|basis| compare_on(group, slower, faster, *basis))
}

/// As [`compare`], on one basis.
pub fn compare_on(
    group: &Group,
    slower_candidate: Mode,
    faster_candidate: Mode,
    basis: Basis,
) -> Option<ModeComparison> {
    let (slower, faster) = (group.mode(slower_candidate)?, group.mode(faster_candidate)?);
    if slower.is_other_work() || faster.is_other_work() {
        return None;
    }
    let (a, b) = (slower.execution_times(basis), faster.execution_times(basis));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    let logs = |values: &[f64]| values.iter().map(|value| value.ln()).collect::<Vec<_>>();
    let rounds = pairs(slower, faster, basis);
    let difference = match &rounds {
        Some((slower, faster)) => paired_difference(&logs(faster), &logs(slower), CONFIDENCE)?,
        None => welch_difference(&logs(&b), &logs(&a), CONFIDENCE)?,
    };
    let speedup_interval = difference.interval.and_then(|interval| interval.map(f64::exp));
    let speedup = difference.value.exp();
    let (winner, no_winner_because) = match speedup_interval {
        None => (None, Some("one run shows no spread; run more".to_owned())),
        Some(interval) if interval.lower > 1.0 => (Some(faster_candidate), None),
        Some(interval) if interval.upper < 1.0 => (Some(slower_candidate), None),
        Some(_) => (None, Some("the interval includes a tie".to_owned())),
    };
    let events = slower.events().zip(faster.events()).filter(|(slower, faster)| *slower > 0 && *faster > 0);
    Some(ModeComparison {
        slower_candidate,
        faster_candidate,
        basis,
        basis_words: basis.words(),
        paired: rounds.is_some(),
        counts: rounds.map_or((a.len(), b.len()), |(slower, faster)| (slower.len(), faster.len())),
        speedup,
        speedup_interval,
        throughput_ratio: events.map(|(slower, faster)| speedup * faster as f64 / slower as f64),
        winner,
        no_winner_because,
        student: student_t_test(&a, &b),
        welch: welch_t_test(&a, &b),
        cohens_d: Effect::of(cohens_d(&a, &b)),
        hedges_g: Effect::of(hedges_g(&a, &b)),
    })
}

/// Times of the same rounds, if the modes took turns in one session.
fn pairs(slower: &ModeResults, faster: &ModeResults, basis: Basis) -> Option<(Vec<f64>, Vec<f64>)> {
    let value = |run: &RunRecord| {
        let seen = run.observation.as_ref().filter(|_| run.success)?;
        match basis {
            Basis::Processes => median(&seen.warm_wall_seconds),
            Basis::FirstRun => seen.wall_seconds,
            Basis::WholeRun => seen.batch_seconds(),
            Basis::OneProcess => None,
        }
    };
    let [a, b] = [slower, faster].map(|results| {
        results.runs.iter().filter_map(|run| Some((run.round()?, value(run)?))).collect::<BTreeMap<_, _>>()
    });
    let rounds: (Vec<f64>, Vec<f64>) = a.iter().filter_map(|(round, a)| Some((*a, *b.get(round)?))).unzip();
    (!rounds.0.is_empty()).then_some(rounds)
}
