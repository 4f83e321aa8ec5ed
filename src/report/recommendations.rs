//! What follows from the figures, in words; nothing follows from a figure that does not decide, from an engine that failed,
//! or from one that does other work.

use super::model::{Report, ReportRow, ScenarioReport};
use super::wins::{among, fastest, is_contender, proven};
use crate::engine::Mode;
use crate::figures::{bytes, ratio};
use crate::machine::MemoryMethod;
use crate::record::run::Parity;
use crate::results::Basis;
use crate::results::comparison::ModeComparison;
use std::collections::BTreeMap;

/// The recommendations of a report.
pub(super) fn recommendations(report: &Report) -> Vec<String> {
    if report.summary.parity == Some(Parity::Different) {
        return vec![
            "Do not decide anything from these figures: engines gave different events. `planbench parity` shows where."
                .into(),
        ];
    }
    let rows = || report.scenarios.iter().flat_map(ScenarioReport::rows);
    if rows().any(|row| row.detailed_runs.iter().any(|run| run.padding.is_some())) {
        return vec!["Do not decide anything from these figures: some runs were padded on purpose.".into()];
    }
    let sound = |mode: Mode| !rows().any(|row| row.mode == mode && !row.failures.is_empty());
    let mut texts = vec![choice(report, &sound)];
    texts.extend(against_base(report, &sound));
    texts.extend(memory(report, &sound));
    for target in report.targets.iter().filter(|target| target.met == Some(false) && sound(target.mode)) {
        texts.push(format!("{} misses a target: {}; observed {}.", target.subject, target.target, target.observed));
    }
    if report.summary.targets_undecided > 0 {
        texts.push(format!(
            "{} target(s) are undecided: `planbench run` with more `--runs` may decide.",
            report.summary.targets_undecided
        ));
    }
    texts
}

/// Which engine to choose for speed.
fn choice(report: &Report, sound: &dyn Fn(Mode) -> bool) -> String {
    let of = |scenario: &'_ ScenarioReport| among(scenario, |mode| is_contender(mode) && sound(mode)).len();
    let compared: Vec<&ScenarioReport> = report.scenarios.iter().filter(|scenario| of(scenario) > 0).collect();
    let all = compared.len();
    if all == 0 {
        return "No two engines were measured as one work on one machine, without a failure: there is nothing to choose \
                between."
            .into();
    }
    let mut won: BTreeMap<Mode, Vec<(&str, f64)>> = BTreeMap::new();
    for scenario in &compared {
        if let Some((mode, by)) = fastest(&among(scenario, |mode| is_contender(mode) && sound(mode))) {
            won.entry(mode).or_default().push((&scenario.name, by));
        }
    }
    let pairs: Vec<&ModeComparison> =
        compared.iter().flat_map(|scenario| among(scenario, |mode| is_contender(mode) && sound(mode))).collect();
    let several = compared.iter().any(|scenario| of(scenario) > 1);
    // Of two engines the other one has a name.
    let than = |mode: Mode| match pairs.first() {
        Some(pair) if !several && pairs.iter().all(|other| same_pair(pair, other)) => {
            let other = if pair.slower_candidate == mode { pair.faster_candidate } else { pair.slower_candidate };
            let base = if other == report.base_mode { ", the base," } else { "" };
            format!("faster than {other}{base}")
        }
        _ => "faster than every other engine".to_owned(),
    };
    let names = |won: &[(&str, f64)]| won.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let least = |won: &[(&str, f64)]| ratio(won.iter().map(|(_, by)| *by).fold(f64::INFINITY, f64::min));
    let text = match won.iter().map(|(mode, won)| (*mode, &won[..])).collect::<Vec<_>>()[..] {
        [] if several => format!(
            "No engine is shown to be faster than every other in any of {all} scenario(s): run more before choosing by speed."
        ),
        [] => format!("No engine is shown to be faster in {all} comparison(s): run more before choosing by speed."),
        [(mode, won)] if won.len() == all => format!(
            "{mode} is {} in every scenario measured ({all}), by at least {} (lower 95 % bound): choose it for speed.",
            than(mode),
            least(won)
        ),
        [(mode, won)] => format!(
            "{mode} is {} in {} of {all} scenarios ({}), by at least {} (lower 95 % bound); the others are undecided: run \
             more.",
            than(mode),
            won.len(),
            names(won),
            least(won)
        ),
        ref several => {
            let each = |(mode, won): &(Mode, &[(&str, f64)])| format!("{mode} in {} ({})", won.len(), names(won));
            let decided: usize = several.iter().map(|(_, won)| won.len()).sum();
            format!(
                "It depends on the scenario which engine is the fastest: {}, undecided {}. Choose by the scenario that is \
                 nearest to yours.",
                several.iter().map(each).collect::<Vec<_>>().join(", "),
                all - decided
            )
        }
    };
    if pairs.iter().any(|pair| pair.basis == Basis::WholeRun) {
        return text + " Engines that are run once are in it by their whole runs.";
    }
    text
}

