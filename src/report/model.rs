//! What a report says, before it has a form.

use super::recommendations::recommendations;
use super::targets::{Target, targets};
use crate::engine::Mode;
use crate::measure::machine::{Build, Machine};
use crate::measure::metric::Direction;
use crate::record::run::{Observation, Parity, RunRecord};
use crate::results::comparison::{Comparison, compare};
use crate::results::scaling::{Scaling, scaling};
use crate::results::{Basis, Group, ModeResults, Results};
use crate::stats::{Interval, Summary as Spread, t_interval};
use crate::verdict::stored::CONFIDENCE;
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the JSON report.
const FORMAT_VERSION: u32 = 1;

/// A whole report.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Version of this format.
    pub format_version: u32,
    /// When it was made, UTC.
    pub generated_at: String,
    /// The command that made it.
    pub command: String,
    /// The figures in brief.
    pub summary: Summary,
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
}

/// The figures in brief.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
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
    /// Name in benchmark ids.
    pub name: String,
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

/// A figure over several values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figure {
    /// Number of values.
    pub count: usize,
    /// Mean.
    pub mean: f64,
    /// Median.
    pub median: f64,
    /// Standard deviation; absent for one value.
    pub standard_deviation: Option<f64>,
    /// Smallest.
    pub minimum: f64,
    /// Largest.
    pub maximum: f64,
    /// 95 % interval of the mean (Student's t, cut at zero); absent for one value.
    pub ci95: Option<Interval>,
}

impl Figure {
    /// `None` for no values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let Spread { count, mean, median, standard_deviation, minimum, maximum } = Spread::of(values)?;
        // No figure here can be negative, so neither can its mean: the interval is cut there.
        let cut = |interval: Interval| Interval { lower: interval.lower.max(0.0), ..interval };
        let ci95 = t_interval(values, CONFIDENCE).map(cut);
        Some(Self { count, mean, median, standard_deviation, minimum, maximum, ci95 })
    }
}

/// A metric of the suite over the runs.
#[derive(Debug, Clone, Serialize)]
pub struct MetricFigure {
    /// Metric name.
    pub name: String,
    /// Unit.
    pub unit: String,
    /// Which way is good.
    pub direction: Direction,
    /// Its values.
    pub figure: Option<Figure>,
}

/// One scenario by one mode. Times are seconds, memory bytes, CPU percent of one CPU.
#[derive(Debug, Clone, Serialize)]
pub struct ModeReport {
    /// Mode name.
    pub mode: String,
    /// Mean execution time on `basis`, seconds.
    pub avg_execution_time: Option<f64>,
    /// Mean events per second of execution time.
    pub avg_events_per_second: Option<f64>,
    /// Whether a batch run stays within the scenario's target; absent without target or if undecided.
    pub meets_target: Option<bool>,
    /// What the execution times are.
    pub basis: Option<Basis>,
    /// `basis` in words.
    pub basis_words: Option<&'static str>,
    /// Execution time on `basis`.
    pub execution_time: Option<Figure>,
    /// Throughput on `basis`.
    pub events_per_second: Option<Figure>,
    /// First run of a fresh process.
    pub first_run_seconds: Option<Figure>,
    /// Engine start, census, first run and Parquet.
    pub batch_seconds: Option<Figure>,
    /// Peak resident memory.
    pub peak_memory_bytes: Option<Figure>,
    /// Peak above the idle process.
    pub peak_above_idle_bytes: Option<Figure>,
    /// Mean resident memory.
    pub mean_memory_bytes: Option<Figure>,
    /// Mean CPU utilisation of the first run.
    pub cpu_percent: Option<Figure>,
    /// Peak CPU utilisation over windows of 40 ms.
    pub cpu_percent_peak: Option<Figure>,
    /// Bytes read from storage.
    pub disk_read_bytes: Option<Figure>,
    /// Bytes written to storage.
    pub disk_written_bytes: Option<Figure>,
    /// Phases by name, seconds.
    pub phases: BTreeMap<&'static str, Figure>,
    /// Metrics of the suite.
    pub metrics: Vec<MetricFigure>,
    /// Events by type.
    pub events_by_type: BTreeMap<String, u64>,
    /// Criterion's measurements in one process, by function; seconds, or bytes for `peak_memory`.
    pub criterion: BTreeMap<String, Figure>,
    /// Runs that succeeded.
    pub runs_succeeded: usize,
    /// What went wrong in the runs that failed.
    pub failures: Vec<String>,
    /// When the latest run started, UTC.
    pub measured_at: Option<String>,
    /// The runs, whole.
    pub detailed_runs: Vec<RunRecord>,
    /// Criterion's samples by function, for `samples.csv`.
    #[serde(skip)]
    pub samples: BTreeMap<String, Vec<f64>>,
}

