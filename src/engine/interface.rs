//! What an engine is to everybody else.

use crate::error::Result;
use crate::events::year::Events;
use crate::machine::tree::TreeSampler;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

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

    /// Where its work is done, and so whose memory and CPU time are its figures.
    fn place(&self) -> Place {
        Place::ThisProcess
    }

    /// The watch over its processes that began with them, where [`EngineOptions::watch`](super::EngineOptions::watch) asked for
    /// one; it is given away once.
    fn take_sampler(&mut self) -> Option<TreeSampler> {
        None
    }

    /// Versions that it told, by name.
    fn versions(&self) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    /// Ends it, and says whether that went well; dropping it ends it, too.
    ///
    /// # Errors
    /// When another program does not end as it should.
    fn close(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}

/// Where an engine's work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In this process.
    ThisProcess,
    /// In the process that has this number, and in what it started.
    Below(u32),
    /// In processes that start and end with each run.
    EachRun,
}

/// Wall times of starting an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetupTimes {
    /// Starting the engine: connection, functions, tables of the rules, threads. Of another program with loading its
    /// census; absent where each run starts it anew.
    pub engine_start: Option<Duration>,
    /// Loading the census into it, where that can be told apart.
    pub census_load: Option<Duration>,
}

/// Generated events in the engine's own memory; dropping it frees them.
pub trait EventLog {
    /// Number of events of all years.
    fn event_count(&self) -> Result<u64>;

    /// The years in order, one after the other, in neutral form: the events in the order in which the engine holds them; of
    /// another program in canonical order.
    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_>;

    /// Wall seconds that each year took to generate, in order; empty for a log that was read back, and where another program
    /// does not tell.
    fn year_seconds(&self) -> &[f64];

    /// Wall seconds by step, where the engine tells.
    fn step_seconds(&self) -> BTreeMap<String, f64> {
        BTreeMap::new()
    }

    /// Wall time that another program measured for this log as a whole, start and end included; `None` where generation is
    /// apart from both.
    fn whole_run(&self) -> Option<WholeRun> {
        None
    }

    /// Writes the events of one year as one zstd Parquet file, without the `simulation_year` column (it is in the
    /// folder's name).
    fn write_parquet(&self, year: i32, file: &Path) -> Result<()>;

    /// Writes several years' files, side by side where an engine is faster so. They need memory at once: give no more
    /// than the engine has threads.
    fn write_side_by_side(&self, files: &[(i32, PathBuf)]) -> Result<()> {
        files.iter().try_for_each(|(year, file)| self.write_parquet(*year, file))
    }

    /// Writes everything into an empty folder in the engine's own way, for who times that: at most `threads` files at once.
    fn persist(&self, years: &[i32], folder: &Path, threads: usize) -> Result<()> {
        let files: Vec<_> = years.iter().map(|year| (*year, folder.join(format!("{year}.parquet")))).collect();
        files.chunks(threads.max(1)).try_for_each(|files| self.write_side_by_side(files))
    }
}

/// Figures of a program that ran once, from its start to its end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WholeRun {
    /// Wall time.
    pub wall: Duration,
    /// CPU time of all its processes, where the platform tells.
    pub cpu: Option<Duration>,
    /// Largest sum of resident sets of its processes at one time, bytes, where the platform tells.
    pub peak_memory_bytes: Option<u64>,
    /// Mean of that sum, bytes.
    pub mean_memory_bytes: Option<f64>,
    /// Bytes read from and written to storage.
    pub disk: Option<(u64, u64)>,
}
