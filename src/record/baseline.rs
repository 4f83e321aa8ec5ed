//! Baseline files: `target-baselines/<group>_<mode>.json`, figures that later runs are held against.

use super::benchmark::Benchmark;
use super::key::Key;
use super::metric::Gated;
use super::names::check_part;
use super::run::{OwnEngine, RunRecord};
use super::timestamp::Timestamp;
use crate::engine::Mode;
use crate::error::{Error, Flaw, Input, Result};
use crate::events::fingerprint::Fingerprint;
use crate::files::{read_versioned, write_json};
use crate::machine::{Build, Machine};
use crate::stats::{CONFIDENCE, Interval, geometric_mean, geometric_mean_interval, mean};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Version of the format. Version 1, without `sequence`, is read all the same: a history is not to be measured again.
const FORMAT_VERSION: u32 = 2;
const FIRST_READ: u32 = 1;
/// The baseline that lies in the folder itself; others have a folder of their name in it.
pub const DEFAULT_NAME: &str = "main";
/// Folder of the baselines where none is named.
pub const DEFAULT_FOLDER: &str = "target-baselines";
/// Bytes of the `mb` in names: a megabyte, not a mebibyte.
pub const BYTES_PER_MB: f64 = 1e6;

/// One benchmark's figures, one value per fresh process, and what they were taken on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Version of this format.
    pub format_version: u32,
    /// Scenario name.
    pub scenario_name: String,
    /// Mode.
    pub mode: Mode,
    /// Geometric mean of `samples.execution_time_seconds`, or of `samples.whole_run_seconds` where there is nothing else.
    pub baseline_execution_time: f64,
    /// Geometric mean of events per second; zero without events.
    pub baseline_events_per_second: f64,
    /// Geometric mean of peak memory, megabytes; absent where the platform does not tell.
    pub baseline_memory_mb: Option<f64>,
    /// Mean CPU utilisation of the first run, percent of one CPU; absent where the platform does not tell.
    pub baseline_cpu_percent: Option<f64>,
    /// When the session started, UTC.
    pub timestamp: Timestamp,
    /// Commit that was built.
    pub git_commit: Option<String>,
    /// Number of the CI run.
    pub build_number: Option<String>,
    /// Name of the baseline.
    pub baseline_name: String,
    /// Session that measured it.
    pub session: String,
    /// Number of the entry in its history: a later one has a higher one, whatever clocks say. Absent in a baseline, and
    /// in entries from before they were numbered.
    #[serde(default)]
    pub sequence: Option<u64>,
    /// What ran.
    pub benchmark: Benchmark,
    /// Events of one run.
    pub events: u64,
    /// Digest of the events; absent where the engine follows rules of its own.
    pub fingerprint: Option<Fingerprint>,
    /// The figures, one per process, in order.
    pub samples: Samples,
    /// 95 % intervals of their geometric means (t on logarithms).
    pub intervals: Intervals,
    /// The engine, where it is not built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<OwnEngine>,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
}

/// One value per process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// Median wall time of the later runs of a process, seconds.
    pub execution_time_seconds: Vec<f64>,
    /// Wall time of the first run of a process, seconds.
    pub first_run_seconds: Vec<f64>,
    /// Whole run of a process, seconds; kept of an engine that is run once, which has nothing else.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub whole_run_seconds: Vec<f64>,
    /// Peak resident memory, bytes; empty where the platform does not tell.
    pub peak_memory_bytes: Vec<f64>,
    /// CPU utilisation of the first run, percent of one CPU.
    pub cpu_percent: Vec<f64>,
}

/// 95 % intervals of geometric means, t on logarithms; absent for fewer than two values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intervals {
    /// Of execution time, seconds.
    pub execution_time_seconds: Option<Interval>,
    /// Of peak memory, bytes.
    pub peak_memory_bytes: Option<Interval>,
}

