//! One scenario by one mode, in figures.

use crate::engine::Mode;
use crate::record::metric::Direction;
use crate::record::run::{Observation, RunRecord};
use crate::record::timestamp::Timestamp;
use crate::results::{Basis, ModeResults};
use crate::stats::Figure;
use crate::verdict::limit::below;
use serde::Serialize;
use std::collections::BTreeMap;

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
    /// Mode.
    pub mode: Mode,
    /// Arithmetic mean of the execution times on `basis`, seconds; `execution_time` has the estimate that is shown.
    pub avg_execution_time: Option<f64>,
    /// Arithmetic mean of the events per second of execution time; `events_per_second` has the estimate that is shown.
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
    pub measured_at: Option<Timestamp>,
    /// The runs, whole.
    pub detailed_runs: Vec<RunRecord>,
    /// Criterion's samples by function, for `samples.csv`.
    #[serde(skip)]
    pub samples: BTreeMap<String, Vec<f64>>,
}

/// A figure of one run, where it was observed.
type Reading = fn(&Observation) -> Option<f64>;

/// The figures of a mode.
pub(super) fn report(results: &ModeResults) -> ModeReport {
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
        mode: results.benchmark.mode,
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
        measured_at: results.runs.iter().map(|run| run.started_at).max(),
        detailed_runs: results.runs.clone(),
        samples: results.sampled.iter().map(|s| (s.function.clone(), s.values.clone())).collect(),
    };
    report.meets_target = results
        .benchmark
        .target_time_seconds
        .and_then(|target| below(report.batch_seconds.or(report.execution_time)?, target));
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
