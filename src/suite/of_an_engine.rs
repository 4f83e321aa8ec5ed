//! One run of an engine under a measurement, wherever its work is done.

use super::cpu_time::CpuTime;
use crate::engine::{Engine, Place};
use crate::error::{Input, Result};
use crate::machine::tree::Tree;
use criterion::measurement::{Measurement, WallTime};
use std::time::{Duration, Instant};

/// A measurement that can be taken of an engine.
pub(super) trait OfAnEngine: Measurement<Value = Duration> {
    /// Has the engine generate, and measures that; freeing the events is not in it.
    ///
    /// # Errors
    /// The engine's own; when the platform does not tell.
    fn of(&self, engine: &mut dyn Engine) -> Result<Duration>;
}

impl OfAnEngine for WallTime {
    fn of(&self, engine: &mut dyn Engine) -> Result<Duration> {
        let clock = Instant::now();
        let log = engine.generate()?;
        let took = clock.elapsed();
        Ok(log.whole_run().map_or(took, |whole| whole.wall))
    }
}

impl OfAnEngine for CpuTime {
    fn of(&self, engine: &mut dyn Engine) -> Result<Duration> {
        let unknown = || Input::NoCpuTime.into();
        match engine.place() {
            Place::ThisProcess => {
                let start = self.start();
                let log = engine.generate()?;
                let spent = self.end(start);
                drop(log);
                Ok(spent)
            }
            Place::Below(pid) => {
                let mut tree = Tree::under(pid).ok_or_else(unknown)?;
                let before = tree.cpu_time().ok_or_else(unknown)?;
                let log = engine.generate()?;
                let after = tree.cpu_time().ok_or_else(unknown)?;
                drop(log);
                Ok(after.saturating_sub(before))
            }
            Place::EachRun => engine.generate()?.whole_run().and_then(|whole| whole.cpu).ok_or_else(unknown),
        }
    }
}
