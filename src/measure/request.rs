//! What a fresh process is asked, and what it answers.

use crate::census::CensusFormat;
use crate::engine::external::Spec;
use crate::engine::{EngineOptions, Mode};
use crate::events::fingerprint::Fingerprint;
use crate::record::run::Observation;
use crate::rules::run::RunSpec;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Beginning of the names of the folders in which processes write their Parquet files; who is alive holds a lock on its own.
pub(crate) const SCRATCH: &str = ".scratch-";

/// Who is simulated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum People {
    /// A synthetic census of so many.
    Synthetic(usize),
    /// A census file.
    File(FileOfPeople),
}

/// A census file that was read before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileOfPeople {
    /// Where it is.
    #[serde(with = "crate::files::paths")]
    pub path: PathBuf,
    /// As it was given, for messages.
    #[serde(with = "crate::files::paths")]
    pub given: PathBuf,
    /// How it is read.
    pub format: CensusFormat,
    /// Digest of the people that were read from it.
    pub fingerprint: Fingerprint,
}

/// What a fresh process is asked to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Request {
    /// One run of one engine.
    Run(Box<RunRequest>),
    /// Allocate and touch so many bytes: proves that the peak is measured right.
    Allocate(usize),
}

/// One run of one engine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRequest {
    /// By which engine.
    pub mode: Mode,
    /// What.
    pub run: RunSpec,
    /// Who.
    pub people: People,
    /// Worker threads.
    pub threads: usize,
    /// Folder in which Parquet files are written and removed again.
    #[serde(with = "crate::files::paths")]
    pub scratch: PathBuf,
    /// Runs after the first.
    pub warm: Warm,
    /// The engine, where the mode is not built in.
    pub engine: Option<Spec>,
}

/// What a process tells of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    /// The figures.
    pub observation: Observation,
    /// Versions that the engine told, by name.
    pub versions: BTreeMap<String, String>,
}

/// Runs after the first in the same process: until both are reached, or they have taken so long that they are many in one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Warm {
    /// At least so many runs.
    pub runs: usize,
    /// At least so long, seconds.
    pub seconds: f64,
    /// No further one after so long, seconds.
    pub most_seconds: f64,
}

impl Warm {
    /// None.
    pub const NONE: Self = Self { runs: 0, seconds: 0.0, most_seconds: 0.0 };
    /// Enough that their median says what a run costs in this process: most of what differs between observations then
    /// differs between processes.
    pub const MEDIAN: Self = Self { runs: 5, seconds: 0.1, most_seconds: 60.0 };
}

/// What a process that allocated tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allocated {
    /// Peak resident set size, bytes.
    pub peak_memory_bytes: Option<u64>,
    /// Resident set size at the start, bytes.
    pub idle_memory_bytes: Option<u64>,
}

impl RunRequest {
    /// The request for a run of `mode`.
    pub fn new(run: &RunSpec, people: People, mode: Mode, options: &EngineOptions, scratch: &Path, warm: Warm) -> Self {
        let engine = options.engines.spec(mode).ok().cloned();
        let (threads, scratch) = (options.threads, scratch.to_path_buf());
        Self { mode, run: run.clone(), people, threads, scratch, warm, engine }
    }
}
