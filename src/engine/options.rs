//! Resources that an engine is started with.

use super::external::spec::Engines;
use super::memory_limit::MemoryLimit;
use super::mode::Mode;
use crate::error::{Input, Result};
use crate::machine::available_threads;
use std::path::PathBuf;

/// Resources of an engine; none of them changes an event.
#[derive(Debug, Clone, PartialEq)]
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
    /// The engines that are not built in.
    pub engines: Engines,
    /// Whether the memory of their processes is watched from the start.
    pub watch: bool,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            threads: available_threads(),
            memory_limit: None,
            database: None,
            spill_parent: None,
            engines: Engines::default(),
            watch: false,
        }
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
        Err(Input::Unusable { given: format!("{} threads", self.threads), wanted: format!("1 to {MAX_THREADS}") }
            .into())
    }

    /// Refuses what a mode does not have.
    ///
    /// # Errors
    /// Says which mode has it.
    pub fn check_mode(&self, mode: Mode) -> Result<()> {
        if mode != Mode::Sql && (self.database.is_some() || self.memory_limit.is_some()) {
            return Err(Input::OnlyFor { what: "a database file or memory limit", only: "mode sql" }.into());
        }
        Ok(())
    }
}
