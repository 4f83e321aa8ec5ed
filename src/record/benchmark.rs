//! What was measured: the identity of a benchmark in every file that carries figures, and the context of Criterion's.

use crate::error::{Error, Result};
use crate::files::{read_json, write_json};
use crate::measure::machine::{Build, Machine};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Scenario of the scaling benchmarks. Their groups are `scaling-<head count>`; Criterion knows them as
/// `scaling/<mode>/<head count>`, and what is measured is always the wall time.
pub const SCALING: &str = "scaling";

/// What ran: everything that decides how much work one run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Name in benchmark ids: the scenario, with whatever is not the default.
    pub group: String,
    /// Scenario name.
    pub scenario: String,
    /// Mode name.
    pub mode: String,
    /// Seed of every draw.
    pub seed: u64,
    /// First simulated year.
    pub start_year: i32,
    /// Last simulated year.
    pub end_year: i32,
    /// People on 1 January of the start year.
    pub employees: usize,
    /// Digest of those people.
    pub census_fingerprint: String,
    /// Worker threads.
    pub threads: usize,
    /// Time that one run may take at the most, seconds, where somebody set one.
    pub target_time_seconds: Option<f64>,
}

impl Benchmark {
    /// `<group>/<mode>`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.group, self.mode)
    }

    /// The folder of its files below the criterion folder.
    pub fn folder(&self, criterion_folder: &Path) -> PathBuf {
        criterion_folder.join(self.criterion_group().replace('/', "_"))
    }

    /// Criterion's name of its group: a scaling benchmark has the head count behind the mode, and is one of a group.
    pub fn criterion_group(&self) -> String {
        let of_head_count = format!("{SCALING}-{}", self.employees);
        match self.group.strip_prefix(&of_head_count).filter(|_| self.scenario == SCALING) {
            Some(conditions) => format!("{SCALING}{conditions}/{}", self.mode),
            None => self.id(),
        }
    }

    /// What Criterion's function of that name measures, if the group and it are of this benchmark.
    pub fn measured(&self, criterion_group: &str, function: &str) -> Option<String> {
        let ours = criterion_group == self.criterion_group();
        match self.scenario.as_str() {
            SCALING => (ours && function == self.employees.to_string()).then(|| "wall_time".to_owned()),
            _ => ours.then(|| function.to_owned()),
        }
    }

    /// Employees times years: the size of the work, apart from its mix.
    pub fn person_years(&self) -> f64 {
        self.employees as f64 * f64::from(self.end_year - self.start_year + 1)
    }

    /// The same work, whoever set which target for it.
    pub fn same_work(&self, other: &Self) -> bool {
        Self { target_time_seconds: None, ..self.clone() } == Self { target_time_seconds: None, ..other.clone() }
    }
}

/// Version of [`Context`]'s format.
const FORMAT_VERSION: u32 = 1;

/// What Criterion's own files do not say about a measurement: what ran, where, and built how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Version of this format.
    pub format_version: u32,
    /// The process that measured; its run records have the same.
    pub session: String,
    /// What ran.
    pub benchmark: Benchmark,
    /// Events of one run.
    pub events: u64,
    /// Test hook that was active, if any (`docs/measuring.md`, "Padding").
    pub padding: Option<String>,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
}

impl Context {
    /// A context of this session.
    pub fn new(session: &str, benchmark: Benchmark, events: u64, padding: Option<String>, machine: Machine) -> Self {
        let session = session.to_owned();
        Self { format_version: FORMAT_VERSION, session, benchmark, events, padding, machine, build: Build::current() }
    }

    /// The file of a function's context: `baseline` is `new` for the latest measurement, or a saved baseline's name.
    pub fn path(group_folder: &Path, baseline: &str, function: &str) -> PathBuf {
        group_folder.join("context").join(baseline).join(format!("{function}.json"))
    }

    /// Writes it, whole or not at all.
    ///
    /// # Errors
    /// Names the file.
    pub fn write(&self, group_folder: &Path, baseline: &str, function: &str) -> Result<()> {
        write_json(&Self::path(group_folder, baseline, function), self)
    }

    /// Reads it; `None` if there is none.
    ///
    /// # Errors
    /// Names a file that is cut off, foreign or of another format.
    pub fn read(group_folder: &Path, baseline: &str, function: &str) -> Result<Option<Self>> {
        let file = Self::path(group_folder, baseline, function);
        if !file.is_file() {
            return Ok(None);
        }
        let context: Self = read_json(&file, "context of a measurement")?;
        if context.format_version != FORMAT_VERSION {
            return Err(Error::file(
                &file,
                format!(
                    "context format {}, this program reads {FORMAT_VERSION}; measure again",
                    context.format_version
                ),
            ));
        }
        Ok(Some(context))
    }
}
