//! The three engines behind one interface. None generates with another's help (the reference uses Polars' writer for
//! Parquet, and nothing else of it); all follow `docs/event-rules.md`.

pub mod event_table;
pub mod memory_limit;
pub mod padding;
pub mod polars;
pub mod reference;
pub(crate) mod resources;
pub mod sql;

use crate::census::Census;
use crate::error::{Error, Result};
use crate::scenario::RunSpec;
use event_table::EventTable;
use memory_limit::MemoryLimit;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How events are generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Set-based SQL in DuckDB.
    Sql,
    /// Lazy expressions in Polars.
    Polars,
    /// Plain Rust, employee by employee: the oracle and the floor.
    Reference,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Mode; 3] = [Mode::Sql, Mode::Polars, Mode::Reference];

    /// Name on command lines, in benchmark ids and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Mode::Sql => "sql",
            Mode::Polars => "polars",
            Mode::Reference => "reference",
        }
    }

    /// The mode of that name.
    ///
    /// # Errors
    /// Lists the known names.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name).ok_or_else(|| {
            let known = Self::ALL.map(Mode::name).join(", ");
            Error::Config(format!("unknown mode `{name}`; known: {known}"))
        })
    }
}

/// Resources of an engine; none of them changes an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineOptions {
    /// Worker threads, the same for every engine of a comparison.
    pub threads: usize,
    /// DuckDB's memory limit; SQL only.
    pub memory_limit: Option<MemoryLimit>,
    /// A DuckDB database file to work in instead of memory; SQL only.
    pub database: Option<PathBuf>,
    /// The folder in which DuckDB may put what it cannot hold in memory, removed afterwards; SQL only. Without it that of
    /// temporary files (`TMPDIR`).
    pub spill_parent: Option<PathBuf>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { threads: available_threads(), memory_limit: None, database: None, spill_parent: None }
    }
}

/// Most worker threads of an engine: more would only exhaust the machine.
const MAX_THREADS: usize = 1_024;

impl EngineOptions {
    /// Refuses numbers of threads that no engine should be started with.
    ///
    /// # Errors
    /// Says what is allowed.
    pub fn check_threads(&self) -> Result<()> {
        if (1..=MAX_THREADS).contains(&self.threads) {
            return Ok(());
        }
        Err(Error::Config(format!("{} threads: give 1 to {MAX_THREADS}", self.threads)))
    }

    /// Refuses what a mode does not have.
    ///
    /// # Errors
    /// Says which mode has it.
    pub fn check_mode(&self, mode: Mode) -> Result<()> {
        if mode != Mode::Sql && (self.database.is_some() || self.memory_limit.is_some()) {
            return Err(Error::Config(format!(
                "a database file or memory limit applies to mode sql, not to {}",
                mode.name()
            )));
        }
        Ok(())
    }
}

/// CPUs this process may use.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// An engine that is started and holds its census: everything outside the timed region.
pub trait Engine {
    /// Generates every year's events. This, and nothing else, is what benchmarks time: from the loaded census to
    /// all event columns in the engine's own memory, in canonical order.
    ///
    /// It may be called again; each call starts from the census.
    ///
    /// # Errors
    /// Names engine, step and cause.
    fn generate(&mut self) -> Result<Box<dyn EventLog + '_>>;

    /// How long it took to get here.
    fn setup_times(&self) -> SetupTimes;
}

/// Wall times of starting an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetupTimes {
    /// Starting the engine: connection, functions, tables of the rules, threads.
    pub engine_start: Duration,
    /// Loading the census into it.
    pub census_load: Duration,
}

/// Generated events in the engine's own memory; dropping it frees them.
pub trait EventLog {
    /// Number of events of all years.
    fn event_count(&self) -> Result<u64>;

    /// The events of one year in neutral form, in the order in which the engine holds them.
    fn year(&self, year: i32) -> Result<EventTable>;

    /// Wall seconds that each year took to generate, in order; empty for a log that was read back.
    fn year_seconds(&self) -> &[f64];

    /// Writes the events of one year as one zstd Parquet file, without the `simulation_year` column (it is in the
    /// folder's name).
    fn write_parquet(&self, year: i32, file: &Path) -> Result<()>;

    /// Writes several years' files, side by side where an engine is faster so. They need memory at once: give no more
    /// than the engine has threads.
    fn write_side_by_side(&self, files: &[(i32, PathBuf)]) -> Result<()> {
        files.iter().try_for_each(|(year, file)| self.write_parquet(*year, file))
    }
}

/// zstd level of Parquet files, the same for every engine: the fastest of its usual range.
const ZSTD_LEVEL: i32 = 1;

/// Starts an engine and loads the census into it.
///
/// # Errors
/// When the assumptions cannot be met for this head count, or the engine does not start.
pub fn open(mode: Mode, run: &RunSpec, census: &Census, options: &EngineOptions) -> Result<Box<dyn Engine>> {
    options.check_threads()?;
    options.check_mode(mode)?;
    resources::check(mode, options.threads)?;
    let engine: Box<dyn Engine> = match mode {
        Mode::Sql => Box::new(sql::SqlEngine::open(run, census, options)?),
        Mode::Polars => Box::new(polars::PolarsEngine::open(run, census, options)?),
        Mode::Reference => Box::new(reference::ReferenceEngine::open(run, census, options)?),
    };
    padding::wrap(mode, engine)
}
