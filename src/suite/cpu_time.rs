//! CPU time (user and system, all threads of the process; of another program all its processes) as a Criterion measurement.

use crate::machine::process::cpu_time;
use criterion::Throughput;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use std::time::Duration;

/// Measures CPU time in nanoseconds.
#[derive(Debug, Default, Clone, Copy)]
pub struct CpuTime;

/// Times as Criterion formats wall times, throughput per second of CPU.
struct Formatter;

impl ValueFormatter for Formatter {
    fn scale_values(&self, typical: f64, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_values(typical, values)
    }

    fn scale_throughputs(&self, typical: f64, throughput: &Throughput, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_throughputs(typical, throughput, values)
    }

    fn scale_for_machines(&self, values: &mut [f64]) -> &'static str {
        WallTime.formatter().scale_for_machines(values)
    }
}

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        cpu_time()
    }

    fn end(&self, start: Duration) -> Duration {
        cpu_time().saturating_sub(start)
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        &Formatter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keeps one thread busy until the kernel has given it so much CPU time, however long that takes beside others.
    fn work(time: Duration) {
        let mut spent = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        let mut now = || {
            // SAFETY: `spent` is a valid timespec for the call to fill.
            assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut spent) }, 0);
            Duration::new(spent.tv_sec as u64, spent.tv_nsec as u32)
        };
        let start = now();
        while now() - start < time {
            std::hint::spin_loop();
        }
    }

    /// What the measurement says of some work, seconds.
    fn cost(of: impl Fn()) -> f64 {
        let clock = CpuTime.start();
        of();
        CpuTime.end(clock).as_secs_f64()
    }

    /// The test once more in a process of its own, where no other test runs beside; `None` in that process.
    fn alone(test: &str) -> Option<()> {
        const VARIABLE: &str = "PLANALIGN_TEST_ALONE";
        if std::env::var_os(VARIABLE).is_some() {
            return None;
        }
        let own = std::env::current_exe().expect("own executable");
        let name = format!("suite::cpu_time::tests::{test}");
        let mut child = std::process::Command::new(own);
        let output = child.args(["--exact", &name, "--nocapture"]).env(VARIABLE, "1").output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Some(())
    }

    #[test]
    fn sleeping_is_free_and_two_busy_threads_count_twice() {
        if alone("sleeping_is_free_and_two_busy_threads_count_twice").is_some() {
            return;
        }
        const TIME: Duration = Duration::from_millis(100);
        let one_thread = cost(|| work(TIME));
        let two_threads = cost(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| work(TIME));
                scope.spawn(|| work(TIME));
            });
        });
        let asleep = cost(|| std::thread::sleep(TIME));
        // What is told apart is CPU time by the kernel's own account of each thread, not by a clock that runs on for others.
        let time = TIME.as_secs_f64();
        assert!((1.0..1.3).contains(&(one_thread / time)), "a thread worked {time} s and cost {one_thread} s");
        assert!(
            (2.0..2.4).contains(&(two_threads / time)),
            "two threads worked {time} s each and cost {two_threads} s"
        );
        assert!(asleep < 0.1 * time, "a sleep of {time} s cost {asleep} s");
    }

    #[test]
    fn sums_and_numbers_are_in_nanoseconds() {
        let sum = CpuTime.add(&Duration::from_micros(3), &CpuTime.add(&CpuTime.zero(), &Duration::from_nanos(7)));
        assert_eq!(CpuTime.to_f64(&sum), 3_007.0);
    }

    #[test]
    fn formats_like_time() {
        assert_eq!(CpuTime.formatter().format_value(1_500_000.0).trim(), "1.5000 ms");
    }
}
