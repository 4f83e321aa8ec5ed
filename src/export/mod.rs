//! Figures in the shapes that other tools read. Each shape is one file here; what it cannot carry is left out, never zero.

mod bencher;
mod datadog;
mod github_action_benchmark;
mod openmetrics;
pub mod post;
#[cfg(test)]
mod tests;

use crate::error::Result;
use crate::machine::MachineKey;
use crate::record::timestamp::Timestamp;
use crate::report::mode::ModeReport;
use crate::report::model::{Report, ScenarioReport};
use crate::stats::Figure;
use xxhash_rust::xxh3::xxh3_64;

/// A shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Shape {
    /// Datadog's series, version 2 of its interface.
    Datadog,
    /// OpenMetrics 1.0 text, as Prometheus reads it.
    Openmetrics,
    /// Bencher Metric Format.
    Bencher,
    /// github-action-benchmark, custom smaller (or bigger) is better.
    GithubActionBenchmark,
}

/// What shapes may be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// github-action-benchmark: the figures of which more is better, instead of the others.
    pub bigger_is_better: bool,
    /// Datadog: host that the figures are of.
    pub host: Option<String>,
}

impl Shape {
    /// A report in this shape.
    ///
    /// # Errors
    /// When a figure cannot be written.
    pub fn render(self, report: &Report, options: &Options) -> Result<String> {
        let rows = rows(report);
        match self {
            Shape::Datadog => datadog::render(&rows, options.host.as_deref()),
            Shape::Openmetrics => Ok(openmetrics::render(&rows)),
            Shape::Bencher => bencher::render(&rows),
            Shape::GithubActionBenchmark => github_action_benchmark::render(&rows, options.bigger_is_better),
        }
    }

    /// Media type of a request's body.
    pub fn content_type(self) -> &'static str {
        match self {
            Shape::Openmetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            _ => "application/json",
        }
    }
}

/// One benchmark's figures.
struct Row<'a> {
    scenario: &'a str,
    mode: &'a str,
    /// Short digest of the machine key.
    machine: String,
    /// When it was measured, seconds since 1970.
    timestamp: Option<i64>,
    report: &'a ModeReport,
}

impl Row<'_> {
    fn id(&self) -> String {
        format!("{}/{}", self.scenario, self.mode)
    }

    /// The figures that every shape carries: name, unit, whether less is better, values.
    fn figures(&self) -> Vec<(&'static str, Unit, Figure)> {
        let all = [
            ("wall_time", Unit::Seconds, self.report.execution_time),
            ("first_run", Unit::Seconds, self.report.first_run_seconds),
            ("throughput", Unit::EventsPerSecond, self.report.events_per_second),
            ("peak_memory", Unit::Bytes, self.report.peak_memory_bytes),
        ];
        all.into_iter().filter_map(|(name, unit, figure)| Some((name, unit, figure?))).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Seconds,
    EventsPerSecond,
    Bytes,
}

fn rows(report: &Report) -> Vec<Row<'_>> {
    let of = |scenario: &'_ ScenarioReport| digest(&scenario.machine);
    report
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.modes.iter().map(move |mode| row(&scenario.name, mode, of(scenario))))
        .collect()
}

fn row<'a>(scenario: &'a str, report: &'a ModeReport, machine: String) -> Row<'a> {
    Row { scenario, mode: report.mode.name(), machine, timestamp: report.measured_at.map(Timestamp::as_second), report }
}

/// A short name for a machine key, the same wherever the key is.
fn digest(key: &MachineKey) -> String {
    let text = serde_json::to_string(key).unwrap_or_default();
    format!("{:08x}", xxh3_64(text.as_bytes()) >> 32)
}