impl Samples {
    /// The figures of successful runs.
    pub fn of(records: &[&RunRecord]) -> Self {
        let seen = || records.iter().filter(|record| record.success).filter_map(|record| record.observation.as_ref());
        Self {
            execution_time_seconds: seen().filter_map(|o| crate::stats::median(&o.warm_wall_seconds)).collect(),
            first_run_seconds: seen().filter_map(|o| o.wall_seconds).collect(),
            whole_run_seconds: seen().filter_map(|o| o.whole_seconds).collect(),
            peak_memory_bytes: seen().filter_map(|o| o.peak_memory_bytes).map(|bytes| bytes as f64).collect(),
            cpu_percent: seen().filter_map(|o| Some(100.0 * o.cpu_utilisation_mean?)).collect(),
        }
    }

    /// The times that are held against earlier ones: execution times, or the whole runs of an engine that is run once.
    pub fn time(&self) -> &[f64] {
        if self.whole_run_seconds.is_empty() { &self.execution_time_seconds } else { &self.whole_run_seconds }
    }

    /// The values of a gated figure; throughput is events over [`Samples::time`].
    pub fn gated(&self, figure: Gated, events: u64) -> Vec<f64> {
        match figure {
            Gated::ExecutionTime => self.time().to_vec(),
            Gated::Throughput => self.time().iter().map(|seconds| events as f64 / seconds).collect(),
            Gated::PeakMemory => self.peak_memory_bytes.clone(),
        }
    }
}

/// Records of a benchmark that make neither a baseline nor an entry of a history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {why}")]
pub struct Unusable {
    /// `<group>/<mode>`.
    pub id: String,
    /// Why.
    pub why: Why,
}

/// Why records make neither a baseline nor an entry of a history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// A run failed.
    #[error("run {run} failed: {error}")]
    Failed {
        /// Its number.
        run: u32,
        /// What went wrong.
        error: String,
    },
    /// Slowed down on purpose.
    #[error("the runs were padded on purpose ({0})")]
    Padded(String),
    /// No spread.
    #[error("it takes two or more processes that ran more than once; measure with `planbench run --runs 10`")]
    TooFew,
    /// A time of zero.
    #[error("a run took no time at all")]
    NoTime,
}

impl Baseline {
    /// The baseline that a session's records of one benchmark make.
    ///
    /// # Errors
    /// When a run failed or was padded, or there are too few for an interval.
    pub fn from_records(name: &str, benchmark: &Benchmark, records: &[&RunRecord]) -> Result<Self, Unusable> {
        let records: Vec<&RunRecord> = records.iter().copied().filter(|record| record.replaced_by.is_none()).collect();
        let too_few = || Unusable { id: benchmark.id(), why: Why::TooFew };
        let first = records.first().ok_or_else(too_few)?;
        if let Some(failed) = records.iter().find(|record| !record.success) {
            let error = failed.error.clone().unwrap_or_else(|| "no output".to_owned());
            let why = Why::Failed { run: failed.run_number, error };
            return Err(Unusable { id: benchmark.id(), why });
        }
        if let Some(padding) = records.iter().find_map(|record| record.padding.clone()) {
            return Err(Unusable { id: benchmark.id(), why: Why::Padded(padding) });
        }
        let samples = Samples::of(&records);
        let observation = first.observation.as_ref().filter(|_| samples.time().len() >= 2);
        let observation = observation.ok_or_else(too_few)?;
        let too_short = || Unusable { id: benchmark.id(), why: Why::NoTime };
        let time = geometric_mean(samples.time()).ok_or_else(too_short)?;
        let interval = |values: &[f64]| geometric_mean_interval(values, CONFIDENCE)?.interval;
        Ok(Self {
            format_version: FORMAT_VERSION,
            scenario_name: first.benchmark.scenario.clone(),
            mode: first.benchmark.mode,
            baseline_execution_time: time,
            baseline_events_per_second: observation.events as f64 / time,
            baseline_memory_mb: geometric_mean(&samples.peak_memory_bytes).map(|bytes| bytes / BYTES_PER_MB),
            baseline_cpu_percent: mean(&samples.cpu_percent),
            timestamp: first.started_at,
            git_commit: first.build.git_commit.clone(),
            build_number: first.build.build_number.clone(),
            baseline_name: name.to_owned(),
            session: first.session.clone(),
            sequence: None,
            benchmark: first.benchmark.clone(),
            events: observation.events,
            fingerprint: observation.fingerprint,
            intervals: Intervals {
                execution_time_seconds: interval(samples.time()),
                peak_memory_bytes: interval(&samples.peak_memory_bytes),
            },
            samples,
            engine: first.engine.clone(),
            machine: first.machine.clone(),
            build: first.build.clone(),
        })
    }

