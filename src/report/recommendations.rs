//! What follows from the figures, in words; nothing follows from a figure that does not decide.

use super::model::{Report, ReportRow, ScenarioReport};
use crate::engine::Mode;
use crate::figures::{bytes, ratio};
use crate::record::run::Parity;

/// The recommendations of a report.
pub(super) fn recommendations(report: &Report) -> Vec<String> {
    if report.summary.parity == Some(Parity::Different) {
        return vec![
            "Do not decide anything from these figures: engines gave different events. `planbench parity` shows where."
                .into(),
        ];
    }
    if report.scenarios.iter().any(|s| s.modes.iter().any(|m| m.detailed_runs.iter().any(|run| run.padding.is_some())))
    {
        return vec!["Do not decide anything from these figures: some runs were padded on purpose.".into()];
    }
    let mut texts = vec![engine(report)];
    texts.extend(memory(report));
    let missed: Vec<_> = report.targets.iter().filter(|target| target.met == Some(false)).collect();
    for target in &missed {
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

fn engine(report: &Report) -> String {
    let wins = &report.summary.performance_comparison;
    let all = wins.total_comparisons;
    if all == 0 {
        return "SQL and Polars were not both measured: there is nothing to choose between.".into();
    }
    let won_by = |mode: Mode| -> Vec<(&str, f64)> {
        let won = |scenario: &'_ ScenarioReport| {
            let comparison = scenario.comparison.as_ref().filter(|c| c.winner == Some(mode))?;
            let interval = comparison.speedup_interval?;
            Some(if comparison.speedup > 1.0 { interval.lower } else { 1.0 / interval.upper })
        };
        report.scenarios.iter().filter_map(|s| Some((s.name.as_str(), won(s)?))).collect()
    };
    let least = |won: &[(&str, f64)]| won.iter().map(|(_, proven)| *proven).fold(f64::INFINITY, f64::min);
    let names = |won: &[(&str, f64)]| won.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let (polars, sql) = (won_by(Mode::Polars), won_by(Mode::Sql));
    match (polars.len(), sql.len()) {
        (0, 0) => format!("No engine is shown to be faster in {all} comparison(s): run more before choosing by speed."),
        (n, 0) if n == all => format!(
            "Polars is faster in every scenario measured ({all}), by at least {} (lower 95 % bound): choose it for speed.",
            ratio(least(&polars))
        ),
        (0, n) if n == all => format!(
            "SQL is faster in every scenario measured ({all}), by at least {} (lower 95 % bound): choose it for speed.",
            ratio(least(&sql))
        ),
        (_, 0) | (0, _) => {
            let (engine, won) = if sql.is_empty() { ("Polars", &polars) } else { ("SQL", &sql) };
            format!(
                "{engine} is faster in {} of {all} scenarios ({}), by at least {} (lower 95 % bound); the others are undecided: \
                 run more.",
                won.len(),
                names(won),
                ratio(least(won))
            )
        }
        _ => format!(
            "It depends on the scenario: Polars is faster in {} ({}), SQL in {} ({}), undecided {}. Choose by the scenario that \
             is nearest to yours.",
            polars.len(),
            names(&polars),
            sql.len(),
            names(&sql),
            wins.undecided
        ),
    }
}

/// What each engine needs in memory in the largest scenario.
fn memory(report: &Report) -> Option<String> {
    let largest = report.scenarios.iter().filter(|s| s.comparison.is_some()).max_by_key(|s| s.events)?;
    let peak = |mode: Mode| {
        let found = largest.modes.iter().find(|m: &&ReportRow| m.mode == mode)?;
        found.peak_memory_bytes.map(|figure| figure.estimate)
    };
    let (sql, polars) = (peak(Mode::Sql)?, peak(Mode::Polars)?);
    Some(format!(
        "A process needs {} with SQL and {} with Polars at its peak in {}, the largest scenario measured.",
        bytes(sql),
        bytes(polars),
        largest.name
    ))
}
