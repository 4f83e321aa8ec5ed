//! What every shape carries: a row a benchmark.

use crate::machine::MachineKey;
use crate::record::timestamp::Timestamp;
use crate::report::model::{Report, ReportRow, ScenarioReport};
use crate::stats::Figure;
use xxhash_rust::xxh3::xxh3_64;

/// One benchmark's figures.
pub(super) struct Row<'a> {
    pub(super) scenario: &'a str,
    pub(super) mode: &'a str,
    /// Short digest of the machine key.
    pub(super) machine: String,
    /// When it was measured, seconds since 1970.
    pub(super) timestamp: Option<i64>,
    report: &'a ReportRow,
}

impl Row<'_> {
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.scenario, self.mode)
    }

    /// The figures that every shape carries: name, unit, whether less is better, values.
    pub(super) fn figures(&self) -> Vec<(&'static str, Unit, Figure)> {
        let all = [
            ("wall_time", Unit::Seconds, self.report.execution_time),
            ("first_run", Unit::Seconds, self.report.first_run_seconds),
            // Of an engine that is run once, which has no other time.
            ("whole_run", Unit::Seconds, self.report.batch_seconds.filter(|_| self.report.execution_time.is_none())),
            ("throughput", Unit::EventsPerSecond, self.report.events_per_second),
            ("peak_memory", Unit::Bytes, self.report.peak_memory_bytes),
        ];
        all.into_iter().filter_map(|(name, unit, figure)| Some((name, unit, figure?))).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Seconds,
    EventsPerSecond,
    Bytes,
}

/// The rows of a report.
pub(super) fn rows(report: &Report) -> Vec<Row<'_>> {
    let of = |scenario: &'_ ScenarioReport| digest(&scenario.machine);
    report
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.rows().map(move |mode| row(&scenario.name, mode, of(scenario))))
        .collect()
}

fn row<'a>(scenario: &'a str, report: &'a ReportRow, machine: String) -> Row<'a> {
    Row { scenario, mode: report.mode.name(), machine, timestamp: report.measured_at.map(Timestamp::as_second), report }
}

/// A short name for a machine key, the same wherever the key is.
fn digest(key: &MachineKey) -> String {
    let text = serde_json::to_string(key).unwrap_or_default();
    format!("{:08x}", xxh3_64(text.as_bytes()) >> 32)
}