fn same_pair(a: &ModeComparison, b: &ModeComparison) -> bool {
    let pair = |c: &ModeComparison| {
        let mut both = [c.slower_candidate, c.faster_candidate];
        both.sort();
        both
    };
    pair(a) == pair(b)
}

/// How each engine does against the base, where there are more than two.
fn against_base(report: &Report, sound: &dyn Fn(Mode) -> bool) -> Vec<String> {
    let mut by_pair: BTreeMap<(Mode, Mode), Vec<(&str, &ModeComparison)>> = BTreeMap::new();
    for scenario in &report.scenarios {
        for c in scenario.with_base().filter(|c| sound(c.slower_candidate) && sound(c.faster_candidate)) {
            by_pair.entry((c.slower_candidate, c.faster_candidate)).or_default().push((&scenario.name, c));
        }
    }
    if by_pair.len() < 2 {
        return Vec::new();
    }
    by_pair.iter().map(|((base, mode), compared)| sentence(*base, *mode, compared)).collect()
}

fn sentence(base: Mode, mode: Mode, compared: &[(&str, &ModeComparison)]) -> String {
    let won_by = |wanted: Mode| -> Vec<(&str, f64)> {
        let won = |c: &ModeComparison| proven(c).filter(|won| won.0 == wanted).map(|won| won.1);
        compared.iter().filter_map(|(name, c)| Some((*name, won(c)?))).collect()
    };
    let part = |word: &str, won: &[(&str, f64)]| {
        let names = won.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let least = won.iter().map(|(_, by)| *by).fold(f64::INFINITY, f64::min);
        format!("{word} in {names} (by at least {})", ratio(least))
    };
    let (faster, slower) = (won_by(mode), won_by(base));
    let mut parts = Vec::new();
    parts.extend((!faster.is_empty()).then(|| part("faster", &faster)));
    parts.extend((!slower.is_empty()).then(|| part("slower", &slower)));
    let open: Vec<&str> = compared.iter().filter(|(_, c)| c.winner.is_none()).map(|(name, _)| *name).collect();
    parts.extend((!open.is_empty()).then(|| format!("undecided in {}", open.join(", "))));
    let whole = compared.iter().any(|(_, c)| c.basis == Basis::WholeRun);
    let by = if whole { ", by whole runs" } else { ", by execution time" };
    format!("Against {base}, the base{by}: {mode} is {}.", parts.join("; "))
}

/// What each engine needs in memory in the largest scenario that compares them.
fn memory(report: &Report, sound: &dyn Fn(Mode) -> bool) -> Option<String> {
    let known = |scenario: &'_ ScenarioReport| -> Vec<String> {
        let wanted = |row: &&ReportRow| is_contender(row.mode) && sound(row.mode);
        let peak = |row: &ReportRow| {
            let tree = if row.memory_of == Some(MemoryMethod::ProcessTree) { " (all its processes)" } else { "" };
            Some(format!("{} with {}{tree}", bytes(row.peak_memory_bytes?.estimate), row.mode))
        };
        scenario.modes.iter().filter(wanted).filter_map(peak).collect()
    };
    let compared = report.scenarios.iter().filter(|scenario| known(scenario).len() > 1);
    let largest = compared.max_by_key(|scenario| scenario.events)?;
    let mut peaks = known(largest);
    let last = peaks.pop()?;
    Some(format!(
        "A run needs {} and {last} of memory at its peak in {}, the largest scenario measured.",
        peaks.join(", "),
        largest.name
    ))
}
