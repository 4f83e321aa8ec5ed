//! Flame graphs for `cargo bench -- --profile-time SECONDS NAME`, through pprof.

use criterion::profiler::Profiler;
use pprof::{ProfilerGuard, ProfilerGuardBuilder};
use std::cell::{Cell, RefCell};
use std::fs::File;
use std::path::Path;

/// Samples per second of CPU time asked for; a kernel with slow ticks gives fewer. A prime, so that it does not beat
/// with them.
const FREQUENCY_HZ: i32 = 997;

thread_local! {
    /// Whether a benchmark is to be profiled that has not yet started its engine.
    static ARMED: Cell<bool> = const { Cell::new(false) };
    static RUNNING: RefCell<Option<ProfilerGuard<'static>>> = const { RefCell::new(None) };
}

/// Samples all threads while a benchmark is profiled, and writes `profile/flamegraph.svg` beside its results.
#[derive(Default)]
pub struct FlamegraphProfiler;

/// Starts to sample, if profiling was asked for: called once the engine is started and checked, so that neither is in
/// the graph.
pub fn start_if_asked() {
    if !ARMED.replace(false) {
        return;
    }
    // A sample that interrupts the C library or the unwinder itself could dead-lock while unwinding.
    let guard = ProfilerGuardBuilder::default()
        .frequency(FREQUENCY_HZ)
        .blocklist(&["libc", "libgcc", "pthread", "vdso"])
        .build();
    match guard {
        Ok(guard) => RUNNING.set(Some(guard)),
        Err(error) => crate::console::warning(format!("no profile: {error}")),
    }
}

impl Profiler for FlamegraphProfiler {
    fn start_profiling(&mut self, _: &str, _: &Path) {
        ARMED.set(true);
    }

    fn stop_profiling(&mut self, benchmark_id: &str, benchmark_dir: &Path) {
        ARMED.set(false);
        let Some(guard) = RUNNING.take() else { return };
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
            Ok(()) => {
                crate::console::line(&format!("flame graph of {benchmark_id}: {}", crate::console::path(&target)))
            }
            Err(error) => crate::console::warning(format!(
                "no flame graph of {benchmark_id} in {}: {error}",
                crate::console::path(&target)
            )),
        }
    }
}
