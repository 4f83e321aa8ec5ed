//! The report of results.

use super::layers::layers;
use super::model::{FORMAT_VERSION, Overview, Report, ScenarioReport};
use super::notes::notes;
use super::recommendations::recommendations;
use super::row::row;
use super::targets::targets;
use super::wins::{is_contender, wins};
use crate::engine::Mode;
use crate::record::run::{OwnEngine, Parity, RunRecord};
use crate::record::timestamp::Timestamp;
use crate::results::comparison::{base_of, compare, comparisons};
use crate::results::scaling::{Line, Scaling, lines};
use crate::results::{Basis, Group, ModeResults, Results};
use std::collections::{BTreeMap, BTreeSet};

impl Report {
    /// The report of results, in which modes are held against `base` where that was measured.
    pub fn new(results: &Results, base: Mode, command: String) -> Self {
        let scenarios: Vec<ScenarioReport> = results.groups.iter().map(|group| scenario(group, base)).collect();
        let modes: BTreeSet<Mode> =
            results.groups.iter().flat_map(|group| &group.modes).map(|mode| mode.benchmark.mode).collect();
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
            base_mode: base,
            modes: modes.into_iter().collect(),
            engines: engines(results),
            layers: layers(results, base),
            scaling,
            targets,
            recommendations: Vec::new(),
            notes: notes(results, base),
            growth,
            machine: latest.map(|run| &run.machine).or(sampled.map(|s| &s.context.machine)).cloned(),
            build: latest.map(|run| &run.build).or(sampled.map(|s| &s.context.build)).cloned(),
            scenarios,
        };
        report.recommendations = recommendations(&report);
        report
    }
}

/// The lines of execution times that slopes are of, where there are slopes; else all. A mode with several names their conditions.
fn growth(lines: &[Line], scaling: &[Scaling]) -> Vec<(String, Vec<(f64, f64)>)> {
    let slopes = !scaling.is_empty();
    let drawn = |line: &&Line| line.basis() != Basis::WholeRun && (!slopes || line.scaling().is_some());
    let drawn: Vec<&Line> = lines.iter().filter(drawn).collect();
    let name = |line: &&Line| match drawn.iter().filter(|other| other.mode() == line.mode()).count() {
        1 => line.mode().to_string(),
        _ => format!("{} ({})", line.mode(), line.conditions()),
    };
    drawn.iter().map(|line| (name(line), line.points())).collect()
}

fn engines(results: &Results) -> BTreeMap<&'static str, OwnEngine> {
    let found = results.groups.iter().flat_map(|group| &group.modes);
    found.filter_map(|mode| Some((mode.benchmark.mode.name(), mode.engine()?.clone()))).collect()
}

fn parity<'a>(runs: impl Iterator<Item = &'a RunRecord>) -> Option<Parity> {
    let compared = |parity: &Parity| matches!(parity, Parity::Identical | Parity::Different);
    let checked: Vec<_> = runs.map(|run| run.parity).filter(compared).collect();
    let different = checked.contains(&Parity::Different);
    (!checked.is_empty()).then_some(if different { Parity::Different } else { Parity::Identical })
}

fn scenario(group: &Group, base: Mode) -> ScenarioReport {
    let benchmark = &group.modes[0].benchmark;
    let base_mode = base_of(group, base);
    let compared = comparisons(group, base_mode);
    let others = group.comparable().map(|found| found.benchmark.mode).filter(|mode| *mode != Mode::Reference);
    ScenarioReport {
        name: group.name.clone(),
        machine: group.machine.clone(),
        employees: benchmark.employees,
        start_year: benchmark.start_year,
        end_year: benchmark.end_year,
        seed: benchmark.seed,
        threads: benchmark.threads,
        events: group.comparable().find_map(ModeResults::events),
        target_time_seconds: benchmark.target_time_seconds,
        modes: group.comparable().map(row).collect(),
        other_work: group.modes.iter().filter(|found| found.is_other_work()).map(row).collect(),
        base_mode,
        comparison: compare(group, Mode::Sql, Mode::Polars),
        against_base: compared
            .iter()
            .filter(|c| Some(c.slower_candidate) == base_mode && is_contender(c.faster_candidate))
            .map(|c| c.faster_candidate)
            .collect(),
        against_reference: others.filter_map(|mode| compare(group, mode, Mode::Reference)).collect(),
        comparisons: compared,
        chart_values: group
            .comparable()
            .filter_map(|mode| Some((mode.benchmark.mode.to_string(), mode.execution_times(mode.best_basis()?))))
            .collect(),
    }
}
