//! Flame graphs for `cargo bench -- --profile-time SECONDS NAME`, through pprof.

use criterion::profiler::Profiler;
use pprof::{ProfilerGuard, ProfilerGuardBuilder};
use std::fs::File;
use std::path::Path;

/// Samples per second; a prime, so that it does not beat with the scheduler's ticks.
const FREQUENCY_HZ: i32 = 997;

/// Samples all threads while a benchmark is profiled, and writes `profile/flamegraph.svg` beside its results.
#[derive(Default)]
pub struct FlamegraphProfiler {
    running: Option<ProfilerGuard<'static>>,
}

impl Profiler for FlamegraphProfiler {
    fn start_profiling(&mut self, benchmark_id: &str, _: &Path) {
        // A sample that interrupts the C library or the unwinder itself could dead-lock while unwinding.
        let guard = ProfilerGuardBuilder::default()
            .frequency(FREQUENCY_HZ)
            .blocklist(&["libc", "libgcc", "pthread", "vdso"])
            .build();
        match guard {
            Ok(guard) => self.running = Some(guard),
            Err(error) => eprintln!("warning: no profile of {benchmark_id}: {error}"),
        }
    }

    fn stop_profiling(&mut self, benchmark_id: &str, benchmark_dir: &Path) {
        let Some(guard) = self.running.take() else { return };
        let target = benchmark_dir.join("flamegraph.svg");
        let write = || -> Result<(), Box<dyn std::error::Error>> {
            let report = guard.report().build()?;
            std::fs::create_dir_all(benchmark_dir)?;
            let partial = target.with_extension("svg.partial");
            report.flamegraph(File::create(&partial)?)?;
            std::fs::rename(&partial, &target)?;
            Ok(())
        };
        match write() {
            Ok(()) => eprintln!("flame graph of {benchmark_id}: {}", target.display()),
            Err(error) => eprintln!("warning: no flame graph of {benchmark_id} in {}: {error}", target.display()),
        }
    }
}
