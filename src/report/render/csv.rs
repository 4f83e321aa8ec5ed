//! Reports for spreadsheets. What was not observed is an empty cell.

use crate::engine::external::Rules;
use crate::error::{Cause, Error, Result};
use crate::record::baseline::BYTES_PER_MB;
use crate::record::run::RunRecord;
use crate::report::model::Report;
use crate::stats::median;

const RUN_COLUMNS: [&str; 32] = [
    "scenario_name",
    "mode",
    "run_number",
    "execution_time_seconds",
    "events_per_second",
    "peak_memory_mb",
    "execution_time_basis",
    "first_run_seconds",
    "batch_seconds",
    "cpu_seconds",
    "cpu_percent",
    "cpu_percent_peak",
    "idle_memory_mb",
    "mean_memory_mb",
    "disk_read_bytes",
    "disk_written_bytes",
    "census_read_seconds",
    "engine_start_seconds",
    "census_load_seconds",
    "persist_seconds",
    "cleanup_seconds",
    "events",
    "success",
    "parity",
    "error",
    "threads",
    "seed",
    "session",
    "started_at",
    "rules",
    "protocol",
    "memory_method",
];

/// One row per run in a fresh process.
///
/// # Errors
/// When a row cannot be written.
pub fn runs(report: &Report) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let mut rows = vec![RUN_COLUMNS.map(str::to_owned).to_vec()];
    for (scenario, mode) in report.scenarios.iter().flat_map(|s| s.rows().map(move |mode| (s, mode))) {
        rows.extend(mode.detailed_runs.iter().map(|run| run_row(&scenario.name, run)));
    }
    rows.iter().try_for_each(|row| writer.write_record(row)).map_err(unusable)?;
    finish(writer)
}

fn run_row(scenario: &str, run: &RunRecord) -> Vec<String> {
    let (seen, engine) = (run.observation.as_ref(), run.engine.as_ref());
    let figure = |value: fn(&crate::record::run::Observation) -> Option<f64>| {
        seen.and_then(value).map(|value| value.to_string()).unwrap_or_default()
    };
    let warm = seen.and_then(|o| median(&o.warm_wall_seconds));
    let time = warm.or(seen.and_then(|o| o.wall_seconds)).filter(|_| run.success);
    let basis = if time.is_none() {
        ""
    } else if warm.is_some() {
        "warm_median"
    } else {
        "first_run"
    };
    let rate = time.zip(seen).map(|(time, o)| (o.events as f64 / time).to_string());
    let word = |value: serde_json::Result<serde_json::Value>| match value {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    };
    vec![
        scenario.to_owned(),
        run.benchmark.mode.to_string(),
        run.run_number.to_string(),
        time.map(|time| time.to_string()).unwrap_or_default(),
        rate.unwrap_or_default(),
        figure(|o| o.peak_memory_bytes.map(|bytes| bytes as f64 / BYTES_PER_MB)),
        basis.to_owned(),
        figure(|o| o.wall_seconds),
        figure(|o| o.batch_seconds()),
        figure(|o| o.cpu_seconds),
        figure(|o| o.cpu_utilisation_mean.map(|mean| 100.0 * mean)),
        figure(|o| o.cpu_utilisation_peak.map(|peak| 100.0 * peak)),
        figure(|o| o.idle_memory_bytes.map(|bytes| bytes as f64 / BYTES_PER_MB)),
        figure(|o| o.mean_memory_bytes.map(|bytes| bytes / BYTES_PER_MB)),
        figure(|o| o.disk_read_bytes.map(|bytes| bytes as f64)),
        figure(|o| o.disk_written_bytes.map(|bytes| bytes as f64)),
        figure(|o| o.phases.census_read),
        figure(|o| o.phases.engine_start),
        figure(|o| o.phases.census_load),
        figure(|o| o.phases.persist),
        figure(|o| o.phases.cleanup),
        seen.map(|o| o.events.to_string()).unwrap_or_default(),
        run.success.to_string(),
        word(serde_json::to_value(run.parity)),
        run.error.clone().unwrap_or_default(),
        run.benchmark.threads.to_string(),
        run.benchmark.seed.to_string(),
        run.session.clone(),
        run.started_at.to_string(),
        word(serde_json::to_value(engine.map_or(Rules::Planalign, |engine| engine.rules))),
        engine.map(|engine| word(serde_json::to_value(engine.protocol))).unwrap_or_default(),
        seen.and_then(|o| o.memory_method).map(|method| word(serde_json::to_value(method))).unwrap_or_default(),
    ]
}

/// One row per sample: every later run of every process, and Criterion's samples.
///
/// # Errors
/// When a row cannot be written.
pub fn samples(report: &Report) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["scenario_name", "mode", "source", "measurement", "run_number", "sample_number", "value", "unit"];
    writer.write_record(header).map_err(unusable)?;
    for scenario in &report.scenarios {
        for mode in scenario.rows() {
            let (scenario, name) = (&scenario.name, mode.mode.name());
            let mut row = |source: &str, measurement: &str, run: String, sample: usize, value: f64, unit: &str| {
                let (sample, value) = (sample.to_string(), value.to_string());
                writer.write_record([scenario, name, source, measurement, &run, &sample, &value, unit])
            };
            for run in &mode.detailed_runs {
                let Some(seen) = &run.observation else { continue };
                let whole = ["first_run", "whole_run"].into_iter().zip([seen.wall_seconds, seen.whole_seconds]);
                for (measurement, seconds) in whole.filter_map(|(name, seconds)| Some((name, seconds?))) {
                    row("process", measurement, run.run_number.to_string(), 1, seconds, "s").map_err(unusable)?;
                }
                for (index, seconds) in seen.warm_wall_seconds.iter().enumerate() {
                    let number = run.run_number.to_string();
                    row("process", "wall_time", number, index + 1, *seconds, "s").map_err(unusable)?;
                }
            }
            for (function, values) in &mode.samples {
                let unit = if function == "peak_memory" { "B" } else { "s" };
                for (index, value) in values.iter().enumerate() {
                    row("criterion", function, String::new(), index + 1, *value, unit).map_err(unusable)?;
                }
            }
        }
    }
    finish(writer)
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::failed("report as CSV", Cause::Library(Box::new(error)))
}

fn finish(writer: csv::Writer<Vec<u8>>) -> Result<String> {
    let bytes = writer.into_inner().map_err(unusable)?;
    String::from_utf8(bytes).map_err(unusable)
}
