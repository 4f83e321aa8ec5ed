//! The report of results.

use super::model::{FORMAT_VERSION, Overview, Report, ScenarioReport, Wins};
use super::notes::notes;
use super::recommendations::recommendations;
use super::row::row;
use super::targets::targets;
use crate::engine::Mode;
use crate::record::run::{Parity, RunRecord};
use crate::record::timestamp::Timestamp;
use crate::results::comparison::compare;
use crate::results::scaling::{Line, Scaling, lines};
use crate::results::{Group, ModeResults, Results};

impl Report {
    /// The report of results.
    pub fn new(results: &Results, command: String) -> Self {
        let scenarios: Vec<ScenarioReport> = results.groups.iter().map(scenario).collect();
        let lines = lines(results);
        let scaling: Vec<Scaling> = lines.iter().filter_map(Line::scaling).collect();
        let targets = targets(&scenarios, &scaling);
        let growth = growth(&lines, &scaling);
        let wins = wins(&scenarios);
        let runs = || results.groups.iter().flat_map(|group| group.modes.iter().flat_map(|mode| &mode.runs));
        let latest = runs().max_by_key(|run| (run.sequence, run.session.clone(), run.run_number));
        let sampled = results.groups.iter().flat_map(|group| group.modes.iter().flat_map(|mode| &mode.sampled)).next();
        let with = |met: Option<bool>| targets.iter().filter(|target| target.met == met).count();
        let summary = Overview {
            scenarios: scenarios.len(),
            runs: runs().count(),
            failed_runs: runs().filter(|run| run.has_failed()).count(),
            parity: parity(runs()),
            targets_met: with(Some(true)),
            targets_missed: with(Some(false)),
            targets_undecided: with(None),
            performance_comparison: wins,
        };
        let mut report = Self {
            format_version: FORMAT_VERSION,
            generated_at: Timestamp::now(),
            command,
            summary,
            scaling,
            targets,
            recommendations: Vec::new(),
            notes: notes(results),
            growth,
            machine: latest.map(|run| &run.machine).or(sampled.map(|s| &s.context.machine)).cloned(),
            build: latest.map(|run| &run.build).or(sampled.map(|s| &s.context.build)).cloned(),
            scenarios,
        };
        report.recommendations = recommendations(&report);
        report
    }
}

/// The lines that slopes are of, where there are slopes; else all. A mode with several names their conditions.
fn growth(lines: &[Line], scaling: &[Scaling]) -> Vec<(String, Vec<(f64, f64)>)> {
    let drawn: Vec<&Line> = lines.iter().filter(|line| scaling.is_empty() || line.scaling().is_some()).collect();
    let name = |line: &&Line| match drawn.iter().filter(|other| other.mode() == line.mode()).count() {
        1 => line.mode().to_string(),
        _ => format!("{} ({})", line.mode(), line.conditions()),
    };
    drawn.iter().map(|line| (name(line), line.points())).collect()
}

fn parity<'a>(runs: impl Iterator<Item = &'a RunRecord>) -> Option<Parity> {
    let checked: Vec<_> = runs.map(|run| run.parity).filter(|parity| *parity != Parity::Unchecked).collect();
    let different = checked.contains(&Parity::Different);
    (!checked.is_empty()).then_some(if different { Parity::Different } else { Parity::Identical })
}

fn wins(scenarios: &[ScenarioReport]) -> Wins {
    let mut wins = Wins::default();
    for comparison in scenarios.iter().filter_map(|scenario| scenario.comparison.as_ref()) {
        wins.total_comparisons += 1;
        match comparison.winner {
            Some(Mode::Polars) => wins.polars_wins += 1,
            Some(_) => wins.sql_wins += 1,
            None => wins.undecided += 1,
        }
    }
    wins
}

fn scenario(group: &Group) -> ScenarioReport {
    let benchmark = &group.modes[0].benchmark;
    let reference = |mode| compare(group, mode, Mode::Reference);
    ScenarioReport {
        name: group.name.clone(),
        machine: group.machine.clone(),
        employees: benchmark.employees,
        start_year: benchmark.start_year,
        end_year: benchmark.end_year,
        seed: benchmark.seed,
        threads: benchmark.threads,
        events: group.modes.iter().find_map(ModeResults::events),
        target_time_seconds: benchmark.target_time_seconds,
        modes: group.modes.iter().map(row).collect(),
        comparison: compare(group, Mode::Sql, Mode::Polars),
        against_reference: Mode::BUILT_IN
            .into_iter()
            .filter(|mode| *mode != Mode::Reference)
            .filter_map(reference)
            .collect(),
        chart_values: group
            .modes
            .iter()
            .filter_map(|mode| Some((mode.benchmark.mode.to_string(), mode.execution_times(mode.best_basis()?))))
            .collect(),
    }
}
