//! One scenario by one mode, in figures: a row of tables.

use super::model::{MetricFigure, ReportRow};
use crate::machine::MemoryMethod;
use crate::record::run::Observation;
use crate::results::{Basis, ModeResults};
use crate::stats::Figure;
use crate::verdict::limit::below;
use std::collections::BTreeMap;

/// A figure of one run, where it was observed.
type Reading = fn(&Observation) -> Option<f64>;

/// The figures of a mode.
pub(super) fn row(results: &ModeResults) -> ReportRow {
    let seen: Vec<&Observation> =
        results.runs.iter().filter(|run| run.success).filter_map(|run| run.observation.as_ref()).collect();
    let over =
        |value: fn(&Observation) -> Option<f64>| Figure::of(&seen.iter().filter_map(|o| value(o)).collect::<Vec<_>>());
    let basis = results.best_basis();
    let times = basis.map_or_else(Vec::new, |basis| results.execution_times(basis));
    let rates: Vec<f64> =
        results.events().map_or_else(Vec::new, |events| times.iter().map(|time| events as f64 / time).collect());
    let (execution_time, events_per_second) = (Figure::of(&times), Figure::of(&rates));
    let batch_seconds = over(Observation::batch_seconds);
    let mut row = ReportRow {
        mode: results.benchmark.mode,
        engine: results.engine().cloned(),
        events: results.events(),
        avg_execution_time: execution_time.map(|figure| figure.mean),
        avg_events_per_second: events_per_second.map(|figure| figure.mean),
        meets_target: None,
        basis,
        basis_words: basis.map(Basis::words),
        execution_time,
        events_per_second,
        first_run_seconds: over(|o| o.wall_seconds),
        batch_seconds,
        peak_memory_bytes: over(|o| o.peak_memory_bytes.map(|bytes| bytes as f64)),
        memory_of: memory_of(&seen),
        peak_above_idle_bytes: over(|o| o.peak_above_idle_bytes().map(|bytes| bytes as f64)),
        mean_memory_bytes: over(|o| o.mean_memory_bytes),
        cpu_percent: over(|o| o.cpu_utilisation_mean.map(|mean| 100.0 * mean)),
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
    row.meets_target = results
        .benchmark
        .target_time_seconds
        // A target is set for the work that all others do.
        .filter(|_| !results.is_other_work())
        .and_then(|target| below(row.batch_seconds.or(row.execution_time)?, target));
    row
}

/// Whose memory was measured: this process' own where a record says nothing.
fn memory_of(seen: &[&Observation]) -> Option<MemoryMethod> {
    let known = seen.iter().find(|seen| seen.peak_memory_bytes.is_some())?;
    Some(known.memory_method.unwrap_or(MemoryMethod::OneProcess))
}

fn phases(over: &impl Fn(Reading) -> Option<Figure>) -> BTreeMap<&'static str, Figure> {
    let figures: [(&'static str, Reading); 6] = [
        ("census_read", |o| o.phases.census_read),
        ("engine_start", |o| o.phases.engine_start),
        ("census_load", |o| o.phases.census_load),
        ("generation", |o| o.wall_seconds),
        ("persist", |o| o.phases.persist),
        ("cleanup", |o| o.phases.cleanup),
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
