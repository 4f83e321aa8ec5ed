//! What an engine is to everybody else.

use crate::error::Result;
use crate::events::year::Events;
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

    /// The years in order, one after the other, in neutral form: the events in the order in which the engine holds them.
    fn years(&self) -> Box<dyn Iterator<Item = Result<Events>> + '_>;

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
