//! What a session runs, with which resources, and where its results go.

use crate::census::census_fingerprint;
use crate::census::{self, CensusFile, LoadedCensus};
use crate::engine::{EngineOptions, Mode};
use crate::error::Result;
use crate::machine::Machine;
use crate::machine::available_threads;
use crate::record::benchmark::{Benchmark, LONGEST_GROUP, shortened};
use crate::rules::run::RunSpec;
use crate::scenario::{DEFAULT_SEED, Golden};
use crate::settings::choices::path_variable;
use std::path::{Path, PathBuf};

/// One scenario to run, named or custom.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Scenario name.
    pub name: String,
    /// Name in benchmark ids: the scenario's, with whatever is not the default, so that figures of different work are
    /// never compared.
    pub group: String,
    /// What is simulated.
    pub run: RunSpec,
    /// Employees on 1 January of the start year.
    pub employee_count: usize,
    /// What the run must give, where that is known.
    pub golden: Option<Golden>,
    /// Time that one run may take at the most, seconds.
    pub target_time_seconds: Option<f64>,
    /// The file of the people, where they are not synthetic.
    pub census_file: Option<CensusFile>,
    pub(crate) census: Option<LoadedCensus>,
}

impl Selection {
    /// The people of the run.
    pub fn census(&self) -> LoadedCensus {
        self.census.clone().unwrap_or_else(|| census::synthetic(self.employee_count, &self.run))
    }

    /// The identity of this run under a mode.
    pub fn benchmark(&self, mode: Mode, threads: usize) -> Benchmark {
        Benchmark {
            group: self.group.clone(),
            scenario: self.name.clone(),
            mode,
            seed: self.run.seed,
            start_year: self.run.start_year,
            end_year: self.run.end_year,
            employees: self.employee_count,
            census_fingerprint: census_fingerprint(&self.census().census),
            threads,
            target_time_seconds: self.target_time_seconds,
        }
    }
}

/// Everything that is the same for a whole session.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What is run.
    pub selections: Vec<Selection>,
    /// By which engines.
    pub modes: Vec<Mode>,
    /// With which resources.
    pub options: EngineOptions,
    /// Where results go.
    pub folders: Folders,
    /// Names the records of this session, and is no other session's.
    pub session: String,
    /// The machine before the session put load on it.
    pub machine: Machine,
    /// Whether this is a measurement, which leaves records, rather than a trial or a profile.
    pub records: bool,
}

impl Settings {
    /// Gives every census file a private copy, for who reads it again and again without looking whether it changed.
    ///
    /// # Errors
    /// When there is no room for it, or the file was changed after its people were looked at.
    pub fn keep_people(&mut self) -> Result<()> {
        for selection in &mut self.selections {
            let (Some(file), Some(loaded)) = (&selection.census_file, &selection.census) else { continue };
            let copy = file.copied()?;
            let expected = census_fingerprint(&loaded.census);
            census::check_same(copy.given(), &copy.load(&selection.run, false)?, expected)?;
            selection.census_file = Some(copy);
        }
        Ok(())
    }
}

/// Longest that [`conditions`] may be, bytes, so that the name of the largest scaling benchmark needs no shortening: its
/// parts have places of their own in Criterion's name.
const LONGEST_CONDITIONS: usize = LONGEST_GROUP - "scaling-1000000".len();

/// Whatever is not the default, as it stands in the names of benchmarks.
pub fn conditions(seed: u64, threads: usize) -> String {
    let mut conditions = String::new();
    if seed != DEFAULT_SEED {
        conditions.push_str(&format!("-seed{seed}"));
    }
    if threads != available_threads() {
        conditions.push_str(&format!("-threads{threads}"));
    }
    shortened(&conditions, LONGEST_CONDITIONS)
}

/// Where results are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// Criterion's files and the run records.
    pub criterion: PathBuf,
    /// Reports.
    pub reports: PathBuf,
}

impl Folders {
    /// Below `output_dir` if there is one, else `CRITERION_HOME`, else where Criterion puts its files under cargo: in the
    /// target folder, which lies in `project` unless `CARGO_TARGET_DIR` says where.
    pub fn new(output_dir: Option<&Path>, project: &Path) -> Self {
        if let Some(folder) = output_dir {
            return Self { criterion: folder.join("criterion"), reports: folder.join("reports") };
        }
        let target = path_variable("CARGO_TARGET_DIR").unwrap_or_else(|| project.join("target"));
        let criterion = path_variable("CRITERION_HOME").unwrap_or_else(|| target.join("criterion"));
        Self { criterion, reports: target.join("reports") }
    }
}
