//! What a report says, before it has a form.

use super::mode::{self, ModeReport};
use super::notes::notes;
use super::recommendations::recommendations;
use super::targets::{Target, targets};
use crate::engine::Mode;
use crate::machine::{Build, Machine, MachineKey};
use crate::record::run::{Parity, RunRecord};
use crate::record::timestamp::Timestamp;
use crate::results::comparison::{Comparison, compare};
use crate::results::scaling::{Line, Scaling, lines};
use crate::results::{Group, ModeResults, Results};
use serde::Serialize;

/// Version of the JSON report. Since 2, `ci95` is the interval of `estimate`, which is a geometric mean for times, rates
/// and memory; and work that goes by a name that is taken has what differs in its own.
pub(crate) const FORMAT_VERSION: u32 = 2;

/// A whole report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of this format.
    pub format_version: u32,
    /// When it was made, UTC.
    pub generated_at: Timestamp,
    /// The command that made it.
    pub command: String,
    /// The figures in brief.
    pub summary: Overview,
    /// By scenario.
    pub scenarios: Vec<ScenarioReport>,
    /// How time grows with the work.
    pub scaling: Vec<Scaling>,
    /// What was to be reached.
    pub targets: Vec<Target>,
    /// What follows.
    pub recommendations: Vec<String>,
    /// What a reader must know before trusting a figure.
    pub notes: Vec<String>,
    /// Machine of the latest measurement.
    pub machine: Option<Machine>,
    /// Build of the latest measurement.
    pub build: Option<Build>,
    /// Lines of the growth chart, by name: person-years and seconds.
    #[serde(skip)]
    pub growth: Vec<(String, Vec<(f64, f64)>)>,
}

/// The figures in brief.
#[derive(Debug, Clone, Serialize)]
pub struct Overview {
    /// SQL against Polars.
    pub performance_comparison: Wins,
    /// Scenarios in the report.
    pub scenarios: usize,
    /// Runs in fresh processes.
    pub runs: usize,
    /// Those that failed.
    pub failed_runs: usize,
    /// Whether every run gave the same rows as the reference; absent if no run was checked.
    pub parity: Option<Parity>,
    /// Targets reached, missed, undecided.
    pub targets_met: usize,
    /// Targets missed.
    pub targets_missed: usize,
    /// Targets that the figures do not decide.
    pub targets_undecided: usize,
}

/// Scenarios won; a win needs an interval that excludes a tie.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Wins {
    /// Scenarios in which Polars is faster.
    pub polars_wins: usize,
    /// Scenarios in which SQL is faster.
    pub sql_wins: usize,
    /// Scenarios without a winner.
    pub undecided: usize,
    /// Scenarios in which both were measured.
    pub total_comparisons: usize,
}

/// One scenario.
#[derive(Debug, Clone, Serialize)]
pub struct ScenarioReport {
    /// Name in benchmark ids; where other work or another machine goes by that name too, with what differs.
    pub name: String,
    /// The machine of all its modes.
    pub machine: MachineKey,
    /// Employees on 1 January of the start year.
    pub employees: usize,
    /// First simulated year.
    pub start_year: i32,
    /// Last simulated year.
    pub end_year: i32,
    /// Seed of every draw.
    pub seed: u64,
    /// Worker threads of every engine.
    pub threads: usize,
    /// Events of one run.
    pub events: Option<u64>,
    /// Time that one run may take at the most, seconds.
    pub target_time_seconds: Option<f64>,
    /// By mode.
    pub modes: Vec<ModeReport>,
    /// SQL against Polars.
    pub comparison: Option<Comparison>,
    /// Each engine against the reference.
    pub against_reference: Vec<Comparison>,
    /// A chart of the execution times, SVG; made when rendering HTML.
    #[serde(skip)]
    pub chart_values: Vec<(String, Vec<f64>)>,
}

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
        modes: group.modes.iter().map(mode::report).collect(),
        comparison: compare(group, Mode::Sql, Mode::Polars),
        against_reference: [Mode::Sql, Mode::Polars].into_iter().filter_map(reference).collect(),
        chart_values: group
            .modes
            .iter()
            .filter_map(|mode| Some((mode.benchmark.mode.to_string(), mode.execution_times(mode.best_basis()?))))
            .collect(),
    }
}
