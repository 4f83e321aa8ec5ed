//! A thread that looks at the process now and then: mean memory, and CPU utilisation over windows.

use super::process::{Resident, cpu_time};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Time between two looks; what they cost is in `docs/measuring.md`, "Sampler".
const INTERVAL: Duration = Duration::from_millis(10);
/// Shortest window over which CPU utilisation is stated: below it, scheduling ticks decide the figure.
const WINDOW: Duration = Duration::from_millis(40);

/// What was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// Mean resident set size over the looks, bytes; absent if there was no look or the platform does not tell.
    pub mean_memory_bytes: Option<f64>,
    /// Highest CPU utilisation over a window, 1.0 = one CPU; absent if the run was shorter than a window.
    pub peak_cpu_utilisation: Option<f64>,
    /// Looks taken.
    pub looks: u64,
}

/// A running sampler.
pub struct Sampler {
    stop: Sender<()>,
    thread: JoinHandle<Usage>,
}

impl Sampler {
    /// Starts to look.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start() -> std::io::Result<Self> {
        let (stop, stopped) = channel();
        let thread = std::thread::Builder::new().name("sampler".into()).spawn(move || {
            let (mut seen, resident) = (Seen::new(), Resident::open());
            while stopped.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                seen.look(Instant::now(), cpu_time(), resident.bytes());
            }
            seen.windows.finish(Instant::now(), cpu_time());
            seen.result()
        })?;
        Ok(Self { stop, thread })
    }

    /// Stops and tells; nothing if the thread died.
    pub fn finish(self) -> Option<Usage> {
        drop(self.stop);
        self.thread.join().ok()
    }
}

/// CPU utilisation over windows that follow each other, each long enough to state it.
#[derive(Debug)]
pub(super) struct Windows {
    start: (Instant, Duration),
    window_start: (Instant, Duration),
    peak: Option<f64>,
}

impl Windows {
    /// Begins with the time and the CPU time used so far.
    pub(super) fn new(now: Instant, cpu: Duration) -> Self {
        Self { start: (now, cpu), window_start: (now, cpu), peak: None }
    }

    /// Whether the window that is open is long enough to be closed.
    pub(super) fn is_due(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.window_start.0) >= WINDOW
    }

    /// Closes the window if it is long enough.
    pub(super) fn look(&mut self, now: Instant, cpu: Duration) {
        if self.take(self.window_start, now, cpu) {
            self.window_start = (now, cpu);
        }
    }

    /// Takes in the window since `start` if it is long enough.
    fn take(&mut self, start: (Instant, Duration), now: Instant, cpu: Duration) -> bool {
        let wall = now.saturating_duration_since(start.0);
        let long_enough = wall >= WINDOW;
        if long_enough {
            let utilisation = cpu.saturating_sub(start.1).as_secs_f64() / wall.as_secs_f64();
            self.peak = Some(self.peak.unwrap_or(0.0).max(utilisation));
        }
        long_enough
    }

    /// The end: the whole run is a window too, so that the peak is never below the mean.
    pub(super) fn finish(&mut self, now: Instant, cpu: Duration) {
        self.take(self.start, now, cpu);
    }

    /// Highest CPU utilisation over a window, 1.0 = one CPU; absent if none was long enough.
    pub(super) fn peak(&self) -> Option<f64> {
        self.peak
    }
}

/// The looks so far.
struct Seen {
    windows: Windows,
    memory_sum: f64,
    memory_looks: u64,
    looks: u64,
}

impl Seen {
    fn new() -> Self {
        Self { windows: Windows::new(Instant::now(), cpu_time()), memory_sum: 0.0, memory_looks: 0, looks: 0 }
    }

    fn look(&mut self, now: Instant, cpu: Duration, resident: Option<u64>) {
        self.looks += 1;
        if let Some(bytes) = resident {
            self.memory_sum += bytes as f64;
            self.memory_looks += 1;
        }
        self.windows.look(now, cpu);
    }

    fn result(&self) -> Usage {
        Usage {
            mean_memory_bytes: (self.memory_looks > 0).then(|| self.memory_sum / self.memory_looks as f64),
            peak_cpu_utilisation: self.windows.peak(),
            looks: self.looks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{EngineOptions, Mode, open};
    use crate::machine::process::cpu_time;
    use crate::scenario::SCENARIOS;

    #[test]
    fn a_window_too_short_is_absent() {
        let mut seen = Seen::new();
        let (start, cpu) = seen.windows.start;
        seen.look(start + Duration::from_millis(10), cpu + Duration::from_millis(10), Some(100));
        assert_eq!(seen.result().peak_cpu_utilisation, None);
        assert_eq!(seen.result().mean_memory_bytes, Some(100.0));
        seen.look(start + Duration::from_millis(50), cpu + Duration::from_millis(100), Some(300));
        assert_eq!(seen.result().peak_cpu_utilisation, Some(2.0));
        assert_eq!(seen.result().mean_memory_bytes, Some(200.0));
    }

    #[test]
    fn the_peak_is_not_below_the_mean_of_the_run() {
        let mut seen = Seen::new();
        let (start, cpu) = seen.windows.start;
        seen.look(start + Duration::from_millis(50), cpu + Duration::from_millis(50), None);
        seen.windows.finish(start + Duration::from_millis(80), cpu + Duration::from_millis(160));
        assert_eq!(seen.result().peak_cpu_utilisation, Some(2.0));
    }

    #[test]
    fn no_look_is_no_figure() {
        assert_eq!(Seen::new().result(), Usage { mean_memory_bytes: None, peak_cpu_utilisation: None, looks: 0 });
        let sampler = Sampler::start().expect("a thread");
        assert!(sampler.finish().is_some());
    }

    /// Prints what the sampler costs; `docs/measuring.md` quotes it. Run by hand: it needs a quiet machine.
    #[test]
    #[ignore = "a measurement, not a check"]
    fn sampler_cost() {
        // Alone in a process that sleeps, all CPU time is the sampler's.
        let sampler = Sampler::start().expect("a sampler");
        let (clock, cpu) = (Instant::now(), cpu_time());
        std::thread::sleep(Duration::from_secs(5));
        let share = (cpu_time() - cpu).as_secs_f64() / clock.elapsed().as_secs_f64();
        let looks = sampler.finish().expect("it ends").looks;
        println!("sampler alone: {:.3} % of one CPU, {looks} looks in 5 s", 100.0 * share);

        let scenario = &SCENARIOS[2];
        let run = scenario.run_spec(42, Default::default()).expect("a run");
        let loaded = crate::census::synthetic(scenario.employee_count.expect("a head count"), &run);
        let mut engine = open(Mode::Polars, &run, &loaded.census, &EngineOptions::default()).expect("an engine");
        let mut time = |sampled: bool| {
            let sampler = sampled.then(|| Sampler::start().expect("a sampler"));
            let clock = Instant::now();
            drop(engine.generate().expect("a run"));
            let seconds = clock.elapsed().as_secs_f64();
            sampler.and_then(Sampler::finish);
            seconds
        };
        // In turn, and the order alternates: drift hits both sides alike.
        let mut ratios: Vec<f64> = (0..300)
            .map(|round| {
                let first = time(round % 2 == 0);
                let second = time(round % 2 != 0);
                if round % 2 == 0 { first / second } else { second / first }
            })
            .collect();
        ratios.sort_by(f64::total_cmp);
        // Ranks that enclose the median of 300 with 95 % confidence (binomial, one half).
        println!(
            "5kx5/polars with sampler / without: median {:.4}, 95 % {:.4} to {:.4}",
            ratios[150], ratios[132], ratios[167]
        );
    }
}