    /// What may be held against it.
    pub fn key(&self) -> Key {
        Key::new(&self.benchmark, &self.machine.key)
    }

    /// Where the baseline of a name and benchmark lies below the baseline folder.
    pub fn path(folder: &Path, name: &str, benchmark: &Benchmark) -> PathBuf {
        let file = format!("{}_{}.json", benchmark.group, benchmark.mode);
        if name == DEFAULT_NAME { folder.join(file) } else { folder.join(name).join(file) }
    }

    /// Writes it, whole or not at all; the file.
    ///
    /// # Errors
    /// Names the file, or the name that cannot be one.
    pub fn write(&self, folder: &Path) -> Result<PathBuf> {
        check_name(&self.baseline_name)?;
        let file = Self::path(folder, &self.baseline_name, &self.benchmark);
        write_json(&file, self)?;
        Ok(file)
    }

    /// Reads a file of this format.
    ///
    /// # Errors
    /// Names the file when it is cut off, foreign or of another format.
    pub fn read_file(file: &Path) -> Result<Self> {
        Self::read_as(file, "baseline", "run `planbench baseline-update`")
    }

    /// Reads an entry of a history, which has the same format.
    ///
    /// # Errors
    /// As [`Baseline::read_file`].
    pub fn read_entry(file: &Path) -> Result<Self> {
        Self::read_as(file, "history entry", "move it away")
    }

    fn read_as(file: &Path, what: &str, remedy: &str) -> Result<Self> {
        let of_version = format!("{remedy}, or use the version that wrote it");
        let baseline: Self = read_versioned(file, what, FIRST_READ..=FORMAT_VERSION, &of_version)?;
        baseline.benchmark.check(file)?;
        check_part(file, "session", &baseline.session)?;
        check_part(file, "baseline_name", &baseline.baseline_name)?;
        let sound = |values: &[f64]| values.iter().all(|value| value.is_finite() && *value > 0.0);
        let times = baseline.samples.time();
        let same = baseline.scenario_name == baseline.benchmark.scenario && baseline.mode == baseline.benchmark.mode;
        if times.is_empty() || !sound(times) || !sound(&baseline.samples.peak_memory_bytes) || !same {
            return Err(Error::file(file, Flaw::Contradiction { remedy: remedy.to_owned() }));
        }
        Ok(baseline)
    }

    /// Reads the baseline of a name and benchmark; `None` if there is none.
    ///
    /// # Errors
    /// Names a file that is cut off, foreign, of another format, or of another benchmark than its name says.
    pub fn read(folder: &Path, name: &str, benchmark: &Benchmark) -> Result<Option<Self>> {
        check_name(name)?;
        let file = Self::path(folder, name, benchmark);
        if !file.is_file() {
            return Ok(None);
        }
        let baseline = Self::read_file(&file)?;
        if baseline.benchmark.id() != benchmark.id() {
            let (found, expected) = (baseline.benchmark.id(), benchmark.id());
            return Err(Error::file(&file, Flaw::OtherBaseline { found, expected }));
        }
        Ok(Some(baseline))
    }
}

/// Refuses names that cannot be one folder, or that Criterion uses itself.
///
/// # Errors
/// Says what is allowed.
pub fn check_name(name: &str) -> Result<()> {
    let usable = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if name.is_empty() || name.len() > 40 || name.starts_with('.') || !name.chars().all(usable) {
        let wanted = "up to 40 letters, digits, hyphens, underscores and dots, a dot not first".into();
        return Err(Input::Unusable { given: format!("baseline name `{name}`"), wanted }.into());
    }
    // Some systems do not tell capital letters from small ones.
    if ["new", "base", "change", "report", "runs", "context", "profile"].contains(&name.to_ascii_lowercase().as_str()) {
        let by = " by Criterion or by this program";
        return Err(Input::TakenName { what: "baseline", given: name.to_owned(), by }.into());
    }
    Ok(())
}
