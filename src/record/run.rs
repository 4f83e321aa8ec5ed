//! The run record: everything known about one observed run, one JSON file each.

use super::benchmark::Benchmark;
use super::key::Key;
use super::metric::MetricValue;
use super::names::numbered;
pub use super::own_engine::OwnEngine;
use super::timestamp::Timestamp;
use crate::error::Error;
use crate::events::fingerprint::Fingerprint;
use crate::machine::{Build, Machine, MemoryMethod};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Version of the record's format.
pub const FORMAT_VERSION: u32 = 3;
/// Folder of the records beside Criterion's own files of a benchmark group.
pub const FOLDER: &str = "runs";

/// Whether a run's output was what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parity {
    /// The same rows as the reference engine, bit for bit.
    Identical,
    /// Other rows.
    Different,
    /// The run failed before there was an output.
    Unchecked,
    /// The engine follows rules of its own, so there is nothing that its rows could be held against.
    OtherRules,
}

/// One observed run of one engine in a process of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// Version of this format.
    pub format_version: u32,
    /// The bench process that ordered the run: records of one session share it.
    pub session: String,
    /// Number of the session: a later one has a higher one, whatever clocks say.
    pub sequence: u64,
    /// Number of the run within its session and benchmark, from 1.
    pub run_number: u32,
    /// Runs that the session was to do of this benchmark, where that was known.
    pub planned_runs: Option<u32>,
    /// Whether the modes took turns: then runs of the same number in a session are a round, and make a pair.
    pub interleaved: bool,
    /// When the run started, UTC.
    pub started_at: Timestamp,
    /// What ran.
    pub benchmark: Benchmark,
    /// Test hook that was active, if any (`docs/measuring.md`, "Padding").
    pub padding: Option<String>,
    /// Whether the run succeeded with the right output.
    pub success: bool,
    /// What went wrong, if it did not.
    pub error: Option<String>,
    /// Whether the process was ended by a signal of somebody else, or could not be started: then its failure says nothing
    /// about the engine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended_from_outside: bool,
    /// Number of the run that was done in its stead. It then is in no figure, and no failure of the benchmark; its own
    /// number is after those of the session's rounds, where there are rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<u32>,
    /// Output against the reference's.
    pub parity: Parity,
    /// The engine, where it is not built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<OwnEngine>,
    /// What was measured; absent for a run that failed.
    pub observation: Option<Observation>,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
}

/// The figures of one run. Times are wall seconds unless they say CPU; what could not be observed is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observation {
    /// Generation: from the loaded census to all events in the engine's memory, first run of the process. Absent of an engine
    /// that is run once, which has a whole run and nothing else.
    pub wall_seconds: Option<f64>,
    /// Start to end of an engine that is run once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub whole_seconds: Option<f64>,
    /// Generation again in the same process, once per later run; empty if it ran once.
    pub warm_wall_seconds: Vec<f64>,
    /// CPU time of generation (of the whole run, where that is all there is), user and system, all threads and processes.
    pub cpu_seconds: Option<f64>,
    /// `cpu_seconds` over its wall time; 1.0 = one CPU busy throughout.
    pub cpu_utilisation_mean: Option<f64>,
    /// Highest utilisation over a window of at least 40 ms; absent if generation was shorter.
    pub cpu_utilisation_peak: Option<f64>,
    /// Highest resident set size of the process, or of the engine's processes together, from its start to the end of
    /// generation, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// How memory was measured, where it is not this process' own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_method: Option<MemoryMethod>,
    /// Resident set size of the process before it did anything, bytes.
    pub idle_memory_bytes: Option<u64>,
    /// Mean resident set size during generation, bytes.
    pub mean_memory_bytes: Option<f64>,
    /// Bytes read from storage from start to end of the process' work, writing Parquet included.
    pub disk_read_bytes: Option<u64>,
    /// Bytes written to storage, likewise.
    pub disk_written_bytes: Option<u64>,
    /// Where the time went.
    pub phases: Phases,
    /// Events of all years.
    pub events: u64,
    /// Events by `event_type`.
    pub events_by_type: BTreeMap<String, u64>,
    /// Digest of all events; absent where the engine follows rules of its own.
    pub fingerprint: Option<Fingerprint>,
    /// Wall seconds by step, as the engine tells them, of the first run.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub step_seconds: BTreeMap<String, f64>,
    /// Metrics added to the suite.
    pub metrics: Vec<MetricValue>,
}

/// Wall seconds of the phases of a run; what an engine does not do, or does not tell apart, is absent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phases {
    /// Making or reading the census; the same work for every engine.
    pub census_read: Option<f64>,
    /// Starting the engine; of one that is not built in with loading its census.
    pub engine_start: Option<f64>,
    /// Loading the census into the engine.
    pub census_load: Option<f64>,
    /// Generating each year's events, in order.
    pub years: Vec<f64>,
    /// Writing Parquet.
    pub persist: Option<f64>,
    /// Freeing events and engine, or the end of its processes.
    pub cleanup: Option<f64>,
}

impl Observation {
    /// Peak memory above the idle process, bytes.
    pub fn peak_above_idle_bytes(&self) -> Option<u64> {
        Some(self.peak_memory_bytes?.saturating_sub(self.idle_memory_bytes?))
    }

    /// A batch job's time, seconds: reading the census, engine start, census loading, generation (first run) and writing
    /// Parquet.
    pub fn batch_seconds(&self) -> Option<f64> {
        let phases = &self.phases;
        // Absent where another program reads its census: that time is then in its start.
        let census = phases.census_read.unwrap_or(0.0) + phases.census_load.unwrap_or(0.0);
        self.whole_seconds.or_else(|| Some(census + phases.engine_start? + self.wall_seconds? + phases.persist?))
    }
}

impl RunRecord {
    /// What may be held against it.
    pub fn key(&self) -> Key {
        Key::new(&self.benchmark, &self.machine.key)
    }

    /// The round that it is of, if modes took turns: equal ones make a pair.
    pub fn round(&self) -> Option<(&str, u32)> {
        self.interleaved.then_some((&self.session, self.run_number))
    }

    /// Whether it failed, and no other run was done in its stead.
    pub fn has_failed(&self) -> bool {
        !self.success && self.replaced_by.is_none()
    }

    /// The error of this run's failure: of parity if it gave other rows.
    pub fn failure(&self, what: &str) -> Error {
        let what = format!("{} run {}: {what}", self.benchmark.id(), self.run_number);
        Error::Runs { what, differs: self.parity == Parity::Different }
    }

    /// The name of this record's file: no other benchmark's session has the same.
    pub(crate) fn file_name(&self) -> String {
        format!("{}-{:04}.json", numbered(self.sequence, &self.session), self.run_number)
    }

    /// The file of this record within a benchmark group's folder.
    pub fn path(&self, group_folder: &Path) -> PathBuf {
        group_folder.join(FOLDER).join(self.file_name())
    }
}