impl Report {
    /// The report of results.
    pub fn new(results: &Results, command: String) -> Self {
        let scenarios: Vec<ScenarioReport> = results.groups.iter().map(scenario).collect();
        let scaling = scaling(results);
        let targets = targets(&scenarios, &scaling);
        let wins = wins(&scenarios);
        let runs = || results.groups.iter().flat_map(|group| group.modes.iter().flat_map(|mode| &mode.runs));
        let latest = runs().max_by_key(|run| run.started_at.clone());
        let sampled = results.groups.iter().flat_map(|group| group.modes.iter().flat_map(|mode| &mode.sampled)).next();
        let with = |met: Option<bool>| targets.iter().filter(|target| target.met == met).count();
        let summary = Summary {
            scenarios: scenarios.len(),
            runs: runs().count(),
            failed_runs: runs().filter(|run| !run.success).count(),
            parity: parity(runs()),
            targets_met: with(Some(true)),
            targets_missed: with(Some(false)),
            targets_undecided: with(None),
            performance_comparison: wins,
        };
        let mut report = Self {
            format_version: FORMAT_VERSION,
            generated_at: crate::record::now(),
            command,
            summary,
            scaling,
            targets,
            recommendations: Vec::new(),
            notes: notes(results),
            machine: latest.map(|run| &run.machine).or(sampled.map(|s| &s.context.machine)).cloned(),
            build: latest.map(|run| &run.build).or(sampled.map(|s| &s.context.build)).cloned(),
            scenarios,
        };
        report.recommendations = recommendations(&report);
        report
    }
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
            Some("polars") => wins.polars_wins += 1,
            Some(_) => wins.sql_wins += 1,
            None => wins.undecided += 1,
        }
    }
    wins
}

fn notes(results: &Results) -> Vec<String> {
    let mut notes = Vec::new();
    for mode in results.groups.iter().flat_map(|group| &group.modes) {
        let id = mode.benchmark.id();
        let paddings = mode.runs.iter().map(|run| &run.padding).chain(mode.sampled.iter().map(|s| &s.context.padding));
        if let Some(padding) = paddings.flatten().next() {
            notes.push(format!(
                "{id} was measured with deliberate padding ({padding}): its figures say nothing about the engine."
            ));
        }
        for run in mode.failed() {
            let error = run.error.as_deref().unwrap_or("no output");
            notes.push(format!("{id} run {} failed and is in no figure: {error}", run.run_number));
        }
        if mode.best_basis() == Some(Basis::OneProcess) {
            notes.push(format!(
                "{id}: the execution time is of one process (`cargo bench`); the spread between processes, usually larger, \
                 is not in its interval. `planbench run` measures it."
            ));
        }
    }
    for group in &results.groups {
        let mut keys: Vec<_> =
            group.modes.iter().filter_map(|mode| mode.runs.first()).map(|run| &run.machine.key).collect();
        keys.dedup();
        if keys.len() > 1 {
            notes.push(format!("{}: the modes were measured on different machines and are not compared.", group.name));
        }
        let mut sessions: Vec<_> =
            group.modes.iter().filter_map(|mode| mode.runs.first()).map(|run| &run.session).collect();
        sessions.dedup();
        let interleaved = group.modes.iter().flat_map(|mode| &mode.runs).all(|run| run.interleaved);
        if group.modes.len() > 1 && (sessions.len() > 1 || !interleaved) {
            notes.push(format!(
                "{}: the modes did not take turns (`cargo bench`, or several sessions), so drift of the machine is in their \
                 comparison. `planbench run` interleaves them.",
                group.name
            ));
        }
    }
    let runs = || results.groups.iter().flat_map(|group| &group.modes).filter_map(|mode| mode.runs.first());
    let busiest = runs().filter_map(|run| Some((run.machine.load_average_1m?, run.machine.key.usable_cpus)));
    if let Some((load, cpus)) = busiest.max_by(|a, b| a.0.total_cmp(&b.0))
        && load > cpus as f64 / 2.0
    {
        notes.push(format!("The machine was busy when a session started: load {load:.1} on {cpus} CPUs."));
    }
    notes
}

