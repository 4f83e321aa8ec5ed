//! What was measured: the identity of a benchmark in every file that carries figures, and the context of Criterion's.

use super::names::check_part;
use super::own_engine::OwnEngine;
use crate::engine::Mode;
use crate::error::Result;
use crate::events::fingerprint::Fingerprint;
use crate::files::{read_versioned, write_json};
use crate::machine::{Build, Machine};
use crate::scenario::SCALING;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What ran: everything that decides how much work one run is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Name in benchmark ids: the scenario, with whatever is not the default.
    pub group: String,
    /// Scenario name.
    pub scenario: String,
    /// Mode.
    pub mode: Mode,
    /// Seed of every draw.
    pub seed: u64,
    /// First simulated year.
    pub start_year: i32,
    /// Last simulated year.
    pub end_year: i32,
    /// People on 1 January of the start year.
    pub employees: usize,
    /// Digest of those people.
    pub census_fingerprint: Fingerprint,
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

    /// The folder in which its files are written, below the criterion folder; the same as Criterion's, which holds as long
    /// as names are no longer than [`group_name`] makes them. Who reads takes folders as they are found.
    pub fn folder(&self, criterion_folder: &Path) -> PathBuf {
        criterion_folder.join(self.criterion_group().replace('/', "_"))
    }

    /// Refuses names that are not such as this program writes: they become parts of paths.
    ///
    /// # Errors
    /// Names `file`, which they come from, and the field.
    pub fn check(&self, file: &Path) -> Result<()> {
        check_part(file, "group", &self.group)?;
        check_part(file, "scenario", &self.scenario)
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
}

/// Bytes at which Criterion cuts the names of its folders. Two benchmarks whose names differ only behind that would meet
/// in one folder.
const CRITERION_CUTS_AT: usize = 64;
/// Longest name of a group, bytes: with a slash and the longest name of a mode it is not cut.
pub(crate) const LONGEST_GROUP: usize = CRITERION_CUTS_AT - "/reference".len();

/// The name of a group: as it is, or where that is too long its beginning and a digest of the whole.
pub fn group_name(whole: &str) -> String {
    shortened(whole, LONGEST_GROUP)
}

/// A text of at most so many bytes, ASCII as all names are: where it is longer, its beginning and a digest of the whole.
pub(crate) fn shortened(whole: &str, longest: usize) -> String {
    if whole.len() <= longest {
        return whole.to_owned();
    }
    let digest = format!("{:016x}", xxhash_rust::xxh3::xxh3_64(whole.as_bytes()));
    let beginning: String = whole.chars().take(longest - digest.len() - 1).collect();
    format!("{}-{digest}", beginning.trim_end_matches('-'))
}

/// Version of [`MeasuredContext`]'s format.
const FORMAT_VERSION: u32 = 1;

/// What Criterion's own files do not say about a measurement: what ran, where, and built how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredContext {
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
    /// The engine, where it is not built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<OwnEngine>,
    /// The machine.
    pub machine: Machine,
    /// The build.
    pub build: Build,
}

impl MeasuredContext {
    /// A context of this session.
    pub fn new(session: &str, benchmark: Benchmark, events: u64, padding: Option<String>, machine: Machine) -> Self {
        let session = session.to_owned();
        let (engine, build) = (None, Build::current());
        Self { format_version: FORMAT_VERSION, session, benchmark, events, padding, engine, machine, build }
    }

    /// The file of a function's context, by the name of the function's folder: `baseline` is `new` for the latest
    /// measurement, or a saved baseline's name.
    fn path(group_folder: &Path, baseline: &str, function: &str) -> PathBuf {
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
        let context: Self =
            read_versioned(&file, "context of a measurement", FORMAT_VERSION..=FORMAT_VERSION, "measure again")?;
        context.benchmark.check(&file)?;
        check_part(&file, "session", &context.session)?;
        Ok(Some(context))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_benchmarks_meet_where_criterion_cuts_names() {
        let conditions = crate::settings::session::conditions(u64::MAX, 1_000);
        let long = format!("{}-5000000x2025-2124-0123abcd{conditions}", "abcdefghijklmnopqrstuvwx");
        let names: Vec<String> =
            [long.clone(), format!("{long}1"), long.replace("2124", "2123")].map(|n| group_name(&n)).into();
        for name in &names {
            assert!(name.starts_with("abcdefghijklmnopqrstuvwx-5000000x2025"), "{name}");
            for mode in Mode::BUILT_IN {
                assert!(format!("{name}/{}", mode.name()).len() <= CRITERION_CUTS_AT, "{name}");
            }
        }
        assert!(names[0] != names[1] && names[0] != names[2]);
        assert_eq!(group_name("5kx5-seed7-threads1"), "5kx5-seed7-threads1");
    }
}
