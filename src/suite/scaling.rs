//! `scaling/<mode>/<head count>`: how time grows with people. Out of the default run, for the largest take minutes; in it
//! when the benchmark filter names them.

use super::arguments::Arguments;
use super::benchmarks::Suite;
use crate::error::Result;
use crate::machine::bandwidth::triad_bytes_per_second;
use crate::rules::assumptions::Assumptions;
use crate::rules::run::RunSpec;
use crate::scenario::SCALING;
use crate::scenario::{DEFAULT_PLAN_DESIGN, DEFAULT_SEED, DEFAULT_START_YEAR};
use crate::settings::session::{Selection, Settings, conditions};
use criterion::measurement::WallTime;
use criterion::{Criterion, SamplingMode};
use std::time::Duration;

/// Head counts; all over the same years.
pub(super) const HEAD_COUNTS: [usize; 6] = [1_000, 5_000, 20_000, 60_000, 250_000, 1_000_000];
const YEARS: i32 = 5;

/// Whether the benchmark filter names these benchmarks.
pub(super) fn is_named(arguments: &Arguments) -> bool {
    arguments.filter.as_ref().is_some_and(|filter| filter.contains(SCALING))
}

/// Puts the machine's memory bandwidth beside the figures.
pub(super) fn look_at_memory(settings: &mut Settings) {
    let bandwidth = triad_bytes_per_second(settings.options.threads);
    println!(
        "memory bandwidth {}/s (triad, {} threads), {} usable CPUs",
        crate::figures::bytes(bandwidth),
        settings.options.threads,
        settings.machine.key.usable_cpus
    );
    settings.machine.memory_bandwidth_bytes_per_second = Some(bandwidth);
}

/// One head count.
fn selection(employee_count: usize, seed: u64, conditions: &str) -> Result<Selection> {
    let end_year = DEFAULT_START_YEAR + YEARS - 1;
    Ok(Selection {
        name: SCALING.to_owned(),
        group: format!("{SCALING}-{employee_count}{conditions}"),
        run: RunSpec::new(SCALING, DEFAULT_PLAN_DESIGN, seed, DEFAULT_START_YEAR, end_year, Assumptions::default())?,
        employee_count,
        golden: None,
        target_time_seconds: None,
        census_file: None,
        census: None,
    })
}

impl Suite<'_> {
    /// Every mode over every head count: a group per mode.
    pub(super) fn scaling(&self, criterion: &mut Criterion) -> Result<()> {
        let threads = self.settings.options.threads;
        let seed = self.settings.selections.first().map_or(DEFAULT_SEED, |selection| selection.run.seed);
        let conditions = conditions(seed, threads);
        let selections = HEAD_COUNTS.map(|head_count| selection(head_count, seed, &conditions));
        let selections = selections.into_iter().collect::<Result<Vec<_>>>()?;
        // Other programs take minutes for the largest; their growth shows in scenarios of several sizes.
        for &mode in self.settings.modes.iter().filter(|mode| mode.is_built_in()) {
            let name = selections[0].benchmark(mode, threads).criterion_group();
            let mut group = criterion.benchmark_group(name);
            group.sampling_mode(SamplingMode::Flat);
            for selection in &selections {
                // The largest take seconds a run, of which Criterion wants ten.
                let seconds = 3 + selection.employee_count as u64 / 50_000;
                self.sized(&mut group, 10, seconds, Duration::from_millis(500));
                let head_count = selection.employee_count.to_string();
                let outcome = self.in_process(&mut group, WallTime, &head_count, selection, mode);
                self.failures.note(&format!("{SCALING}/{}/{head_count}", mode.name()), outcome)?;
            }
            group.finish();
        }
        Ok(())
    }
}