fn scenario(group: &Group) -> ScenarioReport {
    let benchmark = &group.modes[0].benchmark;
    let reference = |mode| compare(group, mode, Mode::Reference);
    ScenarioReport {
        name: group.name.clone(),
        employees: benchmark.employees,
        start_year: benchmark.start_year,
        end_year: benchmark.end_year,
        seed: benchmark.seed,
        threads: benchmark.threads,
        events: group.modes.iter().find_map(ModeResults::events),
        target_time_seconds: benchmark.target_time_seconds,
        modes: group.modes.iter().map(mode).collect(),
        comparison: compare(group, Mode::Sql, Mode::Polars),
        against_reference: [Mode::Sql, Mode::Polars].into_iter().filter_map(reference).collect(),
        chart_values: group
            .modes
            .iter()
            .filter_map(|mode| Some((mode.benchmark.mode.clone(), mode.execution_times(mode.best_basis()?))))
            .collect(),
    }
}

/// A figure of one run, where it was observed.
type Reading = fn(&Observation) -> Option<f64>;

fn mode(results: &ModeResults) -> ModeReport {
    let seen: Vec<&Observation> =
        results.runs.iter().filter(|run| run.success).filter_map(|run| run.observation.as_ref()).collect();
    let over =
        |value: fn(&Observation) -> Option<f64>| Figure::of(&seen.iter().filter_map(|o| value(o)).collect::<Vec<_>>());
    let basis = results.best_basis();
    let times = basis.map_or_else(Vec::new, |basis| results.execution_times(basis));
    let rates: Vec<f64> =
        results.events().map_or_else(Vec::new, |events| times.iter().map(|time| events as f64 / time).collect());
    let (execution_time, events_per_second) = (Figure::of(&times), Figure::of(&rates));
    let batch_seconds = over(|o| Some(o.batch_seconds()));
    let mut report = ModeReport {
        mode: results.benchmark.mode.clone(),
        avg_execution_time: execution_time.map(|figure| figure.mean),
        avg_events_per_second: events_per_second.map(|figure| figure.mean),
        meets_target: None,
        basis,
        basis_words: basis.map(Basis::words),
        execution_time,
        events_per_second,
        first_run_seconds: over(|o| Some(o.wall_seconds)),
        batch_seconds,
        peak_memory_bytes: over(|o| o.peak_memory_bytes.map(|bytes| bytes as f64)),
        peak_above_idle_bytes: over(|o| o.peak_above_idle_bytes().map(|bytes| bytes as f64)),
        mean_memory_bytes: over(|o| o.mean_memory_bytes),
        cpu_percent: over(|o| Some(100.0 * o.cpu_utilisation_mean)),
        cpu_percent_peak: over(|o| o.cpu_utilisation_peak.map(|peak| 100.0 * peak)),
        disk_read_bytes: over(|o| o.disk_read_bytes.map(|bytes| bytes as f64)),
        disk_written_bytes: over(|o| o.disk_written_bytes.map(|bytes| bytes as f64)),
        phases: phases(&over),
        metrics: metrics(&seen),
        events_by_type: seen.first().map(|o| o.events_by_type.clone()).unwrap_or_default(),
        criterion: results
            .sampled
            .iter()
            .filter_map(|sampled| Some((sampled.function.clone(), Figure::of(&sampled.values)?)))
            .collect(),
        runs_succeeded: seen.len(),
        failures: results.failed().iter().map(|run| run.error.clone().unwrap_or_else(|| "no output".into())).collect(),
        measured_at: results.runs.iter().map(|run| run.started_at.clone()).max(),
        detailed_runs: results.runs.clone(),
        samples: results.sampled.iter().map(|s| (s.function.clone(), s.values.clone())).collect(),
    };
    report.meets_target = results
        .benchmark
        .target_time_seconds
        .and_then(|target| super::targets::below(report.batch_seconds.or(report.execution_time)?, target));
    report
}

fn phases(over: &impl Fn(Reading) -> Option<Figure>) -> BTreeMap<&'static str, Figure> {
    let figures: [(&'static str, Reading); 6] = [
        ("census_read", |o| Some(o.phases.census_read)),
        ("engine_start", |o| Some(o.phases.engine_start)),
        ("census_load", |o| Some(o.phases.census_load)),
        ("generation", |o| Some(o.wall_seconds)),
        ("persist", |o| Some(o.phases.persist)),
        ("cleanup", |o| Some(o.phases.cleanup)),
    ];
    figures.into_iter().filter_map(|(name, value)| Some((name, over(value)?))).collect()
}

fn metrics(seen: &[&Observation]) -> Vec<MetricFigure> {
    let Some(first) = seen.first() else { return Vec::new() };
    let of = |name: &str| -> Vec<f64> {
        seen.iter().filter_map(|o| o.metrics.iter().find(|metric| metric.name == name)?.value).collect()
    };
    let figures = first.metrics.iter().map(|metric| MetricFigure {
        name: metric.name.clone(),
        unit: metric.unit.clone(),
        direction: metric.direction,
        figure: Figure::of(&of(&metric.name)),
    });
    figures.collect()
}
