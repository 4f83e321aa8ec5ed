//! `scaling/<mode>/<head count>`: how time grows with people. Out of the default run, for the largest take minutes; in it
//! when the benchmark filter names them.

use super::{Suite, configured, fail, sized};
use crate::choices::arguments;
use crate::engine::Mode;
use crate::error::Result;
use crate::measure::bandwidth::triad_bytes_per_second;
use crate::record::benchmark::SCALING;
use crate::settings::{Selection, Settings};
use criterion::measurement::WallTime;
use criterion::{Criterion, SamplingMode};
use std::time::{Duration, Instant};

/// Options of Criterion that take a value, which is no filter.
const WITH_VALUE: [&str; 17] = [
    "--color",
    "-c",
    "--save-baseline",
    "-s",
    "--baseline",
    "-b",
    "--baseline-lenient",
    "--load-baseline",
    "--format",
    "--sample-size",
    "--warm-up-time",
    "--measurement-time",
    "--nresamples",
    "--noise-threshold",
    "--confidence-level",
    "--significance-level",
    "--profile-time",
];

/// Whether a benchmark filter among the arguments names these benchmarks.
pub(super) fn is_named() -> bool {
    names_scaling(arguments().skip(1))
}

fn names_scaling(arguments: impl Iterator<Item = String>) -> bool {
    let mut before = String::new();
    arguments.into_iter().any(|argument| {
        let value = argument.starts_with('-') || WITH_VALUE.contains(&before.as_str());
        let named = !value && argument.contains(SCALING);
        before = argument;
        named
    })
}

/// Puts the machine's memory bandwidth beside the figures.
pub(super) fn look_at_memory(settings: &mut Settings) {
    let bandwidth = triad_bytes_per_second(settings.options.threads);
    println!(
        "memory bandwidth {}/s (triad, {} threads), {} usable CPUs",
        crate::report::format::bytes(bandwidth),
        settings.options.threads,
        settings.machine.key.usable_cpus
    );
    settings.machine.memory_bandwidth_bytes_per_second = Some(bandwidth);
}

impl Suite<'_> {
    /// Every mode over every head count.
    pub(super) fn scaling(&self) -> Result<()> {
        let mut criterion = configured(WallTime, self.settings);
        for &mode in &self.settings.modes {
            for selection in &self.settings.scaling {
                self.head_count(&mut criterion, selection, mode)?;
            }
        }
        Ok(())
    }

    fn head_count(&self, criterion: &mut Criterion, selection: &Selection, mode: Mode) -> Result<()> {
        let name = selection.employee_count.to_string();
        let mut group = criterion.benchmark_group(format!("{SCALING}/{}", mode.name()));
        // The largest take seconds a run, of which Criterion wants ten.
        let seconds = 3 + selection.employee_count as u64 / 50_000;
        sized(&mut group, 10, seconds, Duration::from_millis(500));
        group.sampling_mode(SamplingMode::Flat);
        let mut engine = None;
        group.bench_function(&name, |bencher| {
            let engine = engine.get_or_insert_with(|| {
                self.ran.set(self.ran.get() + 1);
                self.fixtures.checked_engine(selection, mode).unwrap_or_else(|error| fail(&error))
            });
            bencher.iter_custom(|iterations| {
                let mut total = Duration::ZERO;
                for _ in 0..iterations {
                    let clock = Instant::now();
                    let log = engine.generate().unwrap_or_else(|error| fail(&error));
                    total += clock.elapsed();
                    drop(log);
                }
                total
            });
        });
        group.finish();
        if engine.is_some() { self.write_context(selection, mode, &name) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_filter_names_them() {
        let named = |line: &str| names_scaling(line.split(' ').map(str::to_owned));
        assert!(named("scaling --bench") && named("--bench ^scaling/sql/60000$") && named("--noplot scaling"));
        assert!(!named("--bench") && !named("--save-baseline scaling --bench") && !named("-b scaling quick"));
        assert!(!named("--save-baseline=scaling"));
    }
}
